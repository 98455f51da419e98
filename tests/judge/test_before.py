"""conformance.judge.before: what stands before a run, so that nothing is sent for it."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.records import check, court, resource, run, step, timed
from msgspec.structs import replace

from conformance.judge.before import before
from conformance.language.doubts import DOUBTS
from conformance.model import Check, OutcomeName, Run, Verdict

REPORT = timed("report", distinct_from=("time",))
KEYS = check("keys-are-apart", needs=("ttl", "distinct"), level="SHOULD")
TAG = check("etag-lasts", step("later", expect={"etag": {"same-as": "first"}}))


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


ENDS = {"later": {"value": {"differs-from": "fresh"}}}
LIFE = check("ttl-ends", needs=("ttl", "value"), on="a-life", expects=(ENDS,))
MARK = check("flag-is-true", needs=("ttl", "hit"), on="a-life", expects=({"later": {"hit": True}},))
MAY = check("hit-is-quick", needs=("ttl", "value"), on="a-life", expects=(ENDS,), level="MAY")
CLEARED = check("clears", needs=("ttl", "value", "clear"), on="a-clear", expects=(ENDS,))
TIMED = timed("report")


def after_a_life(verdicts: dict[str, Verdict], of: Run) -> Verdict | None:
    """What stands before a run, once the checks of these ids have these verdicts."""
    judged = [run(each, TIMED) for each in (LIFE, MARK, MAY, CLEARED)]
    known = {run_.id: verdicts[run_.check.id] for run_ in judged if run_.check.id in verdicts}
    return before(of, court(*judged, of, verdicts=known))


def kept(of: Run) -> Run:
    """A run whose reads are all to be answered by one entry."""
    return replace(of, kept=True)


FAIL = Verdict("fail", "fail", "it never ends")


@pytest.mark.parametrize("outcome", ["pass", "not-applicable", "untestable", "inconclusive", "error"])
def test_what_one_entry_is_to_answer_is_judged_where_no_life_is_known_to_be_wrong(
    outcome: OutcomeName,
) -> None:
    assert after_a_life({"ttl-ends": Verdict(outcome, outcome, "")}, kept(run(TAG, TIMED))) is None


def test_what_one_entry_is_to_answer_is_blocked_by_a_life_that_is_wrong() -> None:
    """When the next entry begins is not known then, so what is met there would be luck."""
    verdict = after_a_life({"ttl-ends": FAIL}, kept(run(TAG, TIMED)))
    assert verdict is not None
    assert (verdict.outcome, verdict.cause) == ("blocked", run(LIFE, TIMED).id)
    assert verdict.message == "blocked by ttl-ends: it never ends"


@pytest.mark.parametrize(
    "wanted",
    [{"status": 304}, {"status": [200, 304]}, {"etag": "still"}, {"body": {"same-as": "first"}}],
)
def test_what_holds_answers_against_each_other_rests_on_one_entry(wanted: dict[str, Any]) -> None:
    on_steps = check("c", step("again", expect=wanted))
    given = check("c", step("again", given=wanted), step("last", expect={"status": 200}))
    timeline = check("c", on="asked-again", expects=({"again": wanted},))
    for each in (on_steps, given, timeline):
        assert after_a_life({"ttl-ends": FAIL}, kept(run(each, TIMED))) is not None


@pytest.mark.parametrize("wanted", [{"status": 200}, {"etag": "quoted"}, {"cache-control": "valid"}])
def test_what_holds_of_each_answer_is_judged_whichever_entry_gives_it(wanted: dict[str, Any]) -> None:
    of_each = check("c", step("reads", expect=wanted))
    assert after_a_life({"ttl-ends": FAIL}, kept(run(of_each, TIMED))) is None


@pytest.mark.parametrize(("code", "blocked"), [("hit.true", True), ("value.differs-from", False)])
def test_a_clear_rests_on_a_value_that_is_kept_until_then(code: str, blocked: bool) -> None:
    """One that stays too long is there to be cleared all the same."""
    verdict = after_a_life({"ttl-ends": replace(FAIL, code=code)}, run(CLEARED, TIMED))
    assert (verdict is not None) is blocked


def test_a_life_that_could_not_be_timed_blocks_by_what_has_failed_before_it() -> None:
    lies = Verdict("fail", "fail", "the flag lies")
    behind = Verdict("blocked", "blocked", "blocked by flag-is-true", cause=run(MARK, TIMED).id)
    verdict = after_a_life({"flag-is-true": lies, "ttl-ends": behind}, kept(run(TAG, TIMED)))
    assert verdict is not None
    assert verdict.message == "blocked by flag-is-true: the flag lies"


def test_a_life_that_was_blocked_by_noise_blocks_nothing() -> None:
    behind = Verdict("blocked", "blocked", "blocked by flag-is-true", cause=run(MARK, TIMED).id)
    noise = Verdict("inconclusive", "inconclusive", "noise")
    assert after_a_life({"flag-is-true": noise, "ttl-ends": behind}, kept(run(TAG, TIMED))) is None


def test_a_life_that_is_shorter_than_it_may_be_blocks_nothing_where_nobody_has_to_keep_it() -> None:
    """A target of no contract: an early end is worth a note, and what is behind it is blocked for itself."""
    early = Verdict("fail", "info", "it ends early", code="hit.true")
    behind = Verdict("blocked", "blocked", "blocked by flag-is-true", cause=run(MARK, TIMED).id)
    for of in (kept(run(TAG, TIMED)), run(CLEARED, TIMED)):
        assert after_a_life({"flag-is-true": early, "ttl-ends": behind}, of) is None


@pytest.mark.parametrize("id_", ["hit-is-quick", "clears", "flag-is-true"])
def test_only_what_times_a_life_tells_that_it_is_wrong(id_: str) -> None:
    """What nobody has to do, a clear that does nothing, a mark of the wrong type: entries last as ever."""
    assert after_a_life({id_: FAIL}, kept(run(TAG, TIMED))) is None


def test_a_wrong_life_blocks_nothing_that_times_itself_nor_what_sends_nothing() -> None:
    assert after_a_life({"ttl-ends": FAIL}, run(MARK, TIMED)) is None
    assert after_a_life({"ttl-ends": FAIL}, kept(run(TAG, timed("time")))) is None
    assert (
        after_a_life({"ttl-ends": FAIL}, kept(run(check("a-lint", answers={}, on="answers"), TIMED))) is None
    )


LISTS = check("create-shows", needs=("create",))
GONE = check("remove-shows", needs=("create", "remove"), after=("create-shows",))
ALONE = check("item-goes", needs=("create", "remove", "item"), after=("remove-shows",))
DIRECTLY = check("post-does", needs=("create", "item"), after=("create-shows",))
PAGED = Verdict("inconclusive", "inconclusive", "", cause=DOUBTS["not-on-the-list"].because)
ITEMS = resource()


def after_a_create(created: Verdict, of: Check) -> Verdict | None:
    first, second, asked = (run(each, ITEMS) for each in (LISTS, GONE, of))
    blocked = Verdict("blocked", "blocked", "", cause=first.id)
    return before(asked, court(first, second, asked, verdicts={first.id: created, second.id: blocked}))


def test_an_item_that_is_on_another_page_of_its_list_is_judged_at_its_own_route() -> None:
    assert after_a_create(PAGED, ALONE) is None


@pytest.mark.parametrize(
    ("created", "of"),
    [
        (PAGED, DIRECTLY),  # it looks at the list, too
        (PAGED, check("list-goes", needs=("create", "remove"), after=("remove-shows",))),
        (replace(PAGED, cause="a cache in front answers"), ALONE),
        (FAIL, ALONE),
    ],
)
def test_what_rests_on_the_list_or_on_a_failure_waits_for_it(created: Verdict, of: Check) -> None:
    verdict = after_a_create(created, of)
    assert verdict is not None
    assert verdict.outcome == "blocked"
