"""The matchers on a write between two looks at its item: whether it was carried out, and how it was answered.

What is due follows from what was seen before it, by RFC 9110 13.2.2: the oracle's. The state comes first,
what was said of it second: a server that answers 412 and writes all the same has lied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from conformance.fields import field_value, field_values
from conformance.language.values import listed
from conformance.matchers.base import COMPARISON, Case, Find, Form, Found, Matcher, no_answer, shown
from conformance.matchers.beforehand import reply_of_write, resource_state, state_of_write
from conformance.model import MISSING, Effect, Exchange, Finding, Json, StepRecord
from conformance.model.exchanges import digest_of
from conformance.model.runs import after_of, before_of
from conformance.oracle.preconditions import Answer, Outcome, precondition_outcome

_OK: Final = 200
_SUCCESS: Final = (200, 201, 202, 204, 205, 303)
_GONE: Final = (404, 410)
_ANSWERS: Final[dict[Answer, str]] = {
    "perform": "success",
    "2xx": "success",
    "412": "412 Precondition Failed",
}
_ACCEPTED: Final = 202
_TOO_MANY: Final = 429
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


@dataclass(frozen=True, slots=True)
class _Looks:
    """A write, and what was seen of its item.

    Args:
        before: the last look before it. after: the first one after it. control: a later one, where the body
            moved though the item did not.
    """

    step: StepRecord
    write: Exchange
    before: Exchange
    after: Exchange
    control: Exchange | None = None

    @property
    def due(self) -> Outcome:
        """What is due of it."""
        return _due(self.write, self.before, self.step.effect)


def _between(judge: Callable[[_Looks], Found]) -> Find:
    """A form that needs both looks, and an answer."""

    def find(_: Json, step: StepRecord, case: Case) -> Finding | None:
        if not step.exchanges or step.exchanges[0].response is None:
            return no_answer(step)
        before, after = case.last(before_of(step.name)), case.first(after_of(step.name))
        if before is None or after is None or before.response is None or after.response is None:
            return Finding("a look at the item before and after", "none", step.name, code=COMPARISON)
        last = case.last(after_of(step.name))
        control = last if last is not after else None
        found = judge(_Looks(step, step.exchanges[0], before, after, control))
        return Finding(*found, step.name) if isinstance(found, tuple) else found

    return find


@_between
def _state(looks: _Looks) -> Found:
    due = looks.due
    if due.held:
        found = _moved(looks)
        return None if found is None else (f"{_what(looks)} as it was ({due.why})", found)
    if not due.performed or _carried_out(looks):
        return None
    if _repeats(looks.step.effect) and looks.after.facts.item is not None:
        return "the item as the same write has left it before", f"{looks.after.facts.item.value!r}"
    return f"that it is carried out ({due.why})", f"{_what(looks)} as it was"


def _what(looks: _Looks) -> str:
    """What a write is about: who creates an item changes the list."""
    return "the list" if looks.write.request.method == "POST" else "the item"


def _moved(looks: _Looks) -> str | None:
    """How the item is another one now, or None."""
    before, after, effect = looks.before, looks.after, looks.step.effect
    if before.status in _GONE or after.status in _GONE:
        there = {True: "gone", False: "there"}
        gone = after.status in _GONE
        return None if gone == (before.status in _GONE) else f"an item that is {there[gone]} now"
    one, other = before.facts.item, after.facts.item
    if effect is None or not effect.field:  # they may be of two items: it was about none of them
        one = other = None
    if one is not None and other is not None and one != other:
        return f"{other.value!r} where {one.value!r} was" if other.there else "an item that is gone now"
    if before.digest != after.digest:
        by_itself = looks.control is not None and looks.control.digest != after.digest
        return None if by_itself else "another body"
    tags = [listed([*field_values(each.headers, "etag")]) for each in (before, after)]
    return None if tags[0] == tags[1] else f"the same body under another ETag, {shown(after, 'etag')}"


def _carried_out(looks: _Looks) -> bool:
    step, before, after = looks.step, looks.before, looks.after
    item = after.facts.item
    if looks.write.request.method == "DELETE":
        return after.status in _GONE or (item is not None and (item.gone or not item.there))
    if item is None or not item.there or after.status in _GONE:
        return False
    if before.status in _GONE or step.effect is None or not step.effect.field:
        return True  # what was not there is there now
    was = before.facts.item.value if before.facts.item else MISSING
    return (item.value == was) is _repeats(step.effect)


@_between
def _reply(looks: _Looks) -> Found:
    due, status = looks.due, looks.write.status
    if status == _ACCEPTED:  # it says of itself that this is not the outcome
        return None
    kinds = {"2xx", "perform"} if status in _SUCCESS else {f"{status}"}
    if kinds & due.acceptable:
        return None
    wanted = listed(sorted({_ANSWERS.get(each, each) for each in due.acceptable}), "or")
    return f"{wanted} ({due.why})", f"{status}"


# ------------------------------------------------------------------ several at once


def _rounds(step: StepRecord) -> Iterator[list[tuple[int, Exchange]]]:
    """The writes that were sent at once: those with the same tag."""
    numbered = enumerate(step.exchanges)
    for _, some in groupby(numbered, key=lambda each: field_value(each[1].request.headers, _TAG)):
        yield list(some)


def _one_wins(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    """In each round one is carried out; how the others hear that they were not is another row's business."""
    if not step.exchanges:
        return no_answer(step)
    for number, some in enumerate(_rounds(step), 1):
        silent = [index for index, each in some if each.response is None]
        if silent:
            return no_answer(step, silent[0])
        limited = [index for index, each in some if each.status == _TOO_MANY]
        done = [index for index, each in some if each.status in _SUCCESS]
        if len(done) != 1:
            statuses = listed(sorted(each.status or 0 for _, each in some))
            at = (limited or done or [some[0][0]])[-1]
            expected = f"one of {len(some)} writes at once carried out, and no other"
            return Finding(expected, f"{statuses} in round {number}", step.name, at)
    return None


# ------------------------------------------------------------------ what else is due of a write


@_between
def _held(looks: _Looks) -> Found:
    found = _moved(looks)
    return None if found is None else (f"{_what(looks)} as it was", found)


@_between
def _own_tag(looks: _Looks) -> Found:
    said, due = (field_value(each.headers, _ETAG) for each in (looks.write, looks.after))
    if said is None or said == due:
        return None
    return f"no ETag, or that of the next GET, {due or 'none'}", f"ETag: {said}"


@_between
def _tag_as_sent(looks: _Looks) -> Found:
    """Who has sent the bytes takes a tag in the answer for theirs."""
    said, due = (field_value(each.headers, _ETAG) for each in (looks.write, looks.after))
    if said is None or (said == due and digest_of(looks.write.request.body) == looks.after.digest):
        return None
    return "no ETag, unless what was sent was stored to the byte, and then its own", f"ETag: {said}"


MATCHERS: Final = (
    Matcher(
        "state",
        "the item after a write",
        (
            Form(
                "due",
                _state,
                "the item as its preconditions leave it (RFC 9110 13.2.2)",
                beforehand=state_of_write,
            ),
            Form("held", _held, "the item as it was"),
            Form("one-write", _one_wins, "of writes at once with one tag, one is carried out"),
        ),
    ),
    Matcher(
        "reply",
        "the answer to a write",
        (
            Form(
                "due",
                _reply,
                "the status that its preconditions call for (RFC 9110 13.2.2)",
                beforehand=reply_of_write,
            ),
            Form("own-tag", _own_tag, "no ETag, or that of the next GET"),
            Form("tag-as-sent", _tag_as_sent, "an ETag only where what was sent was stored, to the byte"),
        ),
    ),
)
