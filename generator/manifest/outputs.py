"""Paths of pictures that were made elsewhere: one for each input, and perhaps each alpha.

``{input}`` stands for the id of an input, ``{stem}`` for the name of its file without suffix,
``{alpha}`` for a number.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from generator.manifest.alphas import rounded
from generator.manifest.globs import PIECE, expression_of, is_glob, paths_of
from generator.manifest.names import as_on_disk, composed
from generator.manifest.tables.formats import PICTURE_SUFFIXES

ALPHA = "{alpha}"
_TOKEN = re.compile(r"\{(input|stem|alpha)\}")
_NUMBER = r"(-?\d+(?:\.\d+)?)"
_MOST_DECIMALS = 6

Values = Mapping[str, str]
"""What stands for each of the words in braces."""


def values_of(input_id: str, path: str) -> Values:
    """Return what the words in braces stand for, of an input with its picture at ``path``."""
    return {"input": input_id, "stem": Path(path).stem}


def filled(pattern: str, values: Values) -> str:
    """Return a path, with values in the place of words in braces."""
    return _TOKEN.sub(lambda word: values.get(word[1], word[0]), pattern)


def tells_inputs_apart(pattern: str) -> bool:
    """Say whether each input has a path of its own."""
    return bool(_TOKEN.search(pattern.replace(ALPHA, "")))


def title_of(pattern: str) -> str:
    """Return what pictures are called by their path: its last name that is that of all."""
    names = [*PurePosixPath(pattern).parts[:-1], PurePosixPath(pattern).stem]
    return next((name for name in reversed(names) if not _TOKEN.search(name)), pattern)


def output_path(root: Path, pattern: str, values: Values) -> str:
    """Return the path of an input's picture in the form in which the disk holds it."""
    return as_on_disk(root, filled(pattern, values))


def given_path(root: Path, pattern: str, values: Values, alpha: float) -> str:
    """Return the path of an input's picture at an alpha, however many decimals its name has."""
    paths = [filled(pattern, {**values, "alpha": text}) for text in _spellings(alpha)]
    found = (as_on_disk(root, path) for path in paths)
    return next((path for path in found if (root / path).is_file()), paths[0])


def alphas_found(root: Path, pattern: str, values: Values) -> Iterator[float]:
    """Yield the alphas of which an input has a picture."""
    parts = filled(pattern, values).split(ALPHA)
    path = composed(PurePosixPath("\0".join(parts)).as_posix())
    wanted = re.compile(_NUMBER.join(map(re.escape, path.split("\0"))))
    for found in paths_of(root, "*".join(map(glob.escape, parts))):
        match = wanted.fullmatch(composed(found))
        if match and len(set(match.groups())) == 1:
            alpha = rounded(float(match[1]))
            if match[1] in _spellings(alpha):
                yield alpha


def names_found(root: Path, pattern: str, values: Values) -> Iterator[tuple[str, ...]]:
    """Yield what the wildcards of a pattern stand for, in each of an input's pictures.

    Raises ValueError where the pattern is no glob.
    """
    escaped = {name: glob.escape(value) for name, value in values.items()}
    wanted = _expression(pattern, values)
    for path in paths_of(root, filled(pattern, escaped)):
        if path.lower().endswith(PICTURE_SUFFIXES) and (match := wanted.fullmatch(composed(path))):
            yield match.groups()


def with_names(pattern: str, names: tuple[str, ...]) -> str:
    """Return a pattern with the names that were found in the place of its wildcards."""
    left = iter(names)
    parts = [
        next(left) if part == "**" else _with_names(part, left)
        for part in PurePosixPath(composed(pattern)).parts
    ]
    return PurePosixPath(*parts).as_posix()


def name_of(pattern: str, names: tuple[str, ...]) -> str:
    """Return all that the wildcards of a pattern stand for, and what lies between them."""
    first, *others = names
    *between, last = (f"\0{first}", *others)
    text = with_names(pattern, (*between, f"{last}\0")).split("\0")[1]
    return "/".join(filter(None, _TOKEN.sub("", text).split("/")))


def _with_names(part: str, names: Iterator[str]) -> str:
    return "".join(next(names) if is_glob(piece) else piece for piece in PIECE.findall(part))


def _expression(pattern: str, values: Values) -> re.Pattern[str]:
    """Return what a pattern asks of a path; each wildcard is a group."""
    parts = [
        "((?:[^/]+/)*)" if part == "**" else _of_part(part, values) + "/"
        for part in PurePosixPath(composed(pattern)).parts
    ]
    return re.compile("".join(parts).replace("//", "/").removesuffix("/"))


def _of_part(part: str, values: Values) -> str:
    words = _TOKEN.split(part)  # every other one stands in braces
    words[1::2] = [re.escape(composed(values[word])) for word in words[1::2]]
    words[::2] = ["".join(map(_of_piece, PIECE.findall(text))) for text in words[::2]]
    return "".join(words)


def _of_piece(piece: str) -> str:
    expression = expression_of(piece)
    return f"({expression})" if is_glob(piece) else expression


def _spellings(alpha: float) -> list[str]:
    """Return the ways in which files' names say a number, such as 0.5 and 0.50."""
    fixed = (f"{alpha:.{digits}f}" for digits in range(_MOST_DECIMALS + 1))
    return list(dict.fromkeys([f"{alpha:g}", *(t for t in fixed if rounded(float(t)) == alpha)]))
