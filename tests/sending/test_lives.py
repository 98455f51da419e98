"""conformance.sending.lives: how old an entry may be, as plain reads tell."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from helpers.records import exchange, resource, timed

from conformance.model import MISSING, Exchange
from conformance.sending.lives import Lives

TIME, UNMARKED, PLAIN = timed("time"), timed("rates", hit=None), resource("items")
NEVER = float("-inf")


def read(at: float, hit: object, status: int = 200) -> Exchange:
    """A plain read that was sent then, and what it says of the cache."""
    return exchange(status, at=at, value="v", hit=hit)


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        ([], None),
        ([read(1, False)], 1),
        ([read(1, False), read(2, True)], 1),
        ([read(1, False), read(2, True), read(33, False)], 33),
        ([read(5, True)], NEVER),  # it was there before us
        ([read(5, MISSING)], NEVER),
        ([read(5, False, status=503)], None),
    ],
)
def test_an_entry_is_as_old_as_the_last_read_that_was_computed(
    reads: Sequence[Exchange], expected: float | None
) -> None:
    lives = Lives()
    for each in reads:
        lives.saw(TIME, each)
    assert lives.since(TIME) == expected


def test_where_a_value_alone_tells_it_an_entry_may_be_as_old_as_the_last_read_of_another() -> None:
    lives = Lives()
    lives.saw(UNMARKED, read(3, False))
    assert lives.since(UNMARKED) == NEVER
    lives.saw(UNMARKED, read(40, False))
    assert lives.since(UNMARKED) == 3


def test_what_was_waited_for_begins_with_its_read_whatever_that_says() -> None:
    lives = Lives()
    lives.saw(UNMARKED, read(40, True))
    lives.begun(UNMARKED)
    assert lives.since(UNMARKED) == 40


def test_after_a_write_nothing_is_known_to_be_there() -> None:
    lives = Lives()
    lives.saw(TIME, read(1, False))
    lives.forget()
    assert lives.since(TIME) is None
    lives.saw(TIME, read(2, True))
    assert lives.since(TIME) == 1


def test_of_what_is_not_kept_nothing_is_remembered() -> None:
    lives = Lives()
    lives.saw(PLAIN, read(1, False))
    assert lives.since(PLAIN) is None


def test_an_entry_has_outlived_what_a_hit_shows_that_it_has() -> None:
    lives = Lives()
    assert not lives.outlived(TIME, 0)
    lives.saw(TIME, read(1, False))
    lives.saw(TIME, read(62, True))
    assert lives.outlived(TIME, 60)
    assert not lives.outlived(TIME, 61)
    lives.saw(TIME, read(63, False))
    assert not lives.outlived(TIME, 0)
    lives.saw(TIME, read(163, True))
    lives.forget()
    assert not lives.outlived(TIME, 60)


def test_where_nobody_saw_it_begin_an_entry_has_outlived_nothing() -> None:
    lives = Lives()
    lives.saw(TIME, read(500, True))
    assert not lives.outlived(TIME, 60)
    lives.saw(UNMARKED, read(1, False))
    lives.saw(UNMARKED, read(40, False))
    lives.saw(UNMARKED, read(900, True))
    assert not lives.outlived(UNMARKED, 60)
