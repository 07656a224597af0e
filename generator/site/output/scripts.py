"""Scripts as published: modules that are always needed together, in one file.

The modules under ``static`` are written to be read. A page would fetch each of them by itself,
with comments and indentation; joined, without these and with short names they are few requests and
half the bytes. Only names that nobody else can speak of are shortened: those at the top of modules,
and those that a function declares. (``name`` of a function or class tells the short one.)

A file begins with each module that no other imports, with each that is loaded later (``import()``,
a worker), and with each that several files need, so that no page has two copies of one module's
state. Every other module is joined into the file of those that import it. What is not fully
understood is published as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from generator.site.output.javascript import read_script
from generator.site.output.pieces import Pieces, Reference
from generator.site.output.shrink import short_names, written
from generator.site.output.syntax import Import, Kind, Script, Token

Binding = tuple[str, str]
"""What a name at the top of a module stands for: a module (or an import's source), a name there."""


def join_scripts(texts: Mapping[str, str]) -> dict[str, Pieces]:
    """Return scripts as published, by the name in ``static`` of the module each file begins with.

    ``texts`` are all scripts by name. Those that are joined into another are left out.
    """
    scripts = {name: read_script(name, text) for name, text in texts.items()}
    homes = _homes(scripts)
    return {
        name: _as_it_stands(script) if script.opaque else _File(name, scripts, homes).pieces()
        for name, script in scripts.items()
        if homes[name] == name
    }


def _homes(scripts: Mapping[str, Script]) -> dict[str, str]:
    """Return for each module the one that its file begins with."""
    importers: dict[str, set[str]] = {name: set() for name in scripts}
    first = {name for script in scripts.values() for name in script.asked_later}
    for name, script in scripts.items():
        if script.opaque or script.alone:
            first.add(name)
        for needed in script.imports:
            if (target := _target(needed, scripts)) is not None:
                importers[target].add(name)
                known = needed.plain and set(needed.names.values()) <= set(scripts[target].exports)
                if script.opaque or not known:
                    first.add(target)
    homes: dict[str, str] = {}
    try:
        for name in TopologicalSorter(importers).static_order():
            wanted_by = {homes[importer] for importer in importers[name]}
            homes[name] = wanted_by.pop() if len(wanted_by) == 1 and name not in first else name
    except CycleError:  # an error elsewhere: no file of a circle can have a name
        return {name: name for name in scripts}
    return homes


def _target(needed: Import, scripts: Mapping[str, Script]) -> str | None:
    found = needed.reference
    return found.target if found and found.target in scripts else None


def _as_it_stands(script: Script) -> Pieces:
    """Return a script's own text, with its references."""
    pieces: list[str | Reference] = []
    end = 0
    for found in script.references:
        pieces += [script.text[end : found.at], found]
        end = found.at + len(found.address)
    return [*pieces, script.text[end:]]


class _File:
    """Modules in the order in which they run, each after what it imports, and their names."""

    def __init__(self, first: str, scripts: Mapping[str, Script], homes: Mapping[str, str]) -> None:
        self.scripts = scripts
        self.homes = homes
        self.first = scripts[first]
        self.modules: list[Script] = []
        self._gather(self.first)
        self.finals = self._final_names()

    def _gather(self, module: Script) -> None:
        for needed in module.imports:
            inner = self._inner(needed)
            if inner and inner not in self.modules:
                self._gather(inner)
        self.modules.append(module)

    def _inner(self, needed: Import) -> Script | None:
        """Return the module that is imported, where it is of this file."""
        target = _target(needed, self.scripts)
        return self.scripts[target] if target and self.homes[target] == self.first.name else None

    # Names: short ones, which no module has for anything else

    def _final_names(self) -> dict[Binding, str]:
        """Return what each binding is called in this file.

        A name that no module has for anything, be it a parameter or a global, can be put for a
        binding's own name wherever that stands. No scopes need be known, since what an inner
        scope declares under the same name may be renamed along. The names at the top of a script
        that is no module are the page's: they stay.
        """
        called = [(self._binding(m, name), name) for m in self.modules for name in _top_names(m)]
        if not any(m.imports or m.exports or m.alone for m in self.modules):
            return dict(called)
        taken = set[str]().union(*(module.identifiers for module in self.modules))
        bindings = dict.fromkeys(binding for binding, _ in called)
        return dict(zip(bindings, short_names(taken, 2), strict=False))

    def _local_names(self, module: Script) -> Iterator[tuple[tuple[int, str], str]]:
        """Yield what outermost functions call their own names: (function, name), short name."""
        tops = {*_top_names(module)}
        for function, words in module.words.items():
            own = [name for name in words if words[name] and name not in tops]
            taken = {*self.finals.values(), *words} - {*own}
            for name, short in zip(own, short_names(taken), strict=False):
                yield (function, name), short

    def _binding(self, module: Script, name: str) -> Binding:
        """Return what a name at the top of a module stands for, wherever it comes from."""
        for needed in module.imports:
            if name in needed.names:
                if inner := self._inner(needed):
                    return self._binding(inner, inner.exports[needed.names[name]])
                return needed.key, needed.names[name]
        return module.name, name

    # The text

    def pieces(self) -> Pieces:
        tokens = list(self._imports())
        for part in map(list, [*map(self._body, self.modules), self._exports()]):
            if part and tokens and tokens[-1].text != ";":
                tokens.append(Token(";"))  # what a file's end was to the part before
            tokens += part
        return [*written(tokens), "\n"]

    def _imports(self) -> Iterator[Token]:
        """Yield the imports that stay: one for each file, and one for each namespace."""
        kept: dict[str, tuple[Import, dict[str, str]]] = {}
        for module in self.modules:
            for needed in module.imports:
                if self._inner(needed) is None:
                    _, names = kept.setdefault(needed.key, (needed, {}))
                    names |= {n: self.finals[needed.key, n] for n in needed.names.values()}
        for needed, names in kept.values():
            if whole := names.pop("*", None):
                yield from _import(f"import*as {whole} from", needed)
            if names or not whole:
                listed = ",".join(_renamed(name, final) for name, final in names.items())
                yield from _import(f"import{{{listed}}}from" if names else "import", needed)

    def _body(self, module: Script) -> Iterator[Token]:
        finals = {name: self.finals[self._binding(module, name)] for name in _top_names(module)}
        locals_ = dict(self._local_names(module))
        for token in module.tokens:
            local = locals_.get((token.function, token.text), token.text)
            final = finals.get(token.text, local)
            if token.kind is Kind.NAME:
                yield replace(token, text=final)
            elif token.kind is Kind.SHORTHAND and final != token.text:
                yield replace(token, text=f"{token.text}:{final}")
            else:
                yield token

    def _exports(self) -> Iterator[Token]:
        exports = self.first.exports.items()
        names = [(self.finals[self._binding(self.first, local)], name) for name, local in exports]
        if names:
            yield Token(f"export{{{','.join(_renamed(*pair) for pair in names)}}};")


def _top_names(module: Script) -> Iterator[str]:
    yield from sorted(module.declared)
    for needed in module.imports:
        yield from needed.names


def _renamed(name: str, other: str) -> str:
    return name if name == other else f"{name} as {other}"


def _import(words: str, needed: Import) -> Iterator[Token]:
    yield Token(words)
    yield Token(needed.source, reference=needed.reference)
    if needed.attributes:
        yield Token(needed.attributes)
    yield Token(";")
