"""`--conformance-assignment` and `--conformance-baseline`: a session with a grade, or held against one."""

from __future__ import annotations

from pathlib import Path

import pytest
from apps.grading import shop
from helpers.embedded import judging
from helpers.judging import Judge, Serve

from conformance.report.write import read, write

INM = "specs/if-none-match.yaml::items::inm-current-is-304"
WEEK = """\
name: week 7
target: tiny.yaml
server: url
checks: {in: [contract, if-none-match]}
points: {total: 40}
"""
READ = """\
name: read
contract: lesson
resources:
  items: {read: GET /items/, json: array, etag: true}
"""
HIDDEN = WEEK + "hidden: {until: published, checks: [inm-current-is-304]}\n"
ONCE = WEEK + "hidden: {until: 2020-01-31, checks: [inm-current-is-304]}\n"


@pytest.fixture
def week(pytester: pytest.Pytester) -> Path:
    """An assignment, in the folder that pytest is started in."""
    return pytester.makefile(".yaml", week=WEEK)


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize("side", [((), ()), (("-n1",), ("xdist",))], ids=["alone", "xdist"])
def test_a_session_is_graded(
    judge: Judge, serve: Serve, side: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    words = ("--conformance-assignment=week.yaml", "--conformance-report=r.json", *side[0])
    result = judge(*words, url=serve("ignores-inm"), plugins=side[1], target="lesson")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["Grade: * of 40 points (week 7).", f"  lost: *, {INM}"])
    grade = read("r.json").grade
    assert grade is not None
    assert (grade.status, grade.of) == ("graded", 40)
    assert 0 < (grade.points or 0) < 40


@pytest.mark.usefixtures("week")
def test_a_part_of_it_has_no_grade(judge: Judge, good: str) -> None:
    result = judge(INM, "--conformance-assignment=week.yaml", url=good, target="lesson")
    result.stdout.fnmatch_lines(["Grade: withheld, between * (this run has left it out) (week 7)."])


@pytest.mark.usefixtures("week")
def test_what_the_assignment_says_is_refused_beside_it(judge: Judge, good: str) -> None:
    result = judge("--conformance-assignment=week.yaml", "--conformance-tier=core", url=good, target="lesson")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    says = "*the assignment says it: leave out --conformance-tier, or --conformance-assignment*"
    result.stderr.fnmatch_lines([says])


def test_what_is_hidden_counts_and_is_no_item(judge: Judge, serve: Serve, pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", week=HIDDEN)
    words = ("--conformance-assignment=week.yaml", "--conformance-report=r.json", "-v")
    result = judge(*words, url=serve("ignores-inm"), target="lesson")
    result.stdout.fnmatch_lines(["Grade: * points so far; 1 check worth * more are shown later (week 7)."])
    result.stdout.no_fnmatch_line("*inm-current-is-304*")
    grade = read("r.json").grade
    assert grade is not None
    assert {row.id: row.points for row in grade.rows}["inm-current-is-304"] == 0
    everything = judge(*words, "--conformance-show-hidden", url=serve("ignores-inm"), target="lesson")
    everything.stdout.fnmatch_lines([f"  lost: *, {INM}"])


def test_what_was_hidden_until_a_date_that_has_passed_is_shown(
    judge: Judge, good: str, pytester: pytest.Pytester
) -> None:
    pytester.makefile(".yaml", week=ONCE)
    result = judge("--conformance-assignment=week.yaml", "-v", url=good, target="lesson")
    result.stdout.fnmatch_lines([f"{INM} PASSED*", "Grade: 40 of 40 points (week 7)."])


@pytest.mark.parametrize("text", ["import gc\n", ""], ids=["imports", "plain"])
def test_what_imports_what_finds_the_clock_is_judged_again_in_real_time(
    text: str, judge: Judge, pytester: pytest.Pytester
) -> None:
    week = WEEK.replace("server: url", "audit: 0.000001").replace("tiny.yaml", "read.yaml")
    pytester.makefile(".yaml", week=week, read=READ)
    shop(pytester.path, text)
    words = ("--conformance-assignment=week.yaml", "--conformance-report=r.json")
    result = judge(*words, "--conformance-app=main:app", target="lesson")
    result.stdout.fnmatch_lines(["Grade: * of 40 points (week 7)."])
    made = read("r.json").audit
    assert (made.because if made else ()) == (("main.py imports gc",) if text else ())


@pytest.mark.parametrize(("flaw", "code"), [("", 1), ("ignores-inm", 0)])
def test_a_session_with_a_baseline_fails_on_what_got_worse_alone(
    flaw: str, code: int, judge: Judge, serve: Serve, tiny: Path
) -> None:
    write(judging(flaw, target=str(tiny)), "before.json")
    result = judge("--conformance-baseline=before.json", "-rs", url=serve("ignores-inm"))
    assert result.ret == code
    result.stdout.fnmatch_lines(["Since the baseline:"])
    if not code:
        result.stdout.fnmatch_lines(["SKIPPED * no worse than in the baseline: *"])
