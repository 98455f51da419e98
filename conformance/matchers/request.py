"""The matchers on a request, its method and whether it has a condition: its answer may depend on them."""

from __future__ import annotations

from typing import Final

from conformance.language.values import Kind, listed
from conformance.matchers.base import Case, Form, Found, Matcher, each_answer
from conformance.model import Exchange, Json

_ONE: Final = {"enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]}
_METHOD: Final = Kind("a method, or a list of them", {"anyOf": [_ONE, {"type": "array", "items": _ONE}]})


@each_answer
def _method(wanted: Json, exchange: Exchange, _case: Case) -> Found:
    accepted = wanted if isinstance(wanted, list) else [wanted]
    if exchange.request.method in accepted:
        return None
    return f"the method {listed(accepted, 'or')}", exchange.request.method


@each_answer
def _conditional(_: Json, exchange: Exchange, _case: Case) -> Found:
    if any(name.lower().startswith("if-") for name, _ in exchange.request.headers):
        return None
    return "a request with a condition", "none"


MATCHERS: Final = (
    Matcher(
        "method",
        "the method of the request",
        (Form("", _method, lambda wanted: f"the method {listed(wanted, 'or')}", _METHOD),),
    ),
    Matcher(
        "conditional",
        "whether the request has a condition",
        (Form(True, _conditional, "a request with a condition"),),
    ),
)
