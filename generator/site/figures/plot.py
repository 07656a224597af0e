"""Line charts as static SVG: axes, curves, a legend in their order, a table of what they show.

Nothing here has a colour of its own: everything is drawn in ``currentColor`` and told apart by
dashes, and style sheets colour it by class. Sizes are in units of the view box, which is as wide
as a phone, so that words can be read there too.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

WIDTH = 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 350, 26, 220
_X_NAMES = 40
"""Height of what stands below the x axis: numbers, then its name."""
_FONT = 13
_LETTER = 7.2
"""Width of a letter, rather too large than too small."""
_LINE = 19
_SAMPLE = 30
_COLOURS = 8
"""Classes of curves, ``curve-1`` and so on, that style sheets know a colour for."""
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "4 2", "12 4")


@dataclass(frozen=True)
class Curve:
    """A named line through (x, y) points, x rising. ``level`` draws it thin and without dots."""

    name: str
    points: tuple[tuple[float, float], ...]
    level: bool = False

    @property
    def drawn(self) -> tuple[tuple[float, float], ...]:
        """Return the points that have a place in a picture."""
        return tuple(point for point in self.points if math.isfinite(point[1]))


@dataclass(frozen=True)
class Chart:
    """What a chart shows. ``id`` is unique on its page; ``digits`` are decimals of y.

    ``ticks`` names places on the x axis, which else has numbers. ``marked`` are points to be
    ringed. ``follows`` puts a marker at the start of the x axis that scripts may move; ``falls``
    says that lower values are better. ``rows`` names places on the x axis in the table.

    Points whose y is infinite have no place in the picture: words and table alone tell of them.
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
    falls: bool = False
    y_range: tuple[float, float] | None = None
    rows: tuple[tuple[float, str], ...] = ()


def draw(chart: Chart) -> Markup:
    """Return the chart as an ``svg`` element, or nothing where no point can be drawn."""
    return _Drawing(chart).draw() if any(curve.drawn for curve in chart.curves) else Markup()


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
    if math.isinf(value):
        return "∞"
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
        ys = [y for curve in chart.curves for _, y in curve.drawn]
        self._low_x, self._high_x = min(xs), max(xs)
        low, high = chart.y_range or (min(ys), max(ys))
        margin = 0.0 if chart.y_range else ((high - low) * 0.08 or abs(high) * 0.05 or 1.0)
        self._low_y, self._high_y = low - margin, high + margin

    def draw(self) -> Markup:
        chart = self._chart
        follow = (
            _fill(
                ' data-x0="{}" data-x1="{}" data-min="{}" data-max="{}"',
                *(_LEFT, _RIGHT, repr(self._low_x), repr(self._high_x)),
            )
            if chart.follows
            else Markup()
        )
        columns, rows = self._legend_size()
        return _fill(
            '<svg class="chart" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img"'
            ' aria-labelledby="{id}-title {id}-desc" font-family="system-ui, sans-serif"'
            ' font-size="{font}" fill="currentColor"{follow}>\n'
            '<title id="{id}-title">{title}</title>\n<desc id="{id}-desc">{desc}</desc>\n'
            "{parts}</svg>",
            w=WIDTH,
            h=_BOTTOM + _X_NAMES + rows * _LINE + 6,
            id=chart.id,
            font=_FONT,
            follow=follow,
            title=chart.title,
            desc=" ".join(_described(curve, chart) for curve in chart.curves),
            parts=_join([*self._axes(), *self._curves(), *self._legend(columns), *self._marks()]),
        )

    def _x(self, value: float) -> float:
        span = self._high_x - self._low_x
        place = (value - self._low_x) / span if span else 0.5
        return round(_LEFT + place * (_RIGHT - _LEFT), 2)

    def _y(self, value: float) -> float:
        place = (value - self._low_y) / (self._high_y - self._low_y)
        return round(_BOTTOM - place * (_BOTTOM - _TOP), 2)

    def _axes(self) -> Iterable[Markup]:
        chart = self._chart
        levels = nice_ticks(self._low_y, self._high_y, 5)
        grid = "".join(f"M{_LEFT} {self._y(value)}H{_RIGHT}" for value in levels)
        yield _fill(
            '<path class="grid" d="{}" fill="none" stroke="currentColor" stroke-opacity="0.18"/>',
            grid,
        )
        for value in levels:
            yield _text(_LEFT - 6, self._y(value) + 4, "end", number(value))
        ticks = chart.ticks or [
            (value, number(value)) for value in nice_ticks(self._low_x, self._high_x, 5)
        ]
        marks = "".join(f"M{self._x(value)} {_BOTTOM}v5" for value, _ in ticks)
        yield _fill(
            '<path class="axis" d="M{} {}H{}{}" fill="none" stroke="currentColor"/>',
            *(_LEFT, _BOTTOM, _RIGHT, marks),
        )
        # Those at the ends are pushed inwards, so that all have two thirds of their distance.
        distance = (_RIGHT - _LEFT) / max(1, len(ticks) - 1)
        longest = max(4, _letters(min(distance * 2 / 3, WIDTH / 2)))
        for value, name in ticks:
            words = _shortened(name, longest)
            half = len(words) * _LETTER / 2
            x = round(min(max(self._x(value), half), WIDTH - half), 2)
            yield _text(x, _BOTTOM + 19, "middle", words)
        yield _text((_LEFT + _RIGHT) / 2, _BOTTOM + 36, "middle", chart.x_label)
        yield _text(0, 13, "start", chart.y_label)

    def _curves(self) -> Iterable[Markup]:
        for index, curve in enumerate(self._chart.curves):
            yield _line(index, curve, self._path(curve))
            if not curve.level and len(curve.points) <= 60:
                # A line without length and with round ends is a dot.
                dots = "".join(f"M{self._x(x)} {self._y(y)}h0" for x, y in curve.drawn)
                yield _fill(
                    '<path class="dots curve-{}" d="{}" fill="none" stroke="currentColor"'
                    ' stroke-width="5" stroke-linecap="round"/>\n',
                    *(index % _COLOURS + 1, dots),
                )

    def _path(self, curve: Curve) -> str:
        """Return the line through a curve's points, broken where one cannot be drawn."""
        path, command = "", "M"
        for x, y in curve.points:
            if math.isfinite(y):
                path += f"{command}{self._x(x)} {self._y(y)}"
            command = "L" if math.isfinite(y) else "M"
        return path

    def _legend_size(self) -> tuple[int, int]:
        """Return the columns and rows that the names of the curves take."""
        curves = self._chart.curves
        longest = max(len(curve.name) for curve in curves)
        columns = max(1, min(len(curves), int(WIDTH / (_SAMPLE + (longest + 2) * _LETTER))))
        return columns, math.ceil(len(curves) / columns)

    def _legend(self, columns: int) -> Iterable[Markup]:
        """Name the curves in their order, row by row."""
        width = WIDTH / columns
        for index, curve in enumerate(self._chart.curves):
            row, column = divmod(index, columns)
            x = round(column * width, 2)
            y = _BOTTOM + _X_NAMES + (row + 1) * _LINE
            yield _line(index, curve, f"M{x} {y - 4}h{_SAMPLE - 6}")
            name = _shortened(curve.name, _letters(width - _SAMPLE))
            yield _text(x + _SAMPLE, y, "start", name)

    def _marks(self) -> Iterable[Markup]:
        for x, y in filter(lambda point: math.isfinite(point[1]), self._chart.marked):
            yield _fill(
                '<circle class="best" cx="{}" cy="{}" r="6" fill="none" stroke="currentColor"'
                ' stroke-width="1.5"/>',
                *(self._x(x), self._y(y)),
            )
        if self._chart.follows:
            yield _fill(
                '<path class="marker" data-chart-marker d="M{} {}V{}" fill="none"'
                ' stroke="currentColor" stroke-width="1.5"/>',
                *(_LEFT, _TOP - 6, _BOTTOM),
            )


def _line(index: int, curve: Curve, path: str) -> Markup:
    """Draw in the manner of a curve: itself, or its sample in the legend."""
    return _fill(
        '<path class="curve curve-{}{}" d="{}" fill="none" stroke="currentColor"'
        ' stroke-width="{}" stroke-linejoin="round"{}/>\n',
        index % _COLOURS + 1,
        " level" if curve.level else "",
        path,
        1.5 if curve.level else 2,
        _dashed(index),
    )


def _dashed(index: int) -> Markup:
    dash = _DASHES[index % len(_DASHES)]
    return _fill(' stroke-dasharray="{}"', dash) if dash else Markup()


def _described(curve: Curve, chart: Chart) -> str:
    """Say in words what a curve does."""
    digits = chart.digits
    first, last = curve.points[0], curve.points[-1]
    best = (min if chart.falls else max)(curve.points, key=lambda point: point[1])
    return (
        f"{curve.name}: from {number(first[1], digits)} at {number(first[0])} "
        f"to {number(last[1], digits)} at {number(last[0])}, "
        f"{'lowest' if chart.falls else 'highest'} {number(best[1], digits)} at {number(best[0])}."
    )


def _text(x: float, y: float, anchor: str, words: str) -> Markup:
    return _fill('<text x="{}" y="{}" text-anchor="{}">{}</text>\n', x, y, anchor, words)


def _letters(width: float) -> int:
    """Return how many letters fit into a width."""
    return max(1, int(width / _LETTER))


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _cell(value: float | None, digits: int) -> str:
    if value is None:
        return '<td class="number">–</td>'
    return f'<td class="number">{"∞" if math.isinf(value) else f"{value:.{digits}f}"}</td>'


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
