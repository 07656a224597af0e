"""The files of a site, each name used once; written into a folder, or only noted."""

from __future__ import annotations

import os
import shutil
import unicodedata
from pathlib import Path

from generator.errors import OutputError
from generator.site.output.marker import Written, digest_file, digest_of, short


class OutputTree:
    """A site being written: names are relative, with forward slashes.

    Without a ``root`` the site is only tried out: names and sizes are noted, nothing is written.
    Raises OutputError for a name that is another's, or the folder of others, on any disk.
    """

    def __init__(self, root: Path | None) -> None:
        self._root = root and str(root)
        self._files: dict[str, str] = {}  # by what some disks take their name for
        self._folders: dict[str, set[str]] = {"": {""}}  # likewise
        self.sizes: dict[str, int] = {}
        """Every file so far, and its bytes."""
        self._digests: dict[str, str] = {}

    @property
    def written(self) -> dict[str, Written]:
        """Return what lies in the folder: every file, its bytes and its digest."""
        return {name: Written(self.sizes[name], digest) for name, digest in self._digests.items()}

    def write(self, name: str, data: str | bytes) -> None:
        """Write text (UTF-8; what cannot be encoded becomes ``?``) or bytes."""
        data = data.encode("utf-8", "replace") if isinstance(data, str) else data
        if target := self._new(name, len(data)):
            with open(target, "xb") as file:  # noqa: PTH123 - thousands of files
                file.write(data)
            self._digests[name] = digest_of(data)

    def link(self, name: str, source: Path, size: int, sha256: str = "") -> None:
        """Place a file that never changes: by hard link where the disk allows it, else a copy.

        ``sha256`` is its checksum, where it is known; else the file is read.
        """
        if target := self._new(name, size):
            try:
                os.link(source, target)
            except OSError:
                shutil.copyfile(source, target)
            self._digests[name] = short(sha256) or digest_file(target)

    def copy(self, name: str, source: Path) -> None:
        """Copy a file that its author may yet change."""
        if target := self._new(name, source.stat().st_size):
            shutil.copyfile(source, target)
            self.sizes[name] = os.stat(target).st_size  # noqa: PTH116 - it may have changed
            self._digests[name] = digest_file(target)

    def __contains__(self, name: str) -> bool:
        """Say whether there is a file of this name, or of one that some disks take for it."""
        return _folded(name) in self._files

    def _new(self, name: str, size: int) -> str:
        """Note a file; return where it goes, or '' where nothing is written."""
        folded = _folded(name)
        if (other := self._files.setdefault(folded, name)) != name or name in self.sizes:
            msg = f"two files of the site would be '{other}' and '{name}': rename one of them"
            raise OutputError(msg)
        if folded in self._folders:
            raise _both(name)
        self.sizes[name] = size
        self._enter(name.rpartition("/")[0])
        return f"{self._root}/{name}" if self._root else ""

    def _enter(self, folder: str) -> None:
        """Note a folder and those that it lies in, and make them."""
        folded = _folded(folder)
        if folder in (spellings := self._folders.setdefault(folded, set())):
            return
        self._enter(folder.rpartition("/")[0])
        if folded in self._files:
            raise _both(folder)
        spellings.add(folder)
        if self._root:
            Path(f"{self._root}/{folder}").mkdir(exist_ok=True)


def _both(name: str) -> OutputError:
    return OutputError(f"'{name}' would be a file of the site and a folder: rename what makes it")


def _folded(name: str) -> str:
    """Return what a disk that ignores case and Unicode's forms takes a name for."""
    return unicodedata.normalize("NFC", name).casefold()
