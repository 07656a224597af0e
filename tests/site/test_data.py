"""What scripts and the viewer read of a comparison, and its tables where they are too large."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from support.links import broken_links
from support.site import Project, make_project
from support.viewer_schema import InputFile, read_comparison

from generator.store import Store

KINDS: dict[str, dict[str, Any]] = {
    "slider": {"interpolate": {"models": ["soft", "sharp"], "alphas": 3, "baseline": "pixel"}},
    "fixed": {
        "color_fix": ["average", "none"],
        "interpolate": {"models": ["soft", "sharp"], "alphas": [0, 0.3], "beside": ["third"]},
    },
    "path": {"interpolate": {"models": ["soft", "sharp", "third"], "steps": 2}},
    "triangle": {
        "interpolate": {"models": ["soft", "sharp", "third"], "control": "triangle", "steps": 2}
    },
    "square": {
        "interpolate": {"models": ["soft", "sharp", "third", "x"], "control": "square", "steps": 3}
    },
    "groups": {"interpolate": {"models": ["soft", "sharp"], "alphas": 2, "groups": {"all": ["*"]}}},
    "choose": {"choose": ["input", "soft", {"mix": {"soft": 0.5, "sharp": 0.5}}]},
    "frames": {"frames": "[ot]*.png"},
}

CHOICES = {
    "slider": ["input", "mix", "blend", "model-soft", "model-sharp"],
    "fixed": ["input", "mix", "mix-none", "model-soft", "model-third"],
    "path": ["input", "mix", "model-soft", "model-sharp", "model-third"],
    "triangle": ["input", "mix", "model-soft", "model-sharp", "model-third"],
    "square": ["input", "mix", "model-soft", "model-sharp", "model-third", "model-x"],
    "groups": ["input", "mix", "model-soft", "model-sharp"],
    "choose": ["input", "soft", "mix-b832eead"],
    "frames": ["frame", "0", "1"],
}

LAYOUTS = {"triangle": "pad", "square": "pad", "groups": "sliders", "choose": "none"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path / "project")
    for name in ("third", "x"):
        (project.root / f"{name}.safetensors").write_text(name)
        project.manifest["models"][name] = f"{name}.safetensors"
    return project


def folder(project: Project, name: str) -> Path:
    return project.output / "comparisons" / name


def test_the_viewer_gets_inputs_choices_and_positions(project: Project) -> None:
    project.manifest["comparisons"] = KINDS
    project.build()
    for name in KINDS:
        head, files = read_comparison(folder(project, name))
        data = json.loads(project.read(f"comparisons/{name}/data.json"))
        assert [choice.id for choice in head.choices] == CHOICES[name]
        assert head.layout == LAYOUTS.get(name, "line")
        assert head.sequence == (name == "frames")
        assert list(files) == data.get("inputs", [""])
        told = [frame for file in files.values() for frame in file.frames]
        assert [frame.index for frame in told] == list(range(len(data["frames"])))
        for frame, known in zip(told, data["frames"], strict=True):
            assert (frame.label, frame.bytes) == (known["label"], known["bytes"])
            assert known["url"] == f"{head.frames}{frame.file}"
            scores = {key: known[key] for key in ("psnr", "ssim") if key in known}
            assert (frame.measured or {}) == scores


@pytest.mark.parametrize("name", ["slider", "fixed", "path", "triangle", "square", "groups"])
def test_every_choice_has_a_frame_at_every_position(project: Project, name: str) -> None:
    project.manifest["comparisons"] = {name: KINDS[name]}
    project.build()
    head, files = read_comparison(folder(project, name))
    positions = range(len(head.positions or []))
    expected = [
        [index, at] if choice.moves else [index]
        for index, choice in enumerate(head.choices)
        for at in (positions if choice.moves else [0])
    ]
    for file in files.values():
        assert sorted(place for frame in file.frames for place in frame.at) == sorted(expected)


def test_positions_say_where_they_are(project: Project) -> None:
    project.manifest["models"]["sharp"]["title"] = "Sharp-er"
    written = {"models": ["soft", "sharp"], "alphas": [-0.5, 0.125, 1], "extrapolate": True}
    project.manifest["comparisons"] = {
        "one": {"interpolate": written},
        "three": KINDS["triangle"],
        "groups": KINDS["groups"],
        "frames": {"frames": "[ot]*.png", "labels": ["1", "Dusk"]},
    }
    project.build()

    def positions(name: str) -> list[tuple[object, ...]]:
        head, _ = read_comparison(folder(project, name))
        return [(p.value, p.label, p.text, p.spoken) for p in head.positions or []]

    assert positions("one") == [
        (-0.5, "α = -0.5", "α −0.50 · 150% Soft − 50% Sharp-er",
         "alpha −0.50: 150% Soft, −50% Sharp-er"),
        (0.125, "α = 0.125", "α 0.125 · 87.5% Soft + 12.5% Sharp-er",
         "alpha 0.125: 87.5% Soft, 12.5% Sharp-er"),
        (1, "α = 1", "α 1.00 · 100% Sharp-er", "alpha 1.00: 100% Sharp-er"),
    ]  # fmt: skip
    assert positions("three")[0] == (None, "100% Soft", "100% Soft", "100% Soft")
    assert positions("groups")[1] == (None, "all 1", "all 1", "all 1")
    assert positions("frames") == [
        (0, "1", "1 / 2", "frame 1 of 2: 1"),
        (1, "Dusk", "2 / 2 · Dusk", "frame 2 of 2: Dusk"),
    ]


def test_what_is_shown_first_is_said_by_choice_and_position(project: Project) -> None:
    project.manifest["comparisons"] = KINDS
    project.build()
    starts = {name: read_comparison(folder(project, name))[0].start for name in KINDS}
    assert {name: (start.panes, start.position) for name, start in starts.items()} == {
        "slider": (["input", "mix"], 1),
        "fixed": (["mix-none", "mix"], 0),
        "path": (["input", "mix"], 0),
        "triangle": (["input", "mix"], 0),
        "square": (["input", "mix"], 4),
        "groups": (["input", "mix"], 0),
        "choose": (["input", "mix-b832eead"], None),
        "frames": (["1", "frame"], 0),
    }


def test_a_region_starts_at_a_position_of_its_own(project: Project) -> None:
    project.manifest["inputs"]["cat"]["masks"] = {"eyes": "one.png"}
    mix = {"models": ["soft", "sharp"], "regions": ["eyes"], "start": {"eyes": 0.92}}
    project.manifest["comparisons"] = {"one": {"inputs": ["cat"], "interpolate": mix}}
    project.build()
    head, _ = read_comparison(folder(project, "one"))
    (region,) = head.regions or []
    assert region.start == 9
    assert (folder(project, "one") / region.masks["cat"]).is_file()
    data = json.loads(project.read("comparisons/one/data.json"))
    assert data["regions"][0]["start"] == 0.9


def test_choices_of_a_list_keep_their_ids_whatever_they_are_called(project: Project) -> None:
    """Links hold them."""
    mix = {"mix": {"soft": 0.5, "sharp": 0.5}}
    entries: list[Any] = ["nearest", "soft", mix, {"of": "soft", "title": "Again"}]
    comparison = {"choose": entries, "color_fix": ["none", "wavelet"]}
    project.manifest["comparisons"] = {"one": comparison}
    project.build()
    before = [choice.id for choice in read_comparison(folder(project, "one"))[0].choices]
    assert before == [
        "nearest", "soft", "soft~wavelet", "mix-b832eead", "mix-b832eead~wavelet",
        "soft~2", "soft~wavelet~2",
    ]  # fmt: skip
    project.manifest["models"]["soft"]["title"] = "Another"
    comparison["choose"] = [{**mix, "title": "Half"}, *entries[:2], entries[3]]
    project.build()
    after = [choice.id for choice in read_comparison(folder(project, "one"))[0].choices]
    assert sorted(after) == sorted(before)


def test_addresses_hold_the_hash_of_what_lies_there(project: Project) -> None:
    project.build()
    page = project.read("comparisons/sharpness/index.html")
    found = re.findall(r'data-(?:view|input)="\.\./\.\./([^"?]+)\?([0-9a-f]+)"', page)
    assert [name.rpartition("sharpness/")[2] for name, _ in found] == [
        "view.json", "inputs/cat.json",
    ]  # fmt: skip
    for name, digest in found:
        content = (project.output / name).read_bytes()
        assert hashlib.sha256(content).hexdigest().startswith(digest)
    before = read_comparison(folder(project, "sharpness"))[0]
    project.manifest["comparisons"]["sharpness"]["title"] = "Retitled"
    project.build()
    after, files = read_comparison(folder(project, "sharpness"))
    assert after.hash != before.hash
    assert files["dog"].view == after.hash


def test_a_frame_that_failed_is_told_with_its_reason(project: Project) -> None:
    failing = project.open().plan.comparisons[0].frames[2].frame
    project.failures = {failing.key: "out of memory"}
    project.build()
    text = (folder(project, "sharpness") / "inputs/cat.json").read_bytes()
    frame = InputFile.model_validate_json(text).frames[2]
    assert (frame.missing, frame.at, frame.width) == ("out of memory", [[1, 1]], 24)


def large(project: Project, models: int, inputs: int) -> None:
    """Make one comparison of many networks on many inputs."""
    names = [f"4x-network-{number}" for number in range(models)]
    for name in names:
        (project.root / f"{name}.safetensors").write_text(name)
        project.manifest["models"][name] = f"{name}.safetensors"
    for number in range(inputs):
        Image.new("RGB", (2, 2), (number, 0, 0)).save(project.root / f"in-{number}.png")
        project.manifest["inputs"][f"in-{number}"] = f"in-{number}.png"
    chosen = [f"in-{number}" for number in range(inputs)]
    project.manifest["comparisons"] = {"all": {"choose": ["input", *names], "inputs": chosen}}


def zipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes()))


def test_a_page_stays_small_whatever_the_number_of_frames(project: Project) -> None:
    sizes = []
    for inputs in (3, 9):
        large(project, 120, inputs)
        project.build()
        assert broken_links(project.output) == []
        page = folder(project, "all") / "index.html"
        read_comparison(folder(project, "all"))
        data = (folder(project, "all") / name for name in ("view.json", "inputs/in-0.json"))
        sizes.append((zipped(page), sum(map(zipped, data))))
        assert max(map(zipped, project.output.rglob("*.html"))) < 40_000
    for one, three in zip(*sizes, strict=True):
        assert three < 1.1 * one  # three times as many frames
    assert sizes[1][0] < 5_000
    assert sizes[1][1] < 60_000


def reachable(project: Project, start: str) -> set[str]:
    """Return what links lead to from a page, at last frames; below the page's folder only."""
    root, seen, ahead = project.output.resolve(), set(), [project.output / start]
    while ahead:
        page = ahead.pop()
        for link in re.findall(r'<a[^>]* href="([^"#]+)"', page.read_text("utf-8")):
            target = (page.parent / link).resolve()
            target = target / "index.html" if target.is_dir() else target
            name = target.relative_to(root).as_posix()
            if name not in seen:
                seen.add(name)
                if name.startswith("comparisons/all/files/"):
                    ahead.append(target)
    return seen


def test_without_a_script_every_frame_can_be_reached(project: Project) -> None:
    large(project, 90, 3)
    project.build()
    page = project.read("comparisons/all/index.html")
    assert "<table" not in page.partition('id="facts"')[2].partition("</section>")[0]
    found = reachable(project, "comparisons/all/index.html")
    frames = {f"frames/{path.name}" for path in (project.output / "frames").iterdir()}
    assert len(frames) == 273
    assert frames <= found
    assert {"comparisons/all/frames.csv", "comparisons/all/data.json"} <= found


def test_a_long_table_goes_on_on_further_pages(project: Project) -> None:
    for number in range(1001):
        path = project.root / f"n/{number}.ppm"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"P6 1 1 255\n" + bytes([number % 256, number // 256, 7]))
    project.manifest["comparisons"] = {"all": {"frames": "n/*.ppm"}}
    project.build()
    found = reachable(project, "comparisons/all/index.html")
    assert len([name for name in found if name.startswith("frames/")]) == 1001
    assert "comparisons/all/files/all/3/index.html" in found
    assert broken_links(project.output) == []


def test_all_frames_are_one_table_for_other_programs(project: Project) -> None:
    large(project, 260, 1)
    project.manifest["comparisons"]["all"]["choose"].append(
        {"mix": {"soft": 0.25, "sharp": 0.75}, "title": 'A "mix", titled'}
    )
    project.build()
    rows = list(csv.DictReader(io.StringIO(project.read("comparisons/all/frames.csv"))))
    data = json.loads(project.read("comparisons/all/data.json"))["frames"]
    assert len(rows) == len(data) == 262
    assert (rows[-1]["frame"], rows[-1]["weights"]) == ('A "mix", titled', "soft=0.25 sharp=0.75")
    assert [row["file"] for row in rows] == [frame["url"] for frame in data]
    assert [int(row["bytes"]) for row in rows] == [frame["bytes"] for frame in data]
    assert data[-1]["weights"] == {"soft": 0.25, "sharp": 0.75}  # and no zeros for 260 others


def test_checksums_of_many_models_are_a_table_of_their_own(project: Project) -> None:
    """Nothing shrinks a checksum, and a thousand would make the page slow to come."""
    large(project, 260, 1)
    project.build()
    page = project.read("comparisons/all/files/index.html")
    rows = list(csv.DictReader(io.StringIO(project.read("comparisons/all/models.csv"))))
    assert len(rows) == 260
    for row in rows:
        path = project.root / project.manifest["models"][row["model"]]
        assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert row["sha256"] not in page
    assert 'href="../../../comparisons/all/models.csv"' in page


def test_charts_of_single_inputs_go_with_their_tables(project: Project) -> None:
    """Where there are many inputs; what compares inputs stays with the viewer."""
    for number in range(30):
        Image.new("RGB", (24, 16), (number, 9, 9)).save(project.root / f"in-{number}.png")
        project.manifest["inputs"][f"in-{number}"] = {
            "path": f"in-{number}.png", "reference": "cat.png",
        }  # fmt: skip
    chosen = [f"in-{number}" for number in range(30)]
    mix = {"models": ["soft", "sharp"], "alphas": 11}
    project.manifest["comparisons"] = {"all": {"inputs": chosen, "interpolate": mix}}
    project.build()
    assert "chart-in-7-psnr" not in project.read("comparisons/all/index.html")
    assert "chart-in-7-psnr" in project.read("comparisons/all/files/in-7/index.html")
    assert broken_links(project.output) == []


def test_frames_say_where_tiles_change_what_a_network_sees(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_tiles(store, frame, data, precision, color_shift=None, tiles=None):
        return keep(store, frame, data, precision, color_shift, (2, 3) if precision else None)

    keep = Store.put
    monkeypatch.setattr(Store, "put", in_tiles)
    project.manifest["comparisons"] = {"seen": KINDS["slider"]}
    project.build()
    frames = json.loads(project.read("comparisons/seen/data.json"))["frames"]
    assert {frame["recipe"]: frame.get("tiles") for frame in frames} == {
        "input": None, "mix": [2, 3], "blend": [2, 3],
    }  # fmt: skip
    assert "Rendered in tiles whose seams are faded" in project.read("comparisons/seen/index.html")
