"""Who is judged a second time, and what comes of it: never a penalty, and never unseen."""

from __future__ import annotations

from dataclasses import replace as replace_

import pytest
from helpers.grading import assignment, nodeid, report, verdict, worth
from helpers.rules import none_of
from msgspec.structs import replace

from conformance.grading.auditing import WATCHED, Submitted, audited, imported, reasons
from conformance.grading.points import grade
from conformance.judge.codes import LATE
from conformance.model import Assignment, Audit, Report, Verdict
from conformance.report.document import decode, encode

SOME = assignment(worth("a"), worth("b"), worth("c", 5), audit=0.05)
GOOD = {"a": verdict("pass"), "b": verdict("fail", warn=True), "c": verdict("pass")}
IT = Submitted((("main.py", b"import gc"),), "digest")
SOME_OTHER = Submitted((("main.py", b"import os"),), "digest")
WHY = ("main.py imports gc",)


def run(verdicts: dict[str, Verdict], by: Assignment = SOME, *, clock: str = "virtual") -> Report:
    """A graded run."""
    held = report(verdicts, clock=clock)
    return replace(held, grade=grade(held, by))


def looked_at(second: dict[str, Verdict], first: Report | None = None) -> Report:
    """A graded run after a second look that gave these verdicts."""
    return audited(first or run(GOOD), SOME, IT, lambda: report(second))


def test_what_is_the_same_by_both_clocks_keeps_its_grade_and_says_that_it_was_looked_at() -> None:
    made = looked_at(GOOD)
    assert made.grade == run(GOOD).grade
    assert made.audit is not None
    assert (made.audit.because, made.audit.differing, made.audit.open) == (WHY, (), ())


@pytest.mark.parametrize("other", [verdict("fail"), verdict("fail", warn=True), verdict("unreachable")])
def test_where_the_two_clocks_differ_the_grade_is_withheld_with_its_range(other: Verdict) -> None:
    made = looked_at({**GOOD, "a": other})
    assert made.grade is not None
    assert made.audit is not None
    assert (made.grade.status, made.grade.cause, made.grade.points) == ("withheld", "policy", None)
    assert (made.grade.low, made.grade.high) == (10, 20)
    assert made.grade.why == "1 check is open (judged again in real time, it came out otherwise)"
    assert made.audit.differing == (nodeid("a"),)


def test_it_stays_withheld_however_often_the_report_is_graded_again() -> None:
    saved = decode(encode(looked_at({**GOOD, "a": verdict("fail")})))
    assert grade(replace(saved, grade=None), SOME) == saved.grade


def test_what_the_second_look_cannot_tell_is_no_difference() -> None:
    late = verdict("inconclusive", code=LATE)
    made = looked_at({**GOOD, "a": late, "b": verdict("untestable")})
    assert made.grade == run(GOOD).grade
    assert made.audit is not None
    assert made.audit.open == (nodeid("a"), nodeid("b"))


def test_a_server_that_did_not_start_a_second_time_differs_in_nothing() -> None:
    made = looked_at(dict.fromkeys("abc", verdict("unreachable")))
    assert made.audit is not None
    assert (made.audit.differing, len(made.audit.open)) == ((), 3)


def test_a_second_look_that_tells_nothing_is_noise() -> None:
    late = verdict("inconclusive", code=LATE)
    made = looked_at(dict.fromkeys(GOOD, late)).grade
    assert made is not None
    assert (made.status, made.cause, made.points, made.low) == ("withheld", "noise", None, 20)
    assert made.why == "it was to be judged again in real time, and that came to no end"


@pytest.mark.parametrize(
    "first",
    [run({**GOOD, "a": verdict("error")}), run(GOOD, clock="real"), replace(run(GOOD), grade=None)],
    ids=["withheld", "real", "ungraded"],
)
def test_what_has_no_grade_by_a_moved_clock_is_not_judged_again(first: Report) -> None:
    def nobody() -> Report:
        raise AssertionError("it was judged again")

    assert audited(first, SOME, IT, nobody) is first
    assert audited(run(GOOD), SOME, SOME_OTHER, nobody) == run(GOOD)


# ------------------------------------------------------------------ who

SOURCES = (("main.py", b"import gc\nfrom ctypes import CDLL\n"), ("app/time.py", b"import time, json\n"))


def test_whoever_imports_what_it_takes_is_named_with_the_file() -> None:
    made = reasons(replace(SOME, audit=1e-12), Submitted(SOURCES, "digest"))
    assert made == ("main.py imports ctypes", "main.py imports gc")


def test_without_an_audit_nobody_is_looked_at() -> None:
    assert reasons(replace(SOME, audit=0.0), Submitted(SOURCES, "digest")) == ()


def test_what_can_run_and_not_be_read_is_as_good_a_reason() -> None:
    deep = b"-" * 200_000 + b"1"
    made = reasons(replace(SOME, audit=1e-12), Submitted((("deep.py", deep),), "", ("x.so, 12 bytes",)))
    assert made == ("not read: x.so, 12 bytes", "not read: deep.py, 200001 bytes")


def test_what_nobody_has_looked_through_is_told_with_a_second_look_and_without() -> None:
    lying = (".venv, 7 bytes",)
    made = audited(run(GOOD), SOME, replace_(SOME_OTHER, unread=lying), lambda: report(GOOD))
    assert made.grade == run(GOOD).grade
    assert made.audit == Audit(unread=lying)
    again = audited(run(GOOD), SOME, replace_(IT, unread=lying), lambda: report(GOOD))
    assert again.audit == Audit(because=WHY, unread=lying)


def test_the_share_is_drawn_by_seed_and_submission_and_by_nothing_else() -> None:
    names = [str(number) for number in range(4000)]
    drawn = [name for name in names if reasons(SOME, Submitted((), name))]
    assert 0.03 < len(drawn) / len(names) < 0.07
    assert drawn == [name for name in names if reasons(SOME, Submitted((), name))]
    assert drawn != [name for name in names if reasons(replace(SOME, seed=1), Submitted((), name))]
    assert all(reasons(replace(SOME, audit=1.0), Submitted((), name)) for name in names)


SAME_AS_IMPORT = (
    "import {}",
    "import {} as x",
    "import {}.more",
    "from {} import x",
    "def f():\n    from {}.more import y",
    "try:\n    import {}\nexcept ImportError:\n    pass",
    "__import__('{}')",
    "import importlib\nimportlib.import_module('{}.more')",
)


@pytest.mark.parametrize("way", SAME_AS_IMPORT)
def test_each_way_to_import_is_one(way: str) -> None:
    none_of(name for name in WATCHED if imported(way.format(name).encode()) != (name,))


@pytest.mark.parametrize(
    "text", ["from . import gc", "gc = 1", "import gcx", "x = 'import gc'", "def f(:", "\0", "(" * 5000, ""]
)
def test_what_imports_none_of_them_is_not_looked_at(text: str) -> None:
    assert imported(text.encode()) == ()


def test_a_file_in_no_encoding_is_none_of_python() -> None:
    assert imported(b"\xff\xfe import gc") == ()
