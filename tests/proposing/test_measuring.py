"""conformance.proposing.measuring: how long a value is kept, by moving a clock."""

from __future__ import annotations

import pytest

from conformance.proposing.measuring import measured


class Cache:
    """One entry that ends by its age, or by the last read where it slides."""

    def __init__(self, ttl: float, *, slides: bool = False, deaf: bool = False) -> None:
        self._ttl, self._slides, self._deaf = ttl, slides, deaf
        self._now, self._since = 0.0, float("-inf")
        self.reads = 0

    def move(self, seconds: float) -> None:
        self._now += 0 if self._deaf else seconds

    def hit(self) -> bool:
        self.reads += 1
        hit = self._now - self._since < self._ttl
        if not hit or self._slides:
            self._since = self._now
        return hit


def ttl(cache: Cache) -> float | None:
    return measured(cache.hit, cache.move)


@pytest.mark.parametrize("seconds", [1, 5, 30, 60, 86400])
def test_a_ttl_is_found_by_reads_alone(seconds: float) -> None:
    cache = Cache(seconds)
    assert ttl(cache) == seconds
    assert cache.reads < 50


@pytest.mark.parametrize("seconds", [0.5, 33, 7000, 10**7])
def test_one_that_nobody_writes_is_not_guessed(seconds: float) -> None:
    assert ttl(Cache(seconds)) is None


def test_what_slides_or_does_not_follow_the_clock_has_none() -> None:
    assert ttl(Cache(30, slides=True)) is None
    assert ttl(Cache(30, deaf=True)) is None
    assert measured(lambda: None, lambda _: None) is None
