"""The moment that a value tells."""

from __future__ import annotations

import pytest

from conformance.content.moments import apart, follows, moment
from conformance.content.summaries import summary
from conformance.model import Json

NOON = 12 * 3600.0


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("2026-05-01 12:00:31", NOON + 31),
        ("at 12:00:31.25 o'clock", NOON + 31.25),
        (1_700_000_000, 1_700_000_000 % 86400),
        ("1700000000123", 1_700_000_000 % 86400 + 0.123),
        (12, None),
        ("12:00", None),
        (None, None),
        ({"count": 168, "made": "2026-05-01T12:00:31"}, NOON + 31),
        ({"made": "12:00:31", "again": {"made": ["12:00:31"]}}, NOON + 31),
        ({"made": "12:00:31", "ends": "12:01:01"}, None),
        ({"made": True, "by": []}, None),
        (summary("a long text"), None),
        (summary("a long text", NOON), NOON),
    ],
    ids=repr,
)
def test_a_value_tells_a_moment_where_all_its_texts_of_one_agree(value: Json, told: float | None) -> None:
    assert moment(value) == (None if told is None else pytest.approx(told))


def test_an_object_nested_deeper_than_python_calls_tells_its_moment() -> None:
    value: Json = "12:00:00"
    for _ in range(5000):
        value = [value]
    assert moment(value) == NOON


@pytest.mark.parametrize(
    ("later", "passed", "expected"),
    [("12:00:31", 31, True), ("12:00:31", 30, True), ("12:00:31", 28, False), ("12:01:00", 60, False)],
    ids=["to the second", "within a second", "not", "whole minutes tell nothing"],
)
def test_a_value_follows_the_time_that_has_passed(later: str, passed: float, expected: bool) -> None:
    assert follows("12:00:00", later, passed) is expected
    assert follows({"made": "12:00:00"}, {"made": later}, passed) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2026-11-28 12:00:31", "2026-11-28 12:00:00", 31),
        ("Sat Nov 28 00:00:01 2026", "Fri Nov 27 23:59:59 2026", 2),
        ("2026-11-28T12:00:31.25+00:00", "2026-11-28T12:00:31", 0.25),
        (1700000031.5, 1700000000, 31.5),
        ("1700000031500", "1700000000000", 31.5),
        (1700000031500000000, "1700000000", 31.5),
        ("12:00", "12:00:31", None),
        ("12:00:31", None, None),
        (True, 1700000000, None),
        (["12:00:31"], "12:00:30", 1),
        (31, 30, None),
        ("99:99:99", "12:00:00", None),
    ],
)
def test_how_far_apart_the_moments_are_that_two_values_tell(
    one: Json, other: Json, expected: float | None
) -> None:
    found = apart(one, other)
    assert found == (expected if expected is None else pytest.approx(expected))
