"""conformance.execute.arriving: a server that is starting is waited for, and no longer than was allowed."""

from __future__ import annotations

import threading

import pytest
from helpers.hostile import serve, unused_port
from helpers.student import Student, reply

from conformance.clocks import RealClock
from conformance.execute.arriving import arrived
from conformance.wire import Wire


class Time:
    """Passes where it is waited for, and nowhere else."""

    def __init__(self, stop_after: int = 10**6) -> None:
        self.seconds = 0.0
        self.pauses = 0
        self._stop_after = stop_after

    def now(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> bool:
        self.seconds += seconds
        self.pauses += 1
        return self.pauses >= self._stop_after


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_a_proxy_says_meanwhile_is_no_answer(status: int) -> None:
    answers = iter([reply(status)] * 3 + [reply(404, {})])
    student = Student(lambda *_: next(answers))
    time = Time()
    with serve(student) as server, Wire(server.url, RealClock()) as wire, wire.lane() as lane:
        assert arrived(lane, "/openapi.json", 30, time.pause, now=time.now).status == 404
    assert time.pauses == 3
    assert set(student.asked) == {("GET", "/openapi.json")}


def test_who_does_not_come_is_given_up_when_the_time_is_over() -> None:
    time = Time()
    with Wire(f"http://127.0.0.1:{unused_port()}", RealClock()) as wire, wire.lane() as lane:
        sent = arrived(lane, "/", 2, time.pause, now=time.now)
    assert sent.fault is not None
    assert sent.fault.kind == "refused"
    assert time.seconds == 2


def test_a_run_that_is_ended_waits_no_more() -> None:
    time = Time(stop_after=2)
    with Wire(f"http://127.0.0.1:{unused_port()}", RealClock()) as wire, wire.lane() as lane:
        arrived(lane, "/", 3600, time.pause, now=time.now)
    assert time.pauses == 2


def test_what_never_will_be_right_is_not_waited_for() -> None:
    with serve(lambda peer: peer.send(b"SSH-2.0-OpenSSH\r\n")) as server:
        base = server.url.replace("http:", "https:")
        with Wire(base, RealClock()) as wire, wire.lane() as lane:
            sent = arrived(lane, "/", 3600, threading.Event().wait)
    assert sent.fault is not None
    assert sent.fault.kind == "tls"
