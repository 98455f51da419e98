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
from conformance.model.exchanges import digest_of
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
_ACCEPTED: Final = 202
_TAG: Final = "if-match"
_ETAG: Final = "etag"


def _due(write: Exchange, before: Exchange, effect: Effect | None) -> Outcome:
    """What is due of a write that is carried out where it has no condition: that was seen."""
    request, state = write.request, resource_state(before)
    return precondition_outcome(
        request.method, request.headers, state, plain_status=_OK, already_applied=_repeats(effect)
    )


def _repeats(effect: Effect | None) -> bool:
    """Whether a write asks for what is there already."""
    return effect is not None and effect.field != "" and effect.before == effect.after


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
    item = after.facts.item
    if step.exchanges[0].request.method == "DELETE":
        return after.status in _GONE or (item is not None and (item.gone or not item.there))
    if item is None or not item.there or after.status in _GONE:
        return False
    if before.status in _GONE or step.effect is None or not step.effect.field:
        return True  # what was not there is there now
    was = before.facts.item.value if before.facts.item else MISSING
    return (item.value == was) is _repeats(step.effect)


@_between
def _reply(_: Json, step: StepRecord, case: Case) -> Finding | None:
    before, write = _seen(before_of(step.name), case), step.exchanges[0]
    assert before is not None  # noqa: S101 - it was looked for
    due = _due(write, before, step.effect)
    if write.status == _ACCEPTED:  # it says of itself that this is not the outcome
        return None
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


# ------------------------------------------------------------------ what else is due of a write


@_between
def _held(_: Json, step: StepRecord, case: Case) -> Finding | None:
    before, after = _seen(before_of(step.name), case), _seen(after_of(step.name), case)
    assert before is not None  # noqa: S101 - both were looked for
    assert after is not None  # noqa: S101
    found = _moved(before, after, step.effect)
    return None if found is None else Finding("the item as it was", found, step.name)


@_between
def _own_tag(_: Json, step: StepRecord, case: Case) -> Finding | None:
    after = _seen(after_of(step.name), case)
    assert after is not None  # noqa: S101 - it was looked for
    said, due = (field_value(each.headers, _ETAG) for each in (step.exchanges[0], after))
    if said is None or said == due:
        return None
    return Finding(f"no ETag, or that of the next GET, {due or 'none'}", f"ETag: {said}", step.name)


@_between
def _tag_as_sent(_: Json, step: StepRecord, case: Case) -> Finding | None:
    """Who has sent the bytes takes a tag in the answer for theirs."""
    after, write = _seen(after_of(step.name), case), step.exchanges[0]
    said = field_value(write.headers, _ETAG)
    if said is None or after is None or after.response is None:
        return None
    if digest_of(write.request.body) == after.response.body.digest:
        return _own_tag(_, step, case)
    return Finding("no ETag, since other bytes were stored than were sent", f"ETag: {said}", step.name)


MATCHERS: Final = (
    Matcher(
        "state",
        "the item after a write",
        (
            Form("due", _state, "the item as its preconditions leave it (RFC 9110 13.2.2)"),
            Form("held", _held, "the item as it was"),
            Form("one-write", _one_wins, "of writes at once with one tag, one is carried out"),
        ),
    ),
    Matcher(
        "reply",
        "the answer to a write",
        (
            Form("due", _reply, "the status that its preconditions call for (RFC 9110 13.2.2)"),
            Form("own-tag", _own_tag, "no ETag, or that of the next GET"),
            Form("tag-as-sent", _tag_as_sent, "an ETag only where what was sent was stored, to the byte"),
        ),
    ),
)
