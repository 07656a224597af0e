"""Reading one script from its syntax tree, which is tree-sitter's.

A script that the tree does not cover is said to be ``opaque``: it can be published as it stands,
with its references found as far as the tree goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count, pairwise

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from generator.site.output.pieces import Reference, reference
from generator.site.output.scopes import Scope, Use, words_by_function
from generator.site.output.syntax import Import, Kind, Script, Token


def read_script(name: str, text: str) -> Script:
    """Read the script of a name in ``static``; what it holds is never an error."""
    return _Reader(name, text).read()


_LANGUAGE = Language(tree_sitter_javascript.language())
_KINDS = {
    "regex": Kind.REGEX,
    "identifier": Kind.NAME,
    "shorthand_property_identifier": Kind.SHORTHAND,
    "shorthand_property_identifier_pattern": Kind.SHORTHAND,
}
_FUNCTIONS = frozenset({
    "function_declaration", "function_expression", "arrow_function", "method_definition",
    "generator_function", "generator_function_declaration", "class_static_block",
})  # fmt: skip
_DECLARATIONS = frozenset({
    "lexical_declaration", "class_declaration", "function_declaration",
    "generator_function_declaration",
})  # fmt: skip
_SCOPES: dict[str, tuple[str, ...]] = {
    "function_declaration": ("parameters",),
    "function_expression": ("name", "parameters"),
    "arrow_function": ("parameters", "parameter"),
    "method_definition": ("parameters",),
    "generator_function": ("name", "parameters"),
    "generator_function_declaration": ("parameters",),
    "class": ("name",),
    "class_static_block": (),
    "catch_clause": ("parameter",),
    "for_statement": (),
    "for_in_statement": ("left",),
    "statement_block": (),
    "switch_body": (),
}  # with the fields that bind names in it
_NOT_OURS = frozenset({"ERROR", "decorator", "html_comment", "with_statement", "using_declaration"})
_PATTERNS = frozenset({"object_pattern", "array_pattern", "rest_pattern", "formal_parameters"})
_BLANKS = " \t\v\f\n\r\xa0\ufeff\u2028\u2029"
_BREAK = re.compile(r"[\n\r\u2028\u2029]")
_KEPT_COMMENT = re.compile(r"/\*(!|.*?(@license|@preserve|copyright))", re.DOTALL | re.IGNORECASE)
_TOP, _BLOCK, _FUNCTION = range(3)


class _Reader:
    """Walks the tree in the order of the text, with a stack of its own: trees can be deep."""

    def __init__(self, name: str, text: str) -> None:
        self.script = Script(name, text)
        self.data = text.encode()
        self.cursor = 0  # what lies before it has been read
        self.gap = ""  # since the last token, comments without their words
        self.found: dict[int, Reference] = {}  # by the byte at which the string begins
        self.meta: set[int] = set()  # where `import.meta` is part of a reference
        self.scope = Scope()  # of the node that is being read
        self.functions = count(1)
        self.uses: list[Use] = []

    def read(self) -> Script:
        root = Parser(_LANGUAGE).parse(self.data).root_node
        self.script.opaque = root.has_error
        stack = [(root, _TOP, self.scope)]
        while stack:
            node, place, self.scope = stack.pop()
            kind = node.type
            children = self._visit(node, kind, place)
            scope = self._scope_within(node, kind)
            if kind in _FUNCTIONS:
                place = _FUNCTION
            elif kind not in ("program", "export_statement"):
                place = max(place, _BLOCK)
            for child in reversed(children):
                outside = child.type == "computed_property_name"  # the key of a method
                stack.append((child, place, self.scope if outside else scope))
        names = self.script.identifiers
        self.script.opaque |= "eval" in names or any("\\" in name for name in names)
        self.script.words = words_by_function(self.uses)
        self.script.references.sort(key=lambda found: found.at)
        return self.script

    def _visit(self, node: Node, kind: str, place: int) -> list[Node]:
        """Note what a node says; return the children to go on with."""
        self._find_references(node, kind)
        self._find_declarations(node, kind, place)
        if kind in _NOT_OURS or kind.startswith("jsx_"):
            self.script.opaque = True
        if kind in ("comment", "hash_bang_line"):
            self._comment(node)
        elif kind == "import_statement":
            self._import(node)
        elif kind == "export_statement":
            return self._export(node)
        elif kind in ("string", "regex") or not (node.child_count or kind == "program"):
            self._token(node, kind)
        else:
            if kind == "template_string":  # in it every blank counts
                self.script.opaque |= _has_gaps(node)
            return node.children
        return []

    # What refers to files

    def _find_references(self, node: Node, kind: str) -> None:
        if kind in ("import_statement", "export_statement", "ERROR"):
            self._refer(node.child_by_field_name("source"), dotted=True)
        elif kind == "call_expression" and _type(node, "function") == "import":
            arguments = _arguments(node)
            self._refer(arguments[0] if arguments else None, dotted=True, later=True)
        elif kind == "new_expression":
            arguments = _arguments(node)
            words = [self._text(node.child_by_field_name("constructor"))]
            words += map(self._text, arguments[1:])
            if words == ["URL", "import.meta.url"] and self._refer(arguments[0], later=True):
                self.meta.add(arguments[1].start_byte)
        elif kind == "meta_property" and self._text(node) == "import.meta":
            self.script.alone |= node.start_byte not in self.meta

    def _refer(self, node: Node | None, *, dotted: bool = False, later: bool = False) -> bool:
        """Note where a string leads, if to a file; the address of a module begins with a dot."""
        if node is None or node.type != "string":
            return False
        address = self._text(node)[1:-1]
        if dotted and not address.startswith(("./", "../")):
            return False
        at = len(self.data[: node.start_byte].decode()) + 1
        if (found := reference(address, self.script.name, at)) is None:
            return False
        self.found[node.start_byte] = found
        self.script.references.append(found)
        if later:
            self.script.asked_later.add(found.target)
        return True

    # What a module declares, takes and gives

    def _find_declarations(self, node: Node, kind: str, place: int) -> None:
        if place == _TOP and kind in _DECLARATIONS:
            self.script.declared.update(self._declared_by(node))
        elif place == _FUNCTION:
            return
        elif kind == "variable_declaration":  # `var` reaches out of blocks
            self.script.declared.update(self._declared_by(node))
        elif kind == "for_in_statement" and _type(node, "kind") == "var":
            self.script.declared.update(self._bound(node.child_by_field_name("left")))

    def _scope_within(self, node: Node, kind: str) -> Scope:
        """Return the scope of a node's children; note what the node declares."""
        if kind in _DECLARATIONS or kind == "variable_declaration":
            self.scope.names.update(self._declared_by(node))
        if kind not in _SCOPES:
            return self.scope
        function = self.scope.function or (next(self.functions) if kind in _FUNCTIONS else 0)
        scope = Scope(self.scope, function)
        if kind != "for_in_statement" or node.child_by_field_name("kind"):
            for name in _SCOPES[kind]:
                scope.names.update(self._bound(node.child_by_field_name(name)))
        return scope

    def _declared_by(self, node: Node) -> Iterator[str]:
        yield from self._bound(node.child_by_field_name("name"))
        for child in node.named_children:
            if child.type == "variable_declarator":
                yield from self._bound(child.child_by_field_name("name"))

    def _bound(self, node: Node | None) -> Iterator[str]:
        """Yield the names that a pattern binds; defaults and computed keys bind none."""
        if node is None:
            return
        if node.type in _KINDS:
            yield self._text(node)
        elif node.type == "pair_pattern":
            yield from self._bound(node.child_by_field_name("value"))
        elif node.type in ("assignment_pattern", "object_assignment_pattern"):
            yield from self._bound(node.child_by_field_name("left"))
        elif node.type in _PATTERNS:
            for child in node.named_children:
                yield from self._bound(child)

    def _import(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        names: dict[str, str] = {}
        if source is None:
            return
        for child in _below(node, "import_clause"):
            if child.type == "identifier":
                names[self._text(child)] = "default"
            elif child.type == "namespace_import":
                names[self._text(child.named_children[-1])] = "*"
            elif child.type == "named_imports":
                names |= dict(self._specifiers(child, "import_specifier"))
        others = (child for child in node.children if child.type == "import_attribute")
        attributes = "".join(map(self._text, others))
        found = self.found.get(source.start_byte)
        self.script.imports.append(Import(self._text(source), attributes, found, names))
        self.script.identifiers.update(names)
        self._advance(node)

    def _export(self, node: Node) -> list[Node]:
        """Note what a statement exports; return the part of it that stays in the text."""
        declaration = node.child_by_field_name("declaration")
        if node.child_by_field_name("source"):
            self.script.alone = True
            for leaf in _leaves(node):
                self._token(leaf, "string" if leaf.type == "string" else "")
            return []
        if any(child.type == "default" for child in node.children):
            self.script.alone = True
            return node.children
        if declaration:
            self.script.exports |= {name: name for name in self._declared_by(declaration)}
            self._advance(node.children[0])
            return [declaration]
        for clause in node.named_children:
            for local, exported in self._specifiers(clause, "export_specifier"):
                self.script.exports[exported] = local
                self.script.identifiers.add(local)
        self._advance(node)
        return []

    def _specifiers(self, node: Node, kind: str) -> Iterator[tuple[str, str]]:
        """Yield (own name, outer name) of each entry between braces."""
        for child in node.named_children:
            if child.type == kind:
                first, last = child.children[0], child.children[-1]
                pair = (self._text(first), self._text(last))
                yield pair if kind == "export_specifier" else pair[::-1]

    # The text, token by token

    def _token(self, node: Node, kind: str) -> None:
        self._advance(node)
        text = self._text(node)
        meaning = _KINDS.get(kind, Kind.PLAIN)
        if meaning in (Kind.NAME, Kind.SHORTHAND):
            self.script.identifiers.add(text)
            self.uses.append(Use(text, meaning, self.scope))
        found = self.found.get(node.start_byte) if kind == "string" else None
        breaks = bool(self.gap and _BREAK.search(self.gap))
        function = self.scope.function
        self.script.tokens.append(Token(text, meaning, bool(self.gap), breaks, function, found))
        self.gap = ""

    def _comment(self, node: Node) -> None:
        text = self._text(node)
        if _KEPT_COMMENT.match(text):
            self._token(node, "comment")
        else:
            self._advance(node)
            self.gap += "\n" if _BREAK.search(text) else " "

    def _advance(self, node: Node) -> None:
        """Take up the gap before a node, and go to the node's end."""
        if self.cursor != node.start_byte:
            gap = self.data[self.cursor : node.start_byte].decode()
            self.script.opaque |= bool(gap.strip(_BLANKS))  # the tree has left something out
            self.gap += gap
        self.cursor = node.end_byte

    def _text(self, node: Node | None) -> str:
        return "" if node is None else self.data[node.start_byte : node.end_byte].decode()


def _type(node: Node, name: str) -> str:
    child = node.child_by_field_name(name)
    return "" if child is None else child.type


def _arguments(node: Node) -> list[Node]:
    arguments = node.child_by_field_name("arguments")
    return [] if arguments is None else [c for c in arguments.named_children if c.type != "comment"]


def _below(node: Node, kind: str) -> Iterator[Node]:
    for child in node.named_children:
        if child.type == kind:
            yield from child.named_children


def _has_gaps(node: Node) -> bool:
    return any(one.end_byte < other.start_byte for one, other in pairwise(node.children))


def _leaves(node: Node) -> Iterator[Node]:
    for child in node.children:
        if child.child_count and child.type != "string":
            yield from _leaves(child)
        else:
            yield child
