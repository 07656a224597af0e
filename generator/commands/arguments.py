"""What can be written on the command line."""

from __future__ import annotations

import argparse
import itertools
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from generator import __version__
from generator.errors import AlphagridError

DEFAULT_CONFIG = Path("site.yaml")
DEFAULT_OUTPUT = Path("_site")


class UsageError(AlphagridError):
    """Raised by a command whose arguments do not go together, or name what cannot be used."""

    exit_code = 2


class _Parser(argparse.ArgumentParser):
    """A parser that says what is misspelt, and shows the usage of the command that was meant.

    ``commands`` are those of the program; a command itself has none.
    """

    commands: Mapping[str, argparse.ArgumentParser] | None = None

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse words; what is not known ends the program, with status 2."""
        words = sys.argv[1:] if args is None else list(args)
        own = itertools.takewhile(lambda word: word != "--", words)
        if self.commands is not None:
            own = itertools.takewhile(lambda word: word.startswith("-"), own)
            self._check_command(next((word for word in words if not word.startswith("-")), None))
        # Before argparse looks: of a misspelt option it would only say that it is lacking.
        self._check_options(own)
        parsed, unknown = super().parse_known_args(words, namespace)
        if unknown:
            self.error(f"unexpected '{unknown[0]}'")
        return parsed, unknown

    def _check_command(self, name: str | None) -> None:
        if self.commands is None or name is None or name in self.commands:
            return
        near = _nearest(name, self.commands)
        if near is None:
            self.error(f"unknown command '{name}'; possible: {', '.join(self.commands)}")
        self.commands[near].print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: error: unknown command '{name}' (did you mean '{near}'?)\n")

    def _check_options(self, words: Iterable[str]) -> None:
        for word in words:
            name = word.partition("=")[0]
            if re.match("--?[a-z]", name) and not self._knows(name):
                near = _nearest(name, (o for o in self._option_string_actions if o[:2] == "--"))
                meant = f" (did you mean '{near}'?)" if near else ""
                self.error(f"unknown option '{name}'{meant}")

    def _knows(self, name: str) -> bool:
        """Tell whether an option is known: a long one may be cut short, a short one go on."""
        known = self._option_string_actions
        return any(each.startswith(name) for each in known) or name[:2] in known


def _nearest(word: str, known: Iterable[str]) -> str | None:
    from generator.manifest.words import nearest

    return nearest(word, known)


def program() -> str:
    """Return how this program was called: ``alphagrid``, or ``python -m generator``."""
    return "alphagrid" if Path(sys.argv[0]).stem == "alphagrid" else "python -m generator"


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands.

    ``command`` of what it parses is the one that was chosen: the name of its module. It is None
    where nothing was typed.
    """
    whole = _Parser(
        prog=program(),
        usage="%(prog)s [-h] [--version] COMMAND ...",
        description="Static comparison websites for interpolated neural networks.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"alphagrid {__version__}")
    commands = whole.add_subparsers(prog=program(), dest="command", help=argparse.SUPPRESS)

    new = _command(
        commands,
        "new",
        "make a small project that builds",
        example="new mine --models weights --inputs pictures",
    )
    new.add_argument("folder", type=_found, metavar="DIR", help="where; made where there is none")
    new.add_argument(
        "--models",
        type=_found,
        metavar="FOLDER",
        help="weights files to compare; default: two of ours",
    )
    new.add_argument(
        "--inputs",
        type=_found,
        metavar="FOLDER",
        help="pictures to run them on; default: one of ours",
    )

    bring = _command(
        commands,
        "import",
        "write site.yaml for pictures that are there already",
        example="import outputs --write",
    )
    bring.add_argument("folder", metavar="FOLDER", help="pictures, kept in one of the usual ways")
    _add_config(bring)
    bring.add_argument("--write", action="store_true", help="write the manifest, else print it")

    build = _command(
        commands,
        "build",
        "render what is missing, write the site",
        example="build -c mine -o mine/_site",
    )
    _add_build_options(build)

    check = _command(
        commands, "check", "look for problems, estimate, render nothing", example="check --strict"
    )
    _add_config(check)
    check.add_argument("--drafts", action="store_true", help="include drafts")
    check.add_argument("--strict", action="store_true", help="warnings are failures")

    serve = _command(
        commands, "serve", "build, then serve the site on this machine", example="serve --open"
    )
    _add_build_options(serve)
    serve.add_argument("--port", type=_port, default=8000, help="0: any free one; default: 8000")
    serve.add_argument("--open", action="store_true", help="open the site in the browser")

    mix = _command(
        commands,
        "interpolate",
        "write mixed weights to a file",
        example="interpolate one.safetensors other.safetensors --alpha 0.5 -o mix.safetensors",
    )
    mix.add_argument("models", nargs="+", type=_found, metavar="MODEL", help="weights files")
    how = mix.add_mutually_exclusive_group(required=True)
    how.add_argument("--alpha", type=float, help="two models: 0 is the first, 1 the second")
    how.add_argument("--weights", type=float, nargs="+", help="a coefficient for each model")
    mix.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT.safetensors",
        help="the file to write",
    )
    mix.add_argument("--extrapolate", action="store_true", help="allow what is outside 0 to 1")
    mix.add_argument("--force", action="store_true", help="overwrite the output")

    inspect = _command(
        commands,
        "inspect",
        "tell whether models are related, or what one is",
        example="inspect one.safetensors other.safetensors --on photo.png",
        more="every layer, and where alphagrid itself fails",
    )
    inspect.add_argument("models", nargs="+", type=_found, metavar="MODEL", help="weights files")
    inspect.add_argument(
        "--on",
        nargs="+",
        type=_found,
        default=[],
        metavar="PICTURE",
        help="pictures to mix on; default: none, only weights are looked at",
    )
    inspect.add_argument("--json", action="store_true", help="all figures, as JSON")

    _command(
        commands, "schema", "print the JSON Schema of site.yaml", example="schema > schema.json"
    )

    clean = _command(commands, "clean", "remove the built site", example="clean --unused")
    _add_config(clean)
    _add_output(clean)
    what = clean.add_mutually_exclusive_group()
    what.add_argument("--cache", action="store_true", help="remove the frame cache too")
    what.add_argument(
        "--unused",
        action="store_true",
        help="remove, instead, what the frame cache holds and the manifest no longer names",
    )
    examples = _examples("new mine", "serve -c mine", "inspect one.safetensors other.safetensors")
    whole.commands = commands.choices
    whole.epilog = f"{_listed(commands.choices)}\n\n{examples}"
    return whole


def _listed(commands: Mapping[str, argparse.ArgumentParser]) -> str:
    """Return the commands with a line each; argparse itself breaks the line of a long name."""
    width = max(map(len, commands))
    lines = (f"  {name:{width}}  {command.description}" for name, command in commands.items())
    return "\n".join(("commands:", *lines))


def _examples(*lines: str) -> str:
    several = "s" if len(lines) > 1 else ""
    return "\n".join((f"example{several}:", *(f"  {program()} {line}" for line in lines)))


def _command(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    description: str,
    *,
    example: str,
    more: str = "where alphagrid itself fails",
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        description=f"{description}.",
        epilog=_examples(example),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-v", "--verbose", action="store_true", help=f"show {more}")
    loudness.add_argument("-q", "--quiet", action="store_true", help="only warnings and errors")
    return parser


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-c",
        "--config",
        type=_config,
        default=DEFAULT_CONFIG,
        help="a manifest, or the folder of a site.yaml; default: site.yaml",
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=DEFAULT_OUTPUT,
        help="the site's folder; default: _site",
    )


def _add_build_options(parser: argparse.ArgumentParser) -> None:
    _add_config(parser)
    _add_output(parser)
    parser.add_argument("--base-url", type=_address, help="address to build for; default: site.url")
    parser.add_argument("--drafts", action="store_true", help="include drafts")
    parser.add_argument("--strict", action="store_true", help="warnings are failures")
    parser.add_argument("--force", action="store_true", help="render all frames anew")
    parser.add_argument(
        "--device",
        type=_device,
        help="auto, cpu, mps, cuda or cuda:N; default: render.device, else auto",
    )
    parser.add_argument(
        "--engine",
        choices=["local"],
        default="local",
        help="where frames are rendered; default: local",
    )


def _config(text: str) -> Path:
    path = _found(text)
    return path / DEFAULT_CONFIG if path.is_dir() else path


def _found(text: str) -> Path:
    """Return a path in the form in which the disk holds its name."""
    from generator.manifest.names import as_on_disk

    return Path(as_on_disk(Path(), text))


def _device(text: str) -> str:
    from generator.manifest.fields import DEVICE

    if not re.fullmatch(DEVICE, text):
        raise argparse.ArgumentTypeError(
            f"unknown device '{text}'; use auto, cpu, mps, cuda or cuda:N"
        )
    return text


def _address(text: str) -> str:
    from generator.manifest.fields import check_site_address

    try:
        return check_site_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _port(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"invalid port '{text}': use 0 to 65535")
    return int(text)
