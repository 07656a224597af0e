"""Whole builds through the command line: what is rendered, what is written, what is said."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import pytest
import torch
from PIL import Image, ImageChops, ImageSequence, ImageStat
from safetensors.torch import load_file
from support.build import DATA, Run, edit, snapshot

from generator.commands.main import main
from generator.store import Store


def data(comparison: str = "mix") -> dict[str, Any]:
    return json.loads(Path(f"_site/comparisons/{comparison}/data.json").read_text("utf-8"))


def test_a_build_writes_the_site_of_the_contract(project: Path, run: Run) -> None:
    status, out, err = run("build")
    assert (status, err) == (0, "")
    assert re.match(r"4 frames rendered on (cpu|cuda\S*|mps), 0 reused, 4 measured in .* s\n", out)
    assert "look at it: python -m generator serve" in out
    names = set(snapshot(project / "_site"))
    assert names >= {
        "index.html", "404.html", "sitemap.xml", "feed.xml", "robots.txt", ".nojekyll",
        "comparisons/mix/index.html", "comparisons/mix/data.json", "comparisons/list/index.html",
    }  # fmt: skip
    assert len([name for name in names if re.fullmatch(r"frames/[0-9a-f]{32}\.webp", name)]) == 4
    assert (project / ".cache").is_dir()


def test_data_json_is_as_specified(project: Path, run: Run) -> None:
    run("build")
    mix = data()
    assert {key: mix[key] for key in ("id", "title", "kind", "control", "models", "inputs")} == {
        "id": "mix", "title": "A mix", "kind": "interpolate", "control": "slider",
        "models": ["a", "b"], "inputs": ["photo"],
    }  # fmt: skip
    middle = mix["frames"][2]
    assert middle["weights"] == {"a": 0.5, "b": 0.5}
    assert middle["label"] == "α = 0.5"
    assert middle["precision"] == "fp32"
    file = (project / "_site/comparisons/mix" / middle["url"]).resolve()
    assert file.parent == project / "_site" / "frames"
    assert file.stat().st_size == middle["bytes"]
    assert 10 < middle["psnr"] < 60
    assert 0 < middle["ssim"] < 1
    assert "weights" not in mix["frames"][0]
    assert "precision" not in mix["frames"][0]


def test_a_second_build_renders_nothing_and_is_byte_identical(project: Path, run: Run) -> None:
    run("build")
    before = snapshot(project / "_site")
    _, out, _ = run("build")
    assert out.startswith("nothing to render, 4 frames reused")
    assert snapshot(project / "_site") == before


def test_a_changed_alpha_renders_exactly_the_new_frames(project: Path, run: Run) -> None:
    run("build")
    edit("[0, 0.5, 1]", "[0, 0.25, 0.5, 1]")
    assert run("build")[1].startswith("1 frame rendered")
    edit("[0, 0.25, 0.5, 1]", "[0, 0.25, 1]")
    assert run("build")[1].startswith("nothing to render")
    assert len(data()["frames"]) == 4
    assert len(list((project / "_site/frames").iterdir())) == 4


def test_words_change_without_rendering(project: Path, run: Run) -> None:
    run("build")
    edit("title: A mix", "title: Renamed, caption: With a *caption*.")
    edit("title: Soft", "title: Softer")
    assert run("build")[1].startswith("nothing to render")
    assert "<em>caption</em>" in Path("_site/comparisons/mix/index.html").read_text("utf-8")
    assert data()["titles"]["models"]["a"] == "Softer"


def test_what_is_lost_or_damaged_in_the_cache_is_made_again(project: Path, run: Run) -> None:
    run("build")
    before = snapshot(project / "_site")
    frames = sorted((project / ".cache/frames").rglob("*.webp"))
    frames[0].unlink()
    frames[1].unlink()
    frames[1].write_bytes(b"short")
    damaged = [
        frames[2],
        next((project / ".cache/derived").rglob("*.webp")),
        next((project / ".cache/derived").rglob("*.json")),
        next((project / ".cache/measurements").rglob("*.json")),
        project / ".cache/files.json",
    ]
    for path in damaged:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    status, out, err = run("build")
    assert (status, err) == (0, "")
    assert out.startswith("3 frames rendered")
    assert ", 1 measured" in out
    assert snapshot(project / "_site") == before


def test_force_renders_everything_to_the_same_bytes(project: Path, run: Run) -> None:
    run("build")
    before = snapshot(project / "_site")
    assert run("build", "--force")[1].startswith("4 frames rendered")
    assert snapshot(project / "_site") == before


def test_a_moved_project_keeps_its_frames(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("build")
    moved = project.rename(project.parent / "moved somewhere else")
    monkeypatch.chdir(moved)
    assert run("build")[1].startswith("nothing to render")


def test_the_manifest_may_be_elsewhere(
    project: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, _ = run("build", "-c", "project/site.yaml", "-o", "public")
    assert status == 0
    assert "look at it: python -m generator serve -c project/site.yaml -o public" in out
    assert (tmp_path / "public/index.html").is_file()
    assert (project / ".cache").is_dir()


def test_drafts_and_base_url(project: Path, run: Run) -> None:
    edit("{choose:", "{draft: true, choose:")
    run("build")
    assert not Path("_site/comparisons/list").exists()
    run("build", "--drafts", "--base-url", "https://other.example/deep")
    assert Path("_site/comparisons/list/index.html").exists()
    assert "https://other.example/deep/comparisons/list/" in Path("_site/sitemap.xml").read_text()


def test_manifest_errors_exit_with_2_before_anything_is_written(project: Path, run: Run) -> None:
    edit("[0, 0.5, 1]", "[0, no, 2]")
    status, out, err = run("build")
    assert (status, out) == (2, "")
    assert err == "site.yaml:6:61: an alpha is a number, got 'no'\n"
    assert {path.name for path in project.iterdir()} == {
        "site.yaml", "tiny_a.safetensors", "tiny_b.safetensors", "photo.png",
    }  # fmt: skip


def test_an_output_folder_of_somebody_else_is_never_touched(project: Path, run: Run) -> None:
    (project / "_site").mkdir()
    (project / "_site/thesis.txt").write_text("ten years")
    status, out, err = run("build")
    assert (status, out) == (1, "")
    assert "_site" in err
    assert len(err.splitlines()) == 1
    assert snapshot(project / "_site") == {"thesis.txt": b"ten years"}
    assert run("clean")[0] == 1
    assert snapshot(project / "_site") == {"thesis.txt": b"ten years"}


def test_a_frame_that_cannot_be_made_does_not_stop_the_others(project: Path, run: Run) -> None:
    whole = Path("photo.png").read_bytes()
    Path("bad.png").write_bytes(whole[: len(whole) // 2])
    edit("noise: {sigma: 10}}", "noise: {sigma: 10}}\n  bad: {path: bad.png}")
    status, out, err = run("build")
    assert status == 1
    assert "4 frames rendered" in out
    assert "mix / bad / Input: " in err
    assert "bad.png" in err
    assert "4 frames could not be made (see above); the next build tries again" in err
    missing = [frame for frame in data()["frames"] if "missing" in frame]
    assert {frame["input"] for frame in missing} == {"bad"}
    assert all("url" not in frame for frame in missing)
    Path("bad.png").write_bytes(whole)
    status, out, _ = run("build")
    assert (status, out.startswith("4 frames rendered")) == (0, True)


def test_check_tells_what_a_build_would_do(project: Path, run: Run) -> None:
    status, out, _ = run("check")
    assert status == 0
    assert "2 comparisons, 4 frames, no errors" in out
    assert "in the cache: 0; to render: 4, about " in out
    run("build")
    _, out, _ = run("check")
    assert "in the cache: 4; to render: 0\n" in out
    exact = sum(path.stat().st_size for path in (project / "_site/frames").iterdir())
    assert f"about {exact / 1000:.0f} KB" in out


@pytest.mark.parametrize("damaged", ["input", "reference", "frames"])
def test_check_finds_pictures_that_cannot_be_decoded(project: Path, run: Run, damaged: str) -> None:
    for name in ("truth.png", "one.png"):
        shutil.copy("photo.png", name)
    edit("reference: photo.png", "reference: truth.png")
    edit("comparisons:\n", "comparisons:\n  sequence: {frames: one.png}\n")
    name, place = {
        "input": ("photo.png", "4:17"),
        "reference": ("truth.png", "4:53"),
        "frames": ("one.png", "6:22"),
    }[damaged]
    whole = Path(name).read_bytes()
    Path(name).write_bytes(whole[: len(whole) // 2])
    status, out, err = run("check")
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith(f"site.yaml:{place}: {name}: damaged or unusual")
    Path(name).write_bytes(whole)
    assert run("check")[0] == 0


def test_check_decodes_nothing_where_nothing_is_missing(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("build")
    monkeypatch.setattr("generator.project.scan.decode", None)
    assert run("check")[0] == 0


def test_clean_removes_what_was_built(project: Path, run: Run) -> None:
    run("build")
    assert run("clean")[1] == "removed _site\n"
    assert (project / ".cache").exists()
    assert run("clean", "--cache")[1].startswith("removed ")
    assert run("clean", "--cache")[1] == "nothing to remove\n"
    assert not (project / ".cache").exists()
    assert (project / "site.yaml").exists()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_output_that_cannot_show_a_sign_gets_its_number(project: Path, encoding: str) -> None:
    edit("title: A mix", "caption: '[x](ж.md)', title: A mix")
    command = [sys.executable, "-m", "generator", "build", "-o", "жé"]
    done = subprocess.run(
        command, capture_output=True, check=False,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )  # fmt: skip
    out, err = (text.decode(encoding) for text in (done.stdout, done.stderr))
    name = "жé".encode(encoding, "backslashreplace").decode(encoding)
    assert done.returncode == 0, err
    assert re.fullmatch(
        r"4 frames rendered on \S+, 0 reused, 4 measured in \S+ s\n"
        rf"{re.escape(name)}: .*\nlook at it: .* -o {re.escape(name)}\n",
        out,
    )
    page = "ж.md".encode(encoding, "backslashreplace").decode(encoding)
    assert err.endswith(f"warning: broken link: '{page}'\n")


def test_clean_names_what_it_leaves(project: Path, run: Run) -> None:
    for name in ("a", "b", "c", "d"):
        (project / ".cache" / name).mkdir(parents=True)
    run("build")
    expected = f"removed {project}/.cache, but not what others keep there: a, b, c and 1 more\n"
    assert run("clean", "--cache", "-o", "other")[1] == expected
    assert sorted(path.name for path in (project / ".cache").iterdir()) == ["a", "b", "c", "d"]


def test_quiet_says_nothing(project: Path, run: Run) -> None:
    assert run("build", "-q") == (0, "", "")
    assert run("check", "-q") == (0, "", "")


def test_a_mix_can_be_taken_home_and_comes_back_bit_for_bit(project: Path, run: Run) -> None:
    status, out, _ = run(
        "interpolate", "tiny_a.safetensors", "tiny_b.safetensors", "--alpha", "0.5",
        "-o", "ab.safetensors",
    )  # fmt: skip
    assert (status, out.startswith("ab.safetensors: ")) == (0, True)
    edit("{a: {path", "{ab: ab.safetensors, a: {path")
    edit("[input, a, b]", "[ab, {mix: {a: 0.5, b: 0.5}}]")
    edit("site:", "images: {format: png}\nsite:")
    run("build")
    ours, mixed = data("list")["frames"]
    pictures = [Path("_site/comparisons/list", f["url"]).read_bytes() for f in (ours, mixed)]
    assert ours["url"] != mixed["url"]
    assert pictures[0] == pictures[1]


def test_exported_weights_are_published_and_load(project: Path, run: Run) -> None:
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 0.5, 1], export: [0.5]")
    edit("[input, a, b]", "[a, {mix: {a: 0.2, b: 0.8}, title: Int-AB, export: true}]")
    edit("path: tiny_a.safetensors", "path: tiny_a.safetensors, download: true")
    run("build")
    files = snapshot(project / "_site/models")
    assert set(files) == {"a.safetensors", "mix-0.5.safetensors", "Int-AB.safetensors"}
    assert files["a.safetensors"] == Path("tiny_a.safetensors").read_bytes()
    page = Path("_site/comparisons/list/index.html").read_text("utf-8")
    assert hashlib.sha256(files["Int-AB.safetensors"]).hexdigest() in page
    assert "../../models/Int-AB.safetensors" in page
    a, b, mixed = (
        load_file(path)
        for path in ("tiny_a.safetensors", "tiny_b.safetensors", "_site/models/mix-0.5.safetensors")
    )
    for key, value in mixed.items():
        assert torch.allclose(value, 0.5 * a[key].float() + 0.5 * b[key].float(), atol=1e-6)
    assert run("build")[1].startswith("nothing to render")


def test_interpolate_writes_what_a_build_exports_to_the_byte(project: Path, run: Run) -> None:
    edit("alphas: [0, 0.5, 1]", "alphas: 11, extrapolate: true, export: [0.9, 1.2]")
    edit("[input, a, b]", "[{mix: {a: 0.3, b: 0.7}, title: Int-AB, export: true}]")
    run("build")
    for name, arguments in {
        "mix-0.9": ("--alpha", "0.9"),
        "mix-1.2": ("--alpha", "1.2", "--extrapolate"),
        "Int-AB": ("--weights", "0.3", "0.7"),
    }.items():
        models = ("tiny_a.safetensors", "tiny_b.safetensors")
        assert run("interpolate", *models, *arguments, "-o", f"{name}.safetensors")[0] == 0
        exported = Path(f"_site/models/{name}.safetensors").read_bytes()
        assert Path(f"{name}.safetensors").read_bytes() == exported


def test_noise_levels_get_a_chart_with_controls(project: Path, run: Run) -> None:
    shutil.copy(DATA / "tiny_c.safetensors", "tiny_c.safetensors")
    edit("models: {", "models: {joint: {path: tiny_c.safetensors, title: Joint}, ")
    edit(
        "inputs:\n",
        "inputs:\n  louder: {path: photo.png, reference: photo.png, noise: {sigma: 40}}\n",
    )
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 0.5, 1], beside: [joint]")
    assert run("build")[0] == 0
    page = Path("_site/comparisons/mix/index.html").read_text("utf-8")
    assert "PSNR over noise level" in page
    chart = page[page.index("PSNR over noise level") :]
    assert all(words in chart for words in ("best mix", "Joint", "α = 0", "α = 1"))
    alone = [f for f in data()["frames"] if f.get("weights") == {"joint": 1}]
    assert [frame["input"] for frame in alone] == ["louder", "photo"]
    assert f"{alone[0]['psnr']:.2f}" in chart


@pytest.mark.parametrize(("form", "count"), [("webp", 4), ("gif", 4), ("mp4", 4)])
def test_animations_go_there_and_back(project: Path, run: Run, form: str, count: int) -> None:
    edit("alphas: [0, 0.5, 1]", f"alphas: [0, 0.5, 1], animation: {form}")
    assert run("build")[0] == 0
    (file,) = Path("_site/assets").glob(f"mix-photo.*.{form}")
    page = Path("_site/comparisons/mix/index.html").read_text("utf-8")
    assert f"../../assets/{file.name}" in page
    frames = [f["url"] for f in data()["frames"] if f["recipe"] == "mix"]
    expected = [frames[at] for at in (0, 1, 2, 1)]
    with av.open(str(file)) if form == "mp4" else Image.open(file) as animation:
        pictures = (
            [frame.to_image() for frame in animation.decode(video=0)]
            if form == "mp4"
            else [frame.convert("RGB") for frame in ImageSequence.all_frames(animation)]
        )
    assert len(pictures) == count
    for picture, url in zip(pictures, expected, strict=True):
        frame = Image.open(Path("_site/comparisons/mix", url)).convert("RGB")
        frame = frame.crop((0, 0, *picture.size))
        assert ImageStat.Stat(ImageChops.difference(picture, frame)).mean < [12, 12, 12]
    before = file.read_bytes()
    shutil.rmtree(".cache/derived")
    run("build")
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--weights", "0.2", "0.3", "0.5"), "2 model(s), 3 coefficient(s)"),
        (("--weights", "0.5", "0.2"), "coefficients must sum to 1, these sum to 0.7"),
        (("--weights", "1.5", "-0.5"), "coefficient 1.5 is outside 0 to 1 (allow it: --extra"),
        (("--weights", "nan", "1"), "coefficient must be a finite number, got nan"),
        (("--alpha", "nan"), "alpha must be a finite number, got nan"),
        (("--alpha", "inf", "--extrapolate"), "alpha must be a finite number, got inf"),
        (("--alpha", "1e300", "--extrapolate"), "coefficients must sum to 1, these sum to 0"),
        (("--alpha", "1.5"), "alpha 1.5 is outside 0 to 1 (allow it: --extrapolate)"),
        (("--alpha", "0.5"), "exists: choose another name, or --force"),
        (("--alpha", "0.5", "-o", "no/out.safetensors"), "no such folder: 'no'"),
        (("--alpha", "0.5", "-o", "out.pth"), "the output must end in .safetensors"),
    ],
)
def test_interpolate_refuses_what_would_be_a_mistake(
    project: Path, run: Run, arguments: tuple[str, ...], message: str
) -> None:
    (project / "out.safetensors").write_text("precious")
    models = ("tiny_a.safetensors", "tiny_b.safetensors")
    status, _, err = run("interpolate", *models, "-o", "out.safetensors", *arguments)
    assert status == 2
    assert message in err
    assert err.count("\n") == 1
    assert not (project / "out.pth").exists()
    assert (project / "out.safetensors").read_text() == "precious"


def test_schema_describes_the_manifest(project: Path, run: Run) -> None:
    schema = json.loads(run("schema")[1])
    assert set(schema["properties"]) == {
        "site", "render", "images", "models", "inputs", "comparisons", "pages",
    }  # fmt: skip
    interpolate = schema["$defs"]["Interpolate"]["properties"]
    assert interpolate["alphas"]["anyOf"][0]["type"] == "integer"
    assert set(interpolate) >= {"control", "steps", "baseline", "regions", "animation", "export"}


def test_the_schema_describes_every_key(run: Run) -> None:
    silent = [
        name
        for name, value in _properties(json.loads(run("schema")[1]))
        if not value.get("description")
    ]
    assert silent == []


def _properties(schema: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every key that a schema knows, however deep, with what it says of it.

    What only ties keys to each other (if, then, allOf …) comes beside where they are described.
    """
    if isinstance(schema, dict):
        tie = schema.get("additionalProperties") is None and "type" not in schema
        own = {} if tie else schema.get("properties", {})
        yield from ((f"{where}/{name}", key) for name, key in own.items())
        for part, inner in schema.items():
            yield from _properties(inner, f"{where}/{part}")
    elif isinstance(schema, list):
        for number, inner in enumerate(schema):
            yield from _properties(inner, f"{where}/{number}")


def test_strict_counts_every_kind_of_warning_of_manifest_and_pages(project: Path, run: Run) -> None:
    shutil.copy("tiny_a.safetensors", "spare.safetensors")
    edit("models: {", "models: {spare: spare.safetensors, ")
    edit("noise: {sigma: 10}}", "noise: {sigma: 10}, masks: {sky: photo.png}}\n  more: photo.png")
    edit("{title: A mix,", "{title: A mix, inputs: [photo], caption: '[gone](gone.md)',")
    edit("{choose:", "{inputs: [photo], choose:")
    Path("content").mkdir()
    shutil.copy("photo.png", "content")
    Path("content/index.md").write_text("# T\n\n![](photo.png) [x](#y) [z](z.md) [m][n]\n")
    warnings = [
        (
            "content/index.md:3:5: warning: a picture without a text alternative: "
            "write what it shows in the [brackets]"
        ),
        "content/index.md:3:20: warning: broken link: the page has no '#y'",
        "content/index.md:3:28: warning: broken link: 'z.md'",
        "content/index.md:3:34: warning: broken reference '[m][n]': add a line '[n]: …'",
        "site.yaml:2:17: warning: no comparison uses the model 'spare'",
        "site.yaml:4:97: warning: no comparison has the region 'sky' of 'photo'",
        "site.yaml:5:9: warning: no comparison uses the input 'more'",
        "site.yaml:7:49: warning: broken link: 'gone.md'",
    ]
    for command in ("check", "build"):
        status, out, err = run(command)
        assert (status, err.splitlines()) == (0, warnings)
        status, out, err = run(command, "--strict")
        assert (status, err.splitlines()) == (1, [*warnings, "8 warnings, and --strict"])
        assert out
    assert Path("_site/index.html").exists()


def test_usage_errors_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["nonsense"], ["build", "--device", "gpu"], ["build", "-v", "-q"],
        ["serve", "--port", "99999"], ["build", "--base-url", "someone.github.io/models"],
        ["serve", "--base-url", "https://x.org/?a"],
    ):  # fmt: skip
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2
    assert main([]) == 2
    said = capsys.readouterr().err
    assert "unknown device 'gpu'; use auto, cpu, mps, cuda or cuda:N" in said
    assert "invalid port '99999': use 0 to 65535" in said
    assert "invalid web address 'someone.github.io/models': start with https://" in said
    assert "invalid site address 'https://x.org/?a': leave out '?' or '#'" in said


def test_ctrl_c_exits_with_130_and_keeps_what_is_done(project: Path) -> None:
    edit("alphas: [0, 0.5, 1]", "alphas: 400")
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "build"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(list(project.glob(".cache/frames/*/*.webp"))) < 5:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - asked < 5
    assert (process.returncode, out) == (130, "")
    assert err == "interrupted; what was rendered is kept\n"
    assert not (project / "_site").exists()
    records = list(project.glob(".cache/frames/*/*.json"))
    assert len(records) >= 4


# A build whose first picture takes a minute to encode.
SLOW = """
import sys, time
from generator import images
from generator.commands.main import main
images.encode = lambda *_: (print("encoding", flush=True), time.sleep(60))
sys.exit(main(["build", "-q"]))
"""


def test_ctrl_c_does_not_wait_for_a_picture_to_be_encoded(project: Path) -> None:
    command = [sys.executable, "-u", "-c", SLOW]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "encoding\n"
        time.sleep(3)  # all workers are at it, and the build waits for them
        process.send_signal(signal.SIGINT)
        asked = time.monotonic()
        _, err = process.communicate(timeout=50)
    assert time.monotonic() - asked < 10
    assert (process.returncode, err) == (130, "interrupted; what was rendered is kept\n")


def test_serve_builds_and_serves_under_the_path_of_the_site(project: Path) -> None:
    from urllib.request import urlopen

    command = [sys.executable, "-u", "-m", "generator", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        address = next(line.split()[1] for line in lines if line.startswith("serving "))
        assert address.endswith("/models/")
        with urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
            assert "Test site" in answer.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130


def test_check_writes_nothing_while_a_build_runs(project: Path, run: Run) -> None:
    """What it would keep, it would write into the folder of another."""
    Image.new("L", (96, 72), 255).save("mask.png")
    edit("noise: {sigma: 10}", "masks: {all: mask.png}")
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 0.5, 1], regions: [all]")
    store = Store(project / ".cache")
    with store.locked():
        before = snapshot(project)
        status, out, err = run("check")
        assert (status, err) == (0, "")
        assert "in the cache: 0; to render: " in out
        assert snapshot(project) == before
        Image.new("L", (10, 72), 255).save("mask.png")
        assert "of another shape" in run("check")[2]
    Image.new("L", (96, 72), 255).save("mask.png")
    assert run("check")[:2] == (0, out)
    assert Path(".cache/files.json").exists()
    assert len(list(Path(".cache/derived").rglob("*.png"))) == 1
