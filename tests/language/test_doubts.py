"""Which answers a doubt is about: several workers, or an entry that nobody keeps."""

from __future__ import annotations

import pytest
from helpers.records import done, exchange, target, timed

from conformance.language.doubts import DOUBTS
from conformance.matchers import Case, holds
from conformance.model import Exchange, StepRecord

TIME = timed()
FRESH = done("fresh", exchange(value="12:00", hit=False))


def answer(value: str, hit: bool, at: float) -> Exchange:
    """A read of the cached time."""
    return exchange(value=value, hit=hit, at=at)


MIXED = done("workers-soon", answer("12:00", False, 0.1), answer("12:00", True, 0.1))
ELSEWHERE = done("midway", answer("12:01", True, 10))


@pytest.mark.parametrize(
    ("later", "workers"),
    [
        ((done("midway", answer("12:00", True, 10)),), True),
        ((ELSEWHERE, done("workers-midway", answer("12:01", True, 10), answer("12:00", True, 10))), True),
        # computed anew in the same second, and gone at once: a third of the TTL later nobody has it
        ((ELSEWHERE, done("workers-midway", answer("12:01", False, 10), answer("12:01", True, 10))), False),
    ],
)
def test_workers_are_several_where_one_of_them_still_has_the_old_value(
    later: tuple[StepRecord, ...], workers: bool
) -> None:
    steps = {each.name: each for each in (FRESH, MIXED, *later)}
    case = Case(steps, TIME, target(TIME))
    assert any(holds(when, case) for when in DOUBTS["several-workers"].when) is workers
