"""JUnit XML as GitLab shows it: what is told apart by what, and whose text is seen."""

from __future__ import annotations

import pytest
from helpers.embedded import judged
from helpers.sheets import made, pending
from helpers.sinks import junit_cases
from msgspec.structs import replace

from conformance.report import junit
from conformance.report.sheet import Sheet


def cases(sheet: Sheet) -> dict[str, tuple[str, str]]:
    """Name -> what came out, and the text that is shown."""
    return {name: (kind, text) for _, name, kind, text in junit_cases(junit.write(sheet))}


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        ("pass", ""),
        ("info", ""),
        ("warn", "skipped"),
        ("fail", "failure"),
        ("unreachable", "failure"),
        ("blocked", "skipped"),
        ("not-applicable", "skipped"),
        ("untestable", "skipped"),
        ("inconclusive", "error"),
        ("error", "error"),
        ("deselected", "skipped"),
    ],
)
def test_a_verdict_is_what_it_comes_nearest_to(verdict: str, kind: str) -> None:
    assert cases(made())[f"check-{verdict}"][0] == kind


def test_a_failure_tells_in_its_text_what_to_do_and_what_it_costs() -> None:
    _, text = cases(made())["check-fail"]
    assert "Next:        items" in text
    assert "0 of 10 points" in text


def test_a_warning_is_seen_and_strictly_fails() -> None:
    kind, text = cases(made())["check-warn"]
    assert (kind, text.startswith("Warning, a SHOULD that does not hold\n")) == ("skipped", True)
    assert "Next:        items" in text
    assert cases(made(strict=True))["check-warn"][0] == "failure"


def test_a_case_is_known_by_ids_that_stay() -> None:
    where, name, *_ = junit_cases(junit.write(Sheet(judged("ignores-inm"))))[0]
    assert (where, name) == ("specs/contract.yaml::items", "etag-present")


def test_two_that_are_called_alike_are_told_apart() -> None:
    report = made().report
    twice = replace(report, entries=(report.entries[0], report.entries[0]), grade=None)
    assert set(cases(Sheet(twice))) == {"the run", "check-pass", "check-pass #2"}


def test_a_run_that_has_not_ended_is_an_error() -> None:
    ((where, name, kind, text),) = junit_cases(junit.write(pending()))
    assert (where, name, kind) == ("conformance", "the run", "error")
    assert "it has not come to its end" in text


def test_a_run_that_passes_has_no_case_of_its_own() -> None:
    assert "the run" not in cases(Sheet(judged()))


def test_where_the_evidence_does_not_fit_the_advice_still_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit, "MOST_BYTES", 1)
    assert cases(made())["check-fail"] == ("failure", "items\nNext: items")


def test_more_than_gitlab_reads_is_left_out_and_failures_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit, "MOST_OBJECTS", 5 * 8)
    assert set(cases(made())) == {"the run", "check-fail", "check-blocked", "check-not-applicable"}
