"""What follows an answer before the next one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from helpers.hostile import Peer, answers, hold_after, serve
from helpers.wires import NOT_MODIFIED, OK, Wires

from conformance.model import Exchange


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("GET", NOT_MODIFIED),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"),
        ("GET", OK),
    ],
)
def test_what_follows_in_the_same_packet_is_stray(
    ask: Callable[..., Exchange], method: str, answer: bytes
) -> None:
    sent = ask(answers(answer + b"null"), method)
    assert sent.response is not None
    assert sent.response.stray == b"null"
    assert sent.response.wire_bytes == len(answer)


def test_a_late_body_of_a_304_is_found_where_a_check_is_about_it(wires: Wires) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(NOT_MODIFIED)
        probe = peer.request()  # comes only after the 304 was read
        peer.send(b"null")
        assert b"If-None-Match" not in probe
        peer.send(OK)
        peer.wait_for_end()

    with serve(script) as server:
        lane = wires(server.url).lane()
        sent = lane.exchange("GET", "/x", [("If-None-Match", '"a"'), ("X", "y")], stray=True)
        assert sent.response is not None
        assert sent.response.stray == b"null"
        assert server.requests[1] == server.requests[0].replace(b'If-None-Match: "a"\r\n', b"")
        assert lane.exchange("GET", "/", fresh=True).connection == 2


@pytest.mark.parametrize(
    ("rest", "stray"),
    [(OK, b""), (b"{}" + OK, b"{}"), (b"x" * 9000, b"x" * 4096), (b"HTTP/1.1 is nice", b"HTTP/1.1 is nice")],
)
def test_what_comes_before_the_next_status_line_is_stray(wires: Wires, rest: bytes, stray: bytes) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(NOT_MODIFIED)
        peer.request()
        peer.send(rest)

    with serve(script) as server:
        sent = wires(server.url).lane().exchange("GET", "/", stray=True)
        assert sent.response is not None
        assert sent.response.stray == stray


def test_a_304_that_closes_is_not_asked_again(wires: Wires) -> None:
    with serve(answers(NOT_MODIFIED + b"{}", close=True)) as server:
        sent = wires(server.url).lane().exchange("GET", "/", stray=True)
        assert sent.response is not None
        assert sent.response.stray == b"{}"
        assert len(server.requests) <= 2


def test_a_silent_server_costs_no_fault_after_its_304(wires: Wires) -> None:
    with serve(hold_after(NOT_MODIFIED)) as server:
        sent = wires(server.url).lane().exchange("GET", "/", stray=True)
        assert sent.fault is None
        assert sent.response is not None
        assert sent.response.stray == b""
