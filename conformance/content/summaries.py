"""A value that is too long to be kept -> what its equals are known by. Pure.

It must not know where the value stood, nor what it is compared with.
"""

from __future__ import annotations

import zlib
from typing import Any, Final, TypeGuard

from conformance.model import Json

_BEGINNING: Final = 24
_KEYS: Final = frozenset(("begins", "crc", "length"))
_TOLD: Final = "tells"


def summary(text: str, told: float | None = None) -> dict[str, Json]:
    """The beginning, checksum and length of a text, and the second of the day that it tells, if one."""
    kept: dict[str, Json] = {
        "begins": text[:_BEGINNING],
        "crc": zlib.crc32(text.encode()),
        "length": len(text),
    }
    return kept if told is None else kept | {_TOLD: told}


def is_summary(value: Json) -> TypeGuard[dict[str, Any]]:
    """Whether a value of the facts stands for a longer one."""
    return isinstance(value, dict) and value.keys() - {_TOLD} == _KEYS


def told(value: dict[str, Any]) -> float | None:
    """The second of the day that the longer value tells, if one."""
    found = value.get(_TOLD)
    return float(found) if isinstance(found, int | float) else None
