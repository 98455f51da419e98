"""Matchers on a request, by which it may depend what its answer has to be like: its method and its path."""

from __future__ import annotations

from typing import Final

from conformance.language.values import STEP, Kind, listed
from conformance.matchers.base import COMPARISON, Case, Form, Found, Matcher, each_answer
from conformance.model import Exchange, Finding, Json

_ONE: Final = {"enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]}
_METHOD: Final = Kind("a method, or a list of them", {"anyOf": [_ONE, {"type": "array", "items": _ONE}]})


@each_answer
def _method(wanted: Json, exchange: Exchange, _case: Case) -> Found:
    accepted = wanted if isinstance(wanted, list) else [wanted]
    if exchange.request.method in accepted:
        return None
    return f"the method {listed(accepted, 'or')}", exchange.request.method


@each_answer
def _same_path(name: Json, exchange: Exchange, case: Case) -> Found:
    other = case.last(name)
    if other is None:
        return Finding("a request to compare with", "none", code=COMPARISON)
    due, found = other.request.path, exchange.request.path
    return None if due == found else (f"the path that was asked for before ({due})", found)


MATCHERS: Final = (
    Matcher(
        "method",
        "the method of the request",
        (Form("", _method, lambda wanted: f"the method {listed(wanted, 'or')}", _METHOD),),
    ),
    Matcher(
        "path",
        "the path of the request",
        (Form("same-as", _same_path, "the path of {}", STEP),),
    ),
)
