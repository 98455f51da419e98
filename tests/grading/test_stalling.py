"""A server that is slow by itself is graded; one that a busy machine makes slow is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.grading import assignment, nodeid, report, verdict, worth
from helpers.records import done, exchange
from msgspec.structs import replace

from conformance.grading.again import noisy
from conformance.grading.points import grade
from conformance.grading.stalling import stalls
from conformance.judge.codes import LATE
from conformance.judge.unjudged import not_reached
from conformance.model import Record, Report

DEADLINE = "the run's deadline has passed"
ONE = assignment(worth("a"))


def record(*took: float, **more: Any) -> Record:
    """Of reads that took so long."""
    return Record("w@items", (done("reads", *(exchange(200, took=each) for each in took)),), **more)


def ended(*took: float, **more: Any) -> Report:
    """A run that its deadline has ended after ten seconds, with these slow answers in it."""
    about = {"seconds": 10.0, "stopped": DEADLINE, "overran": True, "slow": took, **more}
    return report({"a": not_reached(DEADLINE)}, **about)


def test_a_run_that_slow_answers_have_used_up_is_graded() -> None:
    made = grade(ended(2.0, 2.0, 2.0), ONE)
    assert (made.status, made.points) == ("graded", 0)
    assert "the server took 6 s for 3 answers, of the 10 s of the run" in made.rows[0].why


@pytest.mark.parametrize(
    "held",
    [
        ended(),
        ended(2.0, 2.0),
        ended(9.0),
        ended(2.0, 2.0, 2.0, stopped="SIGINT came", overran=False),
        ended(2.0, 2.0, 2.0, server="url"),
    ],
    ids=["none", "too little", "only one", "a signal", "nobody knows"],
)
def test_any_other_that_ended_early_is_withheld(held: Report) -> None:
    assert grade(held, ONE).cause == "noise"


LATELY = verdict("inconclusive", code=LATE, message="too late")


def late(kept: Record, **more: Any) -> Report:
    """A run with a check that was not asked in time, by that record."""
    held = report({"a": LATELY}, records={"w@items": kept}, **more)
    return replace(held, entries=tuple(replace(e, work="w@items") for e in held.entries))


def test_one_that_is_late_again_and_again_for_slow_answers_is_graded_but_tried_again_before() -> None:
    held = late(record(0.01, 3.0, attempts=3))
    made = grade(held, ONE)
    assert (made.status, made.points) == ("graded", 0)
    assert made.rows[0].why == "too late; the server took 3.0 s to answer, again and again"
    assert noisy(held, ONE) == (nodeid("a"),)


@pytest.mark.parametrize("kept", [record(3.0), record(0.2, 0.9, attempts=3), Record()])
def test_one_slow_answer_and_several_quick_ones_are_no_stall(kept: Record) -> None:
    assert stalls(kept) == ""
    assert grade(late(kept), ONE).cause == "noise"


def test_where_the_suite_has_not_started_it_nobody_knows_why_it_is_slow() -> None:
    assert grade(late(record(3.0, attempts=3), server="url"), ONE).cause == "noise"
