"""Matchers on the status code."""

from __future__ import annotations

from typing import Final

from conformance.matchers.base import Case, Matcher, for_each
from conformance.model import Exchange, Json

_ONE: Final = {
    "anyOf": [{"type": "integer", "minimum": 100, "maximum": 599}, {"enum": ["2xx", "3xx", "4xx"]}]
}


def _status(wanted: Json, exchange: Exchange, _case: Case) -> tuple[str, str] | None:
    accepted = wanted if isinstance(wanted, list) else [wanted]
    status = exchange.status
    if any(status == each or f"{(status or 0) // 100}xx" == each for each in accepted):
        return None
    return f"status {' or '.join(map(str, accepted))}", f"{status}"


MATCHERS: Final = (
    Matcher(
        "status",
        {"anyOf": [*_ONE["anyOf"], {"type": "array", "items": _ONE, "minItems": 1}]},
        for_each(_status),
        "the status code, a class such as 2xx, or a list of what is acceptable",
    ),
)
