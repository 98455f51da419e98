"""Gradescope's results.json: the same points, who sees what, and no 0 for a fault of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from helpers.sheets import graded, made, pending, withheld

from conformance.report import gradescope
from conformance.report.sheet import Sheet


def document(sheet: Sheet) -> Any:
    return json.loads(gradescope.write(sheet))


def test_the_points_are_those_of_the_grade() -> None:
    found = document(made())
    assert found["score"] == sum(test.get("score", 0) for test in found["tests"]) == 25
    assert sum(test.get("max_score", 0) for test in found["tests"]) == 100


@pytest.mark.parametrize("sheet", [withheld(made()), graded(made(), None), pending(), pending(None)])
def test_without_a_grade_nothing_has_a_score(sheet: Sheet) -> None:
    found = document(sheet)
    assert "score" not in found
    assert not [test for test in found["tests"] if "score" in test or "max_score" in test]
    assert found["output"].startswith("No grade")


@pytest.mark.parametrize(
    ("hidden", "visibility"),
    [
        ("", "visible"),
        ("due", "after_due_date"),
        ("published", "after_published"),
        ("2026-07-01T00:00:00Z", "after_published"),
    ],
)
def test_a_hidden_check_has_its_score_and_is_seen_later(hidden: str, visibility: str) -> None:
    (found,) = [t for t in document(made(hidden=hidden))["tests"] if t["name"] == "items of fail (items)"]
    assert (found["visibility"], found["max_score"]) == (visibility, 10)


def test_what_was_hidden_until_a_date_that_has_passed_is_visible() -> None:
    later = datetime(2026, 7, 1, tzinfo=UTC)
    found = document(made(hidden="2026-07-01T00:00:00Z", now=later))
    assert {test["visibility"] for test in found["tests"] if "score" in test} == {"visible"}


def test_what_is_said_to_all_is_without_the_points_of_a_hidden_check_and_the_score_is_with_them() -> None:
    found = document(made(hidden="published"))
    assert found["output"].startswith("25 of 90 points so far (10 more are shown later)")
    assert (found["score"], sum(test.get("max_score", 0) for test in found["tests"])) == (25, 100)


def test_what_is_hidden_for_good_is_a_remark() -> None:
    (remark,) = [test for test in document(made())["tests"] if test["visibility"] == "hidden"]
    assert "max_score" not in remark
    assert "seed 7" in remark["output"]


def test_half_of_the_points_for_a_warning_is_no_failure() -> None:
    (found,) = [test for test in document(made())["tests"] if "warn" in test.get("tags", ())]
    assert (found["score"], found["max_score"], found["status"]) == (5, 10, "passed")


def test_the_server_s_own_words_are_not_shown_to_students_as_they_are() -> None:
    assert document(made())["stdout_visibility"] == "hidden"
