"""conformance.model.order: what a run comes after, and what it counts as."""

from __future__ import annotations

import pytest
from helpers.records import check, resource, run, target
from msgspec.structs import replace

from conformance.model import TIERS, Hook, Level, Requirement, RowTier, Run
from conformance.model.order import Runs, level_at, needed_by, prerequisites


def row(level: Level, tier: RowTier) -> Requirement:
    """A row of the register."""
    return Requirement("A01", level, "it holds", "RFC 1", "", tier=tier)


@pytest.mark.parametrize(
    ("asked", "ground", "lesson", "core", "anywhere"),
    [
        ("MUST", row("SHOULD", "full"), "MUST", "MUST", "SHOULD"),  # the lesson is harder
        ("SHOULD", row("MUST", "core"), "SHOULD", "MUST", "MUST"),  # the register is, from core on
        ("SHOULD", row("MUST", "full"), "SHOULD", "SHOULD", "MUST"),
        ("MUST", row("MUST", "info"), "MUST", "MUST", "MAY"),  # worth recording only
        ("MAY", row("MUST", "info"), "MAY", "MAY", "MAY"),
        ("SHOULD", row("MUST", "lesson"), "MUST", "MUST", "MUST"),
    ],
)
def test_the_level_goes_by_the_contract_that_the_target_claims(
    asked: Level, ground: Requirement, lesson: Level, core: Level, anywhere: Level
) -> None:
    of, claims = check(level=asked, ground=ground), target()
    assert (level_at(of, claims, "lesson"), level_at(of, claims, "core")) == (lesson, core)
    for tier in TIERS:
        assert level_at(of, replace(claims, contract=""), tier) == anywhere


FIRST, SECOND = check("first"), check("second", after=("first", "other"))
HERE, THERE = resource("here"), resource("there")
RUNS = (
    run(FIRST, HERE),
    run(FIRST, THERE),
    run(SECOND, HERE),
    Run("specs/by-hand.yaml::none::first", FIRST, None, ""),
)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (RUNS[2], [RUNS[0]]),
        (RUNS[0], []),
        (Run("specs/by-hand.yaml::none::second", SECOND, None, ""), []),
    ],
)
def test_a_run_comes_after_runs_on_its_own_resource(of: Run, expected: list[Run]) -> None:
    assert list(prerequisites(of, RUNS)) == expected


def test_what_a_run_comes_after_is_in_the_order_of_the_specs() -> None:
    other = run(check("other"), HERE)
    assert prerequisites(RUNS[2], (other, *RUNS)) == (other, RUNS[0])
    assert prerequisites(RUNS[2], (*RUNS, other)) == (RUNS[0], other)


def test_runs_are_found_by_what_they_are_asked_for() -> None:
    runs = Runs.of(RUNS)
    assert Runs.of(runs) is runs
    assert runs.by_id[RUNS[1].id] is RUNS[1]
    assert runs.by_work[RUNS[0].work] == (RUNS[0],)
    assert runs.by_resource == {"here": (RUNS[0], RUNS[2]), "there": (RUNS[1],)}
    assert [each for _, each in runs.by_check["here", "second"]] == [RUNS[2]]


@pytest.mark.parametrize(
    ("needs", "without", "expected"),
    [
        (("read",), (), "the target declares no resource with read"),
        (("ttl", "hit"), (), "the target declares no resource with ttl, hit"),
        (("etag",), ("ttl", "policy"), "the target declares no resource with etag and without ttl, policy"),
    ],
)
def test_why_no_resource_fits_is_said(
    needs: tuple[str, ...], without: tuple[str, ...], expected: str
) -> None:
    assert needed_by(check(needs=needs, without=without), target()) == expected


def test_what_has_to_be_declared_is_said_with_how_unless_some_resource_declares_it() -> None:
    of, hook = check(needs=("ttl", "break")), Hook("POST", "/test/break")
    assert needed_by(of, target()) == (
        "the target declares no resource with ttl, break; a resource that can, says so by "
        "hooks: {break: POST /test/break, mend: POST /test/mend}"
    )
    declaring = target(replace(HERE, hooks={"break": hook, "mend": hook}))
    assert needed_by(of, declaring) == "the target declares no resource with ttl, break"
