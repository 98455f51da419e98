"""Noise is tried again, alone, before a grade is withheld; what is no noise is left as it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping

import pytest
from helpers.embedded import judged, judging
from helpers.grading import assignment, nodeid, report, verdict, worth
from msgspec.structs import replace

import conformance
from conformance.clocks import VirtualClock
from conformance.execute.again import judge_again
from conformance.grading.again import graded, merged, noisy
from conformance.grading.opening import default_assignment
from conformance.judge.unjudged import LATE
from conformance.model import Record, Report, Verdict
from conformance.report.document import decode, encode
from reference_impl.settings import Settings
from reference_impl.twisted.serve import start
from tools.matrix.clock import MovedClock

LATELY = verdict("inconclusive", code=LATE)
ROWS = (worth("a"), worth("b"), worth("c"))
WEEK = assignment(*ROWS)


class Judge:
    """Gives these reports, one after the other, and keeps what it was asked for."""

    def __init__(self, *verdicts: Mapping[str, Verdict], stopped: str = "") -> None:
        self.asked: list[tuple[str, ...]] = []
        self._reports: Iterator[Report] = iter([report(each, stopped=stopped) for each in verdicts])

    def __call__(self, some: Collection[str]) -> Report:
        self.asked.append(tuple(some))
        made = next(self._reports)
        left = verdict("deselected")
        return replace(
            made, entries=tuple(e if e.nodeid in some else replace(e, verdict=left) for e in made.entries)
        )


def with_record(held: Report, check: str, says: str) -> Report:
    """The same, a check of it resting on a record that says this."""
    entries = tuple(replace(e, work="w@items") if e.id == check else e for e in held.entries)
    return replace(held, entries=entries, records={"w@items": Record("w@items", remark=says)})


def test_noise_is_judged_again_and_counts_once_it_is_none() -> None:
    judge = Judge({"a": verdict("pass"), "b": verdict("pass"), "c": verdict("fail")})
    first = report({"a": verdict("pass"), "b": LATELY, "c": LATELY})
    made = graded(first, WEEK, judge)
    assert judge.asked == [(nodeid("b"), nodeid("c"))]
    assert made.grade is not None
    assert (made.grade.status, made.grade.points) == ("graded", 20)


def test_it_is_tried_three_times_and_each_time_only_what_is_still_open() -> None:
    still = {"a": verdict("pass"), "b": LATELY, "c": LATELY}
    judge = Judge(still, {**still, "b": verdict("pass")}, still)
    made = graded(report(still), WEEK, judge)
    assert judge.asked == [(nodeid("b"), nodeid("c")), (nodeid("b"), nodeid("c")), (nodeid("c"),)]
    assert made.grade is not None
    assert (made.grade.cause, made.grade.low, made.grade.high) == ("noise", 20, 30)


def test_it_is_tried_as_often_as_the_assignment_says() -> None:
    judge = Judge()
    made = graded(report({"a": LATELY}), assignment(ROWS[0], retries=0), judge)
    assert judge.asked == []
    assert made.grade is not None
    assert made.grade.cause == "noise"


def test_what_is_no_noise_is_not_tried_again() -> None:
    judge = Judge()
    sure = {"a": verdict("fail"), "b": verdict("error"), "c": verdict("untestable")}
    graded(report(sure), WEEK, judge)
    graded(report({"a": verdict("pass"), "uncounted": LATELY}), WEEK, judge)
    graded(report({"a": LATELY}, stopped="SIGINT came"), WEEK, judge)
    graded(report({"a": LATELY}), WEEK, None)
    assert judge.asked == []


def test_a_run_that_is_stopped_meanwhile_is_the_last() -> None:
    judge = Judge({"a": LATELY}, stopped="SIGINT came")
    graded(report({"a": LATELY}), WEEK, judge)
    assert len(judge.asked) == 1


def test_what_it_is_blocked_by_is_judged_again_first() -> None:
    held = report({"root": LATELY, "a": verdict("blocked", cause=nodeid("root"))})
    assert noisy(held, WEEK) == (nodeid("root"), nodeid("a"))
    judge = Judge({"root": verdict("pass"), "a": verdict("pass")})
    made = graded(held, assignment(ROWS[0]), judge)
    assert made.grade is not None
    assert made.grade.points == 10
    assert made.entry(nodeid("root")).verdict.outcome == "pass"


def test_the_record_of_what_is_judged_again_stands_beside_the_first() -> None:
    first = with_record(report({"a": LATELY, "b": verdict("pass")}), "a", "first")
    second = with_record(report({"a": verdict("pass")}), "a", "second")
    made = merged(first, second, 1)
    assert {work: record.remark for work, record in made.records.items()} == {
        "w@items": "first",
        "w@items (again, 1)": "second",
    }
    entry = made.entry(nodeid("a"))
    assert (entry.work, made.records[entry.work].work) == ("w@items (again, 1)", "w@items (again, 1)")
    assert entry.order > made.entry(nodeid("b")).order


def test_what_keeps_a_retry_from_telling_costs_nothing() -> None:
    """Blocked by what was not judged anew, or on a server that did not start: it stays as open as it was."""
    first = report({"root": verdict("pass"), "a": LATELY})
    for kept in (verdict("blocked", cause=nodeid("root")), verdict("unreachable")):
        retry = Judge(*[{"root": verdict("pass"), "a": kept}] * 3)
        made = graded(first, assignment(ROWS[0]), retry)
        assert made.grade is not None
        assert (made.grade.cause, made.grade.low, made.grade.high) == ("noise", 0, 10)
        assert made.entry(nodeid("a")).verdict == LATELY


def test_what_is_still_noise_keeps_its_first_verdict_and_record() -> None:
    first = with_record(report({"a": LATELY}), "a", "first")
    made = merged(first, with_record(report({"a": LATELY}), "a", "second"), 1)
    assert made.entries == first.entries
    assert list(made.records) == ["w@items"]


def test_a_report_with_what_was_judged_again_is_one_as_any_other() -> None:
    good = judged()
    some = {e.nodeid for e in good.judged if e.id in ("ttl-ends", "fields-once", "etag-quoted") and e.work}
    spoilt = tuple(replace(e, verdict=LATELY) if e.nodeid in some else e for e in good.entries)
    made = merged(replace(good, entries=spoilt), judging(selected=sorted(some)), 2)
    assert [e.verdict.outcome for e in made.entries] == [e.verdict.outcome for e in good.entries]
    assert all(made.entry(name).work.endswith(" (again, 2)") for name in some)
    saved = decode(encode(made))
    again = judge_again(saved)
    assert [(e.nodeid, e.verdict) for e in again.entries] == [(e.nodeid, e.verdict) for e in saved.entries]


# ------------------------------------------------------------------ noise as it comes


class Late(VirtualClock):
    """A clock by which whoever waits is woken some seconds too late, as on a machine that is very busy."""

    def __init__(self, move: Callable[[float], None], late: float) -> None:
        super().__init__(move)
        self._late = late

    def wait_until(self, instant: float, cancelled: threading.Event) -> bool:
        return super().wait_until(instant + self._late, cancelled)


def run(flaw: str, *late: float) -> tuple[Report, int]:
    """A graded run and how many runs it took, each woken so late, the others in time."""
    moved, clocks = MovedClock(), list[Late]()

    def clock() -> Late:
        clocks.append(Late(moved.move, dict(enumerate(late)).get(len(clocks), 0.0)))
        return clocks[-1]

    with start(Settings(clock=moved, cost=0.0), flaw) as server:
        return conformance.run(server.url, clock=clock, assignment="lesson"), len(clocks)


@pytest.mark.parametrize(("flaw", "points"), [("", 100), ("ignores-inm", 81)])
def test_a_run_that_noise_has_spoilt_gets_the_grade_that_it_gets_without(flaw: str, points: int) -> None:
    quiet, once = run(flaw)
    noisy_, twice = run(flaw, 7.0)
    assert quiet.grade is not None
    assert (once, twice, quiet.grade.points) == (1, 2, points)
    assert noisy_.grade == quiet.grade
    assert any(work.endswith(" (again, 1)") for work in noisy_.records)
    saved = judge_again(decode(encode(noisy_)))
    assert graded(saved, default_assignment(started=False), None).grade == quiet.grade


def test_noise_that_does_not_end_withholds_the_grade_with_a_range_that_holds_it() -> None:
    made, runs = run("", *[7.0] * 4)
    assert made.grade is not None
    assert runs == 4
    assert (made.grade.status, made.grade.cause, made.grade.high) == ("withheld", "noise", 100)
