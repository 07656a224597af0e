"""``comparisons/<id>/data.json``: all that is known about a comparison, for scripts and people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from generator.manifest.tables.measures import Measure, as_json
from generator.site.views import ComparisonView

TO_ROOT = "../../"
_NOT_WRITTEN = frozenset({"input_title", "key", "series"})


def data_json(view: ComparisonView) -> str:
    """Return the text: one frame a line, order as the view's, URLs relative to the file."""
    head: dict[str, Any] = {
        "id": view.id,
        "title": view.title,
        "kind": view.kind,
        "control": view.control,
    }
    if view.models:
        head["models"] = [model.id for model in view.models]
    if view.inputs:
        head["inputs"] = [picture.id for picture in view.inputs]
    head["titles"] = {
        "models": {model.id: model.title for model in (*view.models, *view.beside)},
        "inputs": {picture.id: picture.title for picture in view.inputs},
    }
    head["start"] = dict(zip(("left", "right"), view.start, strict=True))
    if view.steps is not None:
        head["steps"] = view.steps
    if view.measures:
        head["measures"] = {measure.id: _measure(measure) for measure in view.measures}
    if view.regions:
        head["regions"] = [_region(region) for region in view.regions]
    lines = [f"{_json(key)}:{_json(value)}" for key, value in head.items()]
    ids = [measure.id for measure in view.measures]
    frames = ",\n".join(_json(_frame(frame, ids)) for frame in view.frames)
    return "{" + ",\n".join([*lines, f'"frames":[\n{frames}\n]']) + "}\n"


def _measure(measure: Measure) -> dict[str, Any]:
    """Return what there is to know about a measure: how it is shown, and by which convention."""
    return {
        "title": measure.title,
        "unit": measure.unit,
        "decimals": measure.decimals,
        "better": "higher" if measure.higher_is_better else "lower",
        "convention": measure.convention,
    }


def _frame(frame: dict[str, Any], measures: Iterable[str]) -> dict[str, Any]:
    written = {key: value for key, value in frame.items() if key not in _NOT_WRITTEN}
    written |= {name: as_json(frame[name]) for name in measures if name in frame}
    if "url" in written:
        written["url"] = TO_ROOT + written["url"]
    return written


def _region(region: dict[str, Any]) -> dict[str, Any]:
    masks = {name: TO_ROOT + url for name, url in region["masks"].items()}
    return {**region, "masks": masks}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
