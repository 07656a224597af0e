"""Inputs and references of a manifest, as plans name them."""

from __future__ import annotations

from generator.errors import Problem
from generator.manifest import ManifestFile
from generator.manifest.tables.measures import MEASURES
from generator.manifest.types import Comparison
from generator.manifest.yamlfile import Location
from generator.plan.comparisons import PlannedFrame
from generator.plan.frames import Input, Measurement, Noise, Picture
from generator.plan.info import File, FileInfo

Crop = tuple[int, int, int, int]


class Inputs:
    """Prepares the inputs of a manifest; what does not fit is added to ``problems``."""

    def __init__(self, file: ManifestFile, info: FileInfo, problems: list[Problem]) -> None:
        self._file = file
        self._info = info
        self._problems = problems
        self._prepared: dict[str, Input] = {}

    def prepared(self, input_id: str) -> Input:
        """Return an input as the models see it."""
        if input_id in self._prepared:
            return self._prepared[input_id]
        written = self._file.manifest.inputs[input_id]
        file = self._info.files[written.path]
        image = self._info.images[file.sha256]
        x, y, width, height = written.crop or (0, 0, image.width, image.height)
        where = ("inputs", input_id, "crop")
        if x + width > image.width or y + height > image.height:
            message = (
                f"the crop reaches to {x + width}×{y + height}, "
                f"the picture ends at {image.width}×{image.height}"
            )
            self._report(where, message)
        noise = Noise(written.noise.sigma, written.noise.seed) if written.noise else None
        self._prepared[input_id] = Input(
            file,
            written.crop,
            written.downscale,
            noise,
            -(-width // written.downscale),
            -(-height // written.downscale),
            image.channels,
            image.alpha,
        )
        return self._prepared[input_id]

    def measurement(
        self, comparison: Comparison, input_id: str, picture: Picture
    ) -> Measurement | None:
        """Return what to measure of a picture, None where nothing is asked or fits."""
        file, crop = self._ground_truth(input_id, picture)
        measures = tuple(
            name
            for name in dict.fromkeys(comparison.metrics)
            if file or not MEASURES[name].needs_reference
        )
        return Measurement(picture, file, crop, measures) if measures else None

    def _ground_truth(self, input_id: str, picture: Picture) -> tuple[File | None, Crop | None]:
        """Return the reference of a picture and the crop for it; None where there is none."""
        written = self._file.manifest.inputs[input_id]
        if written.reference is None:
            return None, None
        file = self._info.files[written.reference]
        image = self._info.images[file.sha256]
        size = (picture.width, picture.height)
        if (image.width, image.height) == size:
            return file, None
        source = self._info.images[self._info.files[written.path].sha256]
        same_view = (image.width, image.height) == (source.width, source.height)
        if same_view and written.crop and written.crop[2:] == size:
            return file, written.crop
        return None, None

    def mask(self, input_id: str, name: str) -> tuple[File, tuple[int, int]]:
        """Return the file of a mask, and the size of the whole picture that it belongs to."""
        written = self._file.manifest.inputs[input_id]
        image = self._info.images[self._info.files[written.path].sha256]
        return self._info.files[written.masks[name]], (image.width, image.height)

    def check_references(
        self,
        comparison: Comparison,
        inputs: tuple[str, ...],
        frames: tuple[PlannedFrame, ...],
        *,
        all_must_fit: bool,
    ) -> None:
        """Report references of a size that no output has; nothing is measured silently wrong."""
        compared = any(MEASURES[name].needs_reference for name in comparison.metrics)
        each = len(frames) // len(inputs)
        for number, input_id in enumerate(inputs):
            written = self._file.manifest.inputs[input_id]
            if written.reference is None or not compared:
                continue
            own = frames[number * each : (number + 1) * each]
            outputs = [shown for shown in own if shown.weights is not None]
            misfits = [s for s in outputs if not (s.measurement and s.measurement.reference)]
            any_fits = len(misfits) < len(outputs)
            if not misfits or (any_fits and not all_must_fit):
                continue
            picture = misfits[0].frame.picture
            image = self._info.images[self._info.files[written.reference].sha256]
            message = (
                f"the reference is {image.width}×{image.height}, "
                f"the output {picture.width}×{picture.height}: they must be of one size"
            )
            self._report(("inputs", input_id, "reference"), message)

    def _report(self, location: Location, message: str) -> None:
        self._problems.append(self._file.problem(location, message))
