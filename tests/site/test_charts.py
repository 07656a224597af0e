"""Charts: what they draw, that they can be read without seeing them, that texts stay texts."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from support.site import make_project

from generator.manifest.tables.measures import MEASURES
from generator.site.figures.charts import (
    Layer,
    NoiseLevel,
    alpha_charts,
    noise_charts,
    similarity_chart,
)
from generator.site.figures.plot import nice_ticks, number

MIX = ((0.0, 25.0), (0.5, 27.5), (1.0, 26.0))
BLEND = ((0.0, 25.0), (0.5, 26.0), (1.0, 26.0))
SVG = "svg"


def parsed(markup: Markup) -> ET.Element:
    """Charts are well-formed XML but for attributes without a value."""
    text = str(markup).replace(" data-chart-marker ", ' data-chart-marker="" ')
    return ET.fromstring(text)  # noqa: S314 - our own


def test_a_chart_follows_the_slider() -> None:
    figure = parsed(
        alpha_charts("cat", "Cat", {"psnr": {"mixed networks": MIX, "blended outputs": BLEND}})
    )
    assert figure.get("data-input") == "cat"
    svg = figure.find(SVG)
    assert svg is not None
    assert svg.get("class") == "chart"
    assert (svg.get("data-min"), svg.get("data-max")) == ("0.0", "1.0")
    marker = [element for element in svg.iter() if "data-chart-marker" in element.attrib]
    assert len(marker) == 1
    start = float(str(svg.get("data-x0")))
    assert str(marker[0].get("d")).startswith(f"M{start:g} ")
    # The curves begin and end where the marker does.
    curve = str(next(e for e in svg.iter("path") if "curve-1" in str(e.get("class"))).get("d"))
    xs = [float(x) for x in re.findall(r"[ML]([\d.]+)", curve)]
    assert (xs[0], xs[-1]) == (start, float(str(svg.get("data-x1"))))
    assert xs[1] == sum(xs[::2]) / 2


def test_higher_values_are_drawn_higher() -> None:
    figure = parsed(alpha_charts("cat", "Cat", {"psnr": {"mixed networks": MIX}}))
    curve = next(e for e in figure.iter("path") if "curve-1" in str(e.get("class")))
    ys = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", str(curve.get("d")))]
    assert ys[1] < ys[2] < ys[0]


def test_both_curves_and_both_metrics_are_there_and_in_a_table() -> None:
    figure = parsed(
        alpha_charts(
            "cat",
            "Cat",
            {
                "psnr": {"mixed networks": MIX, "blended outputs": BLEND},
                "ssim": {"mixed networks": MIX},
            },
        )
    )
    assert len(figure.findall(SVG)) == 2
    tables = list(figure.iter("table"))
    assert [len(list(table.iter("th"))) for table in tables] == [6, 5]
    assert [cell.text for cell in tables[0].iter("td")] == [
        "25.00", "25.00", "27.50", "26.00", "26.00", "26.00",
    ]  # fmt: skip


def test_charts_say_what_they_show() -> None:
    svg = parsed(alpha_charts("cat", "Cat", {"psnr": {"mixed networks": MIX}})).find(SVG)
    assert svg is not None
    ids = {element.get("id"): element.text for element in svg if element.get("id")}
    assert svg.get("role") == "img"
    assert [ids[name] for name in str(svg.get("aria-labelledby")).split()] == [
        "PSNR over alpha: Cat",
        "mixed networks: from 25 at 0 to 26 at 1, highest 27.5 at 0.5.",
    ]


def test_charts_have_no_colours_of_their_own() -> None:
    text = str(
        alpha_charts("cat", "Cat", {"psnr": {"mixed networks": MIX, "blended outputs": BLEND}})
    )
    assert set(re.findall(r'(?:stroke|fill)="([^"]+)"', text)) == {"currentColor", "none"}
    assert "style" not in text


@pytest.mark.parametrize("points", [(), ((0.5, 25.0),)])
def test_without_a_line_there_is_no_chart(points: tuple[tuple[float, float], ...]) -> None:
    assert alpha_charts("cat", "Cat", {"psnr": {"mixed networks": points}}) == ""


def test_a_flat_line_has_a_chart() -> None:
    assert (
        parsed(alpha_charts("a", "A", {"ssim": {"mixed networks": ((0.0, 1.0), (1.0, 1.0))}}))
        is not None
    )


def test_what_is_infinite_breaks_the_line_and_stands_in_words_and_table() -> None:
    points = ((0.0, 25.0), (0.25, 26.0), (0.5, math.inf), (0.75, 28.0), (1.0, 27.0))
    figure = parsed(alpha_charts("cat", "Cat", {"psnr": {"mix": points}}))
    curve = next(e for e in figure.iter("path") if "curve-1" in str(e.get("class")))
    assert re.sub(r"[\d. ]+", "", str(curve.get("d"))) == "MLML"
    assert "highest ∞ at 0.5" in "".join(figure.itertext())
    assert [cell.text for cell in figure.iter("td")] == ["25.00", "26.00", "∞", "28.00", "27.00"]


def test_without_a_place_for_any_point_there_is_the_table_alone() -> None:
    figure = parsed(
        alpha_charts("cat", "Cat", {"psnr": {"mix": ((0.0, math.inf), (1.0, math.inf))}})
    )
    assert figure.find(SVG) is None
    assert [cell.text for cell in figure.iter("td")] == ["∞", "∞"]


def test_where_lower_is_better_the_lowest_is_named_and_ringed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    distance = replace(MEASURES["ssim"], id="distance", title="D", higher_is_better=False)
    monkeypatch.setitem(MEASURES, "distance", distance)
    points = ((0.0, 0.5), (0.5, 0.2), (1.0, 0.3))
    words = "".join(parsed(alpha_charts("a", "A", {"distance": {"mix": points}})).itertext())
    assert "lowest 0.2 at 0.5." in words
    levels = [NoiseLevel(sigma, points, {}) for sigma in (20, 40)]
    over_alpha, over_level = parsed(noise_charts("a", distance, levels)).findall(SVG)
    rings = [e for e in over_alpha.iter("circle") if e.get("class") == "best"]
    ends = [float(str(over_alpha.get(name))) for name in ("data-x0", "data-x1")]
    assert [float(str(ring.get("cx"))) for ring in rings] == [sum(ends) / 2] * 2
    assert "best mix: from 0.2 at 20 to 0.2 at 40" in "".join(over_level.itertext())


def test_hostile_names_stay_text() -> None:
    title = "<script>alert(1)</script>\"'&{x}"
    figure = parsed(alpha_charts(title, title, {"psnr": {"mixed networks": MIX}}, (title, title)))
    assert figure.find(".//script") is None
    assert title in "".join(figure.itertext())


def test_noise_levels_mark_the_best_alpha_and_draw_controls() -> None:
    levels = [
        NoiseLevel(40, ((0.0, 25.3), (0.5, 27.0), (1.0, 26.0)), {"joint": 27.1}),
        NoiseLevel(20, ((0.0, 30.8), (0.5, 29.0), (1.0, 25.7)), {"joint": 29.4, "own": 30.0}),
    ]
    figure = parsed(noise_charts("denoise", MEASURES["psnr"], levels))
    over_alpha, over_level = figure.findall(SVG)
    rings = [e for e in over_alpha.iter("circle") if e.get("class") == "best"]
    assert len(rings) == 2
    start = float(str(over_alpha.get("data-x0")))
    assert float(str(rings[0].get("cx"))) == start, "σ 20 is best at α 0"
    assert "best mix: from 30.8 at 20 to 27 at 40" in "".join(over_level.itertext())
    last = list(figure.iter("table"))[-1]
    rows = [[cell.text for cell in row] for row in last.iter("tr")]
    assert rows[0] == ["σ", "best mix", "α = 0", "α = 1", "joint", "own"]
    assert rows[2] == ["40", "27.00", "25.30", "26.00", "27.10", "–"]
    assert noise_charts("denoise", MEASURES["psnr"], levels[:1]) == ""


def test_a_legend_names_the_curves_in_the_order_of_the_table() -> None:
    levels = [
        NoiseLevel(sigma, ((0.0, 25.0), (1.0, 26.0)), {f"control {n}": 30.0 - n for n in range(4)})
        for sigma in (20, 40)
    ]
    figure = parsed(noise_charts("denoise", MEASURES["psnr"], levels))
    chart = figure.findall(SVG)[1]
    names = [str(cell.text) for cell in list(figure.iter("table"))[1].iter("th")][1:8]
    words = [element for element in chart.iter("text") if element.text in names]
    assert [element.text for element in words] == names
    places = [(float(str(e.get("y"))), float(str(e.get("x")))) for e in words]
    assert places == sorted(places)
    assert len(set(places)) == len(names)


@given(st.lists(st.text("qwxyz", min_size=3, max_size=60), min_size=1, max_size=9))
def test_words_stay_within_the_picture(stops: list[str]) -> None:
    short = {stop[:3] for stop in stops}
    points = tuple((float(index), 25.0 + index) for index in range(max(2, len(stops))))
    figure = parsed(alpha_charts("a", "A", {"psnr": {"mixed networks": points}}, stops))
    svg = figure.find(SVG)
    assert svg is not None
    width, height = (float(value) for value in str(svg.get("viewBox")).split()[2:])
    ends = []
    for element in svg.iter("text"):
        x, y = (float(str(element.get(name))) for name in ("x", "y"))
        length = 6 * len(str(element.text))
        before = {"start": 0, "middle": length / 2, "end": length}[str(element.get("text-anchor"))]
        assert x - before >= 0
        assert x - before + length <= width
        assert y <= height
        ends += [(x - before, x - before + length)] if str(element.text)[:3] in short else []
    assert all(end <= start for (_, end), (start, _) in pairwise(ends)), "none upon another"


def test_similarity_by_layer_reaches_from_zero_to_one() -> None:
    layers = [
        Layer("body.0", 432, 0.95, 14.0),
        Layer("body.2", 2304, 0.5, -1.5),
        Layer("body.4", 2304, 0.9, 21.0),
    ]
    figure = parsed(similarity_chart("pair", layers))
    words = [element.text for element in figure.iter("text")]
    assert "0" in words
    assert "1" in words
    titles = ("Similarity by layer", "Beyond chance by layer")
    assert all(title in "".join(figure.itertext()) for title in titles)
    assert "body.2" in "".join(figure.itertext())
    assert "21.0" in "".join(figure.itertext())
    assert "-1.5" in "".join(figure.itertext()).replace("−", "-")
    assert similarity_chart("pair", layers[:1]) == ""


def test_layers_that_tell_nothing_leave_a_gap_in_the_chart() -> None:
    layers = [
        Layer("body.0", 432, 0.95, 14.0),
        Layer("body.2", 2304, None, None),
        Layer("body.4", 2304, 0.9, 21.0),
    ]
    words = "".join(parsed(similarity_chart("pair", layers)).itertext())
    assert "body.4" in words
    assert "body.2" not in words
    assert similarity_chart("pair", layers[:2]) == ""


def test_charts_are_on_the_comparisons_page(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    project.build()
    page = project.read("comparisons/sharpness/index.html")
    assert page.count('<figure class="charts"') == 1, "only one input has a reference"
    assert page.count('<svg class="chart"') == 2
    assert '<svg class="chart"' not in project.read("comparisons/sequence/index.html")


def test_inputs_that_differ_in_noise_alone_get_a_chart_over_noise(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    project.manifest["inputs"] = {
        f"n{sigma}": {"path": "cat.png", "reference": "cat.png", "noise": {"sigma": sigma}}
        for sigma in (20, 40)
    }
    project.manifest["comparisons"] = {
        "levels": {"interpolate": {"models": ["soft", "sharp"], "alphas": 3}}
    }
    project.build()
    page = project.read("comparisons/levels/index.html")
    assert "PSNR over noise level" in page
    assert page.count('<figure class="charts"') == 3


@given(st.floats(-100, 100), st.floats(1e-4, 1e4), st.integers(2, 8))
def test_ticks_are_within_their_axis_and_few(low: float, span: float, count: int) -> None:
    ticks = nice_ticks(low, low + span, count)
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in ticks)
    assert len(ticks) <= count + 1
    assert ticks == sorted(set(ticks))


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (0.25, "0.25"), (-0.5, "−0.5"), (-0.0, "0"), (30.0, "30")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number(value) == text
