"""PrairieLearn's results.json: a score from 0 to 1, or a result that can't be graded; and never too large."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.sheets import grade_of, graded, made, pending, withheld
from msgspec.structs import replace

from conformance.report import prairielearn
from conformance.report.sheet import Sheet


def document(sheet: Sheet) -> Any:
    return json.loads(prairielearn.write(sheet))


def test_the_score_is_the_share_of_the_points() -> None:
    found = document(made())
    assert (found["gradable"], found["score"]) == (True, 0.25)
    assert sum(test["points"] for test in found["tests"]) == 25


def nothing_to_earn() -> Sheet:
    sheet = made()
    return graded(sheet, replace(grade_of(sheet), points=0, of=0, rows=()))


@pytest.mark.parametrize(
    "sheet", [withheld(made()), graded(made(), None), pending(), pending(None), nothing_to_earn()]
)
def test_without_a_grade_no_attempt_is_lost(sheet: Sheet) -> None:
    found = document(sheet)
    assert not found["gradable"]
    assert "score" not in found
    assert found["tests"] == []


def test_what_does_not_count_is_neutral() -> None:
    sheet = made()
    rows = tuple(row for row in grade_of(sheet).rows if row.verdict != "fail")
    found = document(graded(sheet, replace(grade_of(sheet), rows=rows)))
    assert [t["max_points"] for t in found["tests"] if t["name"] == "items of fail (items)"] == [0]


@pytest.mark.parametrize("word", ["\U0001f600" * 9000, "x" * 9000])
def test_what_does_not_fit_is_left_out_and_failures_last(word: str) -> None:
    sheet = made(word)
    many = tuple(
        replace(row, nodeid=f"specs/validators.yaml::{word}::{row.id}-{number}")
        for number in range(60)
        for row in grade_of(sheet).rows
    )
    grade = replace(grade_of(sheet), rows=many, of=10 * len(many))
    made_of_it = prairielearn.write(graded(sheet, grade))
    assert len(made_of_it) <= prairielearn.MOST_BYTES
    assert {test["points"] for test in json.loads(made_of_it)["tests"]} >= {0}
