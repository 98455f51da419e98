"""What stands there before a run has ended: no pass, no fail, no 0."""

from __future__ import annotations

from helpers.sheets import pending

from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import Assignment
from conformance.model.grades import Frozenness, Worth
from conformance.report.document import decode, encode
from conformance.report.pending import pending_grade, pending_report
from conformance.report.result import INTERRUPTED


def test_a_run_that_has_not_ended_is_not_judged() -> None:
    report = pending_report(load(), load_target("lesson", (), ()), "lesson", seed=7)
    sheet = pending()
    assert sheet.result.code == INTERRUPTED
    assert report.score.withheld.startswith("the run ended early")
    assert decode(encode(report)) == report


def test_its_grade_is_between_nothing_and_all() -> None:
    rows = (Worth("specs/a.yaml::items::a", 30), Worth("specs/a.yaml::items::b", 70))
    assignment = Assignment(1, "caching", "lesson", "lesson", Frozenness("1", "a", "b"), rows)
    grade = pending_grade(assignment, 7)
    assert (grade.status, grade.points, grade.low, grade.high, grade.of) == ("withheld", None, 0, 100, 100)
    assert (grade.assignment, grade.seed, grade.cause) == ("caching", 7, "suite")
    assert pending_grade(None, 7).of == 0
