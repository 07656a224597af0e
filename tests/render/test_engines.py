"""Engines: one interface, so that another way to run networks is one class."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.build import DATA, Run, edit, snapshot

from generator.commands.arguments import parser
from generator.errors import ModelError
from generator.images import original
from generator.images.rendered import Failed, Rendered
from generator.plan import Job
from generator.plan.info import ModelInfo
from generator.plan.kinship import Kinship, Pair
from generator.render.engines import ENGINES, Crops, Engine, Keep, LocalEngine, read_models_apart
from generator.render.job import Result, finish

pytestmark = pytest.mark.slow


class Inverter:
    """A third engine: its networks turn every picture into its negative, one after another."""

    def __init__(self, device: str) -> None:
        self.device = device

    def render(self, jobs: Sequence[Job], keep: Keep) -> Iterator[Result]:
        for job in jobs:
            pixels = 255 - original(job.picture.input)
            result = finish(Rendered(job, pixels, "fp32", self.device))
            keep(result)
            yield result

    def read_models(self, paths: Iterable[Path]) -> dict[Path, ModelInfo | ModelError]:
        return read_models_apart(paths)

    def relate(self, paths: Sequence[Path], crops: Crops) -> Kinship:
        assert all(crop.dtype == np.uint8 for crop in crops)
        names = tuple(str(path) for path in paths)
        pair = Pair(*names, None, (), (), "unrelated", None, 0.0, ("says the toy",))
        return Kinship(names, (pair,), "unrelated", None)

    def mix(self, parents: Sequence[tuple[Path, Any]], output: Path) -> None:
        output.write_bytes(b"".join(path.name.encode() for path, _ in parents))


def test_another_engine_is_one_class(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine: type[Engine] = Inverter
    monkeypatch.setitem(ENGINES, "local", engine)
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 0.5, 1], export: [0.5]")
    edit(", noise: {sigma: 10}", "")
    edit("site: {", "images: {format: png}\nsite: {")
    status, out, err = run("build", "--device", "cuda:7")
    assert status == 0
    assert out.startswith("4 frames rendered on cuda:7, 0 reused, 4 measured in ")
    assert "the two were not fine-tuned from one network (says the toy)" in err
    (mixed,) = Path("_site/models").iterdir()
    assert mixed.read_bytes() == b"tiny_a.safetensorstiny_b.safetensors"
    frames = [path.read_bytes() for path in Path("_site/frames").iterdir()]
    assert len(frames) == 4
    assert len(set(frames)) == 1


def test_the_engine_is_the_one_that_is_named(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setitem(ENGINES, "local", lambda device: asked.append(device) or LocalEngine())
    assert run("build", "-q", "--engine", "local")[0] == 0
    edit("site: {", "render: {device: cpu}\nsite: {")
    run("build", "-q", "--force", "--engine", "local")
    run("build", "-q", "--device", "mps")
    assert asked == ["auto", "cpu", "mps"]


def test_every_engine_can_be_named_on_the_command_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ENGINES:
        assert parser().parse_args(["build", "--engine", name]).engine == name
    with pytest.raises(SystemExit):
        parser().parse_args(["build", "--engine", "cloud"])
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "invalid choice" in line]
    assert all(name in line for name in ENGINES)


def test_what_a_job_gives_does_not_hang_on_threads_or_on_the_store(project: Path, run: Run) -> None:
    """One worker, many, or none at all: the same site to the byte."""
    run("build", "-q")
    expected = snapshot(Path("_site"))
    for workers in (1, 5):
        run("clean", "--cache")
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(ENGINES, "local", lambda _, n=workers: LocalEngine("cpu", workers=n))
            run("build", "-q")
        assert snapshot(Path("_site")) == expected


def test_what_is_wrong_with_a_picture_is_told_by_its_result(project: Path, run: Run) -> None:
    seen: list[Result] = []

    def fail(jobs: Sequence[Job], *, device: str) -> Iterator[Failed]:
        return (Failed(job, f"no {device}") for job in jobs)

    class Failing(LocalEngine):
        def render(self, jobs: Sequence[Job], keep: Keep) -> Iterator[Result]:
            for result in super().render(jobs, keep):
                seen.append(result)
                yield result

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENGINES, "local", lambda _: Failing("cpu", run_networks=fail))
        status, _, err = run("build", "-q")
    assert status == 1
    assert "mix / photo / α = 0.5: no cpu" in err.splitlines()
    assert {result.failure for result in seen} == {"", "no cpu"}
    assert all(result.data is None for result in seen), "what is kept is held no longer"


def test_a_file_that_ends_its_reader_costs_the_others_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        """\
import os, pathlib
read = pathlib.Path.open
def deadly(self, *arguments, **options):
    if self.name == "deadly.safetensors":
        os._exit(9)
    return read(self, *arguments, **options)
pathlib.Path.open = deadly
"""
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    names = ("tiny_a", "deadly", "tiny_b")
    for name in names:
        shutil.copy(
            DATA / f"{name.replace('deadly', 'tiny_c')}.safetensors",
            tmp_path / f"{name}.safetensors",
        )
    paths = [tmp_path / f"{name}.safetensors" for name in names]
    first, deadly, last = (read_models_apart(paths)[path] for path in paths)
    assert isinstance(first, ModelInfo)
    assert isinstance(last, ModelInfo)
    assert str(deadly) == "reading it ended the process: the file is damaged or too large"
