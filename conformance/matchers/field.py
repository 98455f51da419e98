"""The matcher on any header field: whether it is there, how often, in which form, and beside another.

It knows fields by their names alone; what the caching ones mean has matchers of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

from msgspec.structs import replace

from conformance.fields import field_value, field_values, parse_http_date
from conformance.fields.valid import FORMS
from conformance.language.values import FIELD_NAME, FIELDS, STEP_NAME, Kind, listed
from conformance.matchers.base import COMPARISON, Case, Find, Form, Found, Matcher, each_answer, shown
from conformance.model import Exchange, Finding, Json
from conformance.model.specs import PLAIN

_PARSED: Final = Kind(
    "{FIELD: FORM, ...}",
    {
        "type": "object",
        "minProperties": 1,
        "propertyNames": FIELD_NAME,
        "additionalProperties": {"enum": list(FORMS)},
    },
)
_PAIRS: Final = Kind(
    "{FIELD: FIELD, ...}",
    {"type": "object", "minProperties": 1, "propertyNames": FIELD_NAME, "additionalProperties": FIELD_NAME},
)
_OLDER: Final = Kind(
    "{FIELD: STEP, ...}",
    {"type": "object", "minProperties": 1, "propertyNames": FIELD_NAME, "additionalProperties": STEP_NAME},
    steps=True,
)
_A_SECOND: Final = timedelta(seconds=1)
_LENGTH: Final = "content-length"


@each_answer
def _present(names: Json, exchange: Exchange, _case: Case) -> Found:
    lacking = next((name for name in names if field_value(exchange.headers, name) is None), None)
    return None if lacking is None else (f"a field {lacking}", "none")


@each_answer
def _absent(names: Json, exchange: Exchange, _case: Case) -> Found:
    there = next((name for name in names if field_value(exchange.headers, name) is not None), None)
    return None if there is None else (f"no field {there}", f"{there}: {shown(exchange, there)}")


@each_answer
def _once(names: Json, exchange: Exchange, _case: Case) -> Found:
    for name in names:
        values = field_values(exchange.headers, name)
        if len(values) > 1:
            return f"{name} once at most", f"{len(values)} lines: {', '.join(values)}"
    return None


@each_answer
def _valid(wanted: Json, exchange: Exchange, _case: Case) -> Found:
    for name, form in wanted.items():
        for value in field_values(exchange.headers, name):
            if not FORMS[form].fits(value):
                fault = FORMS[form].fault(value)
                return f"{name} as {FORMS[form].says}", f"{name}: {value}{f' ({fault})' if fault else ''}"
    return None


@each_answer
def _not_later(wanted: Json, exchange: Exchange, _case: Case) -> Found:
    """A second is the least that dates can tell, and many servers keep Date for one: that is a warning."""
    for name, than in wanted.items():
        ours, theirs = (parse_http_date(field_value(exchange.headers, n) or "") for n in (name, than))
        if ours is not None and theirs is not None and ours > theirs:
            expected = f"{name} not later than {than} ({shown(exchange, than)})"
            found = Finding(expected, f"{name}: {shown(exchange, name)}")
            return replace(found, at_most="SHOULD") if ours - theirs <= _A_SECOND else found
    return None


@each_answer
def _later_than(wanted: Json, exchange: Exchange, case: Case) -> Found:
    for name, step in wanted.items():
        other = case.last(step)
        ours = parse_http_date(field_value(exchange.headers, name) or "")
        theirs = parse_http_date(field_value(other.headers, name) or "") if other else None
        if theirs is None:
            return Finding(f"a {name} to compare with", "none", code=COMPARISON)
        if ours is None or ours <= theirs:
            return f"{name} later than {theirs:%a, %d %b %Y %H:%M:%S} GMT", f"{name}: {shown(exchange, name)}"
    return None


def _beside_plain(judge: Callable[[Iterable[str], Exchange, Exchange], Found]) -> Find:
    """A form that holds an answer against the ordinary one to the same request."""

    @each_answer
    def find(names: Json, exchange: Exchange, case: Case) -> Found:
        ordinary = case.last(PLAIN)
        if ordinary is None or ordinary.response is None:
            return Finding("an ordinary answer to compare with", "none", code=COMPARISON)
        return judge(names, exchange, ordinary)

    return find


@_beside_plain
def _kept(names: Iterable[str], exchange: Exchange, ordinary: Exchange) -> Found:
    for name in names:
        due = field_value(ordinary.headers, name)
        if due is not None and field_value(exchange.headers, name) is None:
            return f"{name}, which the ordinary answer has ({due})", "none"
    return None


@_beside_plain
def _like(names: Iterable[str], exchange: Exchange, ordinary: Exchange) -> Found:
    for name in names:
        found, due = field_value(exchange.headers, name), field_value(ordinary.headers, name)
        if due is None and name.lower() == _LENGTH and ordinary.response is not None:
            due = str(ordinary.response.body.length)  # sent in pieces, its length is not told
        if found is not None and found != due:
            return f"{name} as in the ordinary answer ({due or 'none'}), or none", f"{name}: {found}"
    return None


@each_answer
def _in_plain(names: Json, exchange: Exchange, case: Case) -> Found:
    """Another answer: held against itself, any would be as it ought to be."""
    ordinary = case.last(PLAIN)
    if ordinary is None or ordinary is exchange:
        return f"an ordinary answer with {listed(names, 'or')}", "no other answer"
    there = any(field_value(ordinary.headers, name) is not None for name in names)
    return None if there else (f"an ordinary answer with {listed(names, 'or')}", "none")


@each_answer
def _own_path(names: Json, exchange: Exchange, _case: Case) -> Found:
    """By the path and the query: what else a reference may have is the same of all of a run."""
    for name in names:
        value = field_value(exchange.headers, name)
        to = urlsplit(urljoin(f"http://x{exchange.request.target}", value)) if value is not None else None
        if to is None or (f"{to.path}?{to.query}" if to.query else to.path) != exchange.request.target:
            return f"{name}: {exchange.request.target}", f"{name}: {value}" if value is not None else "none"
    return None


MATCHERS: Final = (
    Matcher(
        "field",
        "header fields",
        (
            Form("present", _present, lambda names: f"a field {listed(names)}", FIELDS),
            Form("absent", _absent, lambda names: f"no field {listed(names, 'or')}", FIELDS),
            Form("once", _once, lambda names: f"{listed(names)} once at most", FIELDS),
            Form(
                "valid",
                _valid,
                lambda wanted: listed([f"{name} as {FORMS[form].says}" for name, form in wanted.items()]),
                _PARSED,
            ),
            Form(
                "not-later",
                _not_later,
                lambda wanted: listed([f"{name} not later than {than}" for name, than in wanted.items()]),
                _PAIRS,
            ),
            Form(
                "later-than",
                _later_than,
                lambda wanted: listed([f"{name} later than that of {than}" for name, than in wanted.items()]),
                _OLDER,
            ),
            Form("as-plain", _kept, "{}, where the ordinary answer has it", FIELDS, among=True),
            Form(
                "in-plain",
                _in_plain,
                lambda names: f"{listed(names, 'or')} in the ordinary answer",
                FIELDS,
                among=True,
            ),
            Form("own-path", _own_path, "{} with the path of the request", FIELDS),
            Form("like-plain", _like, "the same {} as the ordinary answer, or none", FIELDS, among=True),
        ),
        together=True,
    ),
)
