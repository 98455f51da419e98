"""What every clock does, and how the moved one decides when to jump."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from conformance.clocks import CLOCKS, Clock, VirtualClock

BOUND = 10.0
LONG = 1e6  # whoever waits for it hangs
MAKE: dict[str, Callable[[], Clock]] = {
    "real": CLOCKS["real"],
    "virtual": lambda: CLOCKS["virtual"](lambda _seconds: None),
}


class Asked(threading.Event):
    """An event that tells when somebody first looks whether it is set, as a clock does before it sleeps."""

    def __init__(self) -> None:
        super().__init__()
        self.looked = threading.Event()

    def is_set(self) -> bool:
        self.looked.set()
        return super().is_set()


class Waiter:
    """A lane of its own that waits for an instant."""

    def __init__(self, clock: Clock, instant: float) -> None:
        self.clock, self.instant = clock, instant
        self.cancelled = Asked()
        self.came: bool | None = None
        self.at = 0.0
        self._lane = clock.lane()
        self._lane.__enter__()  # before the thread runs, as the engine does it
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.came = self.clock.wait_until(self.instant, self.cancelled)
        self.at = self.clock.now()
        self._lane.__exit__(None, None, None)

    def join(self) -> None:
        self.thread.join(BOUND)
        assert not self.thread.is_alive()


# ------------------------------------------------------------------ every clock


@pytest.fixture(params=sorted(CLOCKS))
def clock(request: pytest.FixtureRequest) -> Clock:
    return MAKE[request.param]()


def test_every_clock_is_tried_here() -> None:
    assert set(MAKE) == set(CLOCKS)


@pytest.mark.parametrize("name", sorted(CLOCKS))
def test_it_is_called_as_in_the_table(name: str) -> None:
    assert MAKE[name]().name == name
    assert MAKE[name]().moves is (name == "virtual")


def test_it_counts_from_its_start_and_never_back(clock: Clock) -> None:
    times = [clock.now() for _ in range(100)]
    assert 0 <= times[0] < 1
    assert times == sorted(times)


def test_it_does_not_wait_for_what_is_past(clock: Clock) -> None:
    assert clock.wait_until(clock.now() - 1, threading.Event()) is True


def test_it_returns_at_the_instant_and_not_before(clock: Clock) -> None:
    with clock.lane():
        instant = clock.now() + 0.05
        assert clock.wait_until(instant, threading.Event()) is True
        assert clock.now() >= instant


def test_it_does_not_begin_to_wait_once_cancelled(clock: Clock) -> None:
    cancelled = threading.Event()
    cancelled.set()
    other = clock.lane()
    with other, clock.lane():  # two busy lanes, so that even a clock that moves has to wait
        assert clock.wait_until(clock.now() + LONG, cancelled) is False


def test_a_cancel_ends_a_wait(clock: Clock) -> None:
    with clock.lane():  # busy, so that even a clock that moves has to wait
        waiter = Waiter(clock, clock.now() + 600)
        waiter.cancelled.looked.wait(0.05)  # real time is not asked again
        waiter.cancelled.set()
        waiter.join()
        assert waiter.came is False
        assert clock.now() < 60


# ------------------------------------------------------------------ the clock that moves


@pytest.fixture
def moves() -> list[float]:
    return []


@pytest.fixture
def moved(moves: list[float]) -> VirtualClock:
    return VirtualClock(moves.append)


def test_it_does_not_jump_while_a_lane_is_busy(moved: VirtualClock, moves: list[float]) -> None:
    with moved.lane():
        waiter = Waiter(moved, 100)
        assert waiter.cancelled.looked.wait(BOUND)
        assert moves == []
    waiter.join()  # the busy lane has left
    assert waiter.came is True
    assert moves == [pytest.approx(100, abs=5)]
    assert waiter.at >= 100


def test_it_jumps_to_the_nearest_instant_once_all_wait(moved: VirtualClock, moves: list[float]) -> None:
    with moved.lane():
        far = Waiter(moved, 1000)
        assert far.cancelled.looked.wait(BOUND)
        assert moved.wait_until(10, threading.Event()) is True
        assert 10 <= moved.now() < 20
        assert sum(moves) == pytest.approx(10, abs=5)
        assert far.came is None
    far.join()
    assert sum(moves) == pytest.approx(1000, abs=5)


def test_the_server_is_moved_as_far_as_the_clock(moved: VirtualClock, moves: list[float]) -> None:
    before = time.monotonic()
    with moved.lane():
        for instant in (30.0, 60.0, 3600.0):
            assert moved.wait_until(instant, threading.Event())
    assert moved.now() == pytest.approx(3600, abs=1)
    assert moved.now() - sum(moves) == pytest.approx(time.monotonic() - before, abs=5)


def test_two_that_wait_for_the_same_instant_both_get_it(moved: VirtualClock, moves: list[float]) -> None:
    with moved.lane():  # until both are there
        waiters = [Waiter(moved, 50) for _ in range(2)]
        assert all(w.cancelled.looked.wait(BOUND) for w in waiters)
        assert moves == []
    for each in waiters:
        each.join()
    assert [w.came for w in waiters] == [True, True]
    assert moves == [pytest.approx(50, abs=5)]


def test_a_jump_is_made_at_once(moved: VirtualClock, moves: list[float]) -> None:
    with moved.lane():
        moved.jump(600)
        assert moves == [600]
        assert moved.now() >= 600
