"""What `given`, `only-if`, `expect` and `when` may say: one table, MATCHERS.

    base.py             what a matcher and its forms are made of
    status.py           the status code
    request.py          the method and the fields of the request
    beforehand.py       what they call for, in words, before any server is known
    due.py              what the preconditions of the request call for
    written.py          whether a write was carried out, and how it was answered
    field.py            any header field
    ranges.py           which bytes are sent of a range
    body.py             the body, as bytes, as JSON, as items
    etag.py             the entity tag
    cache_control.py    Cache-Control
    freshness.py        lifetimes and ages, as they are stated
    reuse.py            whole answers that a cache inside the server gives out again
    coding.py           content codings
    vary.py             Vary
    variants.py         what chooses among several representations
    value.py            a value that is kept for a while, and the mark of a hit
    lives.py            what an entry is made of
    contact.py          whether a client cache asked the server
    wire.py             what a client library hides

Pure: a matcher sees records and says what it found. To add a form, write a function in the file
of its topic and a row in that file's table; to add a matcher, the same with a Matcher around it.
Nothing else changes: the language, its JSON Schema, `explain` and the loader read the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from conformance.matchers import (
    body,
    cache_control,
    coding,
    contact,
    due,
    etag,
    field,
    freshness,
    lives,
    ranges,
    request,
    reuse,
    status,
    value,
    variants,
    vary,
    wire,
    written,
)
from conformance.matchers.base import ANSWER, COMPARISON, Case, Form, Matcher
from conformance.model import Finding, Json, StepRecord

__all__ = [
    "ANSWER",
    "CODES",
    "COMPARISON",
    "MATCHERS",
    "Case",
    "Form",
    "Matcher",
    "first_finding",
    "holds",
    "phrases",
    "phrases_of",
    "references",
]

_ROOMS: Final = (
    *(status, due, written, request, ranges, body, coding, etag, cache_control, vary, freshness, variants),
    *(field, value, lives, reuse, contact, wire),
)
MATCHERS: Final[Mapping[str, Matcher]] = {
    matcher.name: matcher for room in _ROOMS for matcher in room.MATCHERS
}
CODES: Final = frozenset(
    {ANSWER, COMPARISON}
    | {code for m in MATCHERS.values() for form in m.forms for code in (m.code(form), *form.codes)}
)
"""Every code that a finding of a matcher may carry."""


def first_finding(wanted: Mapping[str, Json], step: StepRecord, case: Case) -> Finding | None:
    """The first of several expectations of one step that does not hold, or None."""
    for name, argument in wanted.items():
        finding = MATCHERS[name].match(argument, step, case)
        if finding is not None:
            return finding
    return None


def holds(condition: Mapping[str, Mapping[str, Json]], case: Case) -> bool:
    """Whether every named step was done and everything said of it holds."""
    for name, wanted in condition.items():
        step = case.steps.get(name)
        if step is None or step.status != "done" or first_finding(wanted, step, case) is not None:
            return False
    return True


def references(wanted: Mapping[str, Json]) -> Iterator[str]:
    """The names of the steps that expectations refer to."""
    for name, argument in wanted.items():
        yield from MATCHERS[name].references(argument)


def phrases(wanted: Mapping[str, Json]) -> str:
    """Expectations of one step in English."""
    return ", ".join(MATCHERS[name].said(argument) for name, argument in wanted.items())


def phrases_of(wanted: Mapping[str, Json], args: Mapping[str, Json]) -> str:
    """The same of a step with these arguments: a status in place of a rule, where one is known."""
    return ", ".join(MATCHERS[name].told(argument, args) for name, argument in wanted.items())
