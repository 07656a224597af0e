"""The store: whole files or none, and damaged ones are as good as missing."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import re
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from support.build import snapshot

from generator.errors import StoreError
from generator.manifest.tables.measures import MEASURES
from generator.plan import Classic, Encoding, Frame, Input, Measurement, Picture
from generator.plan.info import File
from generator.store import Artifact, Record, Store

CARD = Artifact("card", 1, ["ab" * 16, (4, 3), None], "webp")
RESULTS = {"psnr": 27.61, "ssim": 0.81}


def frame(number: int = 0) -> Frame:
    source = Input(File(f"{number:064x}", Path("x.png")), None, 1, None, 6, 4, 3, False)
    return Frame(Picture(source, Classic(), 6, 4), Encoding("webp", 90))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


def files(store: Store) -> list[str]:
    names = {path.name for path in store.folder.rglob("*") if path.is_file()}
    return sorted(names - {".gitignore", "CACHEDIR.TAG"})


def test_what_is_put_is_there(store: Store) -> None:
    assert store.record(frame()) is None
    record = store.put(frame(), b"picture", "fp16")
    checksum = "2cea274d0bedc39ec4ab6ba9e59ec889e3ed6fb56a1cf088a64d9b383378dc97"
    modified = store.path(frame()).stat().st_mtime_ns
    assert record == Record(6, 4, 7, checksum, "fp16", None, modified)
    assert store.record(frame()) == record
    assert store.path(frame()).read_bytes() == b"picture"


def test_tiles_are_kept_where_there_are_any(store: Store) -> None:
    store.put(frame(), b"picture", "fp32", tiles=(2, 3))
    store.put(frame(1), b"picture", "fp32")
    again = Store(store.folder)
    kept = [again.record(frame(number)) for number in range(2)]
    assert [list(each.tiles or ()) for each in kept if each] == [[2, 3], []]
    written = Path(f"{store.path(frame(1))}.json").read_text()
    assert "tiles" not in written


def measurement(*measures: str) -> Measurement:
    return Measurement(frame().picture, File("f" * 64, Path("r.png")), None, measures)


def test_results_are_kept_by_measure_the_infinite_too(store: Store) -> None:
    both = measurement("psnr", "ssim")
    assert store.measured(both) == {}
    store.put_measured(both, {"psnr": math.inf})
    for again in (store, Store(store.folder)):
        assert again.measured(both) == {"psnr": math.inf}
        assert again.measured(measurement("ssim")) == {}
    store.put_measured(both, {"ssim": 1.0})
    assert Store(store.folder).measured(both) == {"psnr": math.inf, "ssim": 1.0}
    for path in (store.folder / "measurements").rglob("*.json"):
        json.loads(path.read_text(), parse_constant=pytest.fail)


def test_a_mended_measure_forgets_its_own_results_only(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(frame(), b"picture", "")
    store.put_measured(measurement("psnr", "ssim"), RESULTS)
    mended = replace(MEASURES["ssim"], version=MEASURES["ssim"].version + 1)
    monkeypatch.setitem(MEASURES, "ssim", mended)
    assert Store(store.folder).measured(measurement("psnr", "ssim")) == {"psnr": 27.61}
    assert Store(store.folder).record(frame()) is not None


@pytest.mark.parametrize("damage", [b"", b"pic", b"picture and more"])
def test_a_frame_of_another_size_is_missing(store: Store, damage: bytes) -> None:
    store.put(frame(), b"picture", "")
    store.path(frame()).write_bytes(damage)
    assert Store(store.folder).record(frame()) is None


def flip(path: Path) -> None:
    """Turn one bit in the middle of a file; the size stays."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    os.utime(path, (1e9, 1e9))


def test_a_frame_with_a_flipped_bit_is_missing(store: Store) -> None:
    store.put(frame(), b"picture", "")
    flip(store.path(frame()))
    assert Store(store.folder).record(frame()) is None
    store.put(frame(), b"picture", "")
    assert Store(store.folder).record(frame()) is not None


def test_a_copied_frame_is_compared_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restored backup, which has other times."""
    store.put(frame(), b"picture", "")
    os.utime(store.path(frame()), (1e9, 1e9))
    record = Store(store.folder).record(frame())
    assert record is not None
    assert record.modified == 10**18
    monkeypatch.setattr(hashlib, "file_digest", None)
    assert Store(store.folder).record(frame()) == record


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"width": 1}', "null"])
def test_a_damaged_record_is_missing(store: Store, damage: str) -> None:
    store.put(frame(), b"picture", "")
    record_of(store.path(frame())).write_text(damage)
    assert Store(store.folder).record(frame()) is None


def test_no_byte_of_what_is_kept_as_json_can_change_unnoticed(store: Store) -> None:
    ask = measurement("psnr")
    store.put_measured(ask, {"psnr": 27.61})
    store.write("files.json", {"a": [1, 2.5, None]})
    assert store.read("files.json") == {"a": [1, 2.5, None]}
    (measured,) = (store.folder / "measurements").rglob("*.json")
    for path in (measured, store.folder / "files.json"):
        whole = path.read_bytes()
        for at in range(len(whole)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert Store(store.folder).measured(ask) == {} or path != measured
            assert store.read("files.json") == {} or path == measured
        path.write_bytes(whole)


def record_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


@pytest.mark.parametrize("damage", ["flip", "cut", "record", "gone"])
def test_damaged_artifacts_are_made_again(store: Store, damage: str) -> None:
    path = store.artifact(CARD, lambda: b"card")
    if damage == "flip":
        flip(path)
    elif damage == "cut":
        path.write_bytes(b"car")
    else:
        (record_of(path) if damage == "record" else path).unlink()
    assert not store.has_artifact(CARD)
    assert store.artifact(CARD, lambda: b"card").read_bytes() == b"card"
    assert store.has_artifact(CARD)


def test_artifacts_are_made_once(store: Store) -> None:
    calls = []

    def make() -> bytes:
        calls.append(1)
        return b"card"

    paths = {store.artifact(CARD, make) for _ in range(3)}
    assert len(calls) == 1
    assert [path.read_bytes() for path in paths] == [b"card"]


@pytest.mark.parametrize(
    "other",
    [
        replace(CARD, kind="mask"),
        replace(CARD, version=2),
        replace(CARD, inputs=["ab" * 16, (4, 3), (0, 0, 4, 3)]),
        replace(CARD, suffix="jpeg"),
    ],
)
def test_whatever_determines_an_artifact_is_in_its_key(other: Artifact) -> None:
    assert other.key != CARD.key == replace(CARD).key
    assert re.fullmatch(r"[0-9a-f]{32}", other.key)


def test_a_lock_keeps_others_out_and_names_its_owner(store: Store) -> None:
    refused = pytest.raises(StoreError, match=r"in use by process \d+ on .*: wait")
    with store.locked(), refused, Store(store.folder).locked():
        pass
    with Store(store.folder).locked():
        pass


def test_the_lock_of_a_killed_build_does_not_linger(store: Store) -> None:
    code = (
        "import sys, time; from pathlib import Path; from generator.store import Store\n"
        "with Store(Path(sys.argv[1])).locked(): print('locked', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(store.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        with pytest.raises(StoreError, match=f"process {process.pid} on"), store.locked():
            pass
        process.kill()
        process.wait()
    with store.locked():
        pass


def test_leftovers_of_a_killed_build_go(store: Store) -> None:
    store.put(frame(), b"picture", "")
    (store.folder / "aside" / "tmp0half_ab").write_bytes(b"half")
    with store.locked():
        assert list((store.folder / "aside").iterdir()) == []
    assert store.record(frame()) is not None


@pytest.mark.parametrize("step", ["stat", "replace"])
def test_who_writes_beside_a_starting_build_loses_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """As ``check`` does, which takes no lock: the build sweeps ``aside`` while it is writing."""
    store.write("files.json", {"a": 1})
    real = getattr(Path, step)
    started: list[Path] = []

    def after_a_start(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.parent.name == "aside" and not started:
            started.append(path)
            with Store(store.folder).locked():
                assert not path.exists()
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, step, after_a_start)
    store.write("files.json", {"a": 2})
    monkeypatch.undo()
    assert len(started) == 1
    assert store.read("files.json") == {"a": 2}
    assert list((store.folder / "aside").iterdir()) == []


def test_many_threads_may_put_the_same_frame(store: Store) -> None:
    def put() -> None:
        for _ in range(20):
            store.put(frame(), b"picture", "")

    threads = [threading.Thread(target=put) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.record(frame()) is not None
    assert len(files(store)) == 2


def test_the_cache_stays_out_of_repositories_and_backups(store: Store) -> None:
    store.put(frame(), b"picture", "")
    assert (store.folder / ".gitignore").read_text() == "*\n"
    assert (store.folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d17278")


def test_a_folder_of_others_is_neither_hidden_nor_emptied(store: Store) -> None:
    """As ``~/.cache`` is, when site.yaml lies in the home folder."""
    others = {
        "pip/wheel": b"1", "frames/3f/holiday.jpeg": b"2", "frames/3f.txt": b"3",
        "derived/notes.json": b"4", "other.json": b"5",
    }  # fmt: skip
    for name, data in others.items():
        (store.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (store.folder / name).write_bytes(data)
    store.put(frame(), b"picture", "")
    store.put_measured(measurement("psnr", "ssim"), RESULTS)
    store.artifact(CARD, lambda: b"card")
    for name in ("files.json", "rates.json"):
        store.write(name, {"a": 1})
    assert not (store.folder / ".gitignore").exists()
    assert not (store.folder / "CACHEDIR.TAG").exists()
    assert store.clear() == ["derived", "frames", "other.json", "pip"]
    assert snapshot(store.folder) == others


def test_tags_of_others_stay(store: Store) -> None:
    store.folder.mkdir()
    tags = {".gitignore": b"*\n", "CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n"}
    for name, data in tags.items():
        (store.folder / name).write_bytes(data)
    store.put(frame(), b"picture", "")
    assert store.clear() == sorted(tags)
    assert snapshot(store.folder) == tags


def test_a_store_behind_a_link_is_emptied(store: Store, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    store.folder.symlink_to(tmp_path / "elsewhere")
    store.put(frame(), b"picture", "")
    assert store.clear() == []
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing_half_done(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(frame(), b"picture", "")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreError, match="No space left on device; make room and build again"):
        store.put(frame(1), b"picture", "")
    assert list((store.folder / "aside").iterdir()) == []
    assert store.record(frame()) is not None
    assert Store(store.folder).record(frame(1)) is None


def test_the_cache_of_a_running_build_is_not_removed(store: Store) -> None:
    with store.locked(), pytest.raises(StoreError, match="in use by process"):
        Store(store.folder).clear()
    assert store.folder.exists()
    store.clear()
    assert not store.folder.exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "cache")
    with pytest.raises(StoreError, match=r"cannot write .*file"):
        store.put(frame(), b"picture", "")


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_files_may_be_read_by_whom_the_umask_says(store: Store, umask: int) -> None:
    before = os.umask(umask)
    try:
        store.put(frame(), b"picture", "")
    finally:
        os.umask(before)
    assert store.path(frame()).stat().st_mode & 0o777 == 0o666 & ~umask


def test_a_guest_keeps_nothing_while_a_build_runs(store: Store) -> None:
    store.put(frame(), b"picture", "fp16")
    guest = Store(store.folder, guest=True)
    with store.locked():
        before = snapshot(store.folder)
        guest.write("files.json", {"a": 1})
        made = guest.artifact(CARD, lambda: b"made")
        assert guest.record(frame()) == store.record(frame())
        assert snapshot(store.folder) == before
    assert not made.exists()
    guest.write("files.json", {"a": 1})
    assert guest.artifact(CARD, lambda: b"made").read_bytes() == b"made"
    assert Store(store.folder).read("files.json") == {"a": 1}


def test_a_build_waits_for_a_guest_that_is_just_writing(store: Store) -> None:
    store.write("files.json", {})
    held = FileLock(store.folder / "lock", thread_local=False)
    held.acquire()
    timer = threading.Timer(0.2, held.release)
    timer.start()
    with store.locked():
        timer.join()
