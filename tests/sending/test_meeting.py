"""conformance.sending.meeting: lanes that do something at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from conformance.sending.meeting import Meeting

BOUND = 10.0


def together(*lanes: Callable[[], None]) -> None:
    """Run them side by side, to their end."""
    threads = [threading.Thread(target=lane, daemon=True) for lane in lanes]
    for each in threads:
        each.start()
    for each in threads:
        each.join(BOUND)
        assert not each.is_alive()


def test_all_have_arrived_before_one_begins_and_all_have_done_it_before_one_goes_on() -> None:
    meeting, never, told = Meeting(), threading.Event(), list[str]()

    def lane() -> None:
        for _ in range(3):
            told.append("comes")
            with meeting.turn(never):
                told.append("does")
            told.append("goes")

    meeting.expect(2)
    together(lane, lane)
    rounds = [told[begin : begin + 2] for begin in range(0, len(told), 2)]
    assert [sorted(each) for each in rounds if "does" in each] == [["does", "does"]] * 3


def test_who_has_left_is_not_waited_for() -> None:
    meeting, never, done = Meeting(), threading.Event(), threading.Event()

    def stays() -> None:
        with meeting.turn(never):
            done.set()

    meeting.expect(2)
    together(stays, meeting.leave)
    assert done.is_set()


@pytest.mark.parametrize("expected", [0, 1])
def test_alone_nobody_waits(expected: int) -> None:
    meeting, never = Meeting(), threading.Event()

    def lane() -> None:
        with meeting.turn(never), meeting.turn(never):
            pass

    meeting.expect(expected)
    together(lane)


def test_a_run_that_is_cancelled_waits_for_nobody() -> None:
    meeting, cancelled = Meeting(), threading.Event()

    def lane() -> None:
        with meeting.turn(cancelled):
            pass

    meeting.expect(2)
    cancelled.set()
    together(lane)


def test_what_goes_wrong_in_between_keeps_nobody_waiting() -> None:
    meeting, never = Meeting(), threading.Event()

    def fails() -> None:
        with pytest.raises(RuntimeError), meeting.turn(never):
            raise RuntimeError

    def does() -> None:
        with meeting.turn(never):
            pass

    meeting.expect(2)
    together(fails, does)
