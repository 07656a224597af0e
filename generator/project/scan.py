"""Look at the files of a manifest once: hashes, pictures' sizes, what the networks are.

FileInfo are kept by content, so that a build in which nothing changed neither opens a network nor
decodes a picture; hashes are kept by path, size and time of modification.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_origin, get_type_hints

from generator.errors import ImageError, ManifestError, ModelError, Problem
from generator.images import decode, read_info
from generator.manifest import Manifest, ManifestFile
from generator.manifest.globs import matching_files
from generator.manifest.outputs import given_path, output_path, values_of
from generator.manifest.yamlfile import Location
from generator.plan.info import File, FileInfo, ImageInfo, Made, ModelInfo, Tensor
from generator.plan.keys import file_sha256
from generator.project.unused import unused_entries, used_inputs
from generator.store import Store, fits

ReadModels = Callable[[Iterable[Path]], "dict[Path, ModelInfo | ModelError]"]

_FILES = "files.json"
_MODELS = "models 3"
"""Where info about models are kept; another number whenever more is asked about a file."""
_MODEL, _IMAGE = (
    {name: get_origin(kind) or kind for name, kind in get_type_hints(info).items()}
    for info in (ModelInfo, ImageInfo)
)
_SETTLED_NS = 2_000_000_000
"""A file changed less than this before it was hashed may change again within one tick of the
clock of its disk, so its hash is not kept."""


def scan(file: ManifestFile, store: Store, read_models: ReadModels) -> FileInfo:
    """Gather the info about every file the manifest names.

    ``read_models`` opens the weights files that are not known yet, all in one call. Raises
    ManifestError with every file that cannot be used, at the place where it is named; what
    nothing uses is noted only.
    """
    return _Scanner(file, store).run(read_models)


def model_info(data: dict[str, Any]) -> ModelInfo:
    """Return what ``asdict`` took apart."""
    tensors = {
        key: Tensor(tuple(tensor["shape"]), tensor["digest"])
        for key, tensor in data["tensors"].items()
    }
    return ModelInfo(**{**data, "tensors": tensors})


def damaged(file: ManifestFile, info: FileInfo, wanted: Collection[File]) -> tuple[Problem, ...]:
    """Decode the ``wanted`` pictures, and return which cannot be, wherever they are named."""
    named: list[tuple[File, Location]] = [
        (info.files[path], where) for path, where in _pictures(file.manifest)
    ]
    for name, frames in info.frames.items():
        named += [(frame, ("comparisons", name, "frames")) for frame in frames]
    named += [
        (info.made[which], where) for which, _, where in _made_elsewhere(file) if which in info.made
    ]
    with ThreadPoolExecutor() as pool:
        found = zip(wanted, pool.map(_why_undecodable, wanted), strict=True)
        reasons = {picture: info.named(reason) for picture, reason in found if reason}
    return tuple(file.problem(where, reasons[each]) for each, where in named if each in reasons)


def _why_undecodable(picture: File) -> str:
    try:
        decode(picture.path)
    except ImageError as error:
        return str(error)
    return ""


class _Scanner:
    def __init__(self, file: ManifestFile, store: Store) -> None:
        self._file = file
        self._store = store
        self._problems: list[Problem] = []
        self._idle = unused_entries(file.manifest)
        self._spared: list[Problem] = []
        kept = store.read(_FILES)
        self._hashes: dict[str, Any] = _section(kept, "hashes")
        self._models: dict[str, Any] = _section(kept, _MODELS)
        self._images: dict[str, Any] = _section(kept, "images")
        self._changed = False
        self._seen: dict[str, File] = {}

    def run(self, read_models: ReadModels) -> FileInfo:
        manifest = self._file.manifest
        images: dict[str, ImageInfo] = {}
        refused: set[str] = set()
        for name, model in manifest.models.items():
            file = self._hash(model.path, ("models", name, "path"))
            if file and model.sha256 and model.sha256.lower() != file.sha256:
                refused.add(name)
                message = f"'{model.path}' has sha256 {file.sha256}: not the file that was meant"
                self._problem(("models", name, "sha256"), message)
        for path, where in _pictures(manifest):
            self._image(path, where, images)
        frames = {
            name: self._frames(comparison.frames, ("comparisons", name, "frames"), images)
            for name, comparison in manifest.comparisons.items()
            if comparison.frames is not None
        }
        made = {
            which: file
            for which, path, where in _made_elsewhere(self._file)
            if (self._file.root / path).is_file() and (file := self._image(path, where, images))
        }
        models = self._read_models(read_models, refused)
        self._keep()
        if self._problems:
            raise ManifestError(self._problems)
        networks = {
            self._seen[manifest.models[name].path].sha256: info for name, info in models.items()
        }
        spared = tuple(self._spared)
        return FileInfo(self._seen, models, networks, images, frames, spared, made)

    def _read_models(self, read_models: ReadModels, refused: set[str]) -> dict[str, ModelInfo]:
        """Read the networks that are not known yet, but none that is not what was meant."""
        manifest = self._file.manifest
        files = {
            name: self._seen[model.path]
            for name, model in manifest.models.items()
            if model.path in self._seen and name not in refused
        }
        known = {
            sha256: model
            for sha256 in {file.sha256 for file in files.values()}
            if (model := _kept_model(self._models.get(sha256))) is not None
        }
        unknown = {f.sha256: f for f in files.values() if f.sha256 not in known}
        read = read_models([file.path for file in unknown.values()])
        models: dict[str, ModelInfo] = {}
        for name, file in files.items():
            result = known.get(file.sha256) or read[unknown[file.sha256].path]
            if isinstance(result, ModelInfo):
                models[name] = result
                if file.sha256 in unknown:
                    self._models[file.sha256] = asdict(result)
            else:
                self._problem(("models", name, "path"), str(result))
        self._changed |= bool(unknown)
        return models

    def _frames(
        self, pattern: str, where: Location, images: dict[str, ImageInfo]
    ) -> tuple[File, ...]:
        paths = [str(path) for path in matching_files(self._file.root, pattern)]
        files = [self._image(path, where, images) for path in paths]
        return tuple(file for file in files if file)

    def _image(self, path: str, where: Location, images: dict[str, ImageInfo]) -> File | None:
        file = self._hash(path, where)
        if file is None or file.sha256 in images:
            return file
        try:
            if not fits(self._images.get(file.sha256), _IMAGE):
                self._images[file.sha256] = asdict(read_info(file.path))
                self._changed = True
            images[file.sha256] = ImageInfo(**self._images[file.sha256])
        except ImageError as error:
            self._problem(where, str(error))
        return file

    def _hash(self, path: str, where: Location) -> File | None:
        """Hash a file, unless its size and time of modification are those of last time."""
        if path in self._seen:
            return self._seen[path]
        absolute = self._file.root / path
        try:
            status = absolute.stat()
            stamp = [status.st_size, status.st_mtime_ns]
            known = self._hashes.get(str(absolute))
            if isinstance(known, list) and len(known) == 3 and known[:2] == stamp:
                digest = str(known[2])
            else:
                digest = file_sha256(absolute)
                if time.time_ns() - status.st_mtime_ns > _SETTLED_NS:
                    self._hashes[str(absolute)] = [*stamp, digest]
                    self._changed = True
        except OSError as error:
            self._problem(where, f"'{path}' cannot be read: {error.strerror}")
            return None
        self._seen[path] = File(digest, absolute, status.st_mtime_ns, status.st_size)
        return self._seen[path]

    def _keep(self) -> None:
        if self._changed:
            sections = {"hashes": self._hashes, _MODELS: self._models, "images": self._images}
            self._store.write(_FILES, sections)

    def _problem(self, where: Location, message: str) -> None:
        for written, file in self._seen.items():
            message = message.replace(str(file.path), written)
        problems = self._spared if where[:2] in self._idle else self._problems
        problems.append(self._file.problem(where, message))


def _pictures(manifest: Manifest) -> Iterator[tuple[str, Location]]:
    """Yield the pictures that inputs name, and where."""
    for name, picture in manifest.inputs.items():
        yield picture.path, ("inputs", name, "path")
        if picture.reference:
            yield picture.reference, ("inputs", name, "reference")
        for mask, path in picture.masks.items():
            yield path, ("inputs", name, "masks", mask)


def _made_elsewhere(file: ManifestFile) -> Iterator[tuple[Made, str, Location]]:
    """Yield where comparisons expect pictures for their inputs, and where they say so."""
    inputs = file.manifest.inputs
    for name, comparison in file.manifest.comparisons.items():
        for input_id in used_inputs(comparison, file.manifest):
            values = values_of(input_id, inputs[input_id].path)
            for index, choice in enumerate(comparison.choose or ()):
                if choice.files:
                    where: Location = ("comparisons", name, "choose", index, "files")
                    path = output_path(file.root, choice.files, values)
                    yield (name, input_id, index), path, where
            if (mix := comparison.interpolate) and mix.given:
                where = ("comparisons", name, "interpolate", "given")
                for alpha in mix.alphas:
                    path = given_path(file.root, mix.given, values, alpha)
                    yield (name, input_id, alpha), path, where


def _section(kept: dict[str, Any], name: str) -> dict[str, Any]:
    section = kept.get(name)
    return section if isinstance(section, dict) else {}


def _kept_model(data: Any) -> ModelInfo | None:
    """Return a network as it was kept; None where it was not, or in another shape."""
    try:
        return model_info(data) if fits(data, _MODEL) else None
    except (KeyError, TypeError):  # its tensors are
        return None
