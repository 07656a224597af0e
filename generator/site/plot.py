"""Line charts as static SVG: axes, curves named at their ends, a table of what they show.

Nothing here has a colour of its own: everything is drawn in ``currentColor`` and told apart by
dashes and names, and style sheets may colour it by class. Sizes are in units of the view box.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

WIDTH, HEIGHT = 580, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 142, 26, 40
_LABEL_HEIGHT = 15
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "4 2", "1 2")


@dataclass(frozen=True)
class Curve:
    """A named line through (x, y) points, x rising. ``level`` draws it thin and without dots."""

    name: str
    points: tuple[tuple[float, float], ...]
    level: bool = False


@dataclass(frozen=True)
class Chart:
    """What a chart shows. ``id`` is unique on its page; ``digits`` are decimals of y.

    ``ticks`` names places on the x axis, which else has numbers. ``marked`` are points to be
    ringed. ``follows`` puts a marker at the start of the x axis that scripts may move. ``rows``
    names places on the x axis in the table.
    """

    id: str
    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    digits: int
    ticks: tuple[tuple[float, str], ...] = ()
    marked: tuple[tuple[float, float], ...] = ()
    follows: bool = False
    y_range: tuple[float, float] | None = None
    rows: tuple[tuple[float, str], ...] = ()


def draw(chart: Chart) -> Markup:
    """Return the chart as an ``svg`` element."""
    return _Drawing(chart).draw()


def table(chart: Chart) -> Markup:
    """Return the chart as a table: a row for each x of any curve, a column for each curve."""
    xs = sorted({x for curve in chart.curves for x, _ in curve.points})
    values = [dict(curve.points) for curve in chart.curves]
    names = dict(chart.rows)
    head = _join(
        _fill('<th scope="col" class="number">{}</th>', curve.name) for curve in chart.curves
    )
    # Numbers need no escaping, and there are thousands of these rows.
    rows = "".join(
        f'<tr><th scope="row">{html.escape(names[x]) if x in names else number(x)}</th>'
        f"{''.join([_cell(column.get(x), chart.digits) for column in values])}</tr>\n"
        for x in xs
    )
    return _fill(
        '<table>\n<caption>{}</caption>\n<thead><tr><th scope="col">{}</th>{}</tr></thead>\n'
        "<tbody>\n{}</tbody>\n</table>",
        chart.title,
        chart.x_label,
        head,
        Markup(rows),  # noqa: S704 - escaped above
    )


def number(value: float, digits: int = 4) -> str:
    """Write a number with at most ``digits`` decimals, none of them idle; with a true minus."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text.replace("-", "\N{MINUS SIGN}")


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """Return about ``count`` round numbers from ``low`` to ``high``."""
    if not high > low:
        return [low]
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


class _Drawing:
    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        xs = [x for curve in chart.curves for x, _ in curve.points]
        ys = [y for curve in chart.curves for _, y in curve.points]
        self._low_x, self._high_x = min(xs), max(xs)
        low, high = chart.y_range or (min(ys), max(ys))
        margin = 0.0 if chart.y_range else ((high - low) * 0.08 or abs(high) * 0.05 or 1.0)
        self._low_y, self._high_y = low - margin, high + margin

    def draw(self) -> Markup:
        chart = self._chart
        follow = (
            _fill(
                ' data-x0="{}" data-x1="{}" data-min="{}" data-max="{}"',
                *(_LEFT, WIDTH - _RIGHT, repr(self._low_x), repr(self._high_x)),
            )
            if chart.follows
            else Markup()
        )
        return _fill(
            '<svg class="chart" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img"'
            ' aria-labelledby="{id}-title {id}-desc" font-family="system-ui, sans-serif"'
            ' font-size="12" fill="currentColor"{follow}>\n'
            '<title id="{id}-title">{title}</title>\n<desc id="{id}-desc">{desc}</desc>\n'
            "{parts}</svg>",
            w=WIDTH,
            h=HEIGHT,
            id=chart.id,
            follow=follow,
            title=chart.title,
            desc=" ".join(_described(curve, chart) for curve in chart.curves),
            parts=_join([*self._axes(), *self._curves(), *self._names(), *self._marks()]),
        )

    def _x(self, value: float) -> float:
        span = self._high_x - self._low_x
        place = (value - self._low_x) / span if span else 0.5
        return round(_LEFT + place * (WIDTH - _LEFT - _RIGHT), 2)

    def _y(self, value: float) -> float:
        place = (value - self._low_y) / (self._high_y - self._low_y)
        return round(HEIGHT - _BOTTOM - place * (HEIGHT - _TOP - _BOTTOM), 2)

    def _axes(self) -> Iterable[Markup]:
        chart, bottom, right = self._chart, HEIGHT - _BOTTOM, WIDTH - _RIGHT
        levels = nice_ticks(self._low_y, self._high_y, 5)
        grid = "".join(f"M{_LEFT} {self._y(value)}H{right}" for value in levels)
        yield _fill(
            '<path class="grid" d="{}" fill="none" stroke="currentColor" stroke-opacity="0.18"/>',
            grid,
        )
        for value in levels:
            yield _text(_LEFT - 8, self._y(value) + 4, "end", number(value))
        ticks = chart.ticks or [
            (value, number(value)) for value in nice_ticks(self._low_x, self._high_x, 5)
        ]
        marks = "".join(f"M{self._x(value)} {bottom}v5" for value, _ in ticks)
        yield _fill(
            '<path class="axis" d="M{} {}H{}{}" fill="none" stroke="currentColor"/>',
            *(_LEFT, bottom, right, marks),
        )
        for value, name in ticks:
            yield _text(self._x(value), bottom + 18, "middle", _shortened(name, 14))
        yield _text((_LEFT + right) / 2, HEIGHT - 6, "middle", chart.x_label)
        yield _text(_LEFT - 8, 14, "start", chart.y_label)

    def _curves(self) -> Iterable[Markup]:
        for index, curve in enumerate(self._chart.curves):
            path = "".join(
                f"{'L' if i else 'M'}{self._x(x)} {self._y(y)}"
                for i, (x, y) in enumerate(curve.points)
            )
            yield _fill(
                '<path class="curve curve-{}{}" d="{}" fill="none" stroke="currentColor"'
                ' stroke-width="{}" stroke-linejoin="round"{}/>\n',
                index + 1,
                " level" if curve.level else "",
                path,
                1 if curve.level else 2,
                _dashed(index),
            )
            if not curve.level and len(curve.points) <= 60:
                # A line without length and with round ends is a dot.
                dots = "".join(f"M{self._x(x)} {self._y(y)}h0" for x, y in curve.points)
                yield _fill(
                    '<path class="dots curve-{}" d="{}" fill="none" stroke="currentColor"'
                    ' stroke-width="6" stroke-linecap="round"/>\n',
                    *(index + 1, dots),
                )

    def _names(self) -> Iterable[Markup]:
        """Name every curve at its right end, none upon another."""
        ends = sorted(
            (self._y(curve.points[-1][1]), i) for i, curve in enumerate(self._chart.curves)
        )
        place = -math.inf
        places = []
        for y, index in ends:
            place = max(y + 4, place + _LABEL_HEIGHT)
            places.append((place, index))
        over = max(0.0, place - (HEIGHT - _BOTTOM + 4))
        for y, index in places:
            curve = self._chart.curves[index]
            x, y = self._x(curve.points[-1][0]) + 8, round(y - over, 2)
            yield _fill(
                '<path class="curve curve-{}" d="M{} {}h22" fill="none" stroke="currentColor"'
                ' stroke-width="{}"{}/>',
                *(index + 1, x, y - 4, 1 if curve.level else 2),
                _dashed(index),
            )
            yield _text(x + 28, y, "start", _shortened(curve.name, 18), f"curve-{index + 1}")

    def _marks(self) -> Iterable[Markup]:
        for x, y in self._chart.marked:
            yield _fill(
                '<circle class="best" cx="{}" cy="{}" r="6" fill="none" stroke="currentColor"'
                ' stroke-width="1.5"/>',
                *(self._x(x), self._y(y)),
            )
        if self._chart.follows:
            yield _fill(
                '<path class="marker" data-chart-marker d="M{} {}V{}" fill="none"'
                ' stroke="currentColor" stroke-width="1.5"/>',
                *(_LEFT, _TOP - 6, HEIGHT - _BOTTOM),
            )


def _dashed(index: int) -> Markup:
    dash = _DASHES[index % len(_DASHES)]
    return _fill(' stroke-dasharray="{}"', dash) if dash else Markup()


def _described(curve: Curve, chart: Chart) -> str:
    """Say in words what a curve does."""
    digits = chart.digits
    first, last = curve.points[0], curve.points[-1]
    best = max(curve.points, key=lambda point: point[1])
    return (
        f"{curve.name}: from {number(first[1], digits)} at {number(first[0])} "
        f"to {number(last[1], digits)} at {number(last[0])}, "
        f"highest {number(best[1], digits)} at {number(best[0])}."
    )


def _text(x: float, y: float, anchor: str, words: str, name: str = "") -> Markup:
    class_ = _fill(' class="{}"', name) if name else ""
    return _fill('<text x="{}" y="{}" text-anchor="{}"{}>{}</text>', x, y, anchor, class_, words)


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _cell(value: float | None, digits: int) -> str:
    return f'<td class="number">{"–" if value is None else f"{value:.{digits}f}"}</td>'


def _fill(template: str, *values: object, **named: object) -> Markup:
    """Fill a template of ours; texts that are not Markup are escaped.

    Charts are hundreds of small pieces, for which Markup's own format is too slow.
    """
    escaped = [_escaped(value) for value in values]
    return Markup(template.format(*escaped, **{k: _escaped(v) for k, v in named.items()}))  # noqa: S704


def _escaped(value: object) -> object:
    return html.escape(value) if type(value) is str else value


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("".join(parts))  # noqa: S704
