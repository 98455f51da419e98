"""The matcher on the status code."""

from __future__ import annotations

from typing import Final

from conformance.language.values import Kind, listed
from conformance.matchers.base import Case, Form, Found, Matcher, each_answer
from conformance.model import Exchange, Json

_ONE: Final = {
    "anyOf": [{"type": "integer", "minimum": 100, "maximum": 599}, {"enum": ["2xx", "3xx", "4xx", "5xx"]}]
}
_STATUS: Final = Kind(
    "a number such as 304, a class such as 2xx, or a list of what is acceptable",
    {"anyOf": [*_ONE["anyOf"], {"type": "array", "items": _ONE, "minItems": 1}]},
)


@each_answer
def _status(wanted: Json, exchange: Exchange, _case: Case) -> Found:
    accepted = wanted if isinstance(wanted, list) else [wanted]
    status = exchange.status
    if any(status == each or f"{(status or 0) // 100}xx" == each for each in accepted):
        return None
    return f"status {listed(wanted, 'or')}", f"{status}"


def _said(wanted: Json) -> str:
    return f"status {listed(wanted, 'or')}"


MATCHERS: Final = (Matcher("status", "the status code", (Form("", _status, _said, _STATUS),)),)
