"""Connections that can't be made, break, or never end: one deadline holds for all of it."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable

import pytest
from helpers.hostile import BOUND, Peer, Script, hold_after, serve, unused_port
from helpers.wires import SHORT, Wires, fault

from conformance.model import Exchange, WireFault
from conformance.wire import Limits
from conformance.wire.framing import Incoming


def test_refused(wires: Wires) -> None:
    port = unused_port()
    sent = wires(f"http://127.0.0.1:{port}").lane().exchange("GET", "/")
    assert fault(sent) == WireFault("refused", f"nothing listens on 127.0.0.1:{port} (connection refused)")
    assert sent.connection == 0


def drip(first: bytes, piece: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(first)
        peer.drip(piece)

    return script


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (lambda peer: peer.hold(), "before any byte of an answer"),
        (hold_after(b"HTTP/1.1 200 OK\r\nA: b"), "within the head of its answer (21 bytes had come)"),
        (hold_after(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na"), "after 1 of 3 bytes"),
        (drip(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"), "within the head"),
        (drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"a"), "of 100000 bytes"),
        (drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"), "of unknown total"),
        (drip(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "interim answers"),
    ],
    ids=["silence", "half a head", "half a body", "head", "body", "chunks", "endless 103"],
)
def test_one_deadline_holds_for_all(ask: Callable[..., Exchange], script: Script, says: str) -> None:
    began = time.monotonic()
    found = fault(ask(script, limits=Limits(deadline=0.3, interim=10_000)))
    assert time.monotonic() - began > 0.25
    assert found.kind == "timeout"
    assert "within 0.3 s" in found.says
    assert says in found.says


def test_who_always_has_more_to_say_meets_the_deadline(ask: Callable[..., Exchange]) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        peer.drip((b"1;" + b"x" * 30_000 + b"\r\na\r\n") * 100, every=0)

    assert fault(ask(script, limits=SHORT)).kind == "timeout"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is silent where a backlog is full")
def test_a_server_that_accepts_nothing_meets_the_deadline(wires: Wires) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        found = fault(
            wires(f"http://127.0.0.1:{listener.getsockname()[1]}", SHORT).lane().exchange("GET", "/")
        )
        for each in waiting:
            each.close()
        assert found.kind == "timeout"
        assert "no connection to 127.0.0.1:" in found.says


def test_an_address_that_can_not_be_reached(wires: Wires) -> None:
    found = fault(wires("http://255.255.255.255").lane().exchange("GET", "/"))
    assert found.kind == "refused"
    assert found.says.startswith("255.255.255.255:80 can't be reached (")


def test_a_server_that_takes_nothing_meets_the_deadline(wires: Wires) -> None:
    with serve(lambda peer: peer.hold()) as server:
        sent = wires(server.url, SHORT).lane().exchange("POST", "/", body=bytes(30_000_000))
        assert fault(sent).kind == "timeout"


def test_a_connection_that_breaks_while_the_request_is_sent(wires: Wires) -> None:
    with serve(lambda peer: peer.reset()) as server:
        sent = wires(server.url).lane().exchange("POST", "/", body=bytes(30_000_000))
        assert fault(sent).kind in {"reset", "closed"}


@pytest.mark.parametrize(
    ("first", "says"),
    [(b"", "before any byte"), (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "after 2 of 5 bytes")],
)
def test_reset(wires: Wires, monkeypatch: pytest.MonkeyPatch, first: bytes, says: str) -> None:
    read_it = threading.Event()
    feed = Incoming.feed

    def noticed(answer: Incoming, data: bytes) -> bool:
        read_it.set()
        return feed(answer, data)

    monkeypatch.setattr(Incoming, "feed", noticed)

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(first)
        if first:  # a reset may overtake what has not been read yet
            assert read_it.wait(BOUND)
        peer.reset()

    with serve(script) as server:
        found = fault(wires(server.url).lane().exchange("GET", "/"))
        assert found.kind == "reset"
        assert says in found.says
