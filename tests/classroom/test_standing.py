"""How a submission stands, by its report; what of that another run may take for an answer."""

from __future__ import annotations

import pytest
from helpers.grading import assignment, nodeid, report, verdict, worth
from helpers.rolls import HOSTILE, standing
from msgspec.structs import replace

from conformance.classroom.standing import Cell, decode, encode, standing_of, unnamed, withheld
from conformance.errors import UsageError
from conformance.grading.points import grade
from conformance.model import Audit, Report
from conformance.report.public import public

MADE = assignment(worth("a", 6), worth("b", 4))


def judged(a: str = "pass", b: str = "pass", **more: object) -> Report:
    found = report({"a": verdict(a), "b": verdict(b)}, **more)  # type: ignore[arg-type]
    return replace(found, grade=grade(found, MADE))


def test_it_has_the_points_and_a_cell_for_each_check_that_counts() -> None:
    one = standing_of(judged(b="fail"), submission="s", how="so", app="main:app")
    assert (one.status, one.points, one.of) == ("graded", 6, 10)
    assert one.rows == (Cell(6, 6, "pass"), Cell(0, 4, "fail"))
    assert one.first == "It holds"
    assert one.down == ""


def test_who_answers_nothing_is_down_whether_it_was_started_or_not() -> None:
    for url in ("", "http://127.0.0.1:1"):
        one = standing_of(judged("unreachable", "unreachable", base_url=url), submission="s", how="")
        assert one.down == "it is unreachable"
    assert standing_of(judged("pass", "unreachable"), submission="s", how="").down == ""


def test_what_a_submission_had_a_hand_in_is_one_line_that_nothing_obeys() -> None:
    one = standing_of(judged(), submission="s", how="", found=HOSTILE, left_out=(HOSTILE,))
    for text in (one.found, *one.left_out):
        assert "\n" not in text
        assert "\x1b" not in text


def test_a_report_without_a_grade_has_no_standing() -> None:
    with pytest.raises(UsageError, match="no grade"):
        standing_of(report({}), submission="s", how="")


def test_what_noise_or_we_have_withheld_is_tried_again_and_all_else_stands() -> None:
    assert standing(0).final
    for cause, final in (("noise", False), ("suite", False), ("policy", True)):
        assert replace(standing(0), status="withheld", cause=cause).final is final


def test_an_audit_is_told_by_what_differs() -> None:
    audit = Audit(because=("main.py imports gc",), differing=(nodeid("a"), nodeid("b")))
    one = standing_of(judged(audit=audit), submission="s", how="")
    assert one.looked_at == ("main.py imports gc",)
    assert one.audit == "by a clock that waits 2 checks came out otherwise: a, b"
    same = standing_of(judged(audit=Audit(because=("it was drawn",))), submission="s", how="")
    assert (same.looked_at, same.audit) == (("it was drawn",), "")


def test_a_grade_that_is_withheld_is_open_in_all_of_it() -> None:
    for before in (judged(), report({"a": verdict("pass")})):
        found = withheld(before, MADE, "policy", "two apps").grade
        assert found is not None
        assert (found.status, found.cause, found.points, found.low, found.high) == (
            "withheld",
            "policy",
            None,
            0,
            10,
        )
        assert [(row.points, row.of, row.open) for row in found.rows] == [(0, 6, True), (0, 4, True)]


def test_a_grade_that_never_came_about_hides_what_is_hidden() -> None:
    hidden = assignment(worth("a", 6), worth("b", 4, hidden_until="due"))
    report_ = withheld(replace(judged(), grade=None), hidden, "suite", "lost")
    assert [each.nodeid for each in public(report_).grade.rows] == [nodeid("a")]  # type: ignore[union-attr]


def test_it_is_read_as_it_was_written_and_anything_else_is_none() -> None:
    one = standing(3)
    assert decode(encode(one)) == one
    for other in (b"", b"{}", b"\xff", encode(one).replace(b'"version":1', b'"version":2')):
        assert decode(other) is None


def test_a_name_in_its_texts_is_put_otherwise_where_it_stands_as_words_of_its_own() -> None:
    one = standing(1, found="main:app was found in Ada_Lovelace-lab/", left_out=("x/ADA LOVELACE.pdf: no",))
    made = unnamed(one, "ada lovelace", "S1")
    assert (made.found, made.left_out) == ("main:app was found in S1-lab/", ("x/S1.pdf: no",))
    assert unnamed(standing(1, found="bobsled"), "bob", "S1").found == "bobsled"
    assert unnamed(standing(1, found="a b"), "a", "S1").found == "a b"
