"""The output folder: whole at every moment, and never at the cost of others' files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.site import Project, make_project

from generator.errors import OutputError
from generator.site.output import marker as marker_module
from generator.site.output import staging as output_module
from generator.site.output.marker import MARKER, last_site
from generator.site.output.staging import check_output, remove_site, staged


def write(place: Path, **files: str) -> None:
    with staged(place) as tree:
        for name, text in files.items():
            tree.write(f"{name}.html", text)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_site_takes_the_place_of_the_last(tmp_path: Path) -> None:
    site = tmp_path / "deep" / "site"
    write(site, index="old", gone="x")
    write(site, index="new")
    assert names(site) == [MARKER, "index.html"]
    assert (site / "index.html").read_text() == "new"
    assert names(site.parent) == ["site"]


def test_without_an_atomic_exchange_two_renames_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output_module, "_exchange", lambda *_: False)
    write(tmp_path / "site", index="old")
    write(tmp_path / "site", index="new")
    assert (tmp_path / "site/index.html").read_text() == "new"
    assert names(tmp_path) == ["site"]


def test_the_exchange_is_the_systems_where_it_has_one(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (first / "mark").touch()
    assert output_module._exchange(first, second) == (sys.platform == "linux")
    assert names(second) == (["mark"] if sys.platform == "linux" else [])


def interrupted(place: Path) -> None:
    with staged(place) as tree:
        tree.write("index.html", "new")
        raise KeyboardInterrupt


def test_an_error_while_writing_leaves_the_old_site(tmp_path: Path) -> None:
    write(tmp_path / "site", index="old")
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "site")
    assert (tmp_path / "site/index.html").read_text() == "old"
    assert names(tmp_path) == ["site"]


@pytest.mark.parametrize("foreign", ["notes.txt", "sub/notes.txt", ".git/config", "frames/a.webp"])
def test_a_folder_with_others_files_is_refused_and_kept(tmp_path: Path, foreign: str) -> None:
    site = tmp_path / "site"
    write(site, index="old")
    file = site / foreign
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")
    with pytest.raises(OutputError, match=f"holds '{foreign}', which no build has written"):
        write(site, index="new")
    with pytest.raises(OutputError, match=foreign):
        remove_site(site)
    assert file.read_text() == "mine"
    assert (site / "index.html").read_text() == "old"
    assert names(tmp_path) == ["site"]


def test_a_link_to_a_folder_counts_as_a_foreign_file(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/file").touch()
    write(tmp_path / "site", index="old")
    (tmp_path / "site/link").symlink_to(tmp_path / "precious")
    with pytest.raises(OutputError, match="holds 'link'"):
        write(tmp_path / "site", index="new")
    assert (tmp_path / "precious/file").exists()


def test_a_folder_without_our_marker_is_refused_unless_empty(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    write(tmp_path / "site", index="new")
    (tmp_path / "site" / MARKER).unlink()
    with pytest.raises(OutputError, match=r"holds 'index\.html'"):
        write(tmp_path / "site", index="newer")


@pytest.mark.parametrize(
    "marker",
    [
        b"", b"\xff", b"[]", b'{"files": 3}', b"{}", b"[" * 100_000, b"null",
        b'{"alphagrid": 2, "files": {"index.html": 3}}',
        b'{"alphagrid": 2, "files": {"index.html": [3]}}',
    ],
)  # fmt: skip
def test_a_marker_that_cannot_be_read_protects_everything(tmp_path: Path, marker: bytes) -> None:
    write(tmp_path / "site", index="old")
    (tmp_path / "site" / MARKER).write_bytes(marker)
    with pytest.raises(OutputError, match="cannot be read"):
        write(tmp_path / "site", index="new")
    assert (tmp_path / "site/index.html").read_text() == "old"


def listing(files: dict[str, object]) -> str:
    return json.dumps({"alphagrid": 2, "files": files})


def refused(site: Path, why: str) -> None:
    """A build and ``clean`` refuse the folder, and all of it stays."""
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    folders = [path for path in site.rglob("*") if path.is_dir()]
    for work in (lambda: write(site, index="new"), lambda: remove_site(site)):
        with pytest.raises(OutputError, match=why):
            work()
    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before
    assert all(folder.is_dir() for folder in folders)
    assert names(site.parent) == ["site"]


@pytest.mark.parametrize(
    "entry", [[6, "0" * 32], [5, "0" * 32], [6, ""], [6, hashlib.sha256(b"other").hexdigest()]]
)
def test_a_marker_that_came_with_a_folder_deletes_nothing(tmp_path: Path, entry: object) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "thesis.doc").write_text("thesis")
    (site / MARKER).write_text(listing({"thesis.doc": entry}))
    refused(site, "holds 'thesis.doc', which is not as a build wrote it: move it away")


def test_a_marker_of_names_alone_proves_nothing(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "thesis.doc").write_text("thesis")
    (site / MARKER).write_text('{"alphagrid": 1, "files": [\n"thesis.doc"\n]}\n')
    refused(site, "built by an older version, .* remove the folder, or choose another")


def test_what_somebody_edited_in_the_site_stays(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write(site, index="old", page="old")
    stamp = (site / MARKER).stat().st_mtime_ns - 10**9
    (site / "page.html").write_text("new")
    refused(site, "holds 'page.html', which is not as a build wrote it")
    with pytest.raises(OutputError, match=r"page\.html"):
        check_output(site, [], tmp_path / "project")
    # Even where its size and time say nothing; before it is deleted, it is read.
    os.utime(site / "page.html", ns=(stamp, stamp))
    check_output(site, [], tmp_path / "project")
    refused(site, r"page\.html")


def test_a_site_that_was_copied_is_still_ours(tmp_path: Path) -> None:
    write(tmp_path / "first", index="old", page="old")
    shutil.copytree(tmp_path / "first", tmp_path / "site", copy_function=shutil.copyfile)
    check_output(tmp_path / "site", [], tmp_path / "project")
    write(tmp_path / "site", index="new")
    assert names(tmp_path / "site") == [MARKER, "index.html"]


def test_what_the_new_site_holds_too_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of frames, hard links to the cache: reading them all would take its time."""
    source = tmp_path / "frame.webp"
    source.write_bytes(b"frame")
    checksum = hashlib.sha256(b"frame").hexdigest()
    read: list[str] = []
    real = marker_module.digest_file

    def counting(path: Path) -> str:
        read.append(path.name)
        return real(path)

    monkeypatch.setattr(marker_module, "digest_file", counting)
    for text in ("old", "new"):
        with staged(tmp_path / "site") as tree:
            tree.link("frames/a.webp", source, 5, checksum)
            tree.write("index.html", text)
    assert read == ["index.html"]
    write(tmp_path / "site", index="newest")
    assert read == ["index.html", "index.html", "a.webp"]
    assert source.read_bytes() == b"frame"


@pytest.mark.parametrize("empty", ["mine", "sub/mine", "mine/deeper"])
def test_an_empty_folder_of_others_stays(tmp_path: Path, empty: str) -> None:
    site = tmp_path / "site"
    with staged(site) as tree:
        tree.write("sub/index.html", "old")
    (site / empty).mkdir(parents=True)
    first = "sub/mine" if empty.startswith("sub") else "mine"
    refused(site, f"holds '{first}/', a folder that no build has made")


@pytest.mark.parametrize("name", ["index.html", MARKER, ".DS_Store"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_links_and_pipes_are_nothing_a_build_wrote(tmp_path: Path, name: str, kind: str) -> None:
    site = tmp_path / "site"
    write(site, index="old")
    (tmp_path / "site-of-others").write_bytes((site / "index.html").read_bytes())
    (site / name).unlink(missing_ok=True)
    if kind == "link":
        (site / name).symlink_to(tmp_path / "site-of-others")
    else:
        os.mkfifo(site / name)
    for work in (lambda: write(site, index="new"), lambda: remove_site(site)):
        with pytest.raises(OutputError, match=re.escape(name)):
            work()
    assert (site / name).is_symlink() == (kind == "link")
    assert (tmp_path / "site-of-others").read_text() == "old"


def test_a_leftover_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs/thesis.doc").write_text("thesis")
    prefix = output_module._prefix(tmp_path / "site")
    (tmp_path / f"{prefix}0123456789ab").symlink_to("theirs")
    (tmp_path / f"{prefix}notes").mkdir()
    (tmp_path / f"{prefix}notes/thesis.doc").write_text("thesis")
    (tmp_path / f"{prefix}ba9876543210").write_text("a file")
    write(tmp_path / "site", index="new")
    assert remove_site(tmp_path / "site")
    assert (tmp_path / "theirs/thesis.doc").read_text() == "thesis"
    assert (tmp_path / f"{prefix}notes/thesis.doc").read_text() == "thesis"
    assert (tmp_path / f"{prefix}ba9876543210").exists()


def test_names_in_another_unicode_form_are_the_same_files(tmp_path: Path) -> None:
    """Some disks keep them so, whatever a program writes."""
    site = tmp_path / "site"
    with staged(site) as tree:
        tree.write("z\u00fcrich/index.html", "old")
    (site / "z\u00fcrich").rename(site / "zu\u0308rich")
    write(site, index="new")
    assert names(site) == [MARKER, "index.html"]


def test_the_marker_says_what_a_build_wrote(tmp_path: Path) -> None:
    write(tmp_path / "site", index="old", page="two")
    listed = last_site(tmp_path / "site")
    assert {name: file.bytes for name, file in listed.items()} == {"index.html": 3, "page.html": 3}
    assert listed["page.html"].digest == hashlib.sha256(b"two").hexdigest()[:32]
    assert last_site(tmp_path / "nowhere") == {}


def test_what_file_managers_leave_is_no_obstacle(tmp_path: Path) -> None:
    write(tmp_path / "site", index="old")
    (tmp_path / "site/.DS_Store").touch()
    write(tmp_path / "site", index="new")
    assert (tmp_path / "site/index.html").read_text() == "new"


def test_a_linked_output_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to("real")
    write(tmp_path / "site", index="new")
    assert (tmp_path / "site").is_symlink()
    assert (tmp_path / "real/index.html").read_text() == "new"


@pytest.mark.parametrize(
    "place", ["content", "content/site", ".", "..", "static", ".cache", ".cache/x", "templates/t"]
)
def test_the_authors_own_folders_are_never_the_output(tmp_path: Path, place: str) -> None:
    project = make_project(tmp_path / "project")
    for folder in ("content", "static", "templates"):
        (project.root / folder).mkdir()
    before = names(project.root)
    with pytest.raises(OutputError):
        project.build(project.root / place)
    assert set(before) <= set(names(project.root))


def test_a_link_into_the_content_is_seen_through(tmp_path: Path) -> None:
    content = tmp_path / "content"
    content.mkdir()
    (tmp_path / "site").symlink_to(content)
    with pytest.raises(OutputError, match="over"):
        check_output(tmp_path / "site", [content], tmp_path)


def test_a_file_in_the_place_of_the_output_is_kept(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        check_output(tmp_path / "site", [], tmp_path / "project")
    with pytest.raises(OutputError, match="is a file"):
        remove_site(tmp_path / "site")
    assert (tmp_path / "site").read_text() == "mine"


def test_removing_a_site_leaves_nothing(tmp_path: Path) -> None:
    write(tmp_path / "site", index="old")
    assert remove_site(tmp_path / "site")
    assert not remove_site(tmp_path / "site")
    assert names(tmp_path) == []


@pytest.mark.parametrize(("first", "second"), [("Cat", "cat"), ("e\u0301", "\u00e9"), ("a", "a")])
def test_names_that_some_disks_take_for_one_are_refused(
    tmp_path: Path, first: str, second: str
) -> None:
    def write_both() -> None:
        with staged(tmp_path / "site") as tree:
            tree.write(first, "1")
            tree.write(second, "2")

    with pytest.raises(OutputError, match="two files"):
        write_both()
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        write(tmp_path / "file" / "site", index="new")


def test_a_full_disk_is_said_and_the_old_site_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "site", index="old")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28), "frames/x.webp")

    monkeypatch.setattr(output_module.shutil, "copyfile", full)
    with (
        pytest.raises(OutputError, match="No space left on device"),
        staged(tmp_path / "site") as tree,
    ):
        tree.copy("x.webp", Path(__file__))
    assert (tmp_path / "site/index.html").read_text() == "old"
    assert names(tmp_path) == ["site"]


def test_frames_are_links_where_the_disk_allows_and_copies_where_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "frame.webp"
    source.write_bytes(b"frame")
    with staged(tmp_path / "site") as tree:
        tree.link("frames/a.webp", source, 5)
    assert (tmp_path / "site/frames/a.webp").samefile(source)

    def elsewhere(*_: object) -> None:
        raise OSError(18, os.strerror(18))

    monkeypatch.setattr(output_module.os, "link", elsewhere)
    with staged(tmp_path / "site") as tree:
        tree.link("frames/a.webp", source, 5)
    assert not (tmp_path / "site/frames/a.webp").samefile(source)
    assert (tmp_path / "site/frames/a.webp").read_bytes() == b"frame"


def test_what_authors_may_edit_is_copied_never_linked(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    project.write("content/index.md", "# Home\n\n![A cat](cat.png)\n")
    picture = project.write("content/cat.png", (project.root / "cat.png").read_bytes())
    project.build()
    published = [*(project.output / "assets").glob("cat.*"), project.output / "models"]
    assert not published[0].samefile(picture)
    weights = project.output / "models/soft.safetensors"
    assert not weights.samefile(project.root / "a.safetensors")


KILLED = """
import os, signal, sys
from pathlib import Path
from generator.site.output.staging import staged

with staged(Path(sys.argv[1])) as tree:
    for number in range(50):
        tree.write(f"{number}.html", "new")
        if number == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
"""


def run_killed(site: Path, number: int) -> int:
    command = [sys.executable, "-c", KILLED, str(site), str(number)]
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, check=False).returncode


def test_a_kill_while_staging_leaves_the_old_site_and_no_traces(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write(site, index="old")
    for number in (0, 49):
        assert run_killed(site, number) == -signal.SIGKILL
        assert names(site) == [MARKER, "index.html"]
        assert len(names(tmp_path)) == 2, "the killed build's folder, removed by the next"
    write(site, index="new")
    assert names(tmp_path) == ["site"]


def test_a_build_that_still_runs_keeps_its_staging(tmp_path: Path) -> None:
    with staged(tmp_path / "site") as tree:
        tree.write("index.html", "slow")
        write(tmp_path / "site", index="quick")
        tree.write("more.html", "slow")
    assert names(tmp_path / "site") == [MARKER, "index.html", "more.html"]
    assert names(tmp_path) == ["site"]


def test_a_reader_never_finds_a_hole(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write(site, index="0")
    problems: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                text = (site / "index.html").read_text()
                assert text.isdigit()
            except (OSError, AssertionError) as error:
                problems.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100):
        write(site, index=str(number))
    done.set()
    reader.join()
    assert problems == [] or sys.platform != "linux"


def test_everybody_may_read_the_site(tmp_path: Path) -> None:
    write(tmp_path / "site", index="x")
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "site").stat().st_mode & 0o777 == 0o777 & ~umask


def test_texts_with_lone_surrogates_are_written(tmp_path: Path) -> None:
    write(tmp_path / "site", a="a\ud800b")
    assert (tmp_path / "site/a.html").read_text(encoding="utf-8") == "a?b"


def test_output_inside_the_manifests_folder_is_the_normal_case(tmp_path: Path) -> None:
    project: Project = make_project(tmp_path / "project")
    project.build()
    project.build()
    assert (project.output / "index.html").exists()
