"""The commands, and the only place that turns errors into messages and exit codes.

Results go to stdout; progress, warnings and errors to stderr. 0 done, 1 failed, 2 usage or
manifest error, 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import keyword
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module

from generator.commands.arguments import parser
from generator.errors import AlphagridError, printable

Run = Callable[[argparse.Namespace], int]
"""Runs a command and returns its exit status."""

_LAST_WORDS = 1.0
"""Seconds that threads have to finish a file after Ctrl-C."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    _escape_unencodable()
    options = parser().parse_args(arguments)
    try:
        return _run_of(options.command)(options)
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


def _run_of(command: str) -> Run:
    """Import a command's module, and with it what this command needs and no other.

    A module cannot well be called what Python itself has a word for: ``import`` is ``import_``.
    """
    name = f"{command}_" if keyword.iskeyword(command) else command
    run: Run = import_module(f"generator.commands.{name}").run
    return run


def _escape_unencodable() -> None:
    """Escape characters that the console cannot encode, as ``printable`` does.

    Old consoles, and pipes on Windows, lack many; to print one must not be an error.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _leave_threads() -> None:
    """End the process without waiting for threads that are long at work.

    No file is half written by that, and Python itself would wait for them.
    """
    deadline = time.monotonic() + _LAST_WORDS
    workers = [thread for thread in threading.enumerate() if not thread.daemon]
    workers.remove(threading.main_thread())
    for thread in workers:
        thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in workers):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(130)


def _complain(message: str) -> None:
    plain = not sys.stderr.isatty() or "NO_COLOR" in os.environ
    for line in message.split("\n"):
        text = printable(line)
        print(text if plain else f"\033[31m{text}\033[0m", file=sys.stderr)
