"""Whole sites: what is written, that links lead somewhere, that nothing depends on the day."""

from __future__ import annotations

import filecmp
import json
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PIL import Image
from support.links import broken_links
from support.site import Project, make_project

from generator.errors import AlphagridError, ManifestError
from generator.manifest.tables.measures import MEASURES
from generator.site.assemble import check_site

HOME = """---
title: Home
description: Where it starts
---

# Welcome

See [the other page](more/other.md#a-part), [a comparison](comparisons/sharpness/),
[the weights](models/soft.safetensors) and ![An orange square](pictures/cat.png).

## Two of them

/// comparison | sharpness
///

/// comparison | sequence
In *other* words.
///
"""

NAMES = """
index.html 404.html sitemap.xml feed.xml robots.txt .nojekyll .alphagrid models/soft.safetensors
more/other/index.html comparisons/index.html comparisons/sharpness/index.html
comparisons/sharpness/data.json
""".split()  # noqa: SIM905 - a list to be read

OTHER = """# The other page

## A part

Back [home](../index.md), to [this part](#a-part), with $\\alpha = \\frac{1}{2}$.
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "project")


def with_pages(project: Project) -> Project:
    project.write("content/index.md", HOME)
    project.write("content/more/other.md", OTHER)
    project.write("content/pictures/cat.png", (project.root / "cat.png").read_bytes())
    return project


def test_everything_the_contract_names_is_written(project: Project) -> None:
    report = with_pages(project).build(base_url="https://example.org/models/")
    for name in NAMES:
        assert (project.output / name).is_file(), name
    assert not report.warnings
    assert report.site.pages == 6
    files = [path for path in project.output.rglob("*") if path.is_file()]
    assert report.site.files == len(files)
    assert report.site.bytes == sum(path.stat().st_size for path in files)
    for path in (project.output / "assets").iterdir():
        assert re.fullmatch(r"[\w-]+\.[0-9a-f]{12}\.\w+", path.name)
    for path in (project.output / "frames").iterdir():
        assert re.fullmatch(r"[0-9a-f]{32}\.webp", path.name)


def test_a_manifest_alone_gives_a_gallery(project: Project) -> None:
    report = project.build()
    home = project.read("index.html")
    assert report.site.pages == 4
    for title in ("Sharpness", "everything", "A sequence"):
        assert f">{title}</a>" in home
    assert "<h1>Tiny</h1>" in home
    assert "A tiny site</p>" in home
    assert not (project.output / "comparisons" / "index.html").exists()


def test_beside_a_home_page_the_gallery_is_called_what_it_is(project: Project) -> None:
    project.write("content/index.md", "# Home\n")
    project.build()
    assert "<h1>Comparisons</h1>" in project.read("comparisons/index.html")
    for page, way in (("index.html", ""), ("comparisons/sharpness/index.html", "../../")):
        nav = project.read(page).partition('<nav aria-label="Pages">')[2].partition("</nav>")[0]
        assert f'<a href="{way}comparisons/">Comparisons</a>' in nav


def test_a_site_without_comparisons_builds(project: Project) -> None:
    project.manifest = {"site": {"title": "Empty"}}
    assert project.build().site.pages == 1
    assert broken_links(project.output) == []


@pytest.mark.parametrize("prefix", ["/", "/some/prefix/"])
def test_every_link_resolves(project: Project, prefix: str) -> None:
    with_pages(project).build(base_url=f"https://example.org{prefix}")
    assert broken_links(project.output, prefix) == []


def test_the_checker_of_links_finds_what_is_broken(project: Project) -> None:
    with_pages(project).build()
    page = project.output / "index.html"
    page.write_text(page.read_text() + '<a href="nowhere/"><a href="#gone"><img srcset="a.png 2x">')
    assert len(broken_links(project.output)) == 3


def test_no_page_asks_another_origin_for_anything(project: Project) -> None:
    with_pages(project).build(base_url="https://example.org/models/")
    for page in project.output.rglob("*.html"):
        text = page.read_text()
        assert "default-src 'none'" in text
        assert " style=" not in text
        assert not re.search(r"<(script|img|iframe)[^>]+src=[\"'](https?:)?//", text)
        assert not re.search(r"<script(?![^>]* src=)", text)


def test_data_json_is_what_the_contract_says(project: Project) -> None:
    project.build()
    data = json.loads(project.read("comparisons/sharpness/data.json"))
    assert list(data) == [
        "id", "title", "kind", "control", "models", "inputs", "titles", "start", "measures",
        "frames",
    ]  # fmt: skip
    assert data["id"] == "sharpness"
    assert (data["kind"], data["control"]) == ("interpolate", "slider")
    assert data["models"] == ["soft", "sharp"]
    assert data["titles"]["models"] == {"soft": "Soft", "sharp": "Sharp"}
    frames = [frame for frame in data["frames"] if frame["input"] == "cat"]
    assert [f["recipe"] for f in frames] == ["input", *["mix"] * 3, *["blend"] * 3]
    assert [f["alpha"] for f in frames[1:]] == [0, 0.5, 1] * 2
    middle = frames[2]
    assert middle["weights"] == {"soft": 0.5, "sharp": 0.5}
    assert middle["precision"] == "fp32"
    assert (middle["width"], middle["height"]) == (24, 16)
    assert middle["label"] == "α = 0.5"
    file = (project.output / "comparisons/sharpness" / middle["url"]).resolve()
    assert file.stat().st_size == middle["bytes"]
    assert 24 <= middle["psnr"] <= 28
    assert "precision" not in frames[0]
    # A blend of one network is that network: the same file.
    assert [frames[4]["url"], frames[6]["url"]] == [frames[1]["url"], frames[3]["url"]]
    assert not any("psnr" in f for f in data["frames"] if f["input"] == "dog")
    assert data["frames"][data["start"]["right"]]["alpha"] == 0.5
    assert [(m["title"], m["unit"], m["better"]) for m in data["measures"]] == [
        ("PSNR", "dB", "higher"), ("SSIM", "", "higher"),
    ]  # fmt: skip
    assert all("no border left out" in m["convention"] for m in data["measures"])
    assert project.read("comparisons/sharpness/data.json").endswith("]}\n")


def test_equal_pictures_are_measured_as_infinitely_alike(project: Project) -> None:
    plan = project.open().plan
    project.render(plan)
    middle = plan.comparisons[0].frames[2]
    assert middle.measurement is not None
    project.store.put_measured(middle.measurement, {"psnr": math.inf, "ssim": 1.0})
    project.build()
    text = project.read("comparisons/sharpness/data.json")
    frames = json.loads(text, parse_constant=pytest.fail)["frames"]
    assert frames[2]["psnr"] == "Infinity"
    assert float(frames[2]["psnr"]) == math.inf
    page = project.read("comparisons/sharpness/index.html")
    row = page[page.index(">α = 0.5</a></th>") :].partition("</tr>")[0]
    assert '<td class="number">∞</td><td class="number">1.0000</td>' in row
    assert page.count('<svg class="chart"') == 2


def test_pages_say_by_which_convention_is_measured(project: Project) -> None:
    project.build()
    page = project.read("comparisons/sharpness/index.html")
    for measure in MEASURES.values():
        assert f"<p>{measure.title}: {measure.convention}; higher is better.</p>" in page
        assert f'<th scope="col" class="number">{measure.label}</th>' in page
    assert "is better" not in project.read("comparisons/sequence/index.html")
    assert "\\u" not in project.read("comparisons/sharpness/data.json")


def test_frames_kind_leaves_out_what_does_not_apply(project: Project) -> None:
    project.build()
    data = json.loads(project.read("comparisons/sequence/data.json"))
    assert not {"models", "inputs", "steps"} & set(data)
    assert [frame["label"] for frame in data["frames"]] == ["1", "2"]
    assert set(data["frames"][0]) == {"recipe", "label", "url", "width", "height", "bytes"}


@pytest.mark.parametrize(
    ("written", "steps"), [({}, 6), ({"steps": 2}, 2), ({"alphas": [0, 0.5, 1]}, None)]
)
def test_steps_are_told_where_they_say_where_frames_lie(
    project: Project, written: dict[str, object], steps: int | None
) -> None:
    project.manifest["comparisons"]["sharpness"]["interpolate"] = {
        "models": ["soft", "sharp"], "control": "path", **written
    }  # fmt: skip
    project.build()
    data = json.loads(project.read("comparisons/sharpness/data.json"))
    assert data.get("steps") == steps


def test_only_metrics_asked_for_are_shown(project: Project) -> None:
    project.manifest["comparisons"]["sharpness"]["metrics"] = ["ssim"]
    project.build()
    frames = json.loads(project.read("comparisons/sharpness/data.json"))["frames"]
    assert not any("psnr" in frame for frame in frames)
    assert any("ssim" in frame for frame in frames)


def test_a_frame_that_failed_is_named_where_it_is_missing(project: Project) -> None:
    plan = project.open().plan
    failing = plan.comparisons[0].frames[2].frame
    project.failures = {failing.key: "out of <memory>"}
    project.build()
    data = json.loads(project.read("comparisons/sharpness/data.json"))
    frame = data["frames"][2]
    assert frame["missing"] == "out of <memory>"
    assert (frame["width"], frame["height"]) == (24, 16)
    assert "url" not in frame
    assert not (project.output / "frames" / failing.name).exists()
    assert broken_links(project.output) == []


def test_a_site_without_any_frame_still_builds(project: Project) -> None:
    plan = project.open().plan
    project.failures = dict.fromkeys(plan.frames, "no device")
    project.build(base_url="https://example.org/")
    assert broken_links(project.output) == []
    assert "og:image" not in project.read("index.html")


def test_two_builds_are_byte_identical_wherever_they_lie(tmp_path: Path) -> None:
    first, second = (with_pages(make_project(tmp_path / name)) for name in ("one", "else/two"))
    first.build()
    second.build()
    second.build()
    assert_same(first.output, second.output)


def xml(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own


def assert_same(first: Path, second: Path) -> None:
    names = [
        sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
        for site in (first, second)
    ]
    assert names[0] == names[1]
    assert filecmp.cmpfiles(first, second, names[0], shallow=False)[1:] == ([], [])


def test_canonical_addresses_and_cards_need_a_known_address(project: Project) -> None:
    project.build()
    page = project.read("comparisons/sharpness/index.html")
    assert "canonical" not in page
    assert "og:image" not in page
    project.build(base_url="https://example.org/models/")
    page = project.read("comparisons/sharpness/index.html")
    address = "https://example.org/models/comparisons/sharpness/"
    assert f'<link rel="canonical" href="{address}">' in page
    card = re.search(r'og:image" content="https://example.org/models/([^"]+)"', page)
    assert card
    assert (project.output / card[1]).read_bytes()[:2] == b"\xff\xd8"


def test_404_links_are_absolute_under_the_base_path(project: Project) -> None:
    project.build(base_url="https://example.org/models/")
    assert 'href="/models/assets/' in project.read("404.html")
    project.build()
    assert 'href="/assets/' in project.read("404.html")


def test_a_base_without_host_is_good_for_404_alone(project: Project) -> None:
    project.build(base_url="/models/")
    assert 'href="/models/assets/' in project.read("404.html")
    assert "canonical" not in project.read("index.html")
    assert "<loc>" not in project.read("sitemap.xml")
    assert "Sitemap" not in project.read("robots.txt")
    assert broken_links(project.output, "/models/") == []


def test_sitemap_feed_and_robots(project: Project) -> None:
    with_pages(project).build(base_url="https://example.org/m/")
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    locations = [element.text for element in xml(project.read("sitemap.xml")).iter(f"{space}loc")]
    assert "https://example.org/m/comparisons/sharpness/" in locations
    assert len(locations) == len(set(locations)) == 6
    atom = "{http://www.w3.org/2005/Atom}"
    feed = xml(project.read("feed.xml"))
    ids = [element.text for element in feed.iter(f"{atom}id")]
    assert len(ids) == len(set(ids))
    assert "Sitemap: https://example.org/m/sitemap.xml" in project.read("robots.txt")


def test_dates_come_from_authors_and_source_date_epoch_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    project.write("content/a.md", "---\ndate: 2026-01-31\n---\n# A\n")
    project.build()
    assert "<updated>2026-01-31T00:00:00Z" in project.read("feed.xml")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    project.build()
    assert "<updated>2027-01-15T08:00:00Z" in project.read("feed.xml")


def test_drafts_are_built_on_request_only(project: Project) -> None:
    project.manifest["comparisons"]["sharpness"]["draft"] = True
    project.write("content/index.md", "# Home\n\n/// comparison | sharpness\n///\n\n[p](plan.md)\n")
    project.write("content/plan.md", "---\ndraft: true\n---\n# Plan\n")
    report = project.build()
    assert [(w.line, w.message.partition(",")[0]) for w in report.warnings] == [
        (3, "'sharpness' is a draft"),
        (6, "'plan.md' is a draft"),
    ]
    assert not (project.output / "plan").exists()
    assert project.build(drafts=True).warnings == ()
    assert (project.output / "plan/index.html").exists()
    assert broken_links(project.output) == []


def test_regions_are_published_as_masks_of_the_frames_size(project: Project) -> None:
    project.manifest["inputs"]["cat"]["masks"] = {"eyes": "one.png"}
    comparison = project.manifest["comparisons"]["sharpness"]
    comparison["inputs"] = ["cat"]
    comparison["interpolate"]["regions"] = ["eyes"]
    project.build()
    data = json.loads(project.read("comparisons/sharpness/data.json"))
    assert [region["name"] for region in data["regions"]] == ["eyes"]
    assert broken_links(project.output) == []


def test_a_mask_is_cropped_with_its_picture(project: Project) -> None:
    """Also where another crop gives frames of the same size: no mask of before is shown."""
    mask = Image.new("L", (24, 16))
    mask.paste(255, (12, 0, 24, 16))
    mask.save(project.root / "right.png")
    cat = project.manifest["inputs"]["cat"]
    cat["masks"] = {"right": "right.png"}
    del cat["reference"]
    comparison = project.manifest["comparisons"]["sharpness"]
    comparison["inputs"] = ["cat"]
    comparison["interpolate"]["regions"] = ["right"]
    for x, inside in ((0, 0), (12, 255)):
        cat["crop"] = [x, 0, 12, 16]
        project.build()
        data = json.loads(project.read("comparisons/sharpness/data.json"))
        url = data["regions"][0]["masks"]["cat"]
        with Image.open(project.output / "comparisons/sharpness" / url) as published:
            assert published.getpixel((6, 8)) == inside


@pytest.mark.parametrize("larger", ["one", "two"])
def test_the_stage_has_room_for_the_larger_side(project: Project, larger: str) -> None:
    Image.new("RGB", (48, 40)).save(project.root / f"{larger}.png")
    project.build()
    page = project.read("comparisons/sequence/index.html")
    assert 'class="sizer" width="48" height="40"' in page


def test_a_mask_of_another_shape_is_refused_where_it_is_named(project: Project) -> None:
    Image.new("L", (10, 30)).save(project.root / "tall.png")
    project.manifest["inputs"]["cat"]["masks"] = {"eyes": "tall.png"}
    comparison = project.manifest["comparisons"]["sharpness"]
    comparison["inputs"] = ["cat"]
    comparison["interpolate"]["regions"] = ["eyes"]
    with pytest.raises(ManifestError, match=r"site\.yaml:\d+:\d+: the mask is 10×30"):
        project.build()


def test_checking_finds_what_building_would(project: Project) -> None:
    project.write("content/index.md", "# Home\n\n[x](gone.md)\n")
    opened = project.open()
    check_site(opened)
    assert [problem.line for problem in opened.warnings] == [3]
    assert not project.output.exists()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("content/feed.xml.md", "# Feed", "'feed.xml' would be a file of the site and a folder"),
        ("static/root/404.html/x.txt", "x", "'404.html' would be a file of the site and a folder"),
        ("templates/gallery.html", "{{ nope }}", "gallery.html:1:1: template: 'nope' is undefined"),
        ("templates/viewer.html", "{% if %}", "viewer.html:1:1: template: Expected an expression"),
        ("static/css/site.css", "a { background: url(no.png) }", "no.png"),
    ],
)
def test_checking_tries_every_page_out(
    project: Project, name: str, text: str, message: str
) -> None:
    """What would stop the writing of the site is known before anything is rendered."""
    project.write(name, text)
    with pytest.raises(AlphagridError, match=re.escape(message)):
        check_site(project.open())
    with pytest.raises(AlphagridError, match=re.escape(message)):
        project.build()


def test_checking_sees_frames_that_are_still_to_be_rendered(project: Project) -> None:
    """A page is tried out with its viewers, not with notes that their frames are missing."""
    body = "{% if c.left.url %}{{ c.gone }}{% endif %}"
    arguments = "c, root, heading_level=2, full=false"
    text = f"{{% macro viewer({arguments}) %}}{body}{{% endmacro %}}"
    project.write("templates/viewer.html", text)
    with pytest.raises(ManifestError, match="gone"):
        check_site(project.open())


@pytest.mark.parametrize(
    ("models", "control", "alphas", "named"),
    [
        (["soft", "sharp"], None, [1.5], []),
        (["soft", "sharp", "third"], "path", [-0.5], []),
        (["soft", "sharp"], None, [1, 1.5, 2], ["Sharp"]),
        (["soft", "sharp"], None, [-0.5, 0, 1, 1.5], ["Soft", "Sharp"]),
    ],
)
def test_names_stand_on_the_slider_or_not_at_all(
    project: Project, models: list[str], control: str | None, alphas: list[float], named: list[str]
) -> None:
    project.manifest["models"]["third"] = project.manifest["models"]["sharp"]
    comparison = project.manifest["comparisons"]["sharpness"]
    comparison["interpolate"] = {"models": models, "alphas": alphas, "extrapolate": True}
    if control:
        comparison["interpolate"]["control"] = control
    project.build()
    html = project.read("comparisons/sharpness/index.html")
    drawing = html.partition('<svg class="names">')[2].partition("</svg>")[0]
    assert re.findall(r">([^<>]+)</text>", drawing) == named


def test_former_addresses_of_a_comparison_lead_on(project: Project) -> None:
    project.manifest["comparisons"]["sharpness"]["aliases"] = ["sharp", "old.id"]
    project.write("content/index.md", "# Home\n\n[as it was](comparisons/sharp/)\n")
    report = project.build(base_url="https://example.org/models/")
    assert report.warnings == ()
    for alias in ("sharp", "old.id"):
        page = project.read(f"comparisons/{alias}/index.html")
        to = "../../comparisons/sharpness/"
        assert f'<meta http-equiv="refresh" content="0; url={to}">' in page
        canonical = "https://example.org/models/comparisons/sharpness/"
        assert f'<link rel="canonical" href="{canonical}">' in page
        assert f'<a href="{to}">Sharpness</a>' in page
        folder = project.output / f"comparisons/{alias}"
        assert [path.name for path in folder.iterdir()] == ["index.html"]
        for name in ("sitemap.xml", "feed.xml"):
            assert f"comparisons/{alias}/" not in project.read(name)
    assert broken_links(project.output, "/models/") == []


def test_a_page_at_a_former_address_is_an_error(project: Project) -> None:
    project.manifest["comparisons"]["sharpness"]["aliases"] = ["old"]
    project.write("content/comparisons/Old.md", "# Mine\n")
    with pytest.raises(ManifestError, match="the address of the comparison 'sharpness'"):
        project.build()
