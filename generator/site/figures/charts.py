"""The charts of comparisons: measures over alpha, over noise level, similarity by layer.

Each is a figure with its data as a table, and a function of plain data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from generator.plan.kinship import Layer
from generator.site.figures.plot import Chart, Curve, draw, table
from generator.site.views import MeasureView

METRICS = {
    "psnr": MeasureView("psnr", "PSNR", "dB", 2),
    "ssim": MeasureView("ssim", "SSIM", "", 4),
}
"""By data.json's word."""

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class NoiseLevel:
    """Results at one noise level: ``psnr`` (dB) by alpha, rising; and of control networks."""

    sigma: float
    mix: Points
    controls: Mapping[str, float]


def alpha_charts(
    id_: str,
    title: str,
    measured: Mapping[str, Mapping[str, Points]],
    stops: Sequence[str] = (),
) -> Markup:
    """Return a figure for one input: a chart of each metric over alpha.

    ``measured`` holds for each metric and name of a curve the (alpha, value) points; ``stops``
    names the whole alphas of a path. Charts without points are left out; the result may be empty.
    """
    ticks = tuple((float(index), stop) for index, stop in enumerate(stops))
    charts = []
    for metric, by_name in measured.items():
        measure = METRICS[metric]
        curves = tuple(Curve(name, points) for name, points in by_name.items() if len(points) > 1)
        if curves:
            chart_title = f"{measure.title} over alpha: {title}"
            charts.append(
                Chart(f"chart-{id_}-{metric}", chart_title, "α", measure.label, curves,
                      measure.decimals, ticks, follows=True)
            )  # fmt: skip
    return _figure(f"Against the reference: {title}", charts, input_id=id_)


def noise_charts(id_: str, levels: Sequence[NoiseLevel]) -> Markup:
    """Return a figure of PSNR over alpha at each noise level, and of the best over the levels.

    The best alpha of each level is ringed. Control networks are lines of the second chart.
    """
    levels = [level for level in sorted(levels, key=lambda level: level.sigma) if level.mix]
    if len(levels) < 2:
        return Markup()
    best = [max(level.mix, key=lambda point: point[1]) for level in levels]
    over_alpha = Chart(
        f"chart-{id_}-levels",
        "PSNR over alpha at each noise level",
        "α",
        "PSNR (dB)",
        tuple(Curve(f"σ {level.sigma:g}", level.mix) for level in levels),
        2,
        marked=tuple(best),
        follows=True,
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
        f"chart-{id_}-noise", "PSNR over noise level", "σ", "PSNR (dB)", curves, 2,
        ticks=tuple((level.sigma, f"{level.sigma:g}") for level in levels),
    )  # fmt: skip
    return _figure("Unseen noise levels: the best alpha is ringed", [over_alpha, over_level])


def similarity_chart(id_: str, layers: Sequence[Layer]) -> Markup:
    """Return a figure of how alike two networks are, layer by layer, in the network's order.

    Layers of which nothing can be said leave a gap.
    """
    places = list(enumerate(layers, start=1))
    cosine = [(at, layer.cosine) for at, layer in places if layer.cosine is not None]
    share = [(at, layer.same_index) for at, layer in places if layer.same_index is not None]
    if len(cosine) < 2:
        return Markup()
    chart = Chart(
        f"chart-{id_}-layers",
        "Similarity by layer",
        "layer",
        "cosine, share",
        (Curve("cosine", tuple(cosine)), Curve("same place", tuple(share))),
        3,
        y_range=(min(0.0, *(value for _, value in cosine)), 1.0),
        rows=tuple((at, layer.name) for at, layer in places),
    )
    return _figure(
        "Layer by layer: the cosine of the weights of both networks (1 is the same direction), and "
        "the share of filters whose nearest relative has the same place in the other network",
        [chart],
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
