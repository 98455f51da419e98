"""conformance.execute.waits: what takes longer than a second is told with why, and with the seconds left."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
from helpers.records import done, exchange, record

from conformance.clocks import RealClock, VirtualClock
from conformance.execute import starting
from conformance.execute.progress import Progress, line
from conformance.execute.waits import Waits
from conformance.servers.specs import AppSpec, CommandSpec

BY_PYTHON, BY_COMMAND = AppSpec("main:app"), CommandSpec("./serve {port}")


class Clock(RealClock):
    """Real time that is set by hand."""

    def __init__(self, now: float) -> None:
        self.time = now

    def now(self) -> float:
        return self.time


def told(waits: Waits, **took: float) -> str:
    """The line, after half of ten checks were judged in so many seconds, with answers that took so long."""
    answers = tuple(exchange(took=took.get("answer", 0.01)) for _ in range(3))
    records = {"w": record(done("a", *answers))}
    left = waits.left(records, took.get("elapsed", 1.0), 5, 10)
    return line(Progress(5, 10, left, lambda _: None))


def test_a_wait_in_real_time_is_told_with_the_seconds_left() -> None:
    waits, clock = Waits(), Clock(100.0)
    waiting = waits.of(clock)
    waiting("time", "its TTL of 30 s to end", 130.0)
    assert told(waits) == "5 of 10 checks judged, 30 s more for its TTL of 30 s to end (time)"
    clock.time = 112.0
    assert told(waits) == "5 of 10 checks judged, 18 s more for its TTL of 30 s to end (time)"
    waiting("time", "its TTL of 30 s to end", None)
    assert told(waits) == "5 of 10 checks judged"


def test_a_clock_that_is_distrusted_is_told_with_the_reason() -> None:
    waits = Waits()
    waits.of(Clock(0.0), {"time": "it kept its value although 630 s were moved"})("time", "its TTL", 30.0)
    assert told(waits).endswith(
        ", 30 s more for its TTL (time in real time: it kept its value although 630 s were moved)"
    )


def test_a_wait_that_is_moved_costs_nothing_and_is_not_told() -> None:
    waits = Waits()
    waits.of(VirtualClock(lambda _: None))("time", "its TTL", 1e6)
    assert told(waits) == "5 of 10 checks judged"


def test_a_server_that_takes_half_a_second_an_answer_is_told() -> None:
    assert told(Waits(), answer=0.52, elapsed=40.0) == (
        "5 of 10 checks judged, 40 s more for all other checks, at about 0.5 s an answer (the server)"
    )
    assert told(Waits(), answer=0.1, elapsed=40.0) == "5 of 10 checks judged"


def test_a_wait_says_more_than_that_the_server_is_slow() -> None:
    waits = Waits()
    waits.of(Clock(0.0))("time", "its TTL", 20.0)
    assert "20 s more for its TTL (time)" in told(waits, answer=0.5, elapsed=40.0)
    assert "an answer" not in told(waits, answer=0.5, elapsed=40.0)


def test_a_request_without_an_answer_is_told_once_it_takes_longer_than_a_second() -> None:
    now = [0.0]
    waits = Waits(lambda: now[0])

    def at(time: float, *asking: tuple[str, float]) -> str:
        now[0] = time
        return line(Progress(5, 10, waits.left({}, 1.0, 5, 10, asking), lambda _: None))

    hung = ("GET /items/", 10.0)
    assert at(0.0, hung) == at(0.9, hung) == "5 of 10 checks judged"
    assert at(2.0, hung) == "5 of 10 checks judged, 8 s more for an answer, or its time-out (GET /items/)"
    assert at(2.1) == "5 of 10 checks judged"
    assert at(3.0, ("GET /items/", 13.0)) == "5 of 10 checks judged"


def test_a_search_is_told_with_what_is_left_of_it() -> None:
    now = [0.0]
    waits = Waits(lambda: now[0])
    with waits.searching("items", "inm-current-is-304", 50) as tried:
        for _ in range(10):
            tried()
        now[0] = 5.0
        assert told(waits) == (
            "5 of 10 checks judged, 20 s more for a search for counterexamples to inm-current-is-304 (items)"
        )
        for _ in range(100):
            tried()  # while it shrinks, nobody knows
        assert told(waits).startswith("5 of 10 checks judged, 1 s more for a search")
    assert told(waits) == "5 of 10 checks judged"


@pytest.mark.parametrize(("spec", "name"), [(BY_PYTHON, "main:app"), (BY_COMMAND, "./serve {port}")])
def test_a_start_that_takes_long_is_told(spec: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_GLANCE", 0.001)
    monkeypatch.setattr(starting, "_PATIENCE", 0.0)
    future: Future[Any] = Future()
    said: list[str] = []

    def tell(progress: Progress) -> None:
        said.append(line(progress))
        future.set_result(None)

    starting.await_start(future, spec, tell)
    assert said == [f"20 s more for the start of the server ({name})"]
