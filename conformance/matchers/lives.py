"""Matchers on what an entry is made of: a computation that failed, and whether one really was made anew."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.content.facts import is_hit
from conformance.content.moments import follows
from conformance.language.values import STEPS, listed
from conformance.matchers.base import Case, Form, Matcher, no_answer, seconds
from conformance.model import MISSING, Exchange, Finding, Json, StepRecord

_FAILED: Final = 500
_SURELY: Final = 2.0  # seconds after which a text that shows seconds is another


# ------------------------------------------------------------------ a computation that failed


def _all(case: Case) -> Iterator[tuple[StepRecord, int, Exchange]]:
    for step in case.steps.values():
        for index, exchange in enumerate(step.exchanges):
            yield step, index, exchange


def _failed(exchange: Exchange) -> bool:
    return (exchange.status or 0) >= _FAILED


def _seen(_: Json, step: StepRecord, case: Case) -> Finding | None:
    if any(_failed(exchange) for _, _, exchange in _all(case)):
        return None
    return Finding("an answer that says that its computation failed (5xx)", "none", step.name)


def _not_kept(_: Json, _step: StepRecord, case: Case) -> Finding | None:
    """Nothing marked as a hit is what came of a failure: a 5xx, no value or null, or the failure's own."""
    failures = [exchange for _, _, exchange in _all(case) if _failed(exchange)]
    if not failures:
        return None
    first = min(failures, key=lambda exchange: exchange.received_at)
    for found, index, exchange in _all(case):
        hit = is_hit(exchange.facts.hit) is True and exchange.sent_at >= first.sent_at
        of_it = exchange.facts.value in (MISSING, None, first.facts.value)
        if hit and exchange is not first and (_failed(exchange) or of_it):
            expected = f"after the {first.status} of a computation that failed a new one"
            actual = f"its error, kept and given out as a hit with status {exchange.status}"
            return Finding(expected, actual, found.name, index)
    return None


# ------------------------------------------------------------------ made anew, as it says


def _renewed(names: Json, step: StepRecord, case: Case) -> Finding | None:
    """An old value that is marked as made anew, where its text would be another.

    Equal text proves nothing of itself: it may show minutes, or a date. Two more computations, well apart,
    tell: where their text follows the time to the second, it would have followed it before, too.
    """
    one, other = (case.first(name) for name in names)
    if not step.exchanges:
        return no_answer(step)
    if one is None or other is None or not _tells_seconds(one, other):
        return None
    for index, exchange in enumerate(step.exchanges):
        value = exchange.facts.value
        earlier = [e.received_at for _, _, e in _all(case) if value is not MISSING and e.facts.value == value]
        passed = exchange.sent_at - min(earlier, default=exchange.sent_at)
        if passed >= _SURELY:
            expected = "a value that is computed anew"
            since = seconds(passed, case, 0)
            actual = f"the one of {since} ago, though its text follows the time to the second"
            return Finding(expected, actual, step.name, index)
    return None


def _tells_seconds(one: Exchange, other: Exchange) -> bool:
    return follows(one.facts.value, other.facts.value, other.sent_at - one.sent_at)


MATCHERS: Final = (
    Matcher(
        "failure",
        "a computation that failed, anywhere so far",
        (
            Form("seen", _seen, "an answer 5xx somewhere"),
            Form("not-kept", _not_kept, "no error kept and given out as a hit"),
        ),
    ),
    Matcher(
        "renewed",
        "whether what is marked as computed anew is",
        (
            Form(
                "",
                _renewed,
                lambda names: f"another value than before, if {listed(names)} show that it tells the second",
                STEPS,
            ),
        ),
    ),
)
