"""CTRF 1.0: our verdict beside theirs, whole milliseconds, and nothing that is taken for a pass."""

from __future__ import annotations

import json
from typing import Any

from helpers.embedded import judged
from helpers.sheets import graded, made, pending

from conformance.report import ctrf
from conformance.report.sheet import Sheet


def results(sheet: Sheet) -> Any:
    return json.loads(ctrf.write(sheet))["results"]


def test_a_verdict_is_told_by_its_own_name_too() -> None:
    tests = {
        test["rawStatus"]: test for test in results(graded(made(), None))["tests"] if "rawStatus" in test
    }
    assert {name: test["status"] for name, test in tests.items()} == {
        "pass": "passed",
        "warn": "passed",
        "info": "other",
        "fail": "failed",
        "unreachable": "failed",
        "blocked": "skipped",
        "not-applicable": "skipped",
        "untestable": "skipped",
        "inconclusive": "other",
        "error": "other",
    }
    assert tests["warn"]["tags"] == ["SHOULD", "warn"]


def test_strictly_a_warning_is_a_failure() -> None:
    (warned,) = [test for test in results(made(strict=True))["tests"] if test.get("rawStatus") == "warn"]
    assert warned["status"] == "failed"


def test_times_are_whole_milliseconds() -> None:
    summary = results(made())["summary"]
    assert (summary["start"], summary["stop"], summary["duration"]) == (1780324388000, 1780324390500, 2500)
    (failed,) = [test for test in results(made())["tests"] if test.get("rawStatus") == "fail"]
    assert failed["duration"] == 500


def test_a_check_is_known_by_its_node_id() -> None:
    (first, *_) = results(Sheet(judged()))["tests"]
    assert first["testId"] == "specs/contract.yaml::items::etag-present"
    assert first["labels"]["resource"] == "items"


def test_a_run_that_has_not_ended_is_no_pass() -> None:
    found = results(pending())
    assert [test["status"] for test in found["tests"]] == ["other"]
    assert found["environment"]["healthy"] is False
    assert results(Sheet(judged()))["environment"]["healthy"] is True


def test_the_points_stand_where_extensions_do() -> None:
    assert results(made())["extra"]["cache-conformance/grade"]["points"] == 25
