"""conformance.judge.before: what stands before a run, so that nothing is sent for it."""

from __future__ import annotations

import pytest
from helpers.records import check, court, run, timed

from conformance.judge.before import before
from conformance.model import OutcomeName, Run, Verdict

REPORT = timed("report", distinct_from=("time",))
KEYS = check("keys-are-apart", needs=("ttl", "distinct"), level="SHOULD")
TAG = check("etag-lasts")


def stands(outcome: OutcomeName, of: Run) -> Verdict | None:
    """What stands before a run on the report, once the keys were compared."""
    keys = run(KEYS, REPORT)
    known = {keys.id: Verdict(outcome, "warn" if outcome == "fail" else outcome, "they share an entry")}
    return before(of, court(keys, of, verdicts=known))


@pytest.mark.parametrize("outcome", ["pass", "not-applicable", "inconclusive"])
def test_a_resource_that_may_have_an_entry_of_its_own_is_asked(outcome: OutcomeName) -> None:
    assert stands(outcome, run(TAG, REPORT)) is None


def test_of_a_resource_without_an_entry_of_its_own_nothing_more_is_asked() -> None:
    """Each read would be one of the other's entry, while that is timed."""
    verdict = stands("fail", run(TAG, REPORT))
    assert verdict is not None
    assert (verdict.outcome, verdict.cause) == ("blocked", run(KEYS, REPORT).id)
    assert verdict.message == "blocked by keys-are-apart: they share an entry"


def test_the_other_resource_and_what_sends_nothing_are_judged() -> None:
    assert stands("fail", run(TAG, timed("time"))) is None
    assert stands("fail", run(check("a-lint", answers={}, on="answers"), REPORT)) is None
