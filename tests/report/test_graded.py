"""A grade in words: first the points, then what cost them; nothing that a terminal would obey."""

from __future__ import annotations

from helpers.grading import assignment, nodeid, report, verdict, worth
from helpers.reports import assert_tame
from msgspec.structs import replace

from conformance.grading.points import grade
from conformance.judge.unjudged import LATE
from conformance.model import Grade
from conformance.report.document import rescored
from conformance.report.graded import grade_lines, headline
from conformance.report.public import public
from conformance.report.summary import summary_lines


def made(**rows: object) -> Grade:
    by = assignment(*(worth(name) for name in rows), topics={"specs/topic.yaml": "Entity tags"})
    return grade(report(rows), by)  # type: ignore[arg-type]


def test_the_points_are_told_first_and_then_by_topic() -> None:
    lines = list(grade_lines(made(a=verdict("pass"), b=verdict("fail", message="the tag moves"))))
    assert lines == [
        "Grade: 10 of 20 points (week 7).",
        "  Entity tags   10 of 20",
        f"  lost: 10, {nodeid('b')}",
        "      the tag moves",
    ]


def test_a_grade_that_is_withheld_tells_its_range_and_why() -> None:
    held = made(a=verdict("pass"), b=verdict("inconclusive", code=LATE, message="too late"))
    assert headline(held) == (
        "Grade: withheld, between 10 and 20 of 20 points, since 1 check is open (too late) (week 7)."
    )
    assert f"  open: 10, {nodeid('b')}" in list(grade_lines(held))


def test_what_waits_for_others_is_counted_and_not_listed() -> None:
    waiting = {name: verdict("blocked", cause=nodeid("a")) for name in "bc"}
    lines = list(grade_lines(made(a=verdict("fail"), **waiting)))
    assert lines[-1] == "  and 20 points of 2 checks that wait for these"
    assert len([line for line in lines if "lost" in line]) == 1


def test_of_many_only_the_dearest_are_listed() -> None:
    lines = list(grade_lines(made(**{f"c{i}": verdict("fail") for i in range(30)})))
    assert len([line for line in lines if "lost" in line]) == 12
    assert lines[-1] == "  and 180 points of 18 checks more"


def test_what_students_may_not_see_is_told_as_a_number_and_no_more() -> None:
    by = assignment(worth("a", hidden_until="published"), worth("b"))
    held = report({"a": verdict("pass"), "b": verdict("fail")})
    shown = public(replace(held, grade=grade(held, by)))
    assert shown.grade is not None
    lines = list(grade_lines(shown.grade))
    assert lines[0] == "Grade: 0 of 10 points so far; 1 check worth 10 more are shown later (week 7)."
    assert nodeid("b") in "\n".join(lines)
    assert nodeid("a") not in "\n".join(lines)


def test_it_stands_on_the_first_screen_of_a_summary_in_place_of_no_grade() -> None:
    held = report({"a": verdict("inconclusive", code=LATE)})
    graded = rescored(replace(held, grade=grade(held, assignment(worth("a")))))
    lines = summary_lines(graded)
    assert lines[3].startswith("Grade: withheld, between 0 and 10 of 10 points")


def test_what_a_server_said_is_shown_and_not_obeyed() -> None:
    held = made(a=verdict("fail", message="\x1b[2J::error::\u202e\n::set-output"))
    assert_tame("\n".join(grade_lines(held)))
