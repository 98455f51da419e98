"""conformance.judge.lints: what is due of every answer, judged over all that the run has met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from helpers.records import PLACE, check, court, done, exchange, run, skipped
from msgspec.structs import replace

from conformance.judge.verdicts import judge
from conformance.model import Check, Exchange, Record, Step, StepRecord, Timeline, Verdict
from conformance.model.specs import ANSWER, ANSWERS, PLAIN

PLAIN_READ = Timeline(ANSWERS, (), (), (Step("read", PLAIN, {}, {}, {}, {}, (), PLACE),), PLACE)
DATED = (("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),)


def lint(answers: Mapping[str, Any], *expect: Mapping[str, Any], **more: Any) -> Check:
    """A check on the answers of the run."""
    return check("a-lint", on=ANSWERS, answers=answers, expects=tuple({ANSWER: e} for e in expect), **more)


def work(name: str, *exchanges: Exchange, on: str = "items") -> Record:
    """What another work on a resource has met, in one step."""
    return Record(f"{name}@{on}", (done("reads", *exchanges),))


def judged(of: Check, *works: Record, own: Sequence[StepRecord] = (done(PLAIN, exchange()),)) -> Verdict:
    """The verdict of a lint after these works."""
    asked = run(of)
    records = {each.work: each for each in works}
    session = court(asked, timelines=(PLAIN_READ,), records=records)
    return judge(asked, Record(asked.work, tuple(own)), session)


HAS_DATE = {"field": {"present": ["Date"]}}


def test_a_lint_holds_where_each_answer_of_the_run_does() -> None:
    dated = exchange(headers=DATED)
    verdict = judged(lint({}, HAS_DATE), work("a", dated, dated), own=(done(PLAIN, dated),))
    assert (verdict.outcome, verdict.work) == ("pass", "")


def test_a_lint_shows_the_first_answer_that_broke_it_and_counts_the_others() -> None:
    late, early = exchange(404, path="/items/9", at=8.0), exchange(path="/items/1", at=3.0)
    verdict = judged(
        lint({}, HAS_DATE),
        work("late", late),
        work("early", exchange(headers=DATED, at=1.0), early),
        own=(done(PLAIN, exchange(headers=DATED, at=9.0)),),
    )
    assert (verdict.outcome, verdict.code, verdict.mend) == ("fail", "field.present", "Mend it.")
    assert (verdict.work, verdict.step, verdict.index) == ("early@items", "reads", 1)
    assert verdict.message.startswith(
        "expected a field Date, found none in 2 of 4 answers, first to GET /items/1 ("
    )


def test_a_lint_looks_only_at_answers_that_it_is_about() -> None:
    verdict = judged(lint({"status": 304}, HAS_DATE), work("a", exchange(304, headers=DATED), exchange()))
    assert verdict.outcome == "pass"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"status": 304}, "not applicable: no answer of the run has status 304"),
        (
            {"method": ["PUT", "DELETE"]},
            "not applicable: no answer of the run has the method PUT or DELETE",
        ),
    ],
)
def test_a_lint_that_met_no_such_answer_does_not_apply(answers: Mapping[str, Any], says: str) -> None:
    verdict = judged(lint(answers, HAS_DATE), work("a", exchange()))
    assert (verdict.outcome, verdict.message) == ("not-applicable", says)


def test_one_of_several_alternatives_is_enough() -> None:
    either = lint({}, {"cache-control": "present"}, {"field": {"present": ["Expires"]}})
    expires = exchange(headers=[("Expires", "0")])
    assert judged(either, work("a", exchange(cc="no-cache")), own=(done(PLAIN, expires),)).outcome == "pass"
    verdict = judged(either, own=(done(PLAIN, exchange()),))
    assert verdict.message.startswith(
        "expected a Cache-Control field, found none in the answer to GET /items/"
    )


def test_what_others_were_asked_and_what_a_client_cache_answered_is_left_alone() -> None:
    through = exchange(through="private-cache", contact="none")
    verdict = judged(
        lint({}, HAS_DATE),
        work("a", exchange(), on="reports"),
        work("b", through),
        own=(done(PLAIN, exchange(headers=DATED)), skipped("never")),
    )
    assert verdict.outcome == "pass"


def test_what_got_no_answer_at_all_is_none_that_could_be_judged() -> None:
    verdict = judged(lint({}, HAS_DATE), own=(done(PLAIN, exchange(None)),))
    assert verdict.outcome == "not-applicable"


def test_an_answer_is_held_against_the_ordinary_one_just_before_it() -> None:
    """A Vary that came later was not due of a 304 before it; nor is one of another request."""
    varied = exchange(headers=[("Vary", "Accept")], at=5.0)
    kept = lint({"status": 304}, {"field": {"as-plain": ["Vary"]}})
    conditional: dict[str, Any] = {"sent": [("If-None-Match", '"a"')]}
    before, after = exchange(304, at=2.0, **conditional), exchange(304, at=6.0, **conditional)
    other = exchange(304, at=6.0, path="/items/1", **conditional)
    plain = exchange(at=1.0)
    assert judged(kept, work("a", plain, before, varied)).outcome == "pass"
    verdict = judged(kept, work("a", plain, before, varied, after))
    assert (verdict.outcome, verdict.index) == ("fail", 3)
    assert "Vary, which the ordinary answer has (Accept)" in verdict.message
    assert judged(kept, work("a", plain, exchange(path="/items/1"), varied, other)).outcome == "pass"


def test_one_that_is_a_warning_at_most_is_not_shown_for_one_that_counts() -> None:
    def modified(second: int) -> Exchange:
        return exchange(headers=[*DATED, ("Last-Modified", f"Sun, 06 Nov 1994 08:49:{second} GMT")])

    not_later = lint({}, {"field": {"not-later": {"Last-Modified": "Date"}}})
    own = (done(PLAIN, exchange()),)
    assert judged(not_later, work("a", modified(37)), own=own).outcome == "pass"
    assert judged(not_later, work("a", modified(38)), own=own).verdict == "warn"
    verdict = judged(not_later, work("a", modified(38), modified(50)), own=own)
    assert (verdict.verdict, verdict.index) == ("fail", 1)


def test_a_saved_verdict_names_the_record_that_shows_it() -> None:
    verdict = judged(lint({}, HAS_DATE), work("a", exchange(at=-1.0)))
    assert replace(verdict, work="").step == "reads"
    assert verdict.work == "a@items"


def test_an_answer_that_has_none_to_be_held_against_is_not_judged() -> None:
    of = lint({"status": 304}, {"field": {"as-plain": ["Vary"]}})
    alone = work("a", exchange(304, b"", path="/elsewhere"))
    assert judged(of, alone).outcome == "not-applicable"
    varied = exchange(headers=[("Vary", "Accept")], at=1.0)
    assert judged(of, alone, work("b", varied, exchange(304, b"", at=2.0))).outcome == "fail"
