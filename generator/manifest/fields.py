"""What single values of site.yaml may be: ids, addresses, numbers, lists; each checked here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from generator.manifest.alphas import ALPHAS_SCHEMA, coefficients, parse_alphas
from generator.manifest.ids import ID, MOST_CHARACTERS
from generator.manifest.names import as_on_disk
from generator.manifest.tables.formats import FORMATS
from generator.manifest.tables.measures import MEASURES

ADDRESS = r"^https?://[^\s/?#\"<>]+[^\s\"<>]*$"
"""What a web address looks like."""


def _check_id(value: str) -> str:
    if len(value) > MOST_CHARACTERS or not re.fullmatch(ID, value):
        msg = (
            f"invalid id '{value[:120]}': use a to z, digits, '-', '_' and '.', start with a "
            f"letter or digit, at most {MOST_CHARACTERS} characters; its title may be any text"
        )
        raise ValueError(msg)
    return value


def check_site_address(value: str) -> str:
    """Return where a site is deployed: a web address that links can be appended to, or ''.

    Raises ValueError with what is wrong.
    """
    _check_url(value)
    if "?" in value or "#" in value:
        msg = f"invalid site address '{value}': leave out '?' or '#' and what follows"
        raise ValueError(msg)
    return value


def _check_url(value: str) -> str:
    if value and not _is_url(value):
        msg = f"invalid web address '{value}': start with https://"
        raise ValueError(msg)
    return value


def _is_url(value: str) -> bool:
    try:
        urlsplit(value)  # refuses hosts that cannot be, such as [x
    except ValueError:
        return False
    return re.fullmatch(ADDRESS, value) is not None


def _check_coefficients(value: dict[str, float]) -> dict[str, float]:
    return dict(zip(value, coefficients(value.values()), strict=True))


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _check_different(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        msg = "name at least one"
        raise ValueError(msg)
    if len(set(value)) < len(value):
        msg = f"each may be named once, not {', '.join(value)}"
        raise ValueError(msg)
    return value


def _check_start(value: Any) -> Any:
    """Turn a number into what it is short for: the alpha of all sliders, under the name ''."""
    alphas = value if isinstance(value, dict) else {"": value}
    for alpha in alphas.values():
        if isinstance(alpha, bool) or not isinstance(alpha, (int, float)) or not isfinite(alpha):
            msg = f"an alpha is a number, got {alpha!r}"
            raise ValueError(msg)
    return {name: float(alpha) for name, alpha in alphas.items()}


def _check_crop(value: Any) -> Any:
    numbers = isinstance(value, tuple) and all(type(number) is int for number in value)
    if not numbers or len(value) != 4 or min(value[:2]) < 0 or min(value[2:]) < 1:
        msg = "a crop is [x, y, width, height] in pixels of the file"
        if numbers and len(value) == 4:
            msg += ", x and y 0 or more, width and height 1 or more"
        raise ValueError(msg)
    return value


def _check_download(value: Any) -> Any:
    if isinstance(value, bool) or (isinstance(value, str) and value and _is_url(value)):
        return value
    msg = f"expected true, or the web address where the file lies, got {str(value)[:60]!r}"
    raise ValueError(msg)


def _as_on_disk(path: str, info: ValidationInfo) -> str:
    """Return a path in the form in which the disk holds it, below the context's ``root``."""
    root = (info.context or {}).get("root")
    return as_on_disk(root, path) if root is not None else path


@dataclass(frozen=True)
class _Form:
    """The form of a text: a pattern for it as a whole, and the words for what it is."""

    pattern: str
    words: str

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^({self.pattern})$"}

    def _check(self, value: str) -> str:
        if re.fullmatch(self.pattern, value) is None:
            msg = f"expected {self.words}, got {value[:60]!r}"
            raise ValueError(msg)
        return value


@dataclass(frozen=True)
class _OneOf:
    """One of some names: what ``Literal`` is for names that a table holds."""

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.literal_schema(list(self.names))


def _one_or_more_schema(item: dict[str, Any]) -> dict[str, Any]:
    items = {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}
    return {"anyOf": [item, items]}


OF_ONE_FILE = ("title", "sha256")
"""Keys of entries that say nothing of several files."""


@dataclass(frozen=True)
class _ById:
    """Entries by id; with a ``glob``, a pattern may stand for all, or for the rest under ``*``."""

    glob: bool = False

    def __get_pydantic_json_schema__(
        self, source: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        (entry,) = handler(source)["patternProperties"].values()
        ids: dict[str, Any] = _ID_SCHEMA
        if not self.glob:
            return {"type": "object", "propertyNames": ids, "additionalProperties": entry}
        glob = {"type": "string", "minLength": 1, "description": "A glob: an entry for each file."}
        names = {"anyOf": [{"const": "*"}, ids]}
        of_one = [{"type": "object", "required": [key]} for key in OF_ONE_FILE]
        rest = {
            "description": "A glob: an entry for each file that has none of its own.",
            "allOf": [entry],
            "not": {"anyOf": of_one},
        }
        section = {
            "type": "object",
            "properties": {"*": rest},
            "propertyNames": names,
            "additionalProperties": entry,
        }
        return {"anyOf": [glob, section]}


_ID_SCHEMA = {"type": "string", "pattern": f"^{ID}$", "maxLength": MOST_CHARACTERS}
_NUMBER = {"type": "number"}
DEVICE = r"auto|cpu|mps|cuda(:\d+)?"
_ONE_OR_MORE_TEXTS = _one_or_more_schema({"type": "string"})
_ONE_OR_MORE_FIXES = _one_or_more_schema({"enum": ["none", "average", "wavelet"]})

Id = Annotated[str, AfterValidator(_check_id), WithJsonSchema(_ID_SCHEMA)]
BY_ID, BY_ID_OR_GLOB = _ById(), _ById(glob=True)
Url = Annotated[
    str,
    AfterValidator(_check_url),
    WithJsonSchema({"type": "string", "pattern": f"^$|{ADDRESS}"}),
]
SiteAddress = Annotated[
    str,
    AfterValidator(check_site_address),
    WithJsonSchema({"type": "string", "pattern": f"^$|(?!.*[?#]){ADDRESS}"}),
]
FilePath = Annotated[
    str, _Form(r"[^\x00-\x1f]+", "the path of a file"), AfterValidator(_as_on_disk)
]
OutputPath = Annotated[
    str,
    _Form(
        r"([^{}\x00-\x1f]|\{(input|stem)\})+",
        "the path of a picture, in which {input} and {stem} may stand",
    ),
]
GivenPath = Annotated[
    str,
    _Form(
        r"(?=.*\{alpha\})([^{}\x00-\x1f]|\{(input|stem|alpha)\})+",
        "the path of a picture with {alpha} in it, in which {input} and {stem} may stand",
    ),
]
Download = Annotated[
    bool | str,
    BeforeValidator(_check_download),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": ADDRESS}]}),
]
Device = Annotated[str, _Form(DEVICE, "auto, cpu, mps, cuda or cuda:N")]
Language = Annotated[
    str, _Form(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", "a language's code such as en, de or pt-BR")
]
Sha256 = Annotated[str, _Form(r"([0-9a-fA-F]{64})?", "64 hexadecimal digits")]
FormatName = Annotated[str, _OneOf(tuple(FORMATS))]
MeasureName = Annotated[str, _OneOf(tuple(MEASURES))]
Number = Annotated[float, Field(allow_inf_nan=False)]
Alphas = Annotated[tuple[float, ...], BeforeValidator(parse_alphas), WithJsonSchema(ALPHAS_SCHEMA)]
Start = Annotated[
    dict[str, float],
    BeforeValidator(_check_start),
    WithJsonSchema({"anyOf": [_NUMBER, {"type": "object", "additionalProperties": _NUMBER}]}),
]
Crop = Annotated[
    tuple[int, int, int, int],
    BeforeValidator(_check_crop),
    WithJsonSchema(
        {
            "type": "array",
            "prefixItems": [{"type": "integer", "minimum": least} for least in (0, 0, 1, 1)],
            "minItems": 4,
            "maxItems": 4,
        }
    ),
]
Patterns = Annotated[
    tuple[str, ...],
    BeforeValidator(_one_or_more),
    AfterValidator(_check_different),
    WithJsonSchema(_ONE_OR_MORE_TEXTS),
]
ColorFixes = Annotated[
    tuple[Literal["none", "average", "wavelet"], ...],
    BeforeValidator(_one_or_more),
    AfterValidator(_check_different),
    WithJsonSchema(_ONE_OR_MORE_FIXES),
]
Coefficients = Annotated[
    dict[str, Number], Field(min_length=1), AfterValidator(_check_coefficients)
]
