"""What all mappings of site.yaml have in common."""

from __future__ import annotations

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
        """Allow the short form in the JSON Schema too."""
        schema = handler(core_schema)
        return {"anyOf": [{"type": "string"}, schema]} if cls.short() else schema
