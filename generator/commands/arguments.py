"""What can be written on the command line."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from generator import __version__
from generator.errors import AlphagridError

DEFAULT_CONFIG = Path("site.yaml")
DEFAULT_OUTPUT = Path("_site")


class UsageError(AlphagridError):
    """Raised by a command whose arguments do not go together, or name what cannot be used."""

    exit_code = 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands.

    ``command`` of what it parses is the one that was chosen: the name of its module.
    """
    whole = argparse.ArgumentParser(
        prog="python -m generator",
        description="Static comparison websites for interpolated neural networks.",
    )
    whole.add_argument("--version", action="version", version=f"alphagrid {__version__}")
    commands = whole.add_subparsers(metavar="COMMAND", dest="command", required=True)

    new = _command(commands, "new", "make a small project that builds")
    new.add_argument("folder", type=_found, metavar="DIR", help="where; made where there is none")
    new.add_argument(
        "--models", type=_found, metavar="FOLDER", help="weights files to compare; default: two"
    )
    new.add_argument(
        "--inputs", type=_found, metavar="FOLDER", help="pictures to run them on; default: one"
    )

    bring = _command(commands, "import", "write site.yaml for pictures that are there already")
    bring.add_argument("folder", metavar="FOLDER", help="pictures, kept in one of the usual ways")
    _add_config(bring)
    bring.add_argument("--write", action="store_true", help="write the manifest, else print it")

    build = _command(commands, "build", "render what is missing, write the site")
    _add_build_options(build)

    check = _command(commands, "check", "look for problems, estimate, render nothing")
    _add_config(check)
    check.add_argument("--drafts", action="store_true", help="include drafts")
    check.add_argument("--strict", action="store_true", help="warnings are failures")

    serve = _command(commands, "serve", "build, then serve the site on this machine")
    _add_build_options(serve)
    serve.add_argument("--port", type=_port, default=8000, help="default: 8000; 0: any free one")
    serve.add_argument("--open", action="store_true", help="open the site in the browser")

    mix = _command(commands, "interpolate", "write mixed weights to a file")
    mix.add_argument("models", nargs="+", type=_found, metavar="MODEL", help="weights files")
    how = mix.add_mutually_exclusive_group(required=True)
    how.add_argument("--alpha", type=float, help="two models: 0 is the first, 1 the second")
    how.add_argument("--weights", type=float, nargs="+", help="a coefficient for each model")
    mix.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.safetensors")
    mix.add_argument("--extrapolate", action="store_true", help="allow what is outside 0 to 1")
    mix.add_argument("--force", action="store_true", help="overwrite the output")

    inspect = _command(
        commands,
        "inspect",
        "tell whether models are related, or what one is",
        more="every layer, and where alphagrid itself fails",
    )
    inspect.add_argument("models", nargs="+", type=_found, metavar="MODEL", help="weights files")
    inspect.add_argument(
        "--on", nargs="+", type=_found, default=[], metavar="PICTURE", help="pictures to mix on"
    )
    inspect.add_argument("--json", action="store_true", help="all figures, as JSON")

    _command(commands, "schema", "print the JSON Schema of site.yaml")

    clean = _command(commands, "clean", "remove the built site")
    _add_config(clean)
    _add_output(clean)
    what = clean.add_mutually_exclusive_group()
    what.add_argument("--cache", action="store_true", help="remove the frame cache too")
    what.add_argument(
        "--unused",
        action="store_true",
        help="remove, instead, what the frame cache holds and the manifest no longer names",
    )
    return whole


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    description: str,
    *,
    more: str = "where alphagrid itself fails",
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=description, description=f"{description}.")
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
    parser.add_argument("-o", "--output", type=Path, default=DEFAULT_OUTPUT, help="default: _site")


def _add_build_options(parser: argparse.ArgumentParser) -> None:
    _add_config(parser)
    _add_output(parser)
    parser.add_argument(
        "--base-url", type=_address, help="address to build for, instead of site.url"
    )
    parser.add_argument("--drafts", action="store_true", help="include drafts")
    parser.add_argument("--strict", action="store_true", help="warnings are failures")
    parser.add_argument("--force", action="store_true", help="render all frames anew")
    parser.add_argument("--device", type=_device, help="auto, cpu, mps, cuda or cuda:N")
    parser.add_argument(
        "--engine", choices=["local"], default="local", help="where frames are rendered"
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
