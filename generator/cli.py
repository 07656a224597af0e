"""The command line, and the only place that turns errors into messages and exit codes.

Results go to stdout; progress, warnings and errors to stderr. 0 done, 1 failed, 2 usage or
manifest error, 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from generator import __version__
from generator.errors import AlphagridError, printable

Command = Callable[[argparse.Namespace], int]

_LAST_WORDS = 1.0
"""Seconds that threads have to finish a file after Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(options)
    except AlphagridError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted; what was rendered is kept", file=sys.stderr)
        _leave_threads()
        return 130
    except BrokenPipeError:
        # The reader of our output (``| head``) has gone: nothing is wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        _complain(f"{error.filename or 'system'}: {error.strerror}")
        return 1
    except Exception as error:  # noqa: BLE001 - the last boundary: a defect of ours, said as such
        if options.verbose:
            traceback.print_exc()
        defect = f"a defect in alphagrid: {type(error).__name__}: {error}"
        _complain(f"{defect} (run again with -v for details)")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m generator",
        description="Static comparison websites for interpolated neural networks.",
    )
    parser.add_argument("--version", action="version", version=f"alphagrid {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    build = _command(commands, "build", _build, "render what is missing, write the site")
    _add_build_options(build)

    check = _command(commands, "check", _check, "look for problems, estimate, render nothing")
    _add_config(check)
    check.add_argument("--drafts", action="store_true", help="include drafts")
    check.add_argument("--strict", action="store_true", help="warnings are failures")

    serve = _command(commands, "serve", _serve, "build, then serve the site on this machine")
    _add_build_options(serve)
    serve.add_argument("--port", type=_port, default=8000, help="default: 8000; 0: any free one")
    serve.add_argument("--open", action="store_true", help="open the site in the browser")

    mix = _command(commands, "interpolate", _interpolate, "write mixed weights to a file")
    mix.add_argument("models", nargs="+", type=Path, metavar="MODEL", help="weights files")
    how = mix.add_mutually_exclusive_group(required=True)
    how.add_argument("--alpha", type=float, help="two models: 0 is the first, 1 the second")
    how.add_argument("--weights", type=float, nargs="+", help="a coefficient for each model")
    mix.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.safetensors")
    mix.add_argument("--force", action="store_true", help="overwrite the output")

    inspect = _command(commands, "inspect", _inspect, "tell whether models are related")
    inspect.add_argument("models", nargs="+", type=Path, metavar="MODEL", help="weights files")
    inspect.add_argument(
        "--on", nargs="+", type=Path, default=[], metavar="PICTURE", help="pictures to mix on"
    )
    inspect.add_argument("--json", action="store_true", help="all figures, as JSON")

    _command(commands, "schema", _schema, "print the JSON Schema of site.yaml")

    clean = _command(commands, "clean", _clean, "remove the built site")
    _add_config(clean)
    _add_output(clean)
    what = clean.add_mutually_exclusive_group()
    what.add_argument("--cache", action="store_true", help="remove the frame cache too")
    what.add_argument(
        "--unused",
        action="store_true",
        help="remove, instead, what the frame cache holds and the manifest no longer names",
    )
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Command,
    description: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=description, description=f"{description}.")
    parser.set_defaults(command=run)
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-v", "--verbose", action="store_true", help="say more")
    loudness.add_argument("-q", "--quiet", action="store_true", help="only warnings and errors")
    return parser


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-c", "--config", type=Path, default=Path("site.yaml"), help="default: site.yaml"
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, default=Path("_site"), help="default: _site")


def _add_build_options(parser: argparse.ArgumentParser) -> None:
    _add_config(parser)
    _add_output(parser)
    parser.add_argument("--base-url", help="address to build for, instead of site.url")
    parser.add_argument("--drafts", action="store_true", help="include drafts")
    parser.add_argument("--strict", action="store_true", help="warnings are failures")
    parser.add_argument("--force", action="store_true", help="render all frames anew")
    parser.add_argument("--device", type=_device, help="auto, cpu, mps, cuda or cuda:N")
    parser.add_argument(
        "--engine", choices=["local"], default="local", help="where frames are rendered"
    )


def _leave_threads() -> None:
    """End the process without waiting for threads that are long at work: no file is half written,
    and Python itself would wait for them.
    """  # noqa: D205
    deadline = time.monotonic() + _LAST_WORDS
    workers = [thread for thread in threading.enumerate() if not thread.daemon]
    workers.remove(threading.main_thread())
    for thread in workers:
        thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in workers):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(130)


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"'{text}' is none of auto, cpu, mps, cuda, cuda:N")
    return text


def _port(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port: 0 to 65535")
    return int(text)


def _build(options: argparse.Namespace) -> int:
    from generator.build import Options, build
    from generator.summary import Bar, print_build

    asked = Options(
        config=options.config,
        output=options.output,
        base_url=options.base_url,
        drafts=options.drafts,
        force=options.force,
        device=options.device,
    )
    with Bar(shown=not options.quiet) as bar:
        report = build(asked, bar.begin)
    return print_build(report, options)


def _check(options: argparse.Namespace) -> int:
    from generator.check import check
    from generator.summary import print_check

    return print_check(check(options.config, drafts=options.drafts), options)


def _serve(options: argparse.Namespace) -> int:
    from generator.build import base_url
    from generator.manifest import load
    from generator.serve import HOST, make_server, prefix_of

    if status := _build(options):
        return status
    prefix = prefix_of(base_url(load(options.config), options.base_url))
    with make_server(options.output, options.port, prefix) as server:
        address = f"http://{HOST}:{server.server_port}{prefix}"
        print(f"serving {address} (Ctrl-C stops)", flush=True)
        if options.open:
            import webbrowser

            webbrowser.open(address)
        server.serve_forever()
    return 0


def _interpolate(options: argparse.Namespace) -> int:
    weights = options.weights or [1 - options.alpha, options.alpha]
    if len(weights) != len(options.models):
        count = f"{len(options.models)} model(s), {len(weights)} coefficient(s)"
        raise _UsageError(f"{count}: give one coefficient for each model")
    if options.output.exists() and not options.force:
        raise _UsageError(f"{options.output} exists: choose another name, or --force")
    if any(options.output.resolve() == model.resolve() for model in options.models):
        raise _UsageError(f"{options.output} is one of the models: choose another name")
    from generator.networks.mix import mix_file

    mix_file(list(zip(options.models, weights, strict=True)), options.output)
    if not options.quiet:
        print(f"{options.output}: {options.output.stat().st_size:,} bytes")
    return 0


def _inspect(options: argparse.Namespace) -> int:
    from generator.images import decode
    from generator.kinship import middle
    from generator.networks.kinship import inspect
    from generator.summary import print_kinship

    if len(options.models) < 2:
        raise _UsageError("inspect compares models: name two or more")
    kinship = inspect(options.models, [middle(decode(path)) for path in options.on])
    print_kinship(kinship, as_json=options.json)
    return 0


class _UsageError(AlphagridError):
    exit_code = 2


def _schema(_: argparse.Namespace) -> int:
    from generator.manifest import Manifest

    print(json.dumps(Manifest.model_json_schema(), indent=2))
    return 0


def _clean(options: argparse.Namespace) -> int:
    if options.unused:
        return _clean_unused(options)
    from generator.build import CACHE
    from generator.manifest import load
    from generator.site import remove_site
    from generator.store import Store

    removed = [str(options.output)] if remove_site(options.output) else []
    if options.cache:
        store = Store(load(options.config).root / CACHE)
        if store.folder.exists():
            left = store.clear()
            removed.append(f"{store.folder}{_except(left)}")
    if not options.quiet:
        print("\n".join(f"removed {what}" for what in removed) or "nothing to remove")
    return 0


def _clean_unused(options: argparse.Namespace) -> int:
    from generator.clean import remove_unused
    from generator.summary import print_unused

    print_unused(remove_unused(options.config), options)
    return 0


def _except(left: Sequence[str]) -> str:
    """Say what was not removed because it is not ours."""
    if not left:
        return ""
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    return printable(f", but not what others keep there: {', '.join(left[:3])}{more}")


def _complain(message: str) -> None:
    plain = not sys.stderr.isatty() or "NO_COLOR" in os.environ
    for line in message.split("\n"):
        text = printable(line)
        print(text if plain else f"\033[31m{text}\033[0m", file=sys.stderr)
