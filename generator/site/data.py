"""A comparison as data: ``data.json`` for scripts and people; for the viewer a small head,
``view.json``, and a file for each input, which it asks for when that input is chosen.

The viewer's files are asked for by addresses that hold the hash of their content: whatever caches
lie between, a page gets the data that it was made with. The files of the inputs repeat the hash of
the head that they belong to.
"""  # noqa: D205

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from generator.manifest.tables.measures import Measure
from generator.site.views import ComparisonView, FrameView, InputView, ViewerData

TO_ROOT = "../../"
"""The way from a comparison's folder to the site's root."""

VERSION = 2
"""Raised whenever an older viewer would not understand ``view.json``."""

_FRAMES = "frames/"
_ALL = InputView("", "", "", "", "")
"""What a sequence has in place of inputs."""


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
    head["start"] = {"left": view.left.index, "right": view.right.index}
    if view.steps is not None:
        head["steps"] = view.steps
    if view.measures:
        head["measures"] = [
            {**_measure(measure), "convention": measure.convention} for measure in view.measures
        ]
    if view.regions:
        starts = [view.positions[each.start].value if each.start is not None else None
                  for each in view.regions]  # fmt: skip
        head["regions"] = _regions(view, starts)
    return _text(head, [_frame(frame) for frame in view.frames])


def viewer_data(view: ComparisonView) -> ViewerData:
    """Return what the viewer reads."""
    head = _head(view)
    version = _hash(_json(head))
    inputs = view.inputs or (_ALL,)
    each = len(view.frames) // len(inputs)
    files, told = {}, []
    for number, picture in enumerate(inputs):
        name = f"inputs/{picture.id or 'all'}.json"
        own = view.frames[number * each : (number + 1) * each]
        text = _text({"view": version}, [_shown(frame) for frame in own])
        files[view.url + name] = text
        told.append({"id": picture.id, "title": picture.title, "data": f"{name}?{_hash(text)}"})
    text = _json({**head, "hash": version, "inputs": told}) + "\n"
    files[f"{view.url}view.json"] = text
    return ViewerData(f"{view.url}view.json?{_hash(text)}", f"{view.url}{told[0]['data']}", files)


def _head(view: ComparisonView) -> dict[str, Any]:
    """Return what is the same for all inputs; lists that would be empty are left out."""
    start: dict[str, Any] = {"panes": [view.choices[choice].id for choice in view.start.panes]}
    if view.start.position is not None:
        start["position"] = view.start.position
    lists = {
        "axes": list(view.axes),
        "positions": [
            _without_nothing(
                value=position.value,
                weights=position.weights or None,
                label=position.label,
                text=position.text,
                spoken=position.spoken,
            )
            for position in view.positions
        ],
        "regions": _regions(view, [region.start for region in view.regions]),
        "measures": [_measure(measure) for measure in view.measures],
    }
    return {
        "version": VERSION,
        "id": view.id,
        "title": view.title,
        "layout": view.layout,
        "sequence": view.sequence,
        "choices": [
            _without_nothing(id=choice.id, label=choice.label, moves=choice.moves or None)
            for choice in view.choices
        ],
        "frames": TO_ROOT + _FRAMES,
        "start": start,
        **{key: value for key, value in lists.items() if value},
    }


def _shown(frame: FrameView) -> dict[str, Any]:
    """Return a frame as the viewer wants it."""
    size = {"width": frame.width, "height": frame.height}
    file = {"file": frame.url.removeprefix(_FRAMES), **size, "bytes": frame.bytes}
    return _without_nothing(
        index=frame.index,
        at=[[place for place in places if place is not None] for places in frame.at],
        **(file if frame.url else {"missing": frame.missing, **size}),
        label=frame.label,
        measured=frame.scores_as_json() or None,
    )


def _measure(measure: Measure) -> dict[str, Any]:
    return {
        "id": measure.id,
        "title": measure.title,
        "unit": measure.unit,
        "decimals": measure.decimals,
        "better": measure.better,
    }


def _frame(frame: FrameView) -> dict[str, Any]:
    told = frame.as_json()
    if frame.url:
        told["url"] = TO_ROOT + frame.url
    return told


def _regions(view: ComparisonView, starts: Sequence[float | None]) -> list[dict[str, Any]]:
    """Return regions with the addresses of their masks, as seen from the comparison's folder."""
    return [
        _without_nothing(
            name=region.name,
            masks={name: TO_ROOT + url for name, url in region.masks.items()},
            start=start,
        )
        for region, start in zip(view.regions, starts, strict=True)
    ]


def _text(head: Mapping[str, Any], frames: Sequence[Mapping[str, Any]]) -> str:
    """Return an object whose last entry are the frames, one a line."""
    lines = [f"{_json(key)}:{_json(value)}" for key, value in head.items()]
    listed = ",\n".join(_json(frame) for frame in frames)
    return "{" + ",\n".join([*lines, f'"frames":[\n{listed}\n]']) + "}\n"


def _without_nothing(**told: Any) -> dict[str, Any]:
    return {key: value for key, value in told.items() if value is not None}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]
