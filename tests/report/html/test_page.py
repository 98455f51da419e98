"""The page: what stands in it, that nothing in it can do anything, and how large it gets."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.embedded import dead_port, judged, stopped
from helpers.pages import HOSTILE, Page, assert_plain, attacking, failing, graded
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance import cli
from conformance.model import Grade, Report
from conformance.report.document import decode, encode, rescored
from conformance.report.html.page import html
from conformance.report.safe import safe
from conformance.report.write import write

LESSON = 200 * 1024  # bytes that a page of the tier lesson may have
FAILED = "specs/if-none-match.yaml::items::inm-current-is-304"


def made(name: str) -> Callable[[], Report]:
    return lambda: judged(name)


REPORTS: dict[str, Callable[[], Report]] = {
    "passed": judged,
    "warned": made("unquoted-etag"),
    "failed": made("ignores-inm"),
    "late": made("sliding-ttl"),
    "dead": dead_port,
    "stopped": stopped,
    "attacking": attacking,
    "all-fail": lambda: failing(judged()),
    "nothing": lambda: rescored(replace(judged(), entries=())),
}


# ------------------------------------------------------------------ what stands in it


def test_the_first_thing_is_what_it_comes_to_and_then_what_to_mend() -> None:
    text = Page(html(judged("ignores-inm"))).text
    order = [
        "Failed 4 checks do not hold, 21 checks can't be judged before.",
        "Mend this first If-None-Match with the current ETag is answered 304",
        "Next: Compare the header with the ETag",
        "7 checks wait for this one",
        "Topics",
        "Conditional requests with If-None-Match 3 failed, 2 blocked",
        "Failed 4",
        "Expected status 304 Actual 200",
        "Passed 90",
        "Not applicable 14",
        "How it was judged",
    ]
    rest = text
    for each in order:
        _, found, rest = rest.partition(each)
        assert found, f"{each!r} does not come after what stands before it"


def test_points_come_before_all_else() -> None:
    report = judged("ignores-inm")
    grade = graded(report)
    page = Page(html(report, grade))
    assert page.text.index(f"{grade.points} of {grade.of} points") < page.text.index("Mend this first")
    assert page.text.startswith(f"{grade.points} of {grade.of} points · Caching, week 6")
    assert "frozen as abababababab" in page.text


def test_the_grade_that_a_report_has_is_shown() -> None:
    report = judged("ignores-inm")
    assert html(replace(report, grade=graded(report))) == html(report, graded(report)) != html(report)


def test_a_grade_that_is_withheld_says_why_and_what_it_may_come_to() -> None:
    report = judged("ignores-inm")
    grade = graded(report, withheld=True)
    text = Page(html(report, grade)).text
    assert (
        f"Grade withheld It lies between {grade.low} and {grade.high} of {grade.of} points. "
        "Somebody else wrote at the same time."
    ) in text
    assert "None of" not in text


def test_what_costs_points_is_never_out_of_sight() -> None:
    """Not offering what is required is no failure of the run, and earns nothing."""
    report = judged("ignores-inm")
    grade = graded(report)
    lacking = next(r for r in grade.rows if report.entry(r.nodeid).verdict.verdict == "not-applicable")
    gone = replace(lacking, nodeid="specs/gone.yaml::items::gone", id="gone", title="Gone", why="not there")
    text = Page(html(report, replace(grade, rows=(*grade.rows, gone)))).text
    part = text[text.index("More that earned less") : text.index("Passed 90")]
    assert f"{lacking.title} 0 of" in part
    assert "Gone" in part
    assert "not there" in part


def test_what_is_hidden_is_not_in_the_page() -> None:
    report = judged("ignores-inm")
    grade = graded(report, hidden=frozenset({FAILED}))
    source = html(report, grade)
    assert "1 check is hidden for now" in source
    assert FAILED not in source
    assert "if-none-match-yaml-items-inm-current-is-304" not in source
    assert "by a check that is shown later" in source
    assert FAILED in html(report, grade, hidden=True)


def test_what_waits_for_a_hidden_check_does_not_name_it() -> None:
    """The sentences are those that a grade makes: each row tells what it is blocked by."""
    report = judged("ignores-inm")
    made = graded(report, hidden=frozenset({FAILED}))
    rows = [
        replace(r, why=f"blocked by {FAILED}: no 304") if r.verdict == "blocked" else r for r in made.rows
    ]
    source = html(report, replace(made, rows=tuple(rows)))
    assert FAILED not in source
    assert "blocked by a check that is shown later" in source


def test_a_server_that_did_not_start_is_one_diagnosis_with_what_it_printed() -> None:
    report = replace(dead_port(), base_url="", output="Traceback\n  <b>boom</b>")
    text = Page(html(report)).text
    assert text.startswith(
        "Failed · lesson Skip to the checks HTTP caching a server that did not start Failed"
    )
    assert "The server did not start. Mend this first The server has to answer" in text
    assert "What the server printed Traceback <b>boom</b>" in text
    assert "Topics" not in text


def test_what_blocks_others_has_them_folded_under_it() -> None:
    page = Page(html(judged("ignores-inm")))
    waiting = [attrs for attrs in page.of("details") if "waiting" in attrs["class"]]
    assert len(waiting) == 3
    assert not any("open" in attrs for attrs in waiting)
    parts = [attrs for attrs in page.of("details") if attrs["class"] == "part"]
    assert {attrs["id"] for attrs in parts} == {"passed", "noted", "not-applicable", "untestable"}
    assert not any("open" in attrs for attrs in parts)
    assert all("open" in attrs for attrs in page.of("details") if attrs["class"] == "card fail")


def test_strictly_a_warning_is_to_be_mended() -> None:
    assert "Mend this first" not in html(judged("unquoted-etag"))
    text = Page(html(judged("unquoted-etag"), strict=True)).text
    assert "Mend this first The ETag stands in double quotes" in text


def test_a_saved_report_has_the_same_page() -> None:
    assert html(decode(encode(judged("ignores-inm")))) == html(judged("ignores-inm"))


def test_it_is_made_of_a_run_that_is_judged_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved, page = tmp_path / "report.json", tmp_path / "page.html"
    write(judged("ignores-inm"), saved)
    assert cli.command(["judge", str(saved), "--report", str(page)]) == 1
    assert capsys.readouterr().out.endswith(f"report: {page}\n")
    assert page.read_text("utf-8") == html(judged("ignores-inm"))


# ------------------------------------------------------------------ a good document


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_a_whole_document_whose_names_are_there(name: str) -> None:
    page = Page(html(REPORTS[name]()))
    assert page.wrong == []
    assert page.open_ == []
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    named = {attrs["href"][1:] for _, attrs in page.tags if attrs.get("href", "").startswith("#")}
    named |= {attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs}
    assert named <= set(ids)


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_of_the_lesson_stays_small(name: str) -> None:
    report = REPORTS[name]()
    assert len(html(report).encode()) < LESSON
    assert len(html(report, graded(report)).encode()) < LESSON


def test_what_has_no_room_is_a_line() -> None:
    report = failing(judged())
    page = Page(html(report))
    assert "What was sent is left out here, to keep the page small" in page.text
    names = [e.nodeid for e in report.judged]
    assert [name for name in names if name not in page.source] == []


# ------------------------------------------------------------------ nothing in it does anything


def test_its_policy_allows_its_own_style_and_nothing_else() -> None:
    source = html(judged())
    style = re.findall(r"<style>(.*?)</style>", source, re.DOTALL)
    assert len(style) == 1
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    (policy,) = [m["content"] for m in Page(source).of("meta") if "http-equiv" in m]
    assert policy == (f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'")
    assert source.index("Content-Security-Policy") < source.index("<style>")


@pytest.mark.parametrize("place", range(3))
def test_nothing_that_a_server_sent_becomes_a_part_of_it(place: int) -> None:
    report = attacking(5 * place)
    for grade in (None, hostile_grade(report)):
        page = assert_plain(html(report, grade))
        shown = "".join(page.texts)
        assert all(safe(each) in shown for each in HOSTILE)
        assert "49" not in re.findall(r"\b49\b(?= \{%)", shown)


def hostile_grade(report: Report) -> Grade:
    """A grade of which each text is an attack."""
    grade = graded(report, withheld=True)
    rows = tuple(replace(row, why=HOSTILE[0], title=HOSTILE[1]) for row in grade.rows)
    topics = tuple(replace(each, title=HOSTILE[2], file=f"x{n}") for n, each in enumerate(grade.topics))
    return replace(grade, why=HOSTILE[3], assignment=HOSTILE[4], rows=rows, topics=topics)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_is_shown_and_stays_text(text: str) -> None:
    report = replace(dead_port(), output=text, base_url=text, problems=(text,))
    page = assert_plain(html(report))
    assert page.source.encode()
    assert " ".join(safe(text).split()) in page.text
