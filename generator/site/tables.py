"""The tables of large comparisons: pages of their own, and all frames as one CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from generator.site.data import TO_ROOT
from generator.site.views import ChartView, ComparisonView, FrameView

_ROWS = 500
"""Frames on one page of a table."""


@dataclass(frozen=True)
class TablePage:
    """Frames of one input, or as many of them as a page holds, and the charts of that input.

    ``number`` counts the pages of an input from 1. ``url`` is from the site's root, as is
    ``next``, where the table goes on; '' on the last page.
    """

    title: str
    number: int
    url: str
    frames: tuple[FrameView, ...]
    charts: tuple[ChartView, ...]
    next: str = ""


def table_pages(view: ComparisonView) -> Iterator[TablePage]:
    """Yield the pages that hold all frames of a comparison, input by input."""
    titles = {picture.id: picture.title for picture in view.inputs} or {"": view.title}
    each = len(view.frames) // len(titles)
    for number, (input_id, title) in enumerate(titles.items()):
        own = view.frames[number * each : (number + 1) * each]
        charts = tuple(chart for chart in view.charts if chart.input and chart.input == input_id)
        for first in range(0, each, _ROWS):
            yield TablePage(
                title,
                first // _ROWS + 1,
                _url(view, input_id, first),
                own[first : first + _ROWS],
                () if first else charts,
                _url(view, input_id, first + _ROWS) if first + _ROWS < each else "",
            )


def frames_csv(view: ComparisonView) -> str:
    """Return all frames as a table: a line each, addresses as seen from the comparison's folder."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    measures = [measure.id for measure in view.measures]
    fixed = ("input", "frame", "recipe", "weights", "file", "width", "height", "bytes", "precision")
    writer.writerow([*fixed, *measures])
    for frame in view.frames:
        weights = " ".join(f"{id_}={w:g}" for id_, w in (frame.weights or {}).items() if w)
        file = TO_ROOT + frame.url if frame.url else ""
        told = (frame.input, frame.label, frame.recipe, weights, file, frame.width, frame.height)
        measured = (frame.measured.get(measure, "") for measure in measures)
        writer.writerow([*told, frame.bytes if file else "", frame.precision, *measured])
    return out.getvalue()


def models_csv(view: ComparisonView) -> str:
    """Return all models as a table, a line each: with the checksums that a long page leaves out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["model", "title", "author", "license", "architecture", "bytes", "sha256"])
    for model in view.models:
        told = (model.id, model.title, model.author, model.license, model.architecture)
        writer.writerow([*told, model.bytes, model.sha256])
    return out.getvalue()


def _url(view: ComparisonView, input_id: str, first: int) -> str:
    further = f"{first // _ROWS + 1}/" if first else ""
    return f"{view.url}files/{input_id or 'all'}/{further}"
