"""Static files: names that follow their content, references, overrides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.site import Project, make_project

from generator.errors import ManifestError
from generator.project import shipped
from generator.site.output.assets import Asset, build_assets


def assets(folder: Path, **files: str) -> dict[str, Asset]:
    paths = {}
    for name, text in files.items():
        path = folder / name.replace("_", ".")
        path.write_text(text)
        paths[path.name] = path
    return build_assets(paths)


def test_a_name_changes_with_the_content_of_what_is_referred_to(tmp_path: Path) -> None:
    first = assets(tmp_path, a_js='import("./b.js");', b_js="1;", c_js="")
    second = assets(tmp_path, a_js='import("./b.js");', b_js="2;", c_js="")
    assert first["a.js"].name != second["a.js"].name
    assert first["c.js"].name == second["c.js"].name
    target = first["b.js"].name.removeprefix("assets/")
    assert first["a.js"].data == f'import("./{target}");\n'.encode()


@pytest.mark.parametrize(
    "code",
    [
        'import { x } from "./b.js";',
        "import x from './b.js'",
        'export * from "./b.js";',
        'import\n  {\n x }\nfrom "./b.js";',
        'const x = await import("./b.js");',
        'new URL("./b.js", import.meta.url)',
        'import "../static/b.js?x#y"',
    ],
)
def test_every_form_of_reference_is_rewritten(tmp_path: Path, code: str) -> None:
    text = code.replace("../static/", "./")
    built = assets(tmp_path, a_js=text, b_js="", c_js='import("./b.js")')
    assert f"./{built['b.js'].name.removeprefix('assets/')}".encode() in built["a.js"].data
    assert b"./b.js" not in built["a.js"].data


@pytest.mark.parametrize(
    "code",
    [
        '// import "./gone.js"',
        '/** @type {import("./gone.js").X} */',
        "const text = 'from \"./gone.js\"';",
        'const text = `import "./gone.js"`;',
        'import x from "package";',
        'import x from "https://example.org/x.js";',
        "const from = 1; const y = from + './gone.js'.length;",
    ],
)
def test_what_is_no_reference_is_left_alone(tmp_path: Path, code: str) -> None:
    [asset] = assets(tmp_path, a_js=code).values()
    assert b"gone" not in asset.data or b"./gone.js" in asset.data


def test_style_sheets_refer_to_files_too(tmp_path: Path) -> None:
    text = """/* url(gone.png) */ @import "b.css" print; a { background: url( 'c.svg' ) }
    b { background: url(data:image/png;base64,AA==) } i { mask: url(#x); content: "url(gone)" }"""
    built = assets(tmp_path, a_css=text, b_css="b{}", c_svg="<svg/>")
    data = built["a.css"].data.decode()
    assert "@media print {\nb{}}\n a {" in data
    assert "b.css" not in built
    assert built["c.svg"].name.removeprefix("assets/") in data
    assert "url(data:image/png;base64,AA==)" in data


def test_a_reference_to_nothing_is_an_error_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"a\.js:2:9: no static file is called 'c\.js' \(did"):
        assets(tmp_path, a_js='\nimport "./c.js";', b_js="")


def test_references_in_a_circle_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"in a circle: a\.js → b\.js → a\.js"):
        assets(tmp_path, a_js='import "./b.js";', b_js='import "./a.js";')


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "project")


def test_the_authors_files_override_ours_one_by_one(project: Project) -> None:
    project.write("static/css/site.css", "body { color: rebeccapurple }")
    project.write("templates/404.html", "<p>Gone {{ asset('css/site.css') }} {{ root }}")
    project.build(base_url="https://example.org/m/")
    sheets = list((project.output / "assets").glob("site.*.css"))
    assert [path.read_text() for path in sheets] == ["body { color: rebeccapurple }"]
    assert project.read("404.html") == f"<p>Gone /m/assets/{sheets[0].name} /m/"
    assert "alpha-viewer" in project.read("comparisons/sharpness/index.html")


def test_an_authors_own_rules_come_last_on_every_page(project: Project) -> None:
    sheet = r'<link rel="stylesheet" href="[./]*assets/(\w+)\.'
    pages = ("index.html", "comparisons/sharpness/index.html", "404.html")
    project.build()
    assert all("custom" not in re.findall(sheet, project.read(page)) for page in pages)
    project.write("static/css/custom.css", "h1 { color: teal }\n")
    project.build()
    for page in pages:
        assert re.findall(sheet, project.read(page))[-1] == "custom", page


def test_files_under_root_keep_their_names(project: Project) -> None:
    project.write("static/root/CNAME", "models.example.org\n")
    project.write("static/root/robots.txt", "User-agent: *\nDisallow: /\n")
    project.write("static/root/.well-known/x", "y")
    project.write("static/.hidden", "z")
    project.build()
    assert project.read("CNAME") == "models.example.org\n"
    assert "Disallow" in project.read("robots.txt")
    assert project.read(".well-known/x") == "y"
    assert not list(project.output.rglob("*hidden*"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n{{ asset('css/sit.css') }}", r"404\.html:2:1: .*did you mean 'css/site\.css'"),
        ("\n\n{% if %}", r"404\.html:3:1: template:"),
        ("{{ nothing.at.all }}", r"404\.html:1:1: .*'nothing' is undefined"),
        ("{% include 'gone.html' %}", r"no such template: 'gone\.html'"),
    ],
)
def test_mistakes_in_templates_have_a_place(project: Project, text: str, message: str) -> None:
    project.write("templates/404.html", text)
    with pytest.raises(ManifestError, match=message):
        project.build()
    assert not project.output.exists()


def test_shipped_files_lie_beside_the_package_or_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "generator"
    (package / "defaults/static").mkdir(parents=True)
    (package / "__init__.py").touch()
    monkeypatch.setattr(shipped.generator, "__file__", str(package / "__init__.py"))
    assert shipped.shipped("static") == package / "defaults/static"
    assert shipped.shipped("templates") == tmp_path / "templates"
