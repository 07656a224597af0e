"""Markdown pages: blocks, links, pictures, formulas, front matter; and where what is wrong is."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.site import Project, make_project

from generator.errors import ManifestError
from generator.manifest import load
from generator.site.text.markdown import MarkdownRenderer
from generator.site.text.mathematics import to_mathml
from generator.site.text.pages import read_pages
from generator.site.text.source import Source


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "project")


def body(project: Project, page: str = "index.html") -> str:
    return project.read(page).partition('<article class="prose">')[2].partition("</article>")[0]


def errors(project: Project, text: str, name: str = "content/index.md") -> list[str]:
    project.write(name, text)
    with pytest.raises(ManifestError) as caught:
        project.build()
    assert not project.output.exists()
    return [str(problem) for problem in caught.value.problems]


def warnings(project: Project, text: str) -> list[str]:
    project.write("content/index.md", text)
    return [str(problem) for problem in project.build().warnings]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("# A\n\n/// comparison | sharpnes\n///\n", "3:18", "(did you mean 'sharpness'?)"),
        ("# A\n\n/// comparision | sharpness\n///\n", "3:5", "(did you mean 'comparison'?)"),
        ("# A\n\n/// comparison | sharpness\n\nMore\n", "3:1", "never closed: add a line '///'"),
        ("# A\n\n/// comparison\n///\n", "3:1", "which comparison?"),
        ("# A\n\n///\n", "3:1", "unexpected '///"),
        ("# A\n\n  /// comparison | sharpness\n    wide: true\n///\n", "4:5", "no options"),
        ("# A\n\n/// comparison | sharpness\n////\n", "4:1", "unexpected '///"),
        ("# A\n\nx $\\frac{1}{n$ y\n", "3:4", "'}' is missing"),
        ("# A\n\n$$\n\\nosuch{x}\n$$\n", "4:1", "nosuch"),
        ("---\ntitel: x\n---\n# A\n", "2:1", "(did you mean 'title'?)"),
        ("---\ntitle: 3\n---\n# A\n", "2:8", "expected text"),
        ("---\ntitle: a\ntitle: b\n---\n# A\n", "3:1", "given twice"),
        ("---\ndraft: no\n---\n# A\n", "2:8", "expected true or false"),
        ("---\ndate: 2026-13-01\n---\n# A\n", "2:7", "expected a date"),
        ("---\ndate: 2026-02-30\n---\n# A\n", "2:7", "2026-01-31, got '2026-02-30'"),
        ("---\ndate: 20260130\n---\n# A\n", "2:7", "expected a date"),
        ("---\ndate: 2026-W01-1\n---\n# A\n", "2:7", "expected a date"),
        (f"---\norder: {10**320}\n---\n# A\n", "2:8", "expected a number, got inf"),
        ("---\n- a\n---\n# A\n", "2:1", "a mapping"),
        ("---\ntitle: a\n", "1:1", "never closed"),
        ("---\ntitle: [\n---\n# A\n", "", "not valid YAML"),
    ],
)
def test_errors_have_a_place_and_advice(project: Project, text: str, where: str, what: str) -> None:
    found = errors(project, text)
    assert any(f"content/index.md:{where}" in line and what in line for line in found), found


def test_all_errors_of_all_pages_come_in_one_run(project: Project) -> None:
    project.write("content/a.md", "/// comparison | one\n///\n\n$\\x$\n")
    found = errors(project, "---\nx: 1\n---\n", "content/b.md")
    assert [line.split(" ")[0] for line in found] == [
        "content/a.md:1:18:",
        "content/a.md:4:2:",
        "content/b.md:2:1:",
    ]


def test_lines_count_from_the_top_of_the_file(project: Project) -> None:
    found = errors(project, "---\ntitle: A\n\n---\n\n/// comparison | x\n///\n")
    assert found[0].startswith("content/index.md:6:18:")


def test_a_page_that_is_no_text_is_an_error(project: Project) -> None:
    project.write("content/a.md", b"# A\n\nb\xff")
    with pytest.raises(ManifestError, match=r"content/a\.md:3:2: not UTF-8"):
        project.build()


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("[a](gone.md)", "3:5", "broken link: 'gone.md'"),
        ("`gone.md` [a](gone.md)", "3:15", "broken link: 'gone.md'"),
        ("[a](indx.md)", "3:5", "(did you mean 'index.md'?)"),
        ("[a](#gone)", "3:5", "the page has no '#gone'"),
        ("[a][x]\n\n[x]: gone.md", "5:6", "broken link"),
        ("see [a][gone].", "3:5", "broken reference '[a][gone]': add a line '[gone]: …'"),
        ("see [gone][].", "3:5", "add a line '[gone]: …'"),
        ("a[^1].", "3:2", "add a line '[^1]: …'"),
        ("![](cat.png)", "3:5", "without a text alternative"),
        ("![a](cat.png) ![](cat.png)", "3:19", "without a text alternative"),
        ('<img src="cat.png">', "3:11", "without a text alternative"),
        ("![a](dog.png)", "3:6", "broken link"),
        ("[a](/cat.png)", "3:5", "write a relative address"),
        ("[a](../site.yaml)", "3:5", "outside content/"),
        ("[a](../../../../etc/passwd)", "3:5", ""),
        ("![a](https://example.org/x.png)", "3:6", "nothing from elsewhere"),
        ("[a](javascript:alert(1))", "3:5", "left out"),
        ('<p style="color: red">a</p>', "3:4", "'style' in a tag is left out"),
        ("a\n{: onclick=x }", "4:4", "'onclick' in a tag is left out"),
        ("<iframe src='https://x.org'></iframe>", "3:1", "<iframe> stays empty"),
        ("<script>x()</script>", "3:1", "<script> in a page does nothing"),
        ("<script type='module'>x()</script>", "3:1", "<script> in a page does nothing"),
        ("<style>p { color: red }</style>", "3:1", "<style> in a page does nothing"),
        ("[a](readme.md)", "3:5", "not a page of the site"),
        ("[a](comparisons/gone/)", "3:5", "broken link"),
    ],
)
def test_what_leads_nowhere_is_a_warning_with_its_place(
    project: Project, text: str, where: str, what: str
) -> None:
    project.write("content/cat.png", (project.root / "cat.png").read_bytes())
    project.write("content/readme.md", "# Not listed")
    project.manifest["pages"] = ["content/index.md"]
    found = warnings(project, f"# A\n\n{text}\n")
    assert len(found) == 1
    assert found[0].startswith(f"content/index.md:{where}: ")
    assert what in found[0]
    assert "javascript:" not in body(project)


VIDEO = "https://x.org/a/film.mp4?t=1"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ('<iframe width="560" src="https://x.org/embed/1?a=1&amp;b=2" title="A talk"></iframe>',
         '<a href="https://x.org/embed/1?a=1&amp;b=2">A talk</a>'),
        ('<iframe src="//x.org/1"><p>No <b>frames</b>?</p></iframe>',
         '<a href="https://x.org/1">x.org/1</a>'),
        ("<iframe srcdoc='<b>a</b>'></iframe>", ""),
        ('<iframe src="javascript:x()" title="Odd"></iframe>', "Odd"),
        ('<object data="film.svg"><object data="b"></object>Old <b>browser</b></object>',
         '<a href="assets/film.'),
        ('<embed src="https://x.org/a.pdf" width="9000">',
         '<a href="https://x.org/a.pdf">x.org/a.pdf</a>'),
        (f'<video src="{VIDEO}" controls width="560"></video>',
         f'<a href="{VIDEO}">x.org/a/film.mp4</a>'),
        (f'<video aria-label="A film"><source src="{VIDEO}"><track src="t.vtt">Old</video>',
         f'<a href="{VIDEO}">A film</a>'),
        (f'<audio controls><source src="{VIDEO}"></audio>',
         f'<a href="{VIDEO}">x.org/a/film.mp4</a>'),
        ("![A cat](https://x.org/cat.png)", '<a href="https://x.org/cat.png">A cat</a>'),
        ("[![A cat](https://x.org/cat.png)](https://y.org/)", '<a href="https://y.org/">A cat</a>'),
        ('<img srcset="https://x.org/cat.png 2x" alt="A cat">',
         '<a href="https://x.org/cat.png">A cat</a>'),
        ('<picture><source srcset="//x.org/b"><img src="https://x.org/b.png" alt="B"></picture>',
         '<a href="https://x.org/b.png">B</a>'),
    ],
)  # fmt: skip
def test_what_would_stay_empty_gives_way_to_a_link(project: Project, text: str, html: str) -> None:
    project.write("content/film.svg", "<svg/>")
    found = warnings(project, f"# A\n\nBefore\n\n{text}\n\nAfter *all*\n")
    assert found
    page = body(project)
    seen = re.search(r"<p>Before</p>\s*(.*?)\s*<p>After <em>all</em></p>", page, re.DOTALL)
    assert seen
    assert seen[1].removeprefix("<p>").removesuffix("</p>").startswith(html)
    assert not re.search(r"<(iframe|object|embed|video|audio|img|picture|source|track)\b", page)
    assert "browser" not in page


def test_what_the_site_has_itself_stays(project: Project) -> None:
    for name in ("film.mp4", "film.webm", "cat.png"):
        project.write(f"content/{name}", (project.root / "cat.png").read_bytes())
    text = (
        f'# A\n\n<video controls><source src="{VIDEO}"><source src="film.webm">Old</video>\n\n'
        f'<picture><source srcset="https://x.org/b.webp"><img src="cat.png" alt="B"></picture>\n'
    )
    assert len(warnings(project, text)) == 2
    page = body(project)
    assert re.search(r'<video controls><source src="assets/film\.\w+\.webm">Old</video>', page)
    assert re.search(r"<picture><img [^>]*></picture>", page)
    assert VIDEO not in page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("[a](more/b.md)", '<a href="more/b/">a</a>'),
        ("[a](more/b.md#part)", '<a href="more/b/#part">a</a>'),
        ("[a](more/my%20page.md)", '<a href="more/my%20page/">a</a>'),
        ("[a](<more/my page.md>)", '<a href="more/my%20page/">a</a>'),
        ("[a](comparisons/sharpness/)", '<a href="comparisons/sharpness/">a</a>'),
        ("[a](comparisons/sharpness)", '<a href="comparisons/sharpness/">a</a>'),
        ("[a](models/soft.safetensors)", '<a href="models/soft.safetensors">a</a>'),
        ("[a](index.md)", '<a href="./">a</a>'),
        ("[a](https://example.org/?a=1&b=2)", '<a href="https://example.org/?a=1&amp;b=2">a</a>'),
        ("[a](mailto:a@example.org)", '<a href="mailto:a@example.org">a</a>'),
        ('<a href="more/b.md">a</a>', '<a href="more/b/">a</a>'),
        ('![](cat.png){role="presentation"}', 'alt=""'),
    ],
)
def test_links_follow_the_files(project: Project, text: str, html: str) -> None:
    project.write("content/cat.png", (project.root / "cat.png").read_bytes())
    project.write("content/more/b.md", "# B\n\n## Part\n\n[up](../index.md)\n")
    project.write("content/more/my page.md", "# C\n")
    assert warnings(project, f"# A\n\n{text}\n") == []
    assert html in body(project)
    assert '<a href="../../">up</a>' in body(project, "more/b/index.html")


def test_pictures_are_published_by_content_and_know_their_size(project: Project) -> None:
    project.write("content/p/cat.png", (project.root / "cat.png").read_bytes())
    text = '![a](p/cat.png)\n\n<picture><source srcset="p/cat.png 2x"><img src="p/cat.png" alt="b">'
    assert warnings(project, f"# A\n\n{text}</picture>\n") == []
    names = re.findall(r"assets/cat\.[0-9a-f]{12}\.png", body(project))
    assert len(names) == 3
    assert len(set(names)) == 1
    assert (project.output / names[0]).read_bytes() == (project.root / "cat.png").read_bytes()
    assert 'width="24" height="16"' in body(project)


def test_captions_links_start_at_the_manifest(project: Project) -> None:
    project.write("content/more/b.md", "# B\n")
    caption = "See [b](content/more/b.md) and [nothing](b.md)."
    project.manifest["comparisons"]["sharpness"]["caption"] = caption
    found = [str(problem) for problem in project.build().warnings]
    assert len(found) == 1
    assert re.match(r"site\.yaml:\d+:\d+: broken link: 'b\.md'", found[0])
    assert 'href="../../more/b/"' in project.read("comparisons/sharpness/index.html")


def test_a_comparison_is_embedded_where_it_stands(project: Project) -> None:
    text = (
        "# A\n\n## Part\n\n/// comparison | sharpness\n///\n\n"
        "### Deep\n\n/// comparison | sequence\nMy *own*.\n///\n"
    )
    assert warnings(project, text) == []
    page = body(project)
    assert page.count("<alpha-viewer") == 2
    assert "<h3" in page.partition('data-id="sharpness"')[2][:200]
    assert "<h4" in page.partition('data-id="sequence"')[2][:200]
    assert "<p>From <em>soft</em> to sharp.</p>" in page
    assert re.search(r"<figcaption>\s*<p>My <em>own</em>.</p>\s*</figcaption>\s*</figure>", page)


@pytest.mark.parametrize(
    "text",
    [
        "```\n/// comparison | x\n```",
        "~~~~ md\n/// nonsense\n~~~\n///\n~~~~",
        "```\n    ```\n/// comparison | x\n```",
        "    /// comparison | x\n",
        "Use `/// comparison | x` in a line.",
    ],
)
def test_blocks_in_code_are_code(project: Project, text: str) -> None:
    assert warnings(project, f"# A\n\n{text}\n") == []
    assert "///" in body(project)


def test_a_block_in_a_list_is_a_block(project: Project) -> None:
    text = "# A\n\n- item\n\n    /// comparison | sharpness\n    ///\n"
    assert warnings(project, text) == []
    assert "<alpha-viewer" in body(project)


def test_an_unknown_comparison_in_a_list_is_an_error(project: Project) -> None:
    found = errors(project, "# A\n\n- item\n\n    /// comparison | x\n    ///\n")
    assert found == ["content/index.md:5:22: no comparison is called 'x'"]


def test_what_markdown_can(project: Project) -> None:
    text = """# A "quoted" title

| a | b |
|---|--:|
| 1 | 2 |

/// caption
A table
///

Note[^1] -- and "quotes"
{: .wide }

``` python
x = "not smart -- here"
```

[^1]: The note.
"""
    assert warnings(project, text) == []
    page = body(project)
    for part in (
        "<table>",
        "<p>A table</p>",
        "&ndash; and &ldquo;quotes&rdquo;",
        'x = "not smart -- here"',
        'class="language-python"',
        "The note.",
        'class="wide"',
        '<th class="right">b</th>',
        'id="a-quoted-title"',
    ):
        assert part in page


def test_what_the_readme_says_of_markdown(project: Project) -> None:
    text = """[TOC]

## Part

Term
:   What it means

HTML, $a$ and <https://example.org/>

*[HTML]: a language

$$
\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}
$$

/// figure-caption
A *caption*
///

Text
- is no list, ~~nor gone~~, nor a link: https://example.org/bare

- one
    * within
- [ ] task
"""
    assert warnings(project, text) == []
    page = body(project)
    for part in (
        '<div class="toc">\n<ul>\n<li><a href="#part">Part</a></li>',
        "<dd>What it means</dd>",
        '<abbr title="a language">HTML</abbr>',
        '<math display="inline">',
        '<a href="https://example.org/">',
        "<mtable",
        "<figcaption>\n<p>A <em>caption</em></p>",
        "<p>Text\n- is no list, ~~nor gone~~, nor a link: https://example.org/bare</p>",
        "<li>one<ul>\n<li>within</li>",
        "<li>[ ] task</li>",
    ):
        assert part in page, part


def test_quotes_are_typographic_in_english_only(project: Project) -> None:
    project.manifest["site"]["language"] = "de"
    warnings(project, '# A\n\n"Ja"\n')
    assert "&ldquo;" not in body(project)


def test_titles_come_from_front_matter_headings_and_names(project: Project) -> None:
    project.write("content/a.md", "---\ntitle: From front matter\n---\ntext\n")
    project.write("content/b.md", "# From *the* `heading` & so on\n")
    project.write("content/some-name.md", "text\n")
    project.write("content/c.md", "---\ntitle: Long title\nnav: Short\norder: -1\n---\n# H\n")
    project.write("content/d.md", "---\nnav: false\n---\n# Hidden\n")
    project.build()
    assert "<h1>From front matter</h1>" in body(project, "a/index.html")
    nav = re.findall(r'<li><a href="(?:[^"]+)">([^<]+)</a></li>', project.read("index.html"))
    assert nav == ["Short", "From front matter", "From the heading &amp; so on", "Some name"]


def test_pages_may_be_listed(project: Project) -> None:
    for name in ("a", "b", "c"):
        project.write(f"content/{name}.md", f"# {name}\n")
    project.manifest["pages"] = ["content/c.md", "content/a.md"]
    project.build()
    assert not (project.output / "b").exists()
    assert re.findall(r'<li><a href="([^"]+)">', project.read("index.html")) == ["c/", "a/"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("a.md", "a/index.md"), ("A.md", "a.md"), ("comparisons/sharpness.md",) * 2],
)
def test_pages_that_would_share_an_address_are_errors(
    project: Project, first: str, second: str
) -> None:
    project.write(f"content/{first}", "# A\n")
    found = errors(project, "# B\n", f"content/{second}")
    assert "address" in found[0]


@pytest.mark.parametrize("name", ["ünï cödé & <b>.md", "a" * 200 + ".md", "%41.md", "a'b\"c.md"])
def test_any_file_name_makes_a_page(project: Project, name: str) -> None:
    from support.links import broken_links

    project.write(f"content/{name}", "# A\n")
    project.build(base_url="https://example.org/")
    assert (project.output / name.removesuffix(".md") / "index.html").exists()
    assert broken_links(project.output) == []


FORMS = ("z\u00fcrich", "zu\u0308rich")
"""One name in two forms."""


@pytest.mark.parametrize("held", FORMS)
@pytest.mark.parametrize("written", FORMS)
def test_a_name_is_one_name_in_every_form(project: Project, written: str, held: str) -> None:
    from support.links import broken_links

    name, picture = FORMS[0], (project.root / "cat.png").read_bytes()
    project.write(f"content/{held}/{held}.md", f"# {held} *a*\n\n[Top](#{written}-a)\n")
    project.write(f"content/{held}/{held}.png", picture)
    project.write(f"content/{held}/{held} 2.png", picture)
    project.write(f"static/css/{held}.svg", "<svg/>")
    project.write("static/css/custom.css", f"a {{background: url({written}.svg)}}")
    project.write(f"static/root/{held}.txt", "x")
    project.write(f"templates/{held}.html", "<meta name=one>")
    project.write(
        "templates/404.html",
        f"{{% include '{written}.html' %}}{{{{ asset('css/{written}.svg') }}}}",
    )
    text = (
        f"# Home\n\n[one]({written}/{written}.md) [two]({written}/{written}.md#{written}-a)\n"
        f"[three](content/{written}/{written}.md) [four]({written}/{written}/)\n"
        f"![A cat]({written}/{written}.png)\n"
        f'<img src="{written}/{written}.png" srcset="{written}/{written}%202.png 2x" alt="Cats">\n'
    ).replace("[three](content/", "[three](../content/")
    assert warnings(project, text) == []
    address = quote(name)
    home = body(project)
    assert home.count(f'href="{address}/{address}/"') == 3
    assert f'href="{address}/{address}/#{address}-a"' in home or (
        f'href="{address}/{address}/#{name}-a"' in home
    )
    page = body(project, f"{name}/{name}/index.html")
    assert f'id="{name}-a"' in page
    assert len(list((project.output / "assets").glob(f"{name}.*.png"))) == 1
    assert (project.output / f"{name}.txt").exists()
    assert "<meta name=one>" in project.read("404.html")
    assert broken_links(project.output) == []


def test_links_in_the_file_system_are_followed_but_never_round(project: Project) -> None:
    from support.links import broken_links

    elsewhere = project.root.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "cat.png").write_bytes((project.root / "cat.png").read_bytes())
    (elsewhere / "page.md").write_text("# Linked page\n\n![A cat](cat.png)\n")
    project.write("content/index.md", "# Home\n\n[There](there.md)\n")
    (project.root / "content/there.md").symlink_to(elsewhere / "page.md")
    (project.root / "content/cat.png").symlink_to(elsewhere / "cat.png")
    (project.root / "content/loop").symlink_to(project.root / "content")
    (project.root / "content/gone.md").symlink_to(elsewhere / "nothing")
    with pytest.raises(ManifestError, match=r"'content/cat\.png' is a link that leads out"):
        project.build()
    project.manifest["site"]["follow_links"] = True
    assert project.build().warnings == ()
    assert "Linked page" in body(project, "there/index.html")
    assert not (project.output / "loop/loop").exists()
    assert broken_links(project.output) == []


@pytest.mark.parametrize(
    "tex",
    [
        r"\theta(\alpha) = (1-\alpha)\,\theta_1 + \alpha\,\theta_2",
        r"\sum_{i=1}^{N} w_i = 1,\quad w_i \ge 0",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\operatorname{PSNR} = 10 \log_{10}\frac{255^2}{\mathrm{MSE}}",
        r"\left( \frac{a}{b} \right]",
        r"\begin{cases} 1 & x>0\\ 0 & \text{else}\end{cases}",
        r"\mathbb{R}^{C\times H\times W}",
    ],
)
@pytest.mark.parametrize("block", [True, False])
def test_formulas_become_valid_mathml(tex: str, block: bool) -> None:
    math = to_mathml(tex, block=block)
    assert math.tag == "math"
    assert math.get("display") == ("block" if block else "inline")
    assert ET.fromstring(ET.tostring(math)) is not None  # noqa: S314 - our own
    assert all(":" not in element.tag and "}" not in element.tag for element in math.iter())


@pytest.mark.parametrize(
    "tex",
    ["", r"\frac{1}{n", "}", r"\left(", r"\right)", r"\begin{aligned} a", r"\end{aligned}",
     r"\nosuch", "a & b", "{" * 3000, r"\sqrt" * 3000, "x" * 10_000, r"\begin{a}\end{b}"],
)  # fmt: skip
def test_formulas_that_are_wrong_are_errors(tex: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        to_mathml(tex, block=False)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=r"\{}$&^_abfracsqrtleftrightbeginendalign ()[]<>'\"1", max_size=40))
def test_any_formula_is_mathml_or_an_error(tex: str) -> None:
    try:
        math = to_mathml(tex, block=True)
    except ValueError:
        return
    ET.fromstring(ET.tostring(math))  # noqa: S314 - our own


PIECES = st.sampled_from(
    ["/// comparison | x", "///", "/// caption", "////", "```", "~~~", "    x", "- a", "# H", "",
     "$$", "$a$", "[a](b.md)", "![](c)", "<div>", "</div>", "<b", "|a|b|", "|-|-|", "[^1]", "> q",
     "[^1]: n", "term\n: definition", "***", "\\", "&amp;", "<!--", "-->", "<script>", "\x00"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=12), max_size=12))
def test_any_page_renders_or_says_what_is_wrong(lines: list[str]) -> None:
    source = Source(Path("page.md"), "\n".join(lines))
    html = MarkdownRenderer("en").page(source, frozenset({"y"}))
    count = source.text.count("\n") + 1
    assert all(1 <= problem.line <= count and problem.message for problem in html.problems)


FRONT = st.sampled_from(
    ["---", "title: a", "title: [", "x: 1", "- a", "draft: yes", "draft: true", "nav: false", "",
     "order: 1e3", "order: .nan", "date: 2026-01-01", "&a *a", "!!python/object:x", "\t", "# t"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    text=st.lists(FRONT | st.text(max_size=12), max_size=8).map("\n".join) | st.binary(max_size=60)
)
def test_any_front_matter_is_read_or_refused_with_a_place(
    tmp_path_factory: pytest.TempPathFactory, text: str | bytes
) -> None:
    root = tmp_path_factory.getbasetemp() / "front"
    (root / "content").mkdir(parents=True, exist_ok=True)
    (root / "site.yaml").write_text("site: {title: T}")
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    (root / "content/a.md").write_bytes(b"---\n" + data)
    pages, problems = read_pages(load(root / "site.yaml"))
    assert len(pages) + bool(problems) == 1
    assert all(problem.path.name == "a.md" and problem.line >= 1 for problem in problems)


def test_weights_to_download_are_listed_where_an_author_wants_them(project: Project) -> None:
    project.manifest["models"]["soft"]["title"] = "Mine & yours"
    text = "# A\n\n/// downloads\n///\n\n## Of one\n\n/// downloads | sharpness\n///\n"
    project.write("content/deep/b.md", text)
    assert project.build().warnings == ()
    page = body(project, "deep/b/index.html")
    assert page.count("<table>") == 2
    assert page.count('href="../../models/soft.safetensors"') == 2
    assert "Mine &amp; yours" in page
    assert (project.output / "models/soft.safetensors").is_file()


def test_models_beside_a_mix_are_listed_too(project: Project) -> None:
    models = project.manifest["models"]
    models["third"] = models["soft"] | {"title": "Third"}
    del models["soft"]["download"]
    project.manifest["comparisons"]["sharpness"]["interpolate"]["beside"] = ["third"]
    assert warnings(project, "# A\n\n/// downloads | sharpness\n///\n") == []
    assert 'href="models/third.safetensors"' in body(project)


def test_a_table_without_downloads_is_a_warning(project: Project) -> None:
    del project.manifest["models"]["soft"]["download"]
    (found,) = warnings(project, "# A\n\n/// downloads\n///\n")
    assert found.startswith("content/index.md:3:1: nothing to download here")


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ('python title="x.py"', "python"),
        ('py hl_lines="1 2" linenums="1"', "py"),
        ("js {1,3}", "js"),
        ("js{1,3}", "js"),
        ("c++ showLineNumbers", "c++"),
        ('{.python title="x"}', "python"),
        ("", ""),
    ],
)
@pytest.mark.parametrize("indent", ["", "    "])
def test_code_is_code_whatever_stands_beside_its_language(
    project: Project, info: str, language: str, indent: str
) -> None:
    """Other tools take options there; left as they are, the fences would swallow what follows."""
    code = f"{indent}```{info}\n{indent}/// x *y*\n{indent}```\n"
    text = f"# A\n\n- item\n\n{code}\nAfter *it*.\n\n~~~ md x\n```python a\n~~~\n"
    assert warnings(project, text) == []
    html = body(project)
    assert "/// x *y*</code></pre>" in html
    assert (f'<code class="language-{language}"' if language else "<code>") in html
    assert "After <em>it</em>." in html
    assert "```python a</code></pre>" in html


@pytest.mark.parametrize(
    ("tex", "same"),
    [
        (r"\operatorname*{argmin}_x", r"\operatorname{argmin}_x"),
        (r"\begin{align*}a&=b\\c&=d\end{align*}", r"\begin{aligned}a&=b\\c&=d\end{aligned}"),
        (r"\begin{gather}a\\c\end{gather}", r"\begin{aligned}a\\c\end{aligned}"),
        (r"\begin{equation}\label{e}a=b\nonumber\end{equation}", "a=b"),
        (r"a·b \text{ for }c ≤ 3 \tag{2}", r"a\cdot b \text{ for }c \leq 3 \tag{2}"),
        (r"\textstyle a·b", r"\textstyle a\cdot b"),
        ("a·b ≤ 3 × c − ∑_i x_i", r"a\cdot b \leq 3 \times c - \sum_i x_i"),
        (r"a=b \tag{3}", r"a=b \qquad\text{(3)}"),
    ],
)
def test_what_papers_write_is_understood(tex: str, same: str) -> None:
    one, other = (ET.tostring(to_mathml(each, block=True)) for each in (tex, same))
    assert one == other
    assert b"*" not in one


def test_what_looks_like_a_fence_and_is_none(project: Project) -> None:
    """Code within a line by three backticks, and a fence that indented code shows."""
    shown = '    ```python title="x.py"\n    y\n'
    text = f"# A\n\n```pip install *x*```\n\nAfter *it*.\n\n{shown}\n```js a\nz\n```\n"
    assert warnings(project, text) == []
    html = body(project)
    assert "<code>pip install *x*</code>" in html
    assert "After <em>it</em>." in html
    assert '```python title="x.py"\ny' in html
    assert '<code class="language-js">z</code>' in html


def test_two_dollars_within_a_line_are_an_error(project: Project) -> None:
    found = errors(project, "# A\n\nThen $$y=2$$ holds, and $x$$z$.\n")
    assert found == ["content/index.md:3:8: formula: within a line it takes one $ on each side"]


def test_data_in_a_page_is_no_program(project: Project) -> None:
    data = '<script type="application/ld+json">{"name": "x"}</script>'
    assert warnings(project, f"# A\n\n{data}\n") == []
    assert data in body(project)


def test_links_of_captions_start_at_the_manifest(project: Project) -> None:
    project.write("content/method.md", "# M\n")
    project.manifest["comparisons"]["sharpness"]["caption"] = "See [m](method.md)."
    (found,) = warnings(project, "# A\n")
    assert found.endswith("broken link: 'method.md' (did you mean 'content/method.md'?)")


def test_an_unknown_comparison_is_named_where_its_block_stands(project: Project) -> None:
    project.write("content/b.md", "# B\n\n- sharpnes\n\n    /// comparison | sharpnes\n    ///\n")
    project.write("content/c.md", "# C\n\nThe word sharpnes alone is fine.\n")
    text = "# A\n\nsharpnes\n\n/// comparison | sharpnes\n///\n" * 2
    message = "no comparison is called 'sharpnes' (did you mean 'sharpness'?)"
    assert errors(project, text, "content/a.md") == [
        f"content/a.md:5:18: {message}",
        f"content/a.md:11:18: {message}",
        f"content/b.md:5:22: {message}",
    ]


def test_footnotes_of_captions_keep_apart_from_the_pages_own(project: Project) -> None:
    note = "Seen.[^1]\n\n[^1]: There.\n"
    project.manifest["models"]["soft"]["description"] = note
    for comparison in ("sharpness", "everything"):
        project.manifest["comparisons"][comparison]["caption"] = note
    blocks = "/// comparison | sharpness\n///\n\n/// comparison | everything\n///\n"
    assert warnings(project, f"# A\n\n{note}\n{blocks}") == []
    for page in ("index.html", "comparisons/sharpness/index.html"):
        html = project.read(page)
        ids = re.findall(r'id="(fn[^"]*)"', html)
        assert len(ids) == len(set(ids)) >= 4
        assert set(re.findall(r'href="#(fn[^"]*)"', html)) == set(ids)


def test_a_footnote_that_nothing_refers_to_is_a_warning(project: Project) -> None:
    found = warnings(project, "# A\n\nOne[^1].\n\n[^1]: used\n[^2]: not used\n")
    assert found == ["content/index.md:6:1: nothing refers to this footnote"]
