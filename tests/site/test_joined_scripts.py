"""Scripts as published: what is joined, what stays a file of its own, what is left out."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import tree_sitter_javascript
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Node, Parser

from generator.site.output.assets import build_assets
from generator.site.output.scripts import join_scripts

JAVASCRIPT = Parser(Language(tree_sitter_javascript.language()))


def joined(**texts: str) -> dict[str, str]:
    """Return published scripts by name without suffix; references in them by what they lead to."""
    found = join_scripts({f"{name}.js": text for name, text in texts.items()})
    return {
        name.removesuffix(".js"): "".join(
            piece if isinstance(piece, str) else f"<{piece.target}{piece.suffix}>"
            for piece in pieces
        )
        for name, pieces in found.items()
    }


def test_modules_are_joined_each_after_what_it_imports() -> None:
    assert joined(
        main='// Entry.\nimport { b } from "./b.js";\nimport { c } from "./c.js";\n'
        "if (b) {\n  b(c); // go\n}\n",
        b='import { c } from "./c.js";\n/** D. */\nexport const b = (/** @i */ x) => x + c;\n',
        c='/**\n * "Doc".\n */\nexport const c = " // kept /** too */" + `\n  kept // too`;\n',
    ) == {
        "main": 'const aa=" // kept /** too */"+`\n  kept // too`;const ab=(a)=>a+aa;'
        "if(ab){ab(aa);}\n"
    }


@pytest.mark.parametrize(
    "text",
    [
        "const tick=/`/;const text=`\n    kept // too\n`;\n",
        "const s=x.replace(/[/`'\"]/g,'')+`\n  // kept`;\n",
        "x=a/b;y=`\n  /* kept */ ${`\n  // ${z}`}`;\n",
        "x=\"\\\n  // kept\";\n",
        "const s='it\\'s // kept';\n",
"if(x)/[/*]/.test(y);z=1\n/2;\n",
    ],
)  # fmt: skip
def test_nothing_within_strings_templates_and_expressions_changes(text: str) -> None:
    assert joined(main=text) == {"main": text}


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("a\n++b\nc\n(d)", "a\n++b\nc\n(d)"),
        ("return\nx".join(["function f() {\n", "\n}"]), "function f(){return\nx}"),
        ("x = + +y - -z; w = a / /b/.c;", "x= + +y- -z;w=a/ /b/.c;"),
        ("let\nx = 1 .toFixed() in y ? .5 : 2", "let\nx=1 .toFixed()in y? .5:2"),
        ("/re/ in x; `t` in y", "/re/ in x;`t`in y"),
        ("class A { static\n b\n 'c'() {} get\n d() {} #e = 1 }",
         "class A{static\nb\n'c'(){}get\nd(){}#e=1}"),
        ("do x\nwhile (y)\nz", "do x\nwhile(y)\nz"),
        ("async () => {\n  for await (const x of y) {}\n}", "async()=>{for await(const a of y){}}"),
        ("x = /* a */ /* b\n */ y", "x=y"),
        ("x // a\ny", "x\ny"),
    ],
)  # fmt: skip
def test_only_blanks_that_say_nothing_are_left_out(written: str, published: str) -> None:
    assert joined(main=written) == {"main": f"{published}\n"}
    assert changed(written, f"{published}\n") <= {"x"}


def test_a_comment_over_several_lines_ends_a_line() -> None:
    """So the language says; the parser knows it of comments at a line's end only."""
    text = "function f() { return /* b\n */ c }"
    assert joined(main=text) == {"main": "function f(){return\nc}\n"}


def test_terms_of_use_stay() -> None:
    text = "/*! MIT, by A */\n// gone\nx = 1;\n/**\n * @license MIT\n */\ny = 2; /* gone */\n"
    assert joined(lib=text) == {"lib": "/*! MIT, by A */\nx=1;/**\n * @license MIT\n */\ny=2;\n"}


def test_what_is_loaded_later_is_a_file_of_its_own() -> None:
    """Dynamic imports and workers, joined with what only they need."""
    assert joined(
        main='import { a } from "./a.js";\n'
        'a(await import("./later.js"), new URL("./tool.js?v#x", import.meta.url));\n'
        'new Worker(new URL("worker.js", import.meta.url), { type: "module" });\n',
        a="export const a = 1;",
        later='import { b } from "./b.js"; export const go = b; export default go;',
        b="export const b = 2;",
        tool="let t;",
        worker='import { c } from "./c.js"; c();',
        c="export function c() {}",
    ) == {
        "main": 'const aa=1;aa(await import("<later.js>"),'
        'new URL("<tool.js?v#x>",import.meta.url));'
        'new Worker(new URL("<worker.js>",import.meta.url),{type:"module"});\n',
        "later": "const aa=2;const ab=aa;export default ab;export{ab as go};\n",
        "tool": "let t;\n",
        "worker": "function aa(){};aa();\n",
    }


def test_what_several_files_need_is_there_once() -> None:
    assert joined(
        one='import { b, c as d } from "./b.js";\nb(d);\n',
        two='import * as all from "./b.js";\nimport "./b.js";\nall.b();\n',
        b='import { e } from "./e.js";\nexport const b = e;\nlet c;\nexport { c };\n',
        e="export const e = {};\n",
    ) == {
        "one": 'import{b as aa,c as ab}from"<b.js>";aa(ab);\n',
        "two": 'import*as aa from"<b.js>";aa.b();\n',
        "b": "const aa={};const ab=aa;let ac;export{ab as b,ac as c};\n",
    }


def test_names_that_collide_are_kept_apart() -> None:
    assert joined(
        main='import { b as own } from "./b.js";\n'
        "const c = own, d = (e) => ({ c, e });\nclose(d);\n",
        b="const c = 1;\nexport const b = { c, e };\nfunction close() {}\nvar e;\n"
        "const f = ({ c }) => { const { close = c } = b; return { close: c.close }; };\n",
    ) == {
        "main": "const ab=1;const aa={c:ab,e:ad};function ac(){}\nvar ad;"
        "const ae=({c:ab})=>{const{close:ac=ab}=aa;return{close:ab.close};};"
        "const af=aa,ag=(e)=>({c:af,e});close(ag);\n"
    }


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("function f(value) { return value + other }", "function f(a){return a+other}"),
        ("const tick = (x) => tick(x)", "const tick=(a)=>tick(a)"),
        ("f = (x) => a(x)", "f=(b)=>a(b)"),
        ("f = ({ key, other: x }) => key + x", "f=({key,other:a})=>key+a"),
        ("f = (x) => ({ x })", "f=(x)=>({x})"),
        ("f = (x) => x.x + { x: 1 }.x", "f=(a)=>a.x+{x:1}.x"),
        ("f = (x) => { x: for (;;) break x }", "f=(a)=>{x:for(;;)break x}"),
        ("f = (x = close) => { let close; close(x) }", "f=(a=close)=>{let close;close(a)}"),
        ("f = () => { { const close = 1; close } close() }",
         "f=()=>{{const close=1;close}close()}"),
        ("f = () => { { var x } return x }", "f=()=>{{var x}return x}"),
        ("f = (x) => { { const x = 1; x } x }", "f=(a)=>{{const a=1;a}a}"),
        ("o = { [key](key) { return key } }", "o={[key](a){return a}}"),
        ("f = () => { var arguments; return arguments }",
         "f=()=>{var arguments;return arguments}"),
        ("f = () => { try {} catch ({ message: x }) { x } }",
         "f=()=>{try{}catch({message:a}){a}}"),
        ("f = () => { for (x of y) x; for (const z of y) z }",
         "f=()=>{for(x of y)x;for(const a of y)a}"),
        ("f = () => { switch (x) { case 1: let x } }", "f=()=>{switch(x){case 1:let x}}"),
        ("f = function own(n) { own(n) }; own()", "f=function a(b){a(b)};own()"),
        ("f = () => [class Own { #x = Own }, Own]", "f=()=>[class Own{#x=Own},Own]"),
        ("f = () => class Own { x = Own }", "f=()=>class a{x=a}"),
        ("class A { b(x) { return x } c = (x) => x }", "class A{b(a){return a}c=(a)=>a}"),
        ("{ const x = 1; f = () => x }", "{const x=1;f=()=>x}"),
        ("f = (abc) => \\u0061bc", "f = (abc) => \\u0061bc"),
    ],
)  # fmt: skip
def test_only_names_that_are_a_functions_own_are_shortened(written: str, published: str) -> None:
    assert joined(main=f"{written}\n") == {"main": f"{published}\n"}


def test_there_are_short_names_without_end() -> None:
    words = [f"word{number}" for number in range(3000)]
    text = f"f=({','.join(words)})=>{{{';'.join(words)}}}\n"
    names = joined(main=text)["main"].removeprefix("f=(").split(")")[0].split(",")
    assert len({*names}) == len(words)
    assert max(map(len, names)) == 3
    assert not {"do", "if", "in", "for", "let", "new", "try", "var"} & {*names}


@pytest.mark.parametrize(
    ("main", "b"),
    [
        ('import{x as aa}from"<b.js>";aa;', "const aa=1;export{aa as b};"),
        ('import{default as aa}from"<b.js>";aa;', "export default 1;"),
        ('import*as aa from"<b.js>";aa;', "const aa=1;export{aa as b};"),
        ('import{b as aa}from"<b.js>"with {type:"x"};aa;', "const aa=1;export{aa as b};"),
        ('import{b as aa}from"<b.js>";aa;', "const aa=import.meta.url;export{aa as b};"),
        ('import{b as aa}from"<b.js>";aa;', 'export*from"<c.js>";const aa=1;export{aa as b};'),
        ('import{b as aa}from"<b.js>";aa;import("<b.js>");', "const aa=1;export{aa as b};"),
        ('export{b}from"<b.js>";', "const aa=1;export{aa as b};"),
    ],
    ids=["unknown", "default", "whole", "attributes", "address", "passed on", "later", "again"],
)
def test_what_needs_a_module_of_its_own_keeps_it(main: str, b: str) -> None:
    sources = {name: text.replace("<", "./").replace(">", "").replace("aa", "own") for name, text in
               {"main": main, "b": b}.items()}  # fmt: skip
    published = joined(**sources, c="let c;")
    assert published.items() >= {"main": f"{main}\n", "b": f"{b}\n"}.items()


@pytest.mark.parametrize(
    "text",
    [
        'import { b } from "./b.js";\n\n  let = = b; // kept\n',
        'import { b } from "./b.js";\nconst x = (1 +; // kept\nimport("./b.js");\n',
        'import { b } from "./b.js";  @kept class B {}\n',
        'import { b } from "./b.js";  eval("b");\n',
        'import { b } from "./b.js";  const b2 = <b>kept  too</b>;\n',
        'import b from "./b.js" assert {type:  "x"};\n',
    ],
)
def test_what_is_not_understood_is_published_as_it_stands(text: str) -> None:
    expected = text.replace("./b.js", "<b.js>")
    assert joined(main=text, b="export const b = 1;") == {
        "main": expected,
        "b": "const aa=1;export{aa as b};\n",
    }


def test_statements_without_a_semicolon_end_where_their_module_ends() -> None:
    assert joined(main='import "./a.js"\n;(b)()', a="const f = () => {}") == {
        "main": "const aa=()=>{};(b)()\n"
    }


def test_modules_in_a_circle_are_left_to_whoever_names_files() -> None:
    texts = {"a": 'import { b } from "./b.js";\nexport const a = b;\n',
             "b": 'import { a } from "./a.js";\nexport const b = () => a;\n'}  # fmt: skip
    assert set(joined(**texts)) == {"a", "b"}


def changed(written: str, published: str) -> set[str]:
    """Return the names that are others now, where all else in the syntax trees is the same."""
    found: set[str] = set()

    def compare(one: Node, other: Node) -> None:
        assert one.type == other.type
        inner, outer = ([c for c in each.children if c.type != "comment"] for each in (one, other))
        for pair in zip(inner, outer, strict=True):
            compare(*pair)
        if one.text != other.text and not inner:
            assert one.type == "identifier"
            assert one.text
            found.add(one.text.decode())

    trees = [JAVASCRIPT.parse(text.encode()).root_node for text in (written, published)]
    assert not any(tree.has_error for tree in trees)
    compare(*trees)
    return found


def tokens(text: str) -> list[bytes | None]:
    """Return the texts of the leaves of a syntax tree, comments left out."""
    found, stack = [], [JAVASCRIPT.parse(text.encode()).root_node]
    while stack:
        node = stack.pop()
        stack += reversed(node.children)
        if not node.children and node.type != "comment":
            found.append(node.text)
    return found


STATEMENTS = (
    """\
const a = { b , c : d , ... e , [ f ] ( ) { } , get g ( ) { return 1 } , async * h ( ) { } } ;
let { i , j : [ k = 1 , ... l ] , m = 2 } = n
o = p ? .5 : q ?. r ?. [ s ] ?? 1 . t
if ( u ) v ; else w
for ( var x = 0 ; x < 9 ; x ++ ) { y -- ; - - z }
for ( const aa of bb ) ; for await ( cc of dd ) { }
do ee ; while ( ff )
label : while ( gg ) { if ( hh ) continue label ; break label }
class A extends B { static #c = 1 ; static { d } e ; f = 2 ; 'h' ( ) { } }
class C1 { static async * [ g ] ( ) { } get i ( ) { } static set j ( k2 ) { } }
ii = / [ / ` ] / g . test ( jj ) / 2 / kk
ll = `mm ${ nn + ` ${ oo } // pp ` }  qq  ` + 'rr // ' + "ss /* "
tt = async ( uu , vv = ww ) => { await xx } ; yy = zz => ( { zz } )
function * f1 ( a1 , { b1 } , [ c1 ] ) { yield * d1 ; return }
throw new E ( ) ; try { g1 } catch { } finally { }
switch ( h1 ) { case i1 : j1 ; default : k1 }
l1 = typeof m1 in n1 instanceof o1 ; delete p1 . q1 ; void 0
r1 = + + s1 - - - t1 ; u1 ** = 2 ; v1 ||= w1 ; x1 >>>= y1 && ! ! z1
a2 = ( b2 , c2 ) => d2 ; [ e2 , f2 ] = [ f2 , e2 ] ; ( function ( ) { } ) ( )
""".replace("** =", "**=")
    .replace("/ [ / ` ] / g", "/[/`]/g")
    .splitlines()
)
LOCALS = {"k2", "uu", "vv", "a1", "c1", "b2", "c2"}
GAPS = [" ", "  ", "  \n ", "\n", "/* x */", " /* ` */"]
LINES = [" // x\n", " // `\n", " /* x\n */ "]


@st.composite
def programs(draw: st.DrawFn, gaps: list[str]) -> str:
    """Statements in any order, with any blanks and comments between their words."""
    lines = draw(st.lists(st.sampled_from(STATEMENTS), min_size=1, max_size=4))
    words = [word for line in lines for word in [*line.split(" "), "\n"]]
    drawn = draw(st.lists(st.sampled_from(gaps), min_size=len(words), max_size=len(words)))
    return "".join(word + gap for word, gap in zip(words, drawn, strict=True))


@given(programs(GAPS))
def test_what_is_published_means_what_was_written(text: str) -> None:
    published = joined(main=text)["main"]
    if JAVASCRIPT.parse(text.encode()).root_node.has_error:
        assert published == text
    else:
        assert changed(text, published) <= LOCALS


@given(programs([*GAPS, *LINES]))
def test_the_published_tokens_are_those_of_the_source(text: str) -> None:
    """Also where a comment ends a line, of which parsers think differently."""
    pairs = zip(tokens(joined(main=text)["main"]), tokens(text), strict=True)
    assert {one.decode() for other, one in pairs if one and one != other} <= LOCALS


MODULES = {
    "main.js": """
        import { say, count as total } from "./log.js";
        import { name, next } from "./one.js";
        import * as two from "./two.js";
        const log = (text) => say(`main ${text}`)   // no semicolon
        ;[name, two.name, next(), next()].forEach(log)
        const later = await import("./later/later.js")
        log(later.next() + later.default + later.keep)
        log(total())
    """,
    "log.js": """
        const lines = []; let count = 0;
        export const say = (text) => { count += 1; lines.push(text); console.log(text) }
        const total = () => count
        export { total as count }
    """,
    "one.js": """
        import { say } from "./log.js"
        const secret = "one"
        let state = 0
        export const name = secret, next = () => {
          const name = "inner"; state += 1; return name + state
        }
        say("one runs")
    """,
    "two.js": """
        import { say } from "./log.js"
        const secret = `two \\` ${ /`/.source /* x */ }
          // kept`
        export { secret as name }
        say("two runs")
    """,
    "later/later.js": """
        import { next as more } from "../one.js"
        import { helper } from "./helper.js"
        const secret = helper(), next = () => more() + secret
        export { next, secret as keep }
        export default class name { static toString() { return "later" } }
    """,
    "later/helper.js": """
        const secret = "only later"
        export function helper(name = secret) { return { name }.name }
    """,
}


def test_published_modules_do_what_the_written_ones_do(tmp_path: Path) -> None:
    if (node := shutil.which("node")) is None:
        pytest.skip("node is not installed")
    files = {name: tmp_path / "written" / name for name in MODULES}
    for name, path in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(MODULES[name], encoding="utf-8")
    (tmp_path / "package.json").write_text(json.dumps({"type": "module"}))
    (tmp_path / "assets").mkdir()
    assets = build_assets(files)
    for asset in assets.values():
        (tmp_path / asset.name).write_bytes(asset.data)
    said = [
        subprocess.run([node, path], capture_output=True, text=True, check=True).stdout
        for path in (files["main.js"], tmp_path / assets["main.js"].name)
    ]
    assert "inner3only laterlateronly later" in said[0]
    assert said[0] == said[1]
    assert set(assets) == {"main.js", "log.js", "one.js", "two.js", "later/later.js"}
