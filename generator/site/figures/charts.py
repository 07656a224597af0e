"""The charts of comparisons: measures over alpha, over noise level, similarity by layer.

Each is a figure with its data as a table, and a function of plain data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from generator.manifest.tables.measures import MEASURES, Measure
from generator.plan.kinship import Layer
from generator.site.figures.plot import Chart, Curve, draw, table

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class NoiseLevel:
    """What a measure says at one noise level: of mixes by alpha, rising; of control networks."""

    sigma: float
    mix: Points
    controls: Mapping[str, float]


def alpha_charts(
    id_: str,
    title: str,
    measured: Mapping[str, Mapping[str, Points]],
    stops: Sequence[str] = (),
) -> Markup:
    """Return a figure for one input: a chart of each measure over alpha.

    ``measured`` holds for each measure and name of a curve the (alpha, value) points; ``stops``
    names the whole alphas of a path. Charts without points are left out; the result may be empty.
    """
    ticks = tuple((float(index), stop) for index, stop in enumerate(stops))
    charts = []
    for id_of_measure, by_name in measured.items():
        measure = MEASURES[id_of_measure]
        curves = tuple(Curve(name, points) for name, points in by_name.items() if len(points) > 1)
        if curves:
            chart_title = f"{measure.title} over alpha: {title}"
            charts.append(
                Chart(f"chart-{id_}-{measure.id}", chart_title, "α", measure.label, curves,
                      measure.decimals, ticks, follows=True, falls=not measure.higher_is_better)
            )  # fmt: skip
    return _figure(f"Against the reference: {title}", charts, input_id=id_)


def noise_charts(id_: str, measure: Measure, levels: Sequence[NoiseLevel]) -> Markup:
    """Return a figure of a measure over alpha at each noise level, and of the best over the levels.

    The best alpha of each level is ringed. Control networks are lines of the second chart.
    """
    levels = [level for level in sorted(levels, key=lambda level: level.sigma) if level.mix]
    if len(levels) < 2:
        return Markup()
    falls = not measure.higher_is_better
    best = [(min if falls else max)(level.mix, key=lambda point: point[1]) for level in levels]
    over_alpha = Chart(
        f"chart-{id_}-levels",
        f"{measure.title} over alpha at each noise level",
        "α",
        measure.label,
        tuple(Curve(f"σ {level.sigma:g}", level.mix) for level in levels),
        measure.decimals,
        marked=tuple(best),
        follows=True,
        falls=falls,
    )
    names = {name: None for level in levels for name in level.controls}
    ends = [(level.mix[0], level.mix[-1]) for level in levels]
    first, last = (
        tuple((level.sigma, pair[side][1]) for level, pair in zip(levels, ends, strict=True))
        for side in (0, 1)
    )
    curves = (
        Curve("best mix", tuple((n.sigma, b[1]) for n, b in zip(levels, best, strict=True))),
        Curve(f"α = {ends[0][0][0]:g}", first),
        Curve(f"α = {ends[0][1][0]:g}", last),
        *(
            Curve(name, tuple((n.sigma, n.controls[name]) for n in levels if name in n.controls),
                  level=True)
            for name in names
        ),
    )  # fmt: skip
    over_level = Chart(
        f"chart-{id_}-noise", f"{measure.title} over noise level", "σ", measure.label, curves,
        measure.decimals, falls=falls,
        ticks=tuple((level.sigma, f"{level.sigma:g}") for level in levels),
    )  # fmt: skip
    return _figure("Unseen noise levels: the best alpha is ringed", [over_alpha, over_level])


def similarity_chart(id_: str, layers: Sequence[Layer]) -> Markup:
    """Return a figure of how alike two networks are, layer by layer, in the network's order.

    Layers of which nothing can be said leave a gap.
    """
    places = list(enumerate(layers, start=1))
    cosine = tuple((at, layer.cosine) for at, layer in places if layer.cosine is not None)
    beyond = tuple((at, layer.z) for at, layer in places if layer.z is not None)
    rows = tuple((at, layer.name) for at, layer in places)
    charts = [
        Chart(f"chart-{id_}-{name}", title, "layer", label, (Curve(curve, points),), digits,
              y_range=(min(0.0, *(value for _, value in points)), top), rows=rows)
        for name, title, label, curve, points, digits, top in (
            ("layers", "Similarity by layer", "cosine", "cosine", cosine, 3, 1.0),
            ("chance", "Beyond chance by layer", "standard deviations", "deviations", beyond, 1,
             max((1.0, *(value for _, value in beyond)))),
        )
        if len(points) > 1
    ]  # fmt: skip
    return _figure(
        "Layer by layer: the cosine of the weights of both networks (1 is the same direction), and "
        "by how many standard deviations the filters of one are nearer to their namesakes in the "
        "other than they would be in any other order",
        charts,
    )


def _figure(caption: str, charts: Sequence[Chart], input_id: str = "") -> Markup:
    """Return charts with their data; scripts may show only those of the input looked at."""
    if not charts:
        return Markup()
    drawn = Markup("\n").join(draw(chart) for chart in charts)
    tables = Markup("\n").join(table(chart) for chart in charts)
    of_input = Markup(' data-input="{}"').format(input_id) if input_id else ""
    return Markup(
        '<figure class="charts"{}>\n<figcaption>{}</figcaption>\n{}\n'
        '<details>\n<summary>The numbers</summary>\n<div class="scroll" role="region"'
        ' aria-label="{}" tabindex="0">\n{}\n</div>\n</details>\n</figure>\n'
    ).format(of_input, caption, drawn, f"Numbers: {caption}", tables)
