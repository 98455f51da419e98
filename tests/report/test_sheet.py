"""What every format tells: lines with their points, who may see what, and when there is no grade."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from helpers.embedded import judged, stopped
from helpers.sheets import grade_of, graded, made, pending, withheld
from msgspec.structs import replace

from conformance.report.mending import first
from conformance.report.result import result
from conformance.report.sheet import Line, Sheet, cut, fitting, instant


def line(sheet: Sheet, verdict: str) -> Line:
    return next(each for each in sheet.lines if each.verdict == verdict)


def test_every_line_of_a_grade_is_there_and_its_points_add_up() -> None:
    sheet = made()
    assert sum(each.points or 0 for each in sheet.lines) == grade_of(sheet).points
    assert sum(each.of or 0 for each in sheet.lines) == grade_of(sheet).of
    assert line(sheet, "error").of is None  # it does not count


def test_what_is_left_out_is_a_line_only_where_it_counts() -> None:
    sheet = made()
    assert line(sheet, "deselected").worth == "0 of 10 points"
    assert "deselected" not in {each.verdict for each in graded(sheet, None).lines}


def test_what_counts_and_the_run_has_not_is_a_line_too() -> None:
    sheet = made()
    row = replace(
        grade_of(sheet).rows[0], nodeid="specs/gone.yaml::items::gone", title="It was there", why=""
    )
    more = graded(sheet, replace(grade_of(sheet), rows=(*grade_of(sheet).rows, row)))
    assert more.lines[-1].entry is None
    assert (more.lines[-1].name, more.lines[-1].message) == ("It was there", "the run has no such check")


def test_what_is_hidden_is_one_line_for_all_which_tells_nothing_of_its_points() -> None:
    sheet = made(hidden="due")
    open_, last = sheet.shown[:-1], sheet.shown[-1]
    assert "fail" not in {each.verdict for each in open_}
    assert (last.name, last.worth) == ("Checks that are shown later (1)", "")
    assert last.message == "worth 10 points, which do not count here; all of it is shown later"
    assert sum(each.of or 0 for each in sheet.shown) == 90
    assert [each.nodeid for each in sheet.hidden] == [line(made(), "fail").nodeid]


def test_what_waits_for_a_hidden_check_does_not_name_it() -> None:
    sheet = made("the answer", hidden="published")
    waits = line(sheet, "blocked")
    assert "shown later" in waits.message
    assert waits.advice == ""
    assert "check-fail" not in sheet.evidence(waits)
    assert "check-fail" in sheet.evidence(line(made("the answer"), "fail"))


def answering(sheet: Sheet) -> Sheet:
    """The same, where each request was answered."""
    entries = tuple(e for e in sheet.whole.entries if e.verdict.outcome != "unreachable")
    return Sheet(replace(sheet.whole, entries=entries), sheet.strict, sheet.env)


@pytest.mark.parametrize(
    "sheet", [made(), answering(made()), answering(made(hidden="due")), made(hidden="due")]
)
def test_what_is_to_be_mended_first_is_what_the_page_and_the_terminal_name(sheet: Sheet) -> None:
    mend, found = first(sheet.report), sheet.first
    assert (mend is None) is (found is None)
    if mend is not None and found is not None:
        assert found.entry is mend.entry
        assert mend.title.lower() in found.name.lower()
        assert found.verdict == ("unreachable" if mend.entry is None else "fail")


def test_a_hidden_check_is_nothing_that_is_to_be_mended_first() -> None:
    found = answering(made()).first
    assert found is not None
    assert found.verdict == "fail"
    assert answering(made(hidden="due")).first is None


@pytest.mark.parametrize("strict", [False, True])
def test_a_warning_is_a_failure_where_one_is_strict(strict: bool) -> None:
    warned = line(made(strict=strict), "warn")
    assert (warned.fails, warned.holds) == (strict, not strict)
    assert warned.advice == "items"


def test_the_headline_tells_the_points_or_the_result() -> None:
    good = judged()
    assert made().headline == "25 of 100 points"
    assert Sheet(good).headline == result(good).says
    assert withheld(made()).headline == "No grade, between 25 and 100 of 100 points: noise came from outside"


def test_trouble_is_what_keeps_a_run_from_being_a_pass_or_a_fail() -> None:
    assert Sheet(judged()).trouble == ""
    assert Sheet(judged("ignores-inm")).trouble == ""
    assert "the run ended early" in Sheet(stopped()).trouble
    assert graded(Sheet(judged()), withheld(made()).grade).trouble.startswith("No grade")
    assert "it has not come to its end" in pending().trouble


def test_a_reason_of_a_hidden_check_is_not_told_as_that_of_the_run() -> None:
    report = judged()
    entry = report.entries[0]
    verdict = replace(entry.verdict, outcome="inconclusive", verdict="inconclusive", message="SECRET")
    report = replace(report, entries=(replace(entry, verdict=verdict), *report.entries[1:]))
    grade = grade_of(made())
    row = replace(grade.rows[0], nodeid=entry.nodeid, hidden_until="due")
    hidden = Sheet(replace(report, grade=replace(grade, rows=(row,))))
    assert "SECRET" in Sheet(report).says
    assert "SECRET" not in hidden.says


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2026-06-01T14:33:08+02:00", datetime(2026, 6, 1, 12, 33, 8, tzinfo=UTC)),
        ("2026-06-01T14:33:08", datetime(2026, 6, 1, 14, 33, 8, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", datetime(1970, 1, 1, tzinfo=UTC)),
        ("yesterday", datetime(1970, 1, 1, tzinfo=UTC)),
        ("", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_start_that_nobody_can_read_is_the_beginning_of_time(told: str, moment: datetime) -> None:
    assert Sheet(replace(made().report, started=told)).started == moment


def test_a_moment_has_its_four_digits_of_a_year() -> None:
    assert instant(datetime(1, 6, 1, 14, 33, 8, 500, tzinfo=UTC)) == "0001-06-01T14:33:08Z"


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), -1.0, 1e300])
def test_a_run_does_not_end_before_it_started(seconds: float) -> None:
    sheet = Sheet(replace(made().report, seconds=seconds))
    assert sheet.ended == sheet.started


def test_a_line_takes_as_long_as_its_exchanges() -> None:
    assert made().seconds(line(made(), "fail")) == 0.5


@pytest.mark.parametrize("word", ["::error::x", "  ::error::x"])
def test_no_line_begins_a_workflow_command(word: str) -> None:
    sheet = made(word)
    told = [each.message for each in sheet.lines]
    told += [text for each in sheet.lines for text in sheet.evidence(each).split("\n")]
    assert not [text for text in told if text.lstrip().startswith("::")]


def test_failures_come_before_all_else_where_not_all_fits() -> None:
    kept = list(cut(made().lines, 2))
    assert {each.verdict for each in kept}.isdisjoint({"pass", "warn", "info"})
    assert list(cut(made().lines, 100)) == list(made().lines)


def test_the_first_way_that_fits_is_taken_or_the_last() -> None:
    ways = [lambda: b"long" * 9, lambda: b"long", lambda: b"l"]
    assert fitting(4, ways) == b"long"
    assert fitting(0, ways) == b"l"
