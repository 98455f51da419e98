"""What stands there before a run has ended: no pass, no fail, no 0."""

from __future__ import annotations

from helpers.sheets import ASSIGNMENT, grade_of, pending

from conformance.report.document import decode, encode
from conformance.report.result import INTERRUPTED


def test_a_run_that_has_not_ended_is_not_judged() -> None:
    sheet = pending(None)
    assert sheet.result.code == INTERRUPTED
    assert sheet.report.score.withheld.startswith("the run ended early: it has not come to its end")
    assert sheet.grade is None
    assert decode(encode(sheet.report)) == sheet.report


def test_its_grade_is_between_nothing_and_all() -> None:
    grade = grade_of(pending(ASSIGNMENT))
    assert (grade.status, grade.points, grade.low, grade.high, grade.of) == ("withheld", None, 0, 100, 100)
    assert (grade.assignment, grade.seed, grade.cause) == ("caching", 7, "suite")
