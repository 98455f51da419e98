"""What got better or worse between two runs: by verdicts, and by nothing that differs anyway."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from helpers.embedded import judged
from helpers.grading import nodeid, report, verdict
from helpers.reports import assert_tame
from helpers.sheets import pending
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.model import OUT_OF_REACH, Report, Verdict, VerdictName
from conformance.report.changed import WAYS, headline, text
from conformance.report.changes import Changes, Way, baselined, changes, refuse_broken, way
from conformance.report.result import FAILED, INTERRUPTED, NOT_JUDGED, NOTHING, OURS, PASSED

VERDICTS: tuple[VerdictName, ...] = get_args(VerdictName)
WORSE = {
    ("pass", "fail"), ("pass", "warn"), ("pass", "blocked"), ("pass", "not-applicable"), ("info", "fail"),
    ("pass", "inconclusive"), ("pass", "error"), ("warn", "fail"), ("warn", "blocked"),
    ("warn", "unreachable"),
    ("not-applicable", "fail"), ("inconclusive", "unreachable"), ("untestable", "fail"),
}  # fmt: skip
BETTER = {
    ("fail", "pass"), ("fail", "warn"), ("blocked", "pass"), ("blocked", "warn"), ("unreachable", "pass"),
    ("inconclusive", "pass"), ("not-applicable", "pass"), ("error", "info"), ("warn", "pass"),
}  # fmt: skip
OTHER = {
    ("fail", "blocked"), ("blocked", "fail"), ("fail", "not-applicable"), ("fail", "inconclusive"),
    ("warn", "untestable"), ("not-applicable", "inconclusive"), ("inconclusive", "warn"),
    ("untestable", "blocked"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "which"),
    [(WORSE, "worse"), (BETTER, "better"), (OTHER, "other")],
    ids=["worse", "better", "other"],
)
def test_which_way_a_check_has_gone(pairs: set[tuple[VerdictName, VerdictName]], which: Way) -> None:
    assert {pair: way(*pair) for pair in pairs} == dict.fromkeys(pairs, which)


def test_what_is_as_it_was_is_no_change() -> None:
    assert {way(each, each) for each in VERDICTS} == {""}
    assert way("pass", "info") == way("info", "pass") == ""


@given(st.sampled_from(VERDICTS), st.sampled_from(VERDICTS))
def test_what_is_worse_one_way_is_never_worse_the_other_way(old: VerdictName, new: VerdictName) -> None:
    assert {way(old, new), way(new, old)} not in ({"worse"}, {"better"})
    assert ({way(old, new), way(new, old)} == {""}) is (old == new or {old, new} == {"pass", "info"})


def run(**verdicts: Verdict) -> Report:
    return report(verdicts)


OLD = run(a=verdict("pass"), b=verdict("fail"), c=verdict("fail"), gone=verdict("pass"), left=verdict("pass"))
NEW = run(
    a=verdict("fail", message="the tag moves"),
    b=verdict("pass"),
    c=verdict("fail"),
    new=verdict("fail"),
    left=verdict("deselected"),
)


def test_each_check_is_told_with_both_verdicts() -> None:
    found = changes(OLD, NEW)
    assert [(e.nodeid, e.old, e.new, e.message) for e in found.worse] == [
        (nodeid("a"), "pass", "fail", "the tag moves")
    ]
    assert [(e.nodeid, e.old, e.new) for e in found.better] == [(nodeid("b"), "fail", "pass")]
    assert (found.other, found.same) == ((), 1)


def test_what_only_one_of_them_has_judged_is_neither_better_nor_worse() -> None:
    found = changes(OLD, NEW)
    assert (found.only_old, found.only_new) == (2, 1)


def test_what_only_a_started_server_shows_is_not_worse_by_a_url() -> None:
    out = replace(verdict("untestable"), code=OUT_OF_REACH)
    found = changes(run(a=verdict("pass"), b=verdict("pass")), run(a=out, b=verdict("untestable")))
    assert [change.nodeid for change in found.other] == [nodeid("a")]
    assert [change.nodeid for change in found.worse] == [nodeid("b")]


def test_a_run_does_not_differ_from_itself_nor_from_a_run_that_has_not_judged_it() -> None:
    good = judged()
    found = changes(good, good)
    assert (found.worse, found.better, found.other, found.apart) == ((), (), (), ())
    assert changes(judged("ignores-inm"), good).better
    assert changes(good, judged("ignores-inm")).worse
    assert not changes(good, report({})).worse


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"specs_sha256": "f" * 64}, "the specs was specs, and is ffffffffffff"),
        ({"suite_version": "2"}, "the version was 1, and is 2"),
        ({"tier": "core"}, "the tier was lesson, and is core"),
        ({"stopped": "SIGINT came"}, "the second run ended early: SIGINT came"),
    ],
)
def test_what_the_two_were_judged_by_otherwise_is_told(change: dict[str, Any], says: str) -> None:
    assert changes(OLD, replace(NEW, **change)).apart == (says,)


@pytest.mark.parametrize(("code", "worse", "better"), [
    (PASSED, FAILED, PASSED), (FAILED, FAILED, PASSED), (NOT_JUDGED, FAILED, PASSED),
    (INTERRUPTED, INTERRUPTED, INTERRUPTED), (OURS, OURS, OURS), (NOTHING, NOTHING, NOTHING),
])  # fmt: skip
def test_a_run_with_a_baseline_fails_on_what_got_worse_alone(code: int, worse: int, better: int) -> None:
    assert baselined(code, changes(OLD, NEW)) == worse
    assert baselined(code, changes(NEW, NEW)) == better


# ------------------------------------------------------------------ in words


def test_a_run_that_was_broken_off_is_no_baseline() -> None:
    with pytest.raises(UsageError, match=r"'old\.json' is of a run that has not come to its end"):
        refuse_broken(pending().report, "'old.json'")


@pytest.mark.parametrize("code", [FAILED, NOT_JUDGED])
def test_a_baseline_that_shares_nothing_excuses_nothing(code: int) -> None:
    assert baselined(code, Changes((), (), (), same=0, only_old=3, only_new=4)) == code


def test_what_got_worse_stands_first_with_its_sentence() -> None:
    lines = list(text(changes(OLD, NEW)))
    assert lines == [
        "1 check worse, 1 check better, 1 as before.",
        "",
        "Worse: 1",
        f"  {nodeid('a')}: pass -> fail",
        "      the tag moves",
        "",
        "Better: 1",
        f"  {nodeid('b')}: fail -> pass",
        "",
        "Not compared: 2 checks only judged before, 1 only now",
    ]
    assert headline(changes(NEW, NEW)) == "Nothing got better or worse (4 checks as before)."


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize(
    "word", ["\x1b[2J", "x\n::error::y", "<script>", "##[error]", "`", "@all http://evil.example", "\u202e"]
)
def test_what_a_server_said_is_shown_and_not_obeyed(name: str, word: str) -> None:
    worse = replace(
        NEW, entries=tuple(replace(e, verdict=replace(e.verdict, message=word)) for e in NEW.entries)
    )
    made = "\n".join(WAYS[name](changes(OLD, worse)))
    assert_tame(made)
    assert name != "markdown" or not [
        each for each in ("<script>", "@all http") if each in made.replace(f"`{word}`", "")
    ]
