"""Classroom 50's result.json: whose it is, whole numbers, and 0 of 0 without a grade."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.sheets import ENV, graded, made, pending, withheld

from conformance.errors import UsageError
from conformance.report import classroom50
from conformance.report.sheet import Sheet


def document(sheet: Sheet) -> Any:
    return json.loads(classroom50.write(sheet))


def test_whose_it_is_is_what_the_runner_says() -> None:
    found = document(made())
    assert {name: found[name] for name in ("classroom", "assignment", "owner", "submission")} == {
        "classroom": "web-2026",
        "assignment": "caching",
        "owner": "ada",
        "submission": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    }


def test_without_a_difference_to_review_the_commit_is_shown() -> None:
    assert document(made())["review"] == ENV["COMMIT_URL"]
    url = "https://github.com/web/ada/compare/a...b"
    assert document(made(env={**ENV, "REVIEW_URL": url}))["review"] == url


def test_the_owner_has_two_names_and_who_works_alone_is_an_individual() -> None:
    env = {name: value for name, value in ENV.items() if name not in ("OWNER", "ASSIGNMENT_TYPE")}
    classroom50.check({**env, "USERNAME": "grace"})
    for mode in ("group", "team"):
        found = document(made(env={**env, "USERNAME": "grace", "MODE": mode}))
        assert (found["owner"], found["assignment_type"]) == ("grace", "group")
    assert document(made(env={**env, "USERNAME": "grace"}))["assignment_type"] == "individual"


def test_the_points_are_those_of_the_grade() -> None:
    found = document(made(hidden="due"))
    assert (found["score"], found["max-score"]) == (25, 90)
    later, how = found["tests"][-2:]
    assert later["test-name"] == "Checks that are shown later (1)"
    assert how["message"] == "tier lesson, seed 7, suite 1.2.3, isolated by namespaces"


@pytest.mark.parametrize("sheet", [withheld(made()), graded(made(), None), pending(), pending(None)])
def test_without_a_grade_it_is_out_of_nothing(sheet: Sheet) -> None:
    found = document(sheet)
    assert (found["score"], found["max-score"]) == (0, 0)
    assert [test["passed"] for test in found["tests"]] == [False]
    assert found["tests"][0]["message"].startswith("No grade")


def test_where_the_evidence_does_not_fit_the_sentences_still_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom50, "MOST_BYTES", 1)
    *tests, _ = document(made("why"))["tests"]
    assert {(test["message"], test["output"]) for test in tests} == {("why", "")}


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, "lacks CLASSROOM, ASSIGNMENT, OWNER or USERNAME, SUBMISSION_TAG, COMMIT_URL, RELEASE_URL"),
        ({**ENV, "CLASSROOM": " "}, "lacks CLASSROOM: run it from an autograder.py"),
        ({**ENV, "SUBMISSION_TAG": "v1"}, "'v1', which is no tag of a submission; accepted: submit/"),
    ],
)
def test_a_variable_that_is_missing_or_none_is_named(env: dict[str, str], says: str) -> None:
    classroom50.check(ENV)
    with pytest.raises(UsageError, match=says):
        classroom50.check(env)
