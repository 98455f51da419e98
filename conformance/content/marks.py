"""An answer -> the value that is kept, and whether its mark says that it was: in body or field. Pure.

A place is written as in the target: a JSON Pointer, `body`, or `header:NAME`. Where the mark is a field, an
answer without it is a miss.
"""

from __future__ import annotations

import re
from typing import Final

from conformance.fields import field_value, parse_age
from conformance.model import MISSING, Headers, Json

__all__ = ["HEADER", "in_field", "marked"]

HEADER: Final = "header:"
# What caches write of a hit: HIT, TCP_MEM_HIT, "Hit from proxy", "MISS, HIT", true, cached.
_SAYS_HIT: Final = re.compile(r"\b(?:[a-z]+_)*hit\b|^\s*(?:true|yes|cached)\b", re.IGNORECASE)
_COUNTS: Final = re.compile(r"[\d\s,]+")
_HIT: Final = re.compile(r";\s*hit\s*(?:;|,|$)", re.IGNORECASE)  # RFC 9211 2.1, a parameter of any cache


def in_field(place: str, headers: Headers) -> str | None:
    """What stands in the field that a place names."""
    return field_value(headers, place.removeprefix(HEADER))


def marked(place: str, expected: str, headers: Headers) -> Json:
    """Whether the field of a mark says that this is a hit.

    Args:
        place: of the field.
        expected: its value on a hit, in any case; "": what such a field says by itself.
        headers: of the answer.

    Returns:
        MISSING where the field leaves it open.
    """
    found, name = in_field(place, headers), place.removeprefix(HEADER).lower()
    if found is None:
        return False
    if expected:
        return found.strip().lower() == expected.lower()
    if name == "cache-status":
        return _HIT.search(found) is not None
    if name == "age":
        # Some caches send 0 with a miss, and all with a hit of the same second: the value has to tell.
        return True if parse_age(found) else MISSING
    return _says_hit(found)


def _says_hit(found: str) -> bool:
    """Whether a field names a hit, or counts some; MISS, EXPIRED, BYPASS, DYNAMIC, ... name none."""
    if _COUNTS.fullmatch(found):
        return any(digit in found for digit in "123456789")
    return _SAYS_HIT.search(found) is not None
