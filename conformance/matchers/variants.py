"""The matcher on declared variants: each value of a field chooses a representation of its own.

Which variant an answer is, its request says. Bodies are compared by their digests.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from conformance.content.variants import asked_for
from conformance.fields import field_value
from conformance.language.values import STEP, STEPS, listed
from conformance.matchers.base import Case, Form, Matcher, no_answer
from conformance.matchers.coding import coding_of
from conformance.matchers.etag import strong_tag
from conformance.model import Exchange, Finding, Json, StepRecord

_OK: Final = 200
_TELLING: Final = ("Content-Language", "Content-Type", "Content-Encoding")
Asked = tuple[str, str]
"""A field of the request, and its value."""
_Shown = tuple[str, int, Asked, Exchange]
"""An answer with the step and the index where it stands, and what it was asked by."""


def _variants(steps: list[StepRecord], case: Case) -> Iterator[_Shown]:
    for step in steps:
        for index, exchange in enumerate(step.exchanges):
            asked = asked_for(exchange, case.resource) if case.resource else None
            if asked is not None:
                yield step.name, index, asked, exchange


def _apart(_: Json, step: StepRecord, case: Case) -> Finding | None:
    """No two values of one field are answered alike, and each is answered."""
    shown = [*_variants([step], case)]
    if not shown:
        return no_answer(step)
    for name, index, (field, value), exchange in shown:
        if exchange.status != _OK:
            return Finding(f"200 to {field}: {value}", f"{exchange.status}", name, index)
    for (_, _, (field, one), before), (name, index, (other_field, value), after) in combinations(shown, 2):
        if field == other_field and one != value and before.digest == after.digest:
            expected = f"another body for {field}: {value} than for {one}"
            return Finding(expected, "the same one", name, index)
    return None


def _apart_from(names: Json, step: StepRecord, case: Case) -> Finding | None:
    """No answer has the body that another value of its field had, here or in the other steps."""
    if not step.exchanges:
        return no_answer(step)
    steps = [s for name in names if (s := case.steps.get(name)) is not None]
    others = [*_variants(steps, case)]
    for name, index, (field, value), exchange in _variants([step], case):
        for _, _, (other_field, other), before in others:
            if field == other_field and value != other and exchange.digest == before.digest:
                return Finding(f"what {field}: {value} chooses", f"what {other} did", name, index)
    return _apart(True, step, case)


def _told_beside(name: Json, step: StepRecord, case: Case) -> Finding | None:
    """Whether the fields of the answers tell one representation from another."""
    other = case.last(name)
    if other is None or not step.exchanges:
        return no_answer(step)
    if any(
        field_value(step.exchanges[-1].headers, each) != field_value(other.headers, each) for each in _TELLING
    ):
        return None
    return Finding(f"a {listed(list(_TELLING), 'or')} that tells it from {name}", "the same ones", step.name)


def _tags_apart(names: Json, step: StepRecord, case: Case) -> Finding | None:
    """No strong tag stands on two variants of one coding; what moves by itself under its tag says nothing."""
    if not step.exchanges:
        return no_answer(step)
    steps = [s for name in names if (s := case.steps.get(name)) is not None]
    shown = [each for each in _variants([*steps, step], case) if each[3].status == _OK]
    bodies: dict[Asked, set[str]] = {}
    for _, _, asked, exchange in shown:
        bodies.setdefault(asked, set()).add(exchange.digest)
    still = [each for each in shown if len(bodies[each[2]]) == 1]
    for (_, _, (field, one), before), (name, index, (other_field, value), after) in combinations(still, 2):
        differ = field == other_field and one != value and before.digest != after.digest
        tag = strong_tag(after)
        if differ and tag and tag == strong_tag(before) and coding_of(before) == coding_of(after):
            expected = f"another ETag for {field}: {value} than for {one}"
            return Finding(expected, f"the strong ETag {tag} on both", name, index)
    return None


MATCHERS: Final = (
    Matcher(
        "variants",
        "the representations that the target declares",
        (
            Form("apart", _apart, "a body of its own for each declared variant"),
            Form("apart-from", _apart_from, "a body that no other variant in {} had", STEPS),
            Form("told-beside", _told_beside, "fields that tell it from {}", STEP),
            Form("tags-apart-from", _tags_apart, "a strong ETag that no other variant in {} has", STEPS),
        ),
    ),
)
