"""What the viewer reads: the schema of view.json and of the files of its inputs.

The viewer's own tests write such files by hand, the generator writes them from a plan: both are
held to what stands here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]
Index = Annotated[int, Field(ge=0)]
ADDRESS = re.compile(r"(?P<path>[^?]+)\?(?P<hash>[0-9a-f]{6,})")


class _Part(BaseModel):
    """Unknown keys are refused, and numbers are numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Choice(_Part):
    id: Annotated[str, Field(pattern=r"^[^\s,;:=&]+$")]  # links hold it
    label: Text
    moves: Literal[True] | None = None


class Position(_Part):
    value: float | int | None = None
    weights: list[float | int] | None = None
    label: Text
    text: Text
    spoken: Text


class Input(_Part):
    id: str
    title: str
    data: Annotated[str, Field(pattern=ADDRESS.pattern)]


class Start(_Part):
    panes: Annotated[list[str], Field(min_length=1, max_length=4)]
    position: Index | None = None


class Region(_Part):
    name: Text
    masks: Annotated[dict[str, str], Field(min_length=1)]
    start: Index | None = None


class Measure(_Part):
    id: Text
    title: Text
    unit: str
    decimals: Annotated[int, Field(ge=0, le=6)]
    better: Literal["higher", "lower"]


class Head(_Part):
    """The content of ``comparisons/<id>/view.json``."""

    version: Literal[2]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{6,}$")]
    id: Text
    title: Text
    layout: Literal["line", "pad", "sliders", "none"]
    sequence: bool
    choices: Annotated[list[Choice], Field(min_length=1)]
    axes: Annotated[list[str], Field(min_length=1)] | None = None
    positions: Annotated[list[Position], Field(min_length=1)] | None = None
    inputs: Annotated[list[Input], Field(min_length=1)]
    frames: Annotated[str, Field(pattern=r"/$")]
    start: Start
    regions: Annotated[list[Region], Field(min_length=1)] | None = None
    measures: Annotated[list[Measure], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        count = len(self.positions or [])
        choices, inputs = ([part.id for part in parts] for parts in (self.choices, self.inputs))
        _unique("choices", choices)
        _unique("inputs", inputs)
        _require(
            set(self.start.panes) <= set(choices), "start.panes names a choice that is not one"
        )
        _require((self.layout == "none") == (not count), "positions stand where there is a slider")
        _require((self.start.position is None) == (not count), "start.position goes with positions")
        starts = [self.start.position, *(region.start for region in self.regions or [])]
        _require(all(at is None or at < count for at in starts), "a start beyond the positions")
        masked = {key for region in self.regions or [] for key in region.masks}
        _require(masked <= set(inputs), "a mask of an input that is not one")
        for position in self.positions or []:
            self._check(position)
        return self

    def _check(self, position: Position) -> None:
        _require((position.value is not None) == (self.layout == "line"), "value is of a line")
        # Of given frames, as of sequences, nobody knows what is mixed: they have no axes.
        _require((position.weights is None) == (self.axes is None), "weights go with axes")
        if position.weights is not None:
            _require(len(position.weights) == len(self.axes or []), "a weight for each axis")


class Frame(_Part):
    index: Index
    at: Annotated[
        list[Annotated[list[Index], Field(min_length=1, max_length=2)]], Field(min_length=1)
    ]
    file: Text | None = None
    missing: Text | None = None
    width: Annotated[int, Field(gt=0)]
    height: Annotated[int, Field(gt=0)]
    bytes: Annotated[int, Field(gt=0)] | None = None
    label: Text
    measured: Annotated[dict[str, float | Literal["Infinity"]], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _is_there_or_missing(self) -> Self:
        _require((self.file is None) != (self.missing is None), "a file, or why there is none")
        _require((self.file is None) == (self.bytes is None), "bytes go with the file")
        return self


class InputFile(_Part):
    """The content of ``comparisons/<id>/inputs/<input>.json``."""

    view: Annotated[str, Field(pattern=r"^[0-9a-f]{6,}$")]
    frames: list[Frame]


def read_head(path: Path) -> Head:
    return Head.model_validate_json(path.read_bytes())


def read_comparison(folder: Path) -> tuple[Head, dict[str, InputFile]]:
    """Read what the viewer reads of ``comparisons/<id>``, and check that it belongs together.

    Returns the head and the files by input. Raises ValueError where anything is not as it must be:
    files of frames are looked for where they lie in the site.
    """
    head = read_head(folder / "view.json")
    files = {}
    for entry in head.inputs:
        match = ADDRESS.fullmatch(entry.data)
        _require(match is not None, f"{entry.data}: no address with a hash")
        assert match
        file = InputFile.model_validate_json((folder / match["path"]).read_bytes())
        _require(file.view == head.hash, f"{entry.data} is of another view.json")
        for frame in file.frames:
            _check_frame(frame, head, folder)
        files[entry.id] = file
    indices = [frame.index for file in files.values() for frame in file.frames]
    _require(len(set(indices)) == len(indices), "two frames with one index")
    return head, files


def data_frame(folder: Path, index: int) -> dict[str, Any]:
    """Return the frame of an index, as ``data-frame`` names it, from data.json."""
    frames = json.loads((folder / "data.json").read_text(encoding="utf-8"))["frames"]
    frame: dict[str, Any] = frames[index]
    return frame


def _check_frame(frame: Frame, head: Head, folder: Path) -> None:
    for choice, *position in frame.at:
        _require(choice < len(head.choices), f"frame {frame.index}: no choice {choice}")
        moves = bool(head.choices[choice].moves)
        _require(moves == bool(position), f"frame {frame.index}: a position where the choice moves")
        count = len(head.positions or [])
        _require(all(at < count for at in position), f"frame {frame.index}: no position {position}")
    known = {measure.id for measure in head.measures or []}
    _require(set(frame.measured or {}) <= known, f"frame {frame.index}: an unknown measure")
    if frame.file and not re.match(r"\w+:|//", head.frames):
        path = folder / head.frames / frame.file
        _require(path.is_file(), f"frame {frame.index}: {path} is not there")
        _require(path.stat().st_size == frame.bytes, f"frame {frame.index}: bytes of {path}")


def _unique(name: str, ids: list[str]) -> None:
    _require(len(set(ids)) == len(ids), f"two {name} of one id")


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)
