"""The commands, and the only place that turns errors into messages and exit codes.

Results go to stdout; progress, warnings and errors to stderr. 0 done, 1 failed, 2 usage or
manifest error, 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from generator.commands.arguments import DEFAULT_CONFIG, parser
from generator.errors import AlphagridError, printable

_LAST_WORDS = 1.0
"""Seconds that threads have to finish a file after Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    _show_every_sign()
    options = parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
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


def _show_every_sign() -> None:
    """Let names and messages through where the output's encoding lacks a sign, as in old consoles
    and in pipes on Windows: it is then written as ``printable`` does.
    """  # noqa: D205
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


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


def _new(options: argparse.Namespace) -> int:
    from generator.commands.new import run

    return run(options)


def _build(options: argparse.Namespace) -> int:
    from generator.commands.build import Options, build
    from generator.commands.messages import Bar, print_build

    asked = Options(
        config=options.config,
        output=options.output,
        base_url=options.base_url,
        drafts=options.drafts,
        force=options.force,
        device=options.device,
        engine=options.engine,
    )
    with Bar(shown=not options.quiet) as bar:
        report = build(asked, bar.begin)
    return print_build(report, options)


def _check(options: argparse.Namespace) -> int:
    from generator.commands.check import check
    from generator.commands.messages import print_check

    return print_check(check(options.config, drafts=options.drafts), options)


def _serve(options: argparse.Namespace) -> int:
    from generator.commands.build import base_url
    from generator.commands.serve import HOST, make_server, prefix_of
    from generator.manifest import load

    prefix = prefix_of(base_url(load(options.config), options.base_url))
    # A port that is taken is better known before a night of rendering than after.
    with make_server(options.output, options.port, prefix) as server:
        if status := _build(options):
            return status
        address = f"http://{HOST}:{server.server_port}{prefix}"
        print(f"serving {address} (Ctrl-C stops)", flush=True)
        if options.open:
            import webbrowser

            webbrowser.open(address)
        server.serve_forever()
    return 0


def _interpolate(options: argparse.Namespace) -> int:
    weights = _coefficients(options)
    if options.output.suffix.lower() != ".safetensors":
        raise _UsageError(f"{options.output}: what is written is .safetensors: name it so")
    if not options.output.parent.is_dir():
        raise _UsageError(f"{options.output}: there is no folder '{options.output.parent}'")
    if options.output.exists() and not options.force:
        raise _UsageError(f"{options.output} exists: choose another name, or --force")
    if any(options.output.resolve() == model.resolve() for model in options.models):
        raise _UsageError(f"{options.output} is one of the models: choose another name")
    from generator.render.engines import LocalEngine

    LocalEngine().mix(list(zip(options.models, weights, strict=True)), options.output)
    if not options.quiet:
        print(f"{options.output}: {options.output.stat().st_size:,} bytes")
    return 0


def _coefficients(options: argparse.Namespace) -> tuple[float, ...]:
    """Return a coefficient for each model, as a build would keep them: one mix is one file."""
    from generator.manifest.alphas import coefficients

    name, given = (
        ("coefficient", options.weights) if options.weights else ("alpha", [options.alpha])
    )
    weights = options.weights or [1 - options.alpha, options.alpha]
    if len(weights) != len(options.models):
        count = f"{len(options.models)} model(s), {len(weights)} coefficient(s)"
        raise _UsageError(f"{count}: give one coefficient for each model")
    for value in given:
        if not math.isfinite(value):
            raise _UsageError(f"{name} {value} is no number to mix by")
        if not (0 <= value <= 1 or options.extrapolate):
            raise _UsageError(f"{name} {value:g} is outside 0 to 1 (allow it: --extrapolate)")
    try:
        return coefficients(weights)
    except ValueError as error:
        raise _UsageError(str(error)) from error


def _inspect(options: argparse.Namespace) -> int:
    from generator.commands.messages import print_kinship, print_weights
    from generator.render.engines import LocalEngine

    if len(options.models) == 1:
        if options.on:
            raise _UsageError("--on shows mixes of models: name two or more")
        print_weights(LocalEngine().about(options.models[0]), options)
        return 0
    from generator.images import decode
    from generator.render.relate import telling_crop

    crops = [telling_crop(decode(path)) for path in options.on]
    print_kinship(LocalEngine().relate(options.models, crops), options)
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
    from generator.commands.messages import print_removed
    from generator.manifest import load
    from generator.project.open import open_store
    from generator.site import remove_site

    if options.config != DEFAULT_CONFIG and not options.config.is_file():
        raise _UsageError(f"{options.config}: no such file")
    removed: dict[Path, Sequence[str]] = {}
    if remove_site(options.output):
        removed[options.output] = ()
    if options.cache:
        store = open_store(load(options.config))
        if store.folder.exists():
            removed[store.folder] = store.clear()
    if not options.quiet:
        print_removed(removed)
    return 0


def _clean_unused(options: argparse.Namespace) -> int:
    from generator.commands.clean import remove_unused
    from generator.commands.messages import print_unused

    print_unused(remove_unused(options.config), options)
    return 0


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "new": _new,
    "build": _build,
    "check": _check,
    "serve": _serve,
    "interpolate": _interpolate,
    "inspect": _inspect,
    "schema": _schema,
    "clean": _clean,
}


def _complain(message: str) -> None:
    plain = not sys.stderr.isatty() or "NO_COLOR" in os.environ
    for line in message.split("\n"):
        text = printable(line)
        print(text if plain else f"\033[31m{text}\033[0m", file=sys.stderr)
