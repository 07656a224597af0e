"""Builds that the machine or a neighbour disturbs: what is done is kept, what is not is named."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from glob import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from PIL import Image, ImageOps
from support.build import DATA, Run, edit, make_folder, snapshot
from support.links import broken_links

from generator.commands import build as build_module

# Disks as small as we like, and gone with the process: a namespace of its own.
NAMESPACE = ["unshare", "--map-root-user", "--mount"]


def _may_mount() -> bool:
    command = [*NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


needs_mount = pytest.mark.skipif(not _may_mount(), reason="needs to mount small disks")


def on_small_disks(script: str) -> tuple[list[str], list[str]]:
    """Run a shell script in the current folder, as one who may mount; return its output's lines.

    ``build`` in it builds and says how that ended.
    """
    generator = f"{sys.executable} -W ignore -m generator"
    build = f'build() {{ {generator} build "$@" && echo "exit 0" || echo "exit $?"; }}'
    done = subprocess.run(
        [*NAMESPACE, "sh", "-euc", f"{build}\n{script}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr.splitlines()


@needs_mount
def test_a_disk_that_fills_up_while_rendering_keeps_what_was_rendered(project: Path) -> None:
    edit("[0, 0.5, 1]", "16")
    out, err = on_small_disks(
        """
        mkdir .cache
        mount -t tmpfs -o size=160k none .cache
        build -q
        test ! -e _site
        ls .cache/aside | wc -l
        ls .cache/frames/*/*.webp.json | wc -l
        mount -o remount,size=50m .cache
        build
        """
    )
    assert out[:2] == ["exit 1", "0"]
    assert int(out[2]) > 3
    assert out[3].startswith(f"{17 - int(out[2])} frames rendered")
    assert out[-1] == "exit 0"
    (line,) = err
    assert line.startswith("cannot write ")
    assert line.endswith(
        "No space left on device; make room and build again: what was rendered is kept"
    )


@needs_mount
def test_a_disk_that_fills_up_while_the_site_is_written_keeps_the_old_site(project: Path) -> None:
    out, err = on_small_disks(
        """
        build -q
        mkdir out
        mount -t tmpfs -o size=$(du -sk _site | awk '{print int($1 * 1.5)}')k none out
        build -q -o out/site
        find out -type f | sort | xargs cat | sha256sum
        sed -i 's/A mix/Another mix/' site.yaml
        build -q -o out/site
        find out -type f | sort | xargs cat | sha256sum
        ls -A out
        """
    )
    _, first, old, second, kept, names = out
    assert (first, second, names) == ("exit 0", "exit 1", "site")
    assert old == kept
    (line,) = err
    assert line.startswith("out/site: the site cannot be written: No space left on device")


@needs_mount
def test_folders_that_cannot_be_written_are_named(project: Path) -> None:
    out, err = on_small_disks(
        """
        mkdir .cache out
        mount -t tmpfs none .cache
        mount -o remount,ro .cache
        build -q
        umount .cache
        mount -t tmpfs none out
        mount -o remount,ro out
        build -q -o out/site
        umount out
        build -q -o out/site
        """
    )
    assert out == ["exit 1", "exit 1", "exit 0"]
    assert err == [
        f"cannot write {project}/.cache: Read-only file system",
        f"out/site: {project}/out may not be written: choose another folder",
    ]


def test_an_output_that_may_not_be_written_is_named_before_the_night(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != project / "out")
    (project / "out").mkdir()
    status, _, err = run("build", "-o", "out/deep/site")
    assert (status, err) == (
        1, f"out/deep/site: {project}/out may not be written: choose another folder\n",
    )  # fmt: skip
    assert not (project / ".cache").exists()


def build_disturbed(
    run: Run, monkeypatch: pytest.MonkeyPatch, stage: str, event: Callable[[], object]
) -> tuple[int, str, str]:
    """Build; something happens before a stage, when everything is examined and planned."""
    work = getattr(build_module, stage)

    def disturbed(*arguments: Any, **options: Any) -> Any:
        event()
        return work(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(build_module, stage, disturbed)
        return run("build")


def test_an_input_that_vanishes_costs_its_own_frames_only(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy("photo.png", "other.png")
    edit("inputs:\n", "inputs:\n  other: {path: other.png, crop: [0, 0, 64, 48]}\n")
    status, out, err = build_disturbed(run, monkeypatch, "render", Path("photo.png").unlink)
    assert status == 1
    assert out.startswith("4 frames rendered")
    assert "mix / photo / α = 0: photo.png: no such file" in err.splitlines()
    assert err.endswith("4 frames could not be made (see above); the next build tries again\n")
    shutil.copy(DATA / "photo.png", project)
    status, out, err = run("build")
    assert (status, err) == (0, "")
    assert out.startswith("4 frames rendered")


def test_a_reference_that_cannot_be_read_costs_its_figures_only(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path("photo.png").read_bytes()
    Path("truth.png").write_bytes(whole[: len(whole) // 2])
    edit("reference: photo.png", "reference: truth.png")
    edit("list: {", "list: {metrics: [], ")
    status, out, err = run("build")
    assert status == 1
    assert out.startswith("4 frames rendered on cpu, 0 reused ")
    line, summary = err.splitlines()
    assert line.startswith("photo: 4 frames could not be measured: truth.png: damaged")
    assert summary == "4 measurements could not be made (see above); the next build tries again"
    data = json.loads(Path("_site/comparisons/mix/data.json").read_text())
    assert [frame.keys() & {"url", "psnr"} for frame in data["frames"]] == [{"url"}] * 4

    with monkeypatch.context() as patch:
        # What the networks would make could not be measured anyway.
        patch.setattr("generator.networks.engine.render", None)
        status, out, again = run("build")
    assert (status, again) == (1, err)
    assert out.startswith("nothing to render, 4 frames reused ")

    Path("truth.png").write_bytes(whole)
    status, out, err = run("build")
    assert (status, err) == (0, "")
    assert out.startswith("nothing to render, 4 frames reused, 4 measured ")
    assert "PSNR" in Path("_site/comparisons/mix/index.html").read_text("utf-8")


def test_a_lost_frame_is_not_lost_once_more_as_a_measurement(project: Path, run: Run) -> None:
    whole = Path("photo.png").read_bytes()
    shutil.copy("photo.png", "truth.png")
    Path("photo.png").write_bytes(whole[: len(whole) // 2])
    edit("reference: photo.png", "reference: truth.png")
    edit("  mix:", "  bare: {metrics: [], choose: [input, a, b]}\n  mix:")
    status, out, err = run("build")
    assert status == 1
    assert out.startswith("0 frames rendered, 0 reused ")
    summary = err.splitlines()[-1]
    assert summary == "4 frames could not be made (see above); the next build tries again"
    assert "measure" not in err


def test_an_export_that_cannot_be_made_costs_itself_only(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 0.5, 1], export: [0.5]")
    status, out, err = build_disturbed(
        run, monkeypatch, "make_exports", Path("tiny_b.safetensors").unlink
    )
    assert status == 1
    assert out.startswith("4 frames rendered")
    assert err.startswith("models/mix-0.5.safetensors: ")
    assert err.endswith("1 export could not be made (see above); the next build tries again\n")
    assert not Path("_site/models/mix-0.5.safetensors").exists()
    assert "mix-0.5" not in Path("_site/comparisons/mix/index.html").read_text("utf-8")
    shutil.copy(DATA / "tiny_b.safetensors", project)
    assert run("build")[0] == 0
    assert Path("_site/models/mix-0.5.safetensors").exists()


@pytest.mark.parametrize("stage", ["find_kinship", "render"])
def test_a_model_that_vanishes_costs_its_own_frames_only(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    status, out, err = build_disturbed(run, monkeypatch, stage, Path("tiny_b.safetensors").unlink)
    assert status == 1
    assert out.startswith("2 frames rendered")
    assert "mix / photo / α = 1: tiny_b.safetensors: no such file" in err.splitlines()
    assert "_site" in out
    shutil.copy(DATA / "tiny_b.safetensors", project)
    assert run("build")[:2][1].startswith("2 frames rendered")


def test_what_nobody_can_read_and_nothing_uses_costs_a_line(project: Path, run: Run) -> None:
    for name in ("odd.pth", "odd.png"):
        Path(name).write_text("no weights, no picture")
    edit("models: {", "models: {odd: odd.pth, ")
    edit("inputs:\n", "inputs:\n  odd: odd.png\n")
    edit("{choose:", "{inputs: [photo], choose:")
    edit("A mix,", "A mix, inputs: [photo],")
    status, out, err = run("build")
    assert (status, out.split(",")[0]) == (0, "4 frames rendered on cpu")
    lines = [line.split(" warning: ")[1] for line in err.splitlines()]
    assert lines[0] == "no comparison uses the model 'odd'"
    assert lines[1].startswith("odd.pth: ")
    assert lines[2] == "no comparison uses the input 'odd'"
    assert lines[3].startswith("odd.png: ")
    assert len(lines) == 4
    status, _, again = run("check")
    assert (status, again) == (0, err)
    assert run("clean", "--unused")[0] == 0


@pytest.mark.parametrize("name", ["photo.png", "tiny_a.safetensors"])
def test_what_changes_while_it_is_rendered_never_enters_the_cache(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Else the frames of the new file would be kept, for ever, as those of the old one."""
    (project / "calm").mkdir()
    run("build", "-q")
    calm = snapshot(project / "_site")
    run("clean", "--cache")
    old = Path(name).read_bytes()
    new = (DATA / name.replace("_a", "_c")).read_bytes()
    if name.endswith(".png"):
        ImageOps.invert(Image.open(name).convert("RGB")).save("new.png")
        new = Path("new.png").read_bytes()
    status, _, err = build_disturbed(
        run, monkeypatch, "render", lambda: Path(name).write_bytes(new)
    )
    assert status == 1
    assert f"{name}: changed while the site was built; build again" in err
    Path(name).write_bytes(old)
    assert run("build", "-q")[0] == 0
    assert snapshot(project / "_site") == calm


def test_a_clock_that_jumps_back_changes_nothing(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("build")
    before = snapshot(project / "_site")
    now, now_ns = time.time, time.time_ns
    years = 20 * 365 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: now() - years)
    monkeypatch.setattr(time, "time_ns", lambda: now_ns() - years * 10**9)
    status, out, err = run("build")
    assert (status, err) == (0, "")
    assert out.startswith("nothing to render")
    assert snapshot(project / "_site") == before
    shutil.copy(DATA / "tiny_c.safetensors", "tiny_b.safetensors")
    os.utime("tiny_b.safetensors", (now() - years, now() - years))
    assert run("build")[1].startswith("2 frames rendered")
    shutil.copy(DATA / "tiny_b.safetensors", "tiny_b.safetensors")
    assert run("build")[1].startswith("nothing to render")
    assert snapshot(project / "_site") == before


def test_a_second_build_says_who_is_first_and_both_sites_come_out_whole(
    project: Path, run: Run
) -> None:
    edit("[0, 0.5, 1]", "300")
    command = [sys.executable, "-m", "generator", "build", "-o", "first"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        while not list(project.glob(".cache/frames/*/*.json")):
            assert first.poll() is None
            time.sleep(0.02)
        first.send_signal(signal.SIGSTOP)
        status, out, err = run("build", "-o", "second")
        cleaned = run("clean", "--cache", "-o", "second")
        first.send_signal(signal.SIGCONT)
        assert (status, out) == (1, "")
        assert err.startswith(f"{project}/.cache is in use by process {first.pid} on ")
        assert err.endswith(": wait for it, or stop it\n")
        assert (cleaned[0], cleaned[2]) == (1, err)
        assert not Path("second").exists()
        assert (first.communicate()[1], first.returncode) == (b"", 0)
    assert run("build", "-o", "second")[1].startswith("nothing to render")
    assert snapshot(project / "second") == snapshot(project / "first")


def test_the_lock_of_a_machine_that_lost_its_power_does_not_block(project: Path, run: Run) -> None:
    Path(".cache").mkdir()
    Path(".cache/lock").touch()
    Path(".cache/owner").write_text("process 1 on another-machine\n")
    assert run("build", "-q") == (0, "", "")


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("content/site", "the site cannot be written over {project}/content"),
        (".", "the site cannot be written over {project}/content"),
        ("..", "the site cannot be written over {project}/content"),
        (".cache/site", "the site cannot be written over {project}/.cache"),
        ("photo.png", "is a file: the output is a folder"),
        ("pictures", "holds 'mine.png', which no build has written"),
    ],
)
def test_folders_of_the_author_are_refused_before_the_night(
    project: Path, run: Run, output: str, message: str
) -> None:
    for name in ("content", "pictures"):
        Path(name).mkdir()
    shutil.copy("photo.png", "pictures/mine.png")
    before = snapshot(project)
    status, out, err = run("build", "-o", output)
    assert (status, out) == (1, "")
    assert err.startswith(output)
    assert message.format(project=project) in err
    assert len(err.splitlines()) == 1
    assert snapshot(project) == before


def test_links_in_the_file_system_are_followed(
    project: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("build", "-q")
    plain = snapshot(project / "_site")
    elsewhere = tmp_path / "elsewhere"
    for name in ("cache", "site"):
        (elsewhere / name).mkdir(parents=True)
    for name in ("photo.png", "tiny_a.safetensors"):
        Path(name).rename(elsewhere / name)
        Path(name).symlink_to(elsewhere / name)
    shutil.rmtree(".cache")
    shutil.rmtree("_site")
    Path(".cache").symlink_to(elsewhere / "cache")
    Path("_site").symlink_to(elsewhere / "site")
    (tmp_path / "link").symlink_to(project)
    monkeypatch.chdir(tmp_path / "link")
    assert run("build", "-q") == (0, "", "")
    assert snapshot(elsewhere / "site") == plain
    assert list((elsewhere / "cache/frames").iterdir())
    assert Path("_site").is_symlink()
    assert run("build")[1].startswith("nothing to render")


def test_links_that_go_round_are_said(project: Path, run: Run) -> None:
    Path("photo.png").unlink()
    Path("photo.png").symlink_to("photo.png")
    Path("round").symlink_to(".")
    edit("comparisons:\n", "comparisons:\n  f: {frames: 'round/**/round/*.png'}\n")
    status, out, err = run("build")
    assert (status, out) == (2, "")
    assert "site.yaml:4:17: 'photo.png' is a link that leads back to itself" in err


NAMES = {
    "spaces and signs": "A photo #1 (50% of it), 'quoted' & more",
    "unicode": "日本の写真 – Größe ☃ e\u0301",
    "emoji": "🙂👩‍🔬",
    "200 characters": "x" * 200,
    "as long as can be": "y" * 251,
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_any_name_of_files_and_folders_will_do(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = make_folder(tmp_path / name)
    monkeypatch.chdir(folder)
    a, b, picture = (
        f"{name[:length]}{end}"
        for length, end in ((242, "1.safetensors"), (242, "2.safetensors"), (251, ".png"))
    )
    for old, new in (("tiny_a.safetensors", a), ("tiny_b.safetensors", b), ("photo.png", picture)):
        Path(old).rename(new)
    Path("content").mkdir()
    shutil.copy(picture, "content")
    Path(f"content/{name}.md").write_text(f"# Page\n\n![A photo](<{quote(picture)}>)\n")
    mix = {"mix": {"a": 0.5, "b": 0.5}, "export": True, "title": name}
    manifest = {
        "site": {"title": name},
        "models": {"a": a, "b": {"path": b, "download": True}},
        "inputs": {"photo": picture},
        "comparisons": {
            "c" * 100: {"choose": ["a", mix]},
            "f": {"frames": escape(picture)},
        },
    }  # fmt: skip
    Path("site.yaml").write_text(yaml.safe_dump(manifest, allow_unicode=True))
    output = folder / name
    assert run("build", "-q", "-o", str(output)) == (0, "", "")
    assert run("build", "-o", str(output))[1].startswith("nothing to render")
    assert broken_links(output) == []
