"""The matchers on a write between two looks at its item: whether it was carried out, and how it was answered.

What is due follows from what was seen before it, by RFC 9110 13.2.2: the oracle's. The state comes first,
what was said of it second: a server that answers 412 and writes all the same has lied.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from conformance.fields import field_value, field_values
from conformance.language.values import listed
from conformance.matchers.base import COMPARISON, Case, Find, Form, Matcher, no_answer, shown
from conformance.matchers.due import resource_state
from conformance.model import MISSING, Effect, Exchange, Finding, Json, StepRecord
from conformance.model.runs import after_of, before_of
from conformance.oracle.preconditions import Answer, Outcome, precondition_outcome

_OK: Final = 200
_SUCCESS: Final = (200, 201, 202, 204, 205, 303)
_GONE: Final = (404, 410)
_REFUSED: Final = 412
_ANSWERS: Final[dict[Answer, str]] = {
    "perform": "success",
    "2xx": "success",
    "412": "412 Precondition Failed",
}
_TAG: Final = "if-match"


def _due(write: Exchange, before: Exchange, effect: Effect | None) -> Outcome:
    """What is due of a write that is carried out where it has no condition: that was seen."""
    applied = effect is not None and effect.before == effect.after
    request, state = write.request, resource_state(before)
    return precondition_outcome(
        request.method, request.headers, state, plain_status=_OK, already_applied=applied
    )


def _seen(name: str, case: Case) -> Exchange | None:
    """The last look of a record beside a write."""
    found = case.last(name)
    return found if found is not None and found.response is not None else None


def _between(judge: Find) -> Find:
    """A form that needs both looks, and an answer."""

    def find(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
        if not step.exchanges or step.exchanges[0].response is None:
            return no_answer(step)
        if _seen(before_of(step.name), case) is None or _seen(after_of(step.name), case) is None:
            return Finding("a look at the item before and after", "none", step.name, code=COMPARISON)
        return judge(wanted, step, case)

    return find


@_between
def _state(_: Json, step: StepRecord, case: Case) -> Finding | None:
    before, after = _seen(before_of(step.name), case), _seen(after_of(step.name), case)
    assert before is not None  # noqa: S101 - both were looked for
    assert after is not None  # noqa: S101
    due = _due(step.exchanges[0], before, step.effect)
    if due.held:
        found = _moved(before, after, step.effect)
        return None if found is None else Finding(f"the item as it was ({due.why})", found, step.name)
    if due.performed and not _carried_out(step, before, after):
        return Finding(f"that it is carried out ({due.why})", "the item as it was", step.name)
    return None


def _moved(before: Exchange, after: Exchange, effect: Effect | None) -> str | None:
    """How the item is another one now, or None."""
    if before.status in _GONE or after.status in _GONE:
        there = {True: "gone", False: "there"}
        gone = after.status in _GONE
        return None if gone == (before.status in _GONE) else f"an item that is {there[gone]} now"
    one, other = before.facts.item, after.facts.item
    if effect is None or not effect.field:  # they may be of two items: it was about none of them
        one = other = None
    if one is not None and other is not None and one != other:
        return f"{other.value!r} where {one.value!r} was" if other.there else "an item that is gone now"
    if (before.response and before.response.body) != (after.response and after.response.body):
        return "another body"
    tags = [listed([*field_values(each.headers, "etag")]) for each in (before, after)]
    return None if tags[0] == tags[1] else f"the same body under another ETag, {shown(after, 'etag')}"


def _carried_out(step: StepRecord, before: Exchange, after: Exchange) -> bool:
    item, effect = after.facts.item, step.effect
    if step.exchanges[0].request.method == "DELETE":
        return after.status in _GONE or (item is not None and (item.gone or not item.there))
    if item is None or not item.there or after.status in _GONE:
        return False
    if before.status in _GONE:
        return True
    was = before.facts.item.value if before.facts.item else MISSING
    repeats = effect is not None and effect.before == effect.after
    return (item.value == was) is repeats


@_between
def _reply(_: Json, step: StepRecord, case: Case) -> Finding | None:
    before, write = _seen(before_of(step.name), case), step.exchanges[0]
    assert before is not None  # noqa: S101 - it was looked for
    due = _due(write, before, step.effect)
    kinds = {"2xx", "perform"} if write.status in _SUCCESS else {f"{write.status}"}
    if kinds & due.acceptable:
        return None
    wanted = listed(sorted({_ANSWERS.get(each, each) for each in due.acceptable}), "or")
    return Finding(f"{wanted} ({due.why})", f"{write.status}", step.name)


# ------------------------------------------------------------------ several at once


def _rounds(step: StepRecord) -> Iterator[list[tuple[int, Exchange]]]:
    """The writes that were sent at once: those with the same tag."""
    numbered = enumerate(step.exchanges)
    for _, some in groupby(numbered, key=lambda each: field_value(each[1].request.headers, _TAG)):
        yield list(some)


def _one_wins(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    """In each round one is carried out, and each other is told that it was not."""
    if not step.exchanges:
        return no_answer(step)
    for number, some in enumerate(_rounds(step), 1):
        for index, each in some:
            if each.response is None:
                return no_answer(step, index)
        done = [index for index, each in some if each.status in _SUCCESS]
        other = [index for index, each in some if each.status not in (*_SUCCESS, _REFUSED)]
        expected = f"one of {len(some)} writes at once carried out, and 412 for each other"
        if len(done) != 1 or other:
            statuses = listed(sorted(each.status or 0 for _, each in some))
            at = (other or done or [some[0][0]])[-1]
            return Finding(expected, f"{statuses} in round {number}", step.name, at)
    return None


# ------------------------------------------------------------------ what the answer says of the new state


MATCHERS: Final = (
    Matcher(
        "state",
        "the item after a write",
        (
            Form("due", _state, "the item as its preconditions leave it (RFC 9110 13.2.2)"),
            Form("one-write", _one_wins, "of writes at once with one tag, one is carried out"),
        ),
    ),
    Matcher(
        "reply",
        "the answer to a write",
        (Form("due", _reply, "the status that its preconditions call for (RFC 9110 13.2.2)"),),
    ),
)
