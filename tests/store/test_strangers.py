"""Links, folders and records that others put into the cache: nothing of theirs is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.build import snapshot

from generator.errors import StoreError
from generator.plan import Classic, Encoding, Frame, Input, Measurement, Picture
from generator.plan.info import File
from generator.store import Store
from generator.store.checksummed import checksummed


def frame() -> Frame:
    source = Input(File("0" * 64, Path("x.png")), None, 1, None, 6, 4, 3, False)
    return Frame(Picture(source, Classic(), 6, 4), Encoding("webp", 90))


def measurement() -> Measurement:
    return Measurement(frame().picture, File("f" * 64, Path("r.png")), None, ("psnr",))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "cache")


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """Return a stranger's folder, with names that a cache would have too."""
    folder = tmp_path / "theirs"
    key = frame().key
    for name in ("thesis.doc", "tmp0half_ab", f"{key}.webp", f"{key[:2]}/{key}.webp"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("theirs")
    return folder


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    """End a test that waits for a pipe."""
    signal.alarm(30)
    yield
    signal.alarm(0)


def try_everything(store: Store) -> list[str]:
    """Write, start a build, prune and clear; return what was refused."""
    refused = []
    for work in (
        lambda: store.put(frame(), b"picture", ""),
        lambda: store.locked().__enter__(),
        lambda: store.prune(()),
        store.clear,
    ):
        try:
            work()
        except StoreError as error:
            refused.append(str(error))
    return refused


@pytest.mark.parametrize("link", ["aside", "frames", f"frames/{frame().key[:2]}"])
def test_a_linked_folder_is_named_and_never_followed(store: Store, theirs: Path, link: str) -> None:
    before = snapshot(theirs)
    (store.folder / link).parent.mkdir(parents=True)
    (store.folder / link).symlink_to(theirs)
    refused = try_everything(store)
    assert f"{store.folder / link} is a link, and the cache follows none: remove it" in refused
    assert snapshot(theirs) == before
    assert (store.folder / link).is_symlink()


@pytest.mark.parametrize("name", ["aside", "frames", "lock"])
def test_a_place_that_is_taken_is_named(store: Store, name: str) -> None:
    store.folder.mkdir()
    if name == "lock":
        (store.folder / "lock/theirs").mkdir(parents=True)
    else:
        (store.folder / name).write_text("theirs")
    with pytest.raises(StoreError, match=rf"cache/{name} is .*: remove it$"), store.locked():
        store.put(frame(), b"picture", "")


def test_a_linked_lock_is_named_and_its_target_kept(store: Store, theirs: Path) -> None:
    store.folder.mkdir()
    (store.folder / "lock").symlink_to(theirs / "thesis.doc")
    with pytest.raises(StoreError, match="cache/lock is a link or a device"), store.locked():
        pass
    assert (theirs / "thesis.doc").read_text() == "theirs"


def test_linked_files_are_replaced_their_targets_kept(store: Store, theirs: Path) -> None:
    store.put(frame(), b"picture", "")
    store.write("files.json", {"a": 1})
    for path in (store.path(frame()), store.folder / "files.json", store.folder / "owner"):
        path.unlink(missing_ok=True)
        path.symlink_to(theirs / "thesis.doc")
    fresh = Store(store.folder)
    assert fresh.record(frame()) is None
    assert fresh.read("files.json") == {}
    fresh.put(frame(), b"picture", "")
    fresh.write("files.json", {"a": 2})
    with fresh.locked():
        pass
    assert not store.path(frame()).is_symlink()
    assert store.path(frame()).read_bytes() == b"picture"
    assert (theirs / "thesis.doc").read_text() == "theirs"
    assert fresh.clear() == []


def test_a_picture_behind_a_link_is_missing_even_where_it_is_the_same(
    store: Store, tmp_path: Path
) -> None:
    """Else the site would get a link that leads out of it."""
    store.put(frame(), b"picture", "")
    store.path(frame()).rename(tmp_path / "elsewhere")
    store.path(frame()).symlink_to(tmp_path / "elsewhere")
    assert Store(store.folder).record(frame()) is None


def test_what_lies_aside_and_is_not_ours_stays(store: Store, theirs: Path) -> None:
    """As in ``~/.cache``, where another program may keep a folder of that name."""
    aside = store.folder / "aside"
    (aside / "tmpabcdefgh").mkdir(parents=True)
    (aside / "notes.txt").write_text("theirs")
    (aside / "tmp12345678").symlink_to(theirs / "thesis.doc")
    (aside / "tmp87654321").write_text("left by a killed build")
    with store.locked():
        assert sorted(path.name for path in aside.iterdir()) == [
            "notes.txt", "tmp12345678", "tmpabcdefgh",
        ]  # fmt: skip
    assert store.clear() == ["aside"]
    assert (theirs / "thesis.doc").read_text() == "theirs"


def test_an_empty_folder_in_the_place_of_a_file_is_healed(store: Store) -> None:
    ask = measurement()
    store.put(frame(), b"picture", "")
    store.put_measured(ask, {"psnr": 27.0})
    store.write("files.json", {"a": 1})
    places = [path for path in store.folder.rglob("*.*") if path.is_file()]
    for path in places:
        if path.name not in (".gitignore", "CACHEDIR.TAG"):
            path.unlink()
            path.mkdir()
    fresh = Store(store.folder)
    assert (fresh.record(frame()), fresh.measured(ask), fresh.read("files.json")) == (
        None, {}, {},
    )  # fmt: skip
    fresh.put(frame(), b"picture", "")
    fresh.put_measured(ask, {"psnr": 28.0})
    fresh.write("files.json", {"a": 2})
    again = Store(store.folder)
    assert again.path(frame()).read_bytes() == b"picture"
    assert again.record(frame()) is not None
    assert again.measured(ask) == {"psnr": 28.0}
    assert again.read("files.json") == {"a": 2}


def test_a_folder_of_others_in_the_place_of_a_file_is_named(store: Store) -> None:
    path = store.path(frame())
    path.mkdir(parents=True)
    (path / "thesis.doc").write_text("theirs")
    with pytest.raises(StoreError) as caught:
        store.put(frame(), b"picture", "")
    assert str(caught.value) == f"{path} is a folder, in the place of a file: remove it"
    store.prune(())
    assert store.clear() == ["frames"]
    assert (path / "thesis.doc").read_text() == "theirs"


SHAPES: list[Any] = [
    [], [1], "text", 7, None, {}, {"width": 6},
    {"measure": "psnr", "value": "high"}, {"measure": "psnr", "value": [1]}, {"value": None},
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=repr)
def test_records_of_another_shape_are_missing(store: Store, shape: Any) -> None:
    store.put(frame(), b"picture", "")
    store.put_measured(measurement(), {"psnr": 27.0})
    store.write("files.json", {"a": 1})
    for path in store.folder.rglob("*.json"):
        path.write_bytes(checksummed(shape))
    fresh = Store(store.folder)
    assert fresh.record(frame()) is None
    assert fresh.measured(measurement()) == {}
    assert fresh.read("files.json") == (shape if isinstance(shape, dict) else {})


def test_what_is_no_json_under_a_good_checksum_is_missing(store: Store) -> None:
    import hashlib

    store.folder.mkdir()
    for body in (b"{not json", b"[" * 100_000, b"\xff"):
        digest = hashlib.sha256(body).hexdigest().encode()
        wrapped = b'{"data":' + body + b',"sha256":"' + digest + b'"}'
        (store.folder / "files.json").write_bytes(wrapped)
        assert store.read("files.json") == {}


def test_no_pipe_is_waited_for(store: Store) -> None:
    store.put(frame(), b"picture", "")
    for path in (store.path(frame()), store.folder / "files.json", store.folder / "owner"):
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    fresh = Store(store.folder)
    assert fresh.record(frame()) is None
    assert fresh.read("files.json") == {}
    with fresh.locked():
        fresh.put(frame(), b"picture", "")
    assert fresh.path(frame()).read_bytes() == b"picture"
