"""Which steps a check looks at: its own, and those that it, or its doubts, hold others against."""

from __future__ import annotations

from helpers.runs import SUITE
from msgspec.structs import replace

from conformance.judge.scope import looked_at

CHECKS = {check.id: check for file in SUITE.files for check in file.checks}


def test_it_looks_at_its_own_steps_and_at_those_that_they_are_held_against() -> None:
    made = looked_at([CHECKS["clear-empties"]])
    assert made == frozenset({"warm", "cleared", "anew", "one", "other"})
    assert looked_at([]) == frozenset()


def test_it_looks_at_what_its_doubts_look_at() -> None:
    check = CHECKS["clear-empties"]
    doubt = replace(check, doubts=(CHECKS["life-after-clear"].doubts[0],))
    (way, *_) = doubt.doubts[0].when
    made = looked_at([doubt])
    assert made is not None
    assert made >= set(way)


def test_of_one_that_names_no_step_all_count() -> None:
    lint = next(check for check in CHECKS.values() if not check.expects)
    assert looked_at([CHECKS["clear-empties"], lint]) is None
