"""conformance.load.laying: what steps ask of whoever lays them out."""

from __future__ import annotations

import pytest
from helpers.records import check, step, suite, timeline

from conformance.load.laying import asked
from conformance.model import Asks, Step

READ, WAIT, CHANGE, CLEAR = (
    step("r"), step("w", do="wait"), step("c", do="change"), step("x", do="clear"),
)  # fmt: skip
LIFE = timeline("life", step("fresh", do="read-miss"), WAIT, step("later", times=8, together=True))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((READ,), "read"),
        ((READ, WAIT), "wait"),
        ((READ, CHANGE), "write"),
        ((READ, CHANGE, WAIT), "write"),
        ((READ, CLEAR), "sweep"),
        ((CHANGE, CLEAR, WAIT), "sweep"),
        ((step("burst", times=8, together=True),), "sweep"),
        ((step("theirs", of="distinct"),), "keys"),
        ((step("client", through="private-cache"),), "wait"),
        ((step("client", through="private-cache"), CHANGE), "write"),
    ],
)
def test_what_touches_others_runs_alone(steps: tuple[Step, ...], expected: str) -> None:
    assert asked(steps, timeline=False).phase == expected


def test_the_burst_of_a_timeline_needs_no_barrier() -> None:
    assert asked(LIFE.steps, timeline=True).phase == "wait"


def test_a_timeline_that_writes_besides_clears_alone() -> None:
    assert asked((CLEAR, WAIT), timeline=True).phase == "joint"
    assert asked((CLEAR, step("many", do="flood")), timeline=True).phase == "sweep"


def test_a_step_that_only_a_defect_pays_for_begins_and_ends_no_life() -> None:
    evidence = step("x", do="clear", when=({"r": {"status": 200}},))
    assert asked((READ, CLEAR), timeline=True).lives
    assert not asked((READ, evidence), timeline=True).lives


def test_two_keys_are_compared_where_one_is_read_that_is_distinct() -> None:
    assert asked((READ, step("theirs", of="distinct")), timeline=False).keys


def test_each_timeline_and_each_check_with_steps_has_its_own() -> None:
    made = suite(check("makes", step("n", do="create")), check("ends", on="life"), timelines=[LIFE])
    assert made.asks == {
        "life": Asks(phase="wait", lives=True),
        "makes": Asks(phase="write", makes=True),
    }
