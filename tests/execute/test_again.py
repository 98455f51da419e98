"""Judging a saved report again, whoever has written it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from helpers.embedded import judged, judging
from helpers.rules import none_of
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.execute.again import judge_again
from conformance.report.document import decode, encode

Change = Callable[[Any], object]


def _through_a_cache(document: Any) -> list[Any]:
    steps = [step for record in document["records"].values() for step in record["steps"]]
    return [step["cache"] for step in steps if step.get("cache", {}).get("reads")]


def _no_times(document: Any) -> None:
    for cache in _through_a_cache(document):
        cache["reads"] = []


def _backwards(document: Any) -> None:
    for cache in _through_a_cache(document):
        cache["reads"] = [5.0, *cache["reads"], -1.0]


@pytest.mark.parametrize("change", [_no_times, _backwards])
def test_a_record_that_no_run_has_left_is_said_in_a_sentence_and_gets_no_verdict(change: Change) -> None:
    document = json.loads(encode(judged()))
    change(document)
    with pytest.raises(
        UsageError, match=r"can't be judged by its record in the report, which no run has left"
    ):
        judge_again(decode(json.dumps(document).encode()))


def test_what_fails_for_a_cause_that_another_check_has_told_meanwhile_is_blocked_by_it_both_times() -> None:
    report = judging(overrides=["reports.read=GET /nothing/", "reports.ask=false"])
    again = judge_again(report)
    none_of(
        f"{e.nodeid}: {e.verdict.outcome}, then {again.entry(e.nodeid).verdict.outcome}"
        for e in report.judged
        if e.verdict.outcome != again.entry(e.nodeid).verdict.outcome
    )


def test_what_was_stopped_is_judged_so_again() -> None:
    report = judged()
    entry = next(e for e in report.judged if e.work)
    record = report.records[entry.work]
    cut = replace(record, steps=(replace(record.steps[0], status="stopped", exchanges=()),))
    again = judge_again(replace(report, records={**report.records, entry.work: cut}))
    assert again.entry(entry.nodeid).verdict.code == "stopped"
