"""Rendering into the store: every recipe, checked against an independent computation."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from spandrel import ModelLoader
from support.build import snapshot

from generator import images
from generator.errors import StoreError
from generator.images.measures import COMPUTE
from generator.images.rendered import Failed, Rendered
from generator.manifest import load
from generator.manifest.tables.measures import MEASURES
from generator.plan import Job, Network, Plan
from generator.project.open import open_project
from generator.render.engines import LocalEngine
from generator.render.job import Result
from generator.render.run import RenderReport, render
from generator.store import Store

DATA = Path(__file__).parents[1] / "data"

MANIFEST = """\
site: {title: T}
images: {format: png}
models: {a: tiny_a.safetensors, b: tiny_b.safetensors, x4: tiny_x4_a.safetensors}
inputs:
  photo: {path: photo.png, noise: {sigma: 20, seed: 3}, reference: photo.png}
  small: {path: photo.png, downscale: 4}
comparisons:
  mixes: {inputs: [photo], interpolate: {models: [a, b], alphas: [0, 0.3, 1], baseline: pixel}}
  list: {inputs: [small], choose: [input, nearest, bicubic, lanczos, x4]}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for name in ("tiny_a", "tiny_b", "tiny_x4_a"):
        shutil.copy(DATA / f"{name}.safetensors", folder)
    shutil.copy(DATA / "photo.png", folder)
    return folder


@pytest.fixture(scope="module")
def built(folder: Path) -> tuple[Plan, Store, RenderReport]:
    plan, store = planned(folder)
    return plan, store, render(plan.jobs(no, no), store, LocalEngine("cpu"))


def planned(
    folder: Path, text: str = MANIFEST, *, metrics: tuple[str, ...] = ()
) -> tuple[Plan, Store]:
    """Return the plan of a manifest; ``metrics`` may name what no manifest may."""
    (folder / "site.yaml").write_text(text)
    file = load(folder / "site.yaml")
    if metrics:
        comparisons = {
            name: comparison.model_copy(update={"metrics": metrics})
            for name, comparison in file.manifest.comparisons.items()
        }
        manifest = file.manifest.model_copy(update={"comparisons": comparisons})
        file = replace(file, manifest=manifest)
    project = open_project(file, Store(folder / ".cache"), LocalEngine().read_models)
    return project.plan, project.store


def no(_: object) -> bool:
    return False


def pixels(plan: Plan, store: Store, comparison: int, index: int) -> NDArray[np.uint8]:
    frame = plan.comparisons[comparison].frames[index].frame
    return np.asarray(Image.open(store.path(frame)))


def noisy_photo() -> NDArray[np.float64]:
    """The contract's noise, written down once more."""
    levels = np.asarray(Image.open(DATA / "photo.png").convert("RGB")).astype(np.float64)
    return levels + np.random.default_rng(3).normal(0, 20, levels.shape)


def network(weights: dict[str, float], levels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spandrel and a two-line mix, nothing of ours."""
    loaded = [
        (ModelLoader().load_from_file(DATA / f"{n}.safetensors"), w) for n, w in weights.items()
    ]
    states = [(model.model.state_dict(), weight) for model, weight in loaded]
    mixed = {key: sum(weight * state[key] for state, weight in states) for key in states[0][0]}
    descriptor = loaded[0][0]
    descriptor.model.load_state_dict(mixed)
    tensor = torch.from_numpy(levels / 255).float().permute(2, 0, 1)[None]
    with torch.inference_mode():
        out = descriptor.eval()(tensor)
    return out[0].permute(1, 2, 0).double().numpy() * 255


def assert_within_a_level(found: NDArray[np.uint8], expected: NDArray[np.float64]) -> None:
    assert found.shape == expected.shape
    assert np.abs(found - expected.clip(0, 255)).max() <= 1


def test_every_frame_and_measurement_is_made(built: tuple[Plan, Store, RenderReport]) -> None:
    plan, store, report = built
    assert (report.frames, report.failures, report.device) == (len(plan.frames), {}, "cpu")
    assert report.measurements == 5
    assert all(store.record(frame) for frame in plan.frames.values())


def test_the_input_is_shown_with_its_noise(built: tuple[Plan, Store, RenderReport]) -> None:
    plan, store, _ = built
    expected = noisy_photo().clip(0, 255)
    assert np.abs(pixels(plan, store, 0, 0) - expected).max() <= 0.5001


@pytest.mark.parametrize(("index", "alpha"), [(1, 0), (2, 0.3), (3, 1)])
def test_mixes_agree_with_an_independent_computation(
    built: tuple[Plan, Store, RenderReport], index: int, alpha: float
) -> None:
    plan, store, _ = built
    expected = network({"tiny_a": 1 - alpha, "tiny_b": alpha}, noisy_photo())
    assert_within_a_level(pixels(plan, store, 0, index), expected)


def test_blends_are_of_outputs(built: tuple[Plan, Store, RenderReport]) -> None:
    plan, store, _ = built
    a, b = (network({name: 1}, noisy_photo()) for name in ("tiny_a", "tiny_b"))
    found = pixels(plan, store, 0, 5)
    assert_within_a_level(found, 0.7 * a.clip(0, 255) + 0.3 * b.clip(0, 255))
    assert np.abs(found.astype(int) - pixels(plan, store, 0, 2)).max() > 1


def test_resampled_frames_are_pillows(built: tuple[Plan, Store, RenderReport]) -> None:
    plan, store, _ = built
    small = Image.open(DATA / "photo.png").convert("RGB").reduce(4)
    size = (small.width * 4, small.height * 4)
    assert np.array_equal(pixels(plan, store, 1, 0), np.asarray(small))
    for index, method in enumerate(("NEAREST", "BICUBIC", "LANCZOS"), start=1):
        expected = small.resize(size, Image.Resampling[method])
        assert np.array_equal(pixels(plan, store, 1, index), np.asarray(expected))


def test_enlarged_frames_agree(built: tuple[Plan, Store, RenderReport]) -> None:
    plan, store, _ = built
    small = np.asarray(Image.open(DATA / "photo.png").convert("RGB").reduce(4)).astype(np.float64)
    assert_within_a_level(pixels(plan, store, 1, 4), network({"tiny_x4_a": 1}, small))


def test_groups_of_layers_are_mixed_apart(folder: Path) -> None:
    """Against spandrel and a state dict put together by hand."""
    text = MANIFEST.replace(
        "alphas: [0, 0.3, 1], baseline: pixel", "alphas: [0, 0.3, 1], groups: {tail: body.1*}"
    )
    plan, _ = planned(folder, text)
    store = Store(folder / "groups-cache")
    assert render(plan.jobs(no, no), store, LocalEngine("cpu")).failures == {}
    a, b = (ModelLoader().load_from_file(DATA / f"tiny_{n}.safetensors") for n in "ab")
    ours, theirs = a.model.state_dict(), b.model.state_dict()
    tensor = torch.from_numpy(noisy_photo() / 255).float().permute(2, 0, 1)[None]
    for shown in plan.comparisons[0].frames[1:]:
        assert shown.groups is not None
        mixed = {}
        for key, value in ours.items():
            alpha = shown.groups["tail" if key.startswith("body.1") else "rest"]
            mixed[key] = (1 - alpha) * value + alpha * theirs[key]
        descriptor = ModelLoader().load_from_file(DATA / "tiny_a.safetensors")
        descriptor.model.load_state_dict(mixed)
        with torch.inference_mode():
            expected = descriptor.eval()(tensor)[0].permute(1, 2, 0).double().numpy() * 255
        assert_within_a_level(np.asarray(Image.open(store.path(shown.frame))), expected)


def test_measurements_are_of_the_picture_before_encoding(
    built: tuple[Plan, Store, RenderReport],
) -> None:
    plan, store, _ = built
    truth = np.asarray(Image.open(DATA / "photo.png").convert("RGB")).astype(np.float64)
    for index, shown in enumerate(plan.comparisons[0].frames):
        error = ((pixels(plan, store, 0, index) - truth) ** 2).mean()
        assert shown.measurement is not None
        measured = store.measured(shown.measurement)
        assert measured["psnr"] == pytest.approx(10 * np.log10(255**2 / error), abs=1e-3)
        assert 0 < measured["ssim"] < 1


def test_records_tell_size_and_precision(built: tuple[Plan, Store, RenderReport]) -> None:
    plan, store, _ = built
    for frame in plan.frames.values():
        record = store.record(frame)
        assert record is not None
        height, width = images.decode(store.path(frame)).shape[:2]
        assert (record.width, record.height) == (width, height)
        assert record.bytes == store.path(frame).stat().st_size
    shown = plan.comparisons[0].frames
    assert [store.record(s.frame).precision for s in shown[:2]] == ["", "fp32"]  # type: ignore[union-attr]


def test_a_measurement_alone_leaves_the_frame_as_it_is(folder: Path) -> None:
    plan, store = planned(folder)
    store = Store(folder / "measure-cache")
    render(plan.jobs(no, no), store, LocalEngine("cpu"))
    frame = plan.comparisons[0].frames[1].frame
    before = store.path(frame).stat()
    for path in (store.folder / "measurements").rglob("*.json"):
        path.unlink()
    store = Store(store.folder)
    jobs = plan.jobs(lambda f: store.record(f) is not None, lambda m: bool(store.measured(m)))
    report = render(jobs, store, LocalEngine("cpu"))
    assert (report.frames, report.measurements) == (0, 5)
    assert store.path(frame).stat().st_mtime_ns == before.st_mtime_ns


@pytest.mark.parametrize(("form", "runs"), [("png", 0), ("webp", 4)])
def test_a_mended_measure_is_measured_anew_and_no_frame_is_rendered(
    folder: Path, monkeypatch: pytest.MonkeyPatch, form: str, runs: int
) -> None:
    """What was encoded without loss is there to be measured: no network runs."""
    plan, _ = planned(folder, MANIFEST.replace("format: png", f"format: {form}"))
    store = Store(folder / f"mended-{form}")
    render(plan.jobs(no, no), store, LocalEngine("cpu"))
    before = snapshot(store.folder / "frames")
    asked = [shown.measurement for shown in plan.shown if shown.measurement]
    results = [store.measured(measurement) for measurement in asked]
    monkeypatch.setitem(MEASURES, "ssim", replace(MEASURES["ssim"], version=1000))
    ran: list[Job] = []
    local = LocalEngine("cpu")

    def counted(jobs: Sequence[Job], *, device: str) -> Iterator[Rendered | Failed]:
        ran.extend(jobs)
        return local.run_networks(jobs, device=device)

    store = Store(store.folder)
    jobs = plan.jobs(lambda f: store.record(f) is not None, lambda m: bool(store.measured(m)))
    assert [job.measurement.measures for job in jobs if job.measurement] == [("ssim",)] * 5
    report = render(jobs, store, LocalEngine("cpu", run_networks=counted))
    assert (report.frames, report.measurements, report.unmeasured) == (0, 5, {})
    assert snapshot(store.folder / "frames") == before
    assert len(ran) == runs, "the input needs no network"
    assert [store.measured(measurement) for measurement in asked] == results


def test_a_measure_is_an_entry_and_a_function(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of inputs without a reference too, where it needs none."""
    entry = replace(MEASURES["psnr"], id="mean", title="Mean", needs_reference=False)
    monkeypatch.setitem(MEASURES, "mean", entry)
    monkeypatch.setitem(COMPUTE, "mean", lambda picture: float(picture.mean()))
    plan, store = planned(folder, metrics=("mean", "psnr"))
    store = Store(folder / "mean-cache")
    report = render(plan.jobs(no, no), store, LocalEngine("cpu"))
    assert report.measurements == len(plan.frames)
    for comparison, index, measures in ((0, 1, ["mean", "psnr"]), (1, 4, ["mean"])):
        shown = plan.comparisons[comparison].frames[index]
        assert shown.measurement is not None
        found = store.measured(shown.measurement)
        assert list(found) == measures
        mean = pixels(plan, store, comparison, index).mean()
        assert found["mean"] == pytest.approx(mean, abs=1e-4)


def test_a_measure_that_fails_costs_itself_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> float:
        raise ValueError("the picture is too small")

    monkeypatch.setitem(COMPUTE, "psnr", broken)
    plan, _ = planned(folder)
    store = Store(folder / "broken-cache")
    report = render(plan.jobs(no, no), store, LocalEngine("cpu"))
    asked = [shown.measurement for shown in plan.shown if shown.measurement]
    assert (report.frames, report.measurements) == (len(plan.frames), 0)
    assert report.unmeasured == {a.key: "the picture is too small" for a in asked}
    assert all(store.measured(a).keys() == {"ssim"} for a in asked)


def test_one_bad_picture_does_not_stop_the_rest(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "p", ignore=shutil.ignore_patterns(".cache", "*cache"))
    shutil.copy(tmp_path / "p" / "photo.png", tmp_path / "p" / "bad.png")
    text = MANIFEST.replace("small: {path: photo.png", "small: {path: bad.png")
    plan, store = planned(tmp_path / "p", text)
    whole = (tmp_path / "p" / "bad.png").read_bytes()
    (tmp_path / "p" / "bad.png").write_bytes(whole[: len(whole) // 2])
    seen: list[object] = []
    report = render(plan.jobs(no, no), store, LocalEngine("cpu"), progress=seen.append)
    bad = {shown.frame.key for shown in plan.comparisons[1].frames}
    assert set(report.failures) == bad
    assert all("bad.png" in reason for reason in report.failures.values())
    assert report.frames == len(plan.frames) - len(bad)
    assert len(seen) == len(plan.frames)


def test_a_store_in_the_way_of_a_file_stops_at_once(folder: Path, tmp_path: Path) -> None:
    plan, _ = planned(folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write"):
        render(plan.jobs(no, no), Store(tmp_path / "file"), LocalEngine("cpu"))


@pytest.mark.parametrize(("budget", "allowed"), [(2**30, 12), (3 * 7 * 96 * 72, 3), (1, 0)])
def test_nothing_waits_without_bound(folder: Path, budget: int, allowed: int) -> None:
    """While a thread is held up, the networks stop making pictures after a few."""
    plan, _ = planned(folder, MANIFEST.replace("[0, 0.3, 1]", "40"))
    jobs = [job for job in plan.jobs(no, no) if isinstance(job.picture.recipe, Network)]
    gate = threading.Event()
    made: list[object] = []
    made_while_held: list[int] = []

    def count(jobs: Sequence[Job], *, device: str) -> Iterator[Rendered | Failed]:
        for job in jobs:
            made.append(job)
            yield Failed(job, "not made")

    def hold(_: Result) -> None:
        gate.wait(20)

    def release() -> None:
        made_while_held.append(len(made))
        gate.set()

    engine = LocalEngine(workers=6, budget=budget, run_networks=count)
    timer = threading.Timer(0.5, release)
    timer.start()
    results = list(engine.render(jobs, hold))
    timer.join()
    assert [result.job for result in results] == jobs
    assert len(jobs) > 38
    # What the bounds allow, and the one beyond them that is waited for.
    assert 1 <= made_while_held[0] <= allowed + 1
