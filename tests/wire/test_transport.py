"""Lanes and their connections: kept, renewed, repeated, closed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from helpers.hostile import BOUND, Peer, Script, answers, hold_after, serve
from helpers.wires import NOT_MODIFIED, OK, Ticks, Wires, content, fault

from conformance.errors import HarnessError
from conformance.model import Exchange
from conformance.wire import Wire, transport


def test_a_lane_keeps_its_connection(wires: Wires) -> None:
    with serve(answers(OK)) as server:
        lane = wires(server.url).lane()
        assert [lane.exchange("GET", "/").connection for _ in range(3)] == [1, 1, 1]
        assert server.connections == 1


def test_lanes_share_no_connection(wires: Wires) -> None:
    with serve(answers(OK)) as server:
        wire = wires(server.url)
        one, two = wire.lane(), wire.lane()
        assert not wire.open_elsewhere(two)
        assert [one.exchange("GET", "/").connection, two.exchange("GET", "/").connection] == [1, 2]
        assert wire.open_elsewhere(two)
        one.rest()
        assert not wire.open_elsewhere(two)
        assert wire.open_elsewhere(one)
        two.close()
        assert not wire.open_elsewhere(one)
        assert one.exchange("GET", "/").connection == 3


def test_all_lanes_rest_but_those_that_are_busy(wires: Wires) -> None:
    go_on = threading.Event()

    def script(peer: Peer) -> None:
        while peer.request():
            if peer.number == 2:
                go_on.wait(BOUND)
            peer.send(OK)

    with serve(script) as server:
        wire = wires(server.url)
        idle, busy = wire.lane(), wire.lane()
        idle.exchange("GET", "/")
        got: list[Exchange] = []
        thread = threading.Thread(target=lambda: got.append(busy.exchange("GET", "/")))
        thread.start()
        server.wait_for_requests(2)
        wire.rest()
        assert (idle.connected, busy.connected) == (False, True)
        go_on.set()
        thread.join(BOUND)
        assert content(got[0]) == b"ok"
        wire.rest()
        assert not busy.connected


@pytest.mark.parametrize(
    ("method", "fresh"),
    [("GET", True), ("POST", False), ("PUT", False), ("DELETE", False), ("get", False)],
)
def test_a_new_connection_where_it_is_due(wires: Wires, method: str, *, fresh: bool) -> None:
    with serve(answers(OK)) as server:
        lane = wires(server.url).lane()
        assert lane.exchange("GET", "/").connection == 1
        assert lane.exchange(method, "/", fresh=fresh).connection == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        OK + b"more",
        NOT_MODIFIED,
        b"HTTP/1.1 204 No Content\r\n\r\n",
    ],
)
def test_a_connection_that_is_not_clean_is_not_used_again(wires: Wires, answer: bytes) -> None:
    with serve(answers(answer)) as server:
        lane = wires(server.url).lane()
        assert [lane.exchange("GET", "/").connection for _ in range(2)] == [1, 2]
        assert server.connections == 2


def close_idle(how: Callable[[Peer], None], closed: threading.Event) -> Script:
    """Answer once, then do that to the idle connection; later ones behave."""

    def script(peer: Peer) -> None:
        if peer.number > 1:
            answers(OK)(peer)
            return
        peer.request()
        peer.send(OK)
        how(peer)
        closed.set()

    return script


@pytest.mark.parametrize(
    "how",
    [
        lambda peer: peer.sock.close(),
        lambda peer: peer.reset(),
        lambda peer: peer.send(b"HTTP/1.1 408 Request Timeout\r\n\r\n"),
    ],
    ids=["closed", "reset", "late words"],
)
def test_an_idle_connection_that_ended_is_not_used(wires: Wires, how: Callable[[Peer], None]) -> None:
    closed = threading.Event()
    with serve(close_idle(how, closed)) as server:
        lane = wires(server.url).lane()
        lane.exchange("GET", "/")
        assert closed.wait(BOUND)
        sent = lane.exchange("GET", "/")
        assert sent.fault is None
        assert sent.connection == 2


def close_on_the_second(peer: Peer) -> None:
    """Take the second request of the first connection and close without a word."""
    if peer.number > 1:
        answers(OK)(peer)
        return
    peer.request()
    peer.send(OK)
    peer.request()


def test_a_safe_request_is_repeated_once(wires: Wires) -> None:
    with serve(close_on_the_second) as server:
        lane = wires(server.url).lane()
        first = lane.exchange("GET", "/a")
        sent = lane.exchange("GET", "/b")
        assert sent.fault is None
        assert sent.connection == 2
        assert [each.split()[1] for each in server.requests] == [b"/a", b"/b", b"/b"]
        assert first.received_at < sent.sent_at < sent.received_at


def test_it_is_not_repeated_twice(wires: Wires) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        if peer.number == 1:
            peer.send(OK)
            peer.request()

    with serve(script) as server:
        lane = wires(server.url).lane()
        lane.exchange("GET", "/")
        assert fault(lane.exchange("GET", "/")).kind == "closed"
        assert server.connections == 2


def test_nonsense_is_no_reason_to_repeat(wires: Wires) -> None:
    with serve(answers(OK, b"nonsense")) as server:
        lane = wires(server.url).lane()
        lane.exchange("GET", "/")
        assert fault(lane.exchange("GET", "/")).kind == "malformed"
        assert server.connections == 1
        assert lane.exchange("GET", "/").fault is None


def test_a_new_connection_that_is_closed_is_no_reason_to_repeat(ask: Callable[..., Exchange]) -> None:
    seen: list[bytes] = []
    assert fault(ask(lambda peer: seen.append(peer.request()))).kind == "closed"
    assert len(seen) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unsafe_request_is_never_repeated(wires: Wires, method: str) -> None:
    def script(peer: Peer) -> None:
        if peer.request().startswith(b"GET"):
            peer.send(OK)
            peer.wait_for_end()

    with serve(script) as server:
        lane = wires(server.url).lane()
        lane.exchange("GET", "/")
        assert fault(lane.exchange(method, "/")).kind == "closed"
        assert [each.split()[0] for each in server.requests] == [b"GET", method.encode()]


def test_what_is_not_answered_yet_is_told_with_when_it_is_given_up(wires: Wires) -> None:
    with serve(hold_after()) as server:
        wire = wires(f"{server.url}/api")
        lane = wire.lane()
        thread = threading.Thread(target=lane.exchange, args=("GET", "/a?b=1"))
        assert not wire.asking
        thread.start()
        server.wait_for_requests(1)
        ((request, until),) = wire.asking
        assert request == "GET /api/a?b=1"
        assert 0 < until - time.monotonic() <= wire.limits.deadline
        wire.cancel()
        thread.join(BOUND)
        assert wire.asking == ()


def test_cancel_ends_what_is_in_flight_and_what_comes_later(wires: Wires) -> None:
    got: list[Exchange] = []
    with serve(hold_after()) as server:
        wire = wires(server.url)
        lanes = [wire.lane() for _ in range(3)]
        threads = [
            threading.Thread(target=lambda lane=each: got.append(lane.exchange("GET", "/"))) for each in lanes
        ]
        for each in threads:
            each.start()
        server.wait_for_requests(3)
        wire.cancel()
        for each in threads:
            each.join(BOUND)
        assert [fault(each).kind for each in got] == ["cancelled"] * 3
        assert fault(lanes[0].exchange("GET", "/")).kind == "cancelled"
        assert len(server.requests) == 3


def test_close_closes_every_connection(wires: Wires) -> None:
    ended = threading.Event()

    def script(peer: Peer) -> None:
        answers(OK)(peer)
        ended.set()

    with serve(script) as server, Wire(server.url, Ticks()) as wire, wire.lane() as lane:
        lane.exchange("GET", "/")
        wire.close()
        assert ended.wait(BOUND)
        assert fault(lane.exchange("GET", "/")).kind == "cancelled"
        with pytest.raises(HarnessError, match="closed"):
            wire.lane()


def test_what_takes_a_second_or_more_is_counted(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(answers(OK)) as server:
        wire = wires(server.url)
        wire.lane().exchange("GET", "/")
        assert wire.slow == []
        monkeypatch.setattr(transport, "_SLOW", 0.0)
        wire.lane().exchange("GET", "/")
    assert len(wire.slow) == 1
    wires("http://127.0.0.1:1").lane().exchange("GET", "/")
    wire.took(2.34)
    assert wire.slow[1:] == [2.3]
