"""The matchers on a request: its answer may depend on its method, its fields, its path, on conditions."""

from __future__ import annotations

from typing import Final

from conformance.fields import field_value
from conformance.language.values import FIELDS, STEP, Kind, listed
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


@each_answer
def _with(names: Json, exchange: Exchange, _case: Case) -> Found:
    lacking = next((name for name in names if field_value(exchange.request.headers, name) is None), None)
    return None if lacking is None else (f"a request with {lacking}", "one without")


@each_answer
def _without(names: Json, exchange: Exchange, _case: Case) -> Found:
    there = next((name for name in names if field_value(exchange.request.headers, name) is not None), None)
    return None if there is None else (f"a request without {there}", "one with it")


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
        "sent",
        "the fields of the request",
        (
            Form("with", _with, lambda names: f"a request with {listed(names)}", FIELDS),
            Form("without", _without, lambda names: f"a request without {listed(names, 'or')}", FIELDS),
        ),
        together=True,
    ),
    Matcher(
        "conditional",
        "whether the request has a condition",
        (Form(True, _conditional, "a request with a condition"),),
    ),
    Matcher(
        "path",
        "the path of the request",
        (Form("same-as", _same_path, "the path of {}", STEP),),
    ),
)
