"""The JSON Schema of a file of the user's own: that of ours, with less that has to be there. Pure.

It is made of ours, so that no word stands twice.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

from conformance.load import schema as language
from conformance.model import LEVELS, TIERS

__all__ = ["schema"]

_OPTIONAL: Final = ("requirement", "tier", "why", "hint")
_GRADED: Final = {"level": {"enum": list(LEVELS)}, "tier": {"enum": list(TIERS)}}
"""What a row says of a lint or a cell, which those of the user's without one say themselves."""
_TEXT: Final = {"type": "string", "minLength": 1}
_ROW: Final = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "pattern": "^[A-Z][A-Za-z0-9-]*$", "maxLength": 60},
        **_GRADED,
        "says": _TEXT,
        "source": _TEXT,
        "url": {"type": "string", "pattern": "^https?://[^ ]+$", "description": "a URL"},
    },
    "required": ["id", "level", "says"],
    "additionalProperties": False,
}


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a spec file of the user's own."""
    made = copy.deepcopy(language.schema())
    made["title"] += ", with checks of one's own"
    made["properties"]["requirements"] = {"type": "array", "items": _ROW, "minItems": 1}
    parts = made["$defs"]
    kinds = [*_rows(parts["table"])]
    for each in (parts["check"], parts["lint"], *kinds):
        each["required"] = [name for name in each["required"] if name not in _OPTIONAL]
    for each in (parts["lint"], *kinds):
        each["properties"] |= _GRADED
    return made


def _rows(part: Any) -> Iterator[dict[str, Any]]:
    """What a table makes checks of, in whichever of its forms: all lists of what has an id."""
    if isinstance(part, dict):
        items = part.get("items")
        if isinstance(items, dict) and "id" in items.get("properties", {}):
            yield items
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for each in inside:
        yield from _rows(each)
