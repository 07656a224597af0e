"""What all mappings of site.yaml have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema


class Entry(BaseModel):
    """Base of all mappings of the manifest: no unknown keys, no guessing of types, frozen.

    ``short`` names the key that a plain text stands for (``cat: cat.png``), if any.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    @classmethod
    def short(cls) -> str:
        """Return the key that a plain text stands for, or ''."""
        return ""

    @model_validator(mode="before")
    @classmethod
    def _expand_short_form(cls, value: Any) -> Any:
        return {cls.short(): value} if cls.short() and isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow the short form in the JSON Schema too, and ask there what ``json_rules`` ask."""
        schema = {**handler.resolve_ref_schema(handler(core_schema)), **cls.json_rules()}
        if not cls.short():
            return schema
        of_text = ("type", "pattern", "minLength")
        text = {key: schema["properties"][cls.short()].get(key) for key in of_text}
        return {"anyOf": [{k: value for k, value in text.items() if value}, schema]}

    @classmethod
    def json_rules(cls) -> dict[str, Any]:
        """Return what the JSON Schema asks of several keys together, as validators here do."""
        return {}


def keyed(key: str, value: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the JSON Schema of mappings that have a key, with a value or with any but null."""
    return {"properties": {key: value or {"not": {"type": "null"}}}, "required": [key]}
