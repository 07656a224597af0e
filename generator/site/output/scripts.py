"""Scripts as published: an entry and the modules it imports, joined into one file.

The modules under ``static`` are written to be read. A page would fetch each of them by itself,
with comments and indentation; joined and without these they are one request and half the bytes.
Only what can be joined by moving text is joined: named imports at the top of modules whose own
names do not collide. Everything else is published as it stands.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from pathlib import Path

_STRING = r""""(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
_COMMENT = re.compile(
    rf"""{_STRING}
    |(?P<comment>
        ^[ \t]*//[^\n]*\n
        |^[ \t]*/\*\*.*?\*/[ \t]*\n
        |/\*\*.*?\*/[ ]?
        |[ \t]+//[^\n"'`]*$  # a quote may be of a string that a regular expression hides
    )""",
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)
_INDENT = re.compile(rf"{_STRING}|(?P<indent>^[ \t]+)", re.DOTALL | re.MULTILINE)
_IMPORT = re.compile(r'^import \{([\w$,\s]*)\} from "(\./[\w./-]+\.js)";\n', re.MULTILINE)
_DECLARED = re.compile(
    r"^(export )?(?:async )?(?:const|let|var|class|function)[ *]+([\w$]+|[{\[])", re.MULTILINE
)
_MODULE_SYNTAX = re.compile(r"^(?:import|export)\b|\bimport\s*[.(]", re.MULTILINE)


def join_scripts(files: dict[str, Path]) -> tuple[dict[str, bytes], set[str]]:
    """Join what can be joined among files by their name in ``static``.

    Returns the texts of entries that others were joined into, and the names of those others,
    which need not be published.
    """
    modules = _read(files)
    imported = {target for module in modules.values() for target in module.targets}
    reached = {
        name: order
        for name, module in modules.items()
        if module.targets and name not in imported and (order := _order(name, modules))
    }
    uses = Counter(name for order in reached.values() for name in order)
    joined, inner = {}, set[str]()
    for entry, order in reached.items():
        if any(uses[name] > 1 for name in order):
            continue  # two copies of a module would be two states
        if (text := _joined([modules[name] for name in order])) is not None:
            joined[entry] = text.encode()
            inner |= set(order) - {entry}
    return joined, inner


class _Module:
    """A script's text without comments and imports, with the names it takes and gives."""

    def __init__(self, name: str, text: str) -> None:
        bare = _COMMENT.sub(lambda match: "" if match["comment"] else match[0], text)
        here = posixpath.dirname(name)
        self.targets = {
            posixpath.normpath(posixpath.join(here, match[2])): {
                word.strip() for word in match[1].split(",") if word.strip()
            }
            for match in _IMPORT.finditer(bare)
        }
        self.declared = [match[2] for match in _DECLARED.finditer(bare)]
        self.exported = {match[2] for match in _DECLARED.finditer(bare) if match[1]}
        body = re.sub(
            r"^export (?=async |const |let |class |function)", "", bare, flags=re.MULTILINE
        )
        self.body = re.sub(r"\n{2,}", "\n", _IMPORT.sub("", body)).lstrip("\n")


def _read(files: dict[str, Path]) -> dict[str, _Module]:
    modules = {}
    for name, path in files.items():
        if name.endswith(".js"):
            text = path.read_bytes().decode("utf-8", errors="replace")
            modules[name] = _Module(name, text)
    return modules


def _order(entry: str, modules: dict[str, _Module]) -> list[str]:
    """Return an entry and all it imports, each after what it imports itself; [] if impossible."""
    order: list[str] = []
    open_modules: list[str] = []

    def visit(name: str) -> bool:
        if name in order:
            return True
        if name in open_modules or name not in modules:
            return False
        open_modules.append(name)
        for target, words in modules[name].targets.items():
            if not visit(target) or not words <= modules[target].exported:
                return False
        open_modules.pop()
        order.append(name)
        return True

    return order if visit(entry) else []


def _joined(modules: list[_Module]) -> str | None:
    """Return the modules' text in one, or None where it would not mean the same."""
    names = [name for module in modules for name in module.declared]
    text = "".join(module.body for module in modules)
    if len(set(names)) < len(names) or {"{", "["} & set(names) or _MODULE_SYNTAX.search(text):
        return None
    return _INDENT.sub(lambda match: "" if match["indent"] else match[0], text)
