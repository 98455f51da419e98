"""conformance.model.order: what a run comes after, and what it counts as."""

from __future__ import annotations

import pytest
from helpers.records import check, resource, run, step, suite, target, timed, timeline
from msgspec.structs import replace

from conformance.model import TIERS, Level, Requirement, Resource, RowTier, Run, Step
from conformance.model.order import level_at, needed_by, prerequisites, within_a_life


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
    assert needed_by(check(needs=needs, without=without)) == expected


@pytest.mark.parametrize(
    ("steps", "on", "expected"),
    [
        ((step("r"),), timed(), True),
        ((step("r"),), resource(), False),
        ((step("r"), step("w", do="wait")), timed(), True),
        ((step("r", do="read-miss"),), timed(), False),
        ((step("r"), step("o", of="distinct")), timed(), False),
        ((step("r"), step("c", do="clear")), timed(), False),
        (
            (step("r"), step("c", do="clear", when=({"r": {"status": 404}},))),
            timed(),
            True,
        ),  # for a defect only
    ],
)
def test_what_neither_begins_nor_ends_an_entry_is_answered_by_one(
    steps: tuple[Step, ...], on: Resource, expected: bool
) -> None:
    for of, around in (
        (check("c", *steps), suite()),
        (check("c", on="line"), suite(timelines=[timeline("line", *steps)])),
    ):
        assert within_a_life(run(of, on), around) is expected
