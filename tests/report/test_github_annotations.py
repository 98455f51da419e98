"""Annotations of GitHub Actions: ten at most, and no command but ours."""

from __future__ import annotations

from helpers.embedded import judged
from helpers.sheets import made, pending
from helpers.sinks import commands
from msgspec.structs import replace

from conformance.report import github_annotations
from conformance.report.sheet import Sheet


def told(sheet: Sheet) -> list[tuple[str, str, str]]:
    return commands(github_annotations.write(sheet))


def test_what_is_right_is_one_notice() -> None:
    ((kind, title, message),) = told(Sheet(judged()))
    assert (kind, title) == ("notice", "HTTP caching")
    assert message.startswith("Passed: ")


def test_a_failure_is_an_error_that_tells_what_to_do() -> None:
    _, (kind, title, message), *_ = told(Sheet(judged("ignores-inm")))
    assert kind == "error"
    assert title == "If-None-Match with the current ETag is answered 304 (items)"
    assert "\nNext: Compare the header with the ETag" in message


def test_a_warning_is_one_and_strictly_an_error() -> None:
    title = "The ETag stands in double quotes (items)"
    for strict, wanted in ((False, "warning"), (True, "error")):
        found = {name: kind for kind, name, _ in told(Sheet(judged("unquoted-etag"), strict=strict))}
        assert found[title] == wanted


def test_of_more_than_ten_the_last_tells_how_many() -> None:
    report = made().report
    found = told(Sheet(replace(report, entries=report.entries * 3, grade=None)))
    assert len(found) == github_annotations.MOST
    assert found[-1][0] == "notice"
    assert found[-1][2] == "7 more: see the report of the run"


def test_what_ends_a_property_is_coded() -> None:
    document = github_annotations.write(made("a,b: 100%"))
    assert b"title=a%2Cb%3A 100%25 of fail (a%2Cb%3A 100%25)::a,b: 100%25%0ANext: a,b: 100%25" in document


def test_a_run_that_has_not_ended_is_an_error() -> None:
    ((kind, _, message),) = told(pending())
    assert kind == "error"
    assert message.startswith("No grade, between 0 and 100 of 100 points: the run has no grade yet")
