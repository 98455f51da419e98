"""What is no answer is a fault of the server, in words that its author understands."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from helpers.hostile import answers
from helpers.wires import fault

from conformance.model import Exchange
from conformance.wire import Limits
from conformance.wire.answer import Broken
from conformance.wire.framing import Incoming

LONG = b"X: " + b"x" * 1024 * 1024 + b"\r\n"


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "two lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello",
        "malformed",
        "Content-Length is given as '5' and as '7'",
    ),
    "a list of lengths": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n",
        "malformed",
        "as '5' and as '6'",
    ),
    "no length": (
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "malformed",
        "'many' is no number of bytes",
    ),
    "negative length": (
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "malformed",
        "'-1' is no number of bytes",
    ),
    "space before the colon": (
        b"HTTP/1.1 200 OK\r\nETag : x\r\n\r\n",
        "malformed",
        "the header line 'ETag : x' has a space before its colon",
    ),
    "no colon": (b"HTTP/1.1 200 OK\r\nETag\r\n\r\n", "malformed", "the header line 'ETag' has no colon"),
    "a bad name": (b"HTTP/1.1 200 OK\r\nE(t)ag: x\r\n\r\n", "malformed", "that a field name can't have"),
    "a NUL": (b"HTTP/1.1 200 OK\r\nETag: \0\r\n\r\n", "malformed", "'ETag: \\x00' has a control character"),
    "a fold at once": (b"HTTP/1.1 200 OK\r\n x: y\r\n\r\n", "malformed", "the header line ' x: y'"),
    "text": (
        b"hello, world\n",
        "malformed",
        "no HTTP: it begins with 'hello, world' instead of a status line",
    ),
    "escape codes": (b"\x1b[2J<script>\n\n", "malformed", "it begins with '\\x1b[2J<script>'"),
    "a short text": (b"Hi", "malformed", "no HTTP"),
    "TLS": (b"\x15\x03\x01\x00\x02\x02\x46", "malformed", "speaks TLS on this port: use https://"),
    "HTTP/2": (b"HTTP/2 200 OK\r\n\r\n", "malformed", "'HTTP/2 200 OK' is no status line"),
    "no status": (b"HTTP/1.1 OK\r\n\r\n", "malformed", "'HTTP/1.1 OK' is no status line"),
    "an empty line": (b"\r\nHTTP/1.1 200 OK\r\n\r\n", "malformed", "it begins with ''"),
    "a bad chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "malformed",
        "'xyz' stands where the size of a chunk should",
    ),
    "a chunk too long": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabcd\r\n",
        "malformed",
        "a chunk is followed by 'bc', not by a line end",
    ),
    "another coding": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "malformed",
        "the Transfer-Encoding is 'gzip, chunked'",
    ),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "malformed", "(101)"),
    "no final answer": (
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 33,
        "malformed",
        "more than 32 interim answers",
    ),
    "a long head": (b"HTTP/1.1 200 OK\r\n" + LONG + b"\r\n", "too-large", "longer than 65536 bytes"),
    "an endless head": (b"HTTP/1.1 200 OK\r\n" + LONG, "too-large", "longer than 65536 bytes"),
    "an announced body": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        "too-large",
        "longer than 5242880 bytes (its Content-Length says 99999999)",
    ),
    "a body in chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (b"100000\r\n" + bytes(0x100000) + b"\r\n") * 6,
        "too-large",
        "the body is longer than 5242880 bytes",
    ),
    "an endless body": (
        b"HTTP/1.1 200 OK\r\n\r\n" + bytes(6_000_000),
        "too-large",
        "longer than 5242880 bytes",
    ),
    "a long trailer": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + LONG,
        "too-large",
        "a chunk header or a trailer is longer than 65536 bytes",
    ),
    "nothing": (b"", "closed", "closed the connection before any byte of an answer"),
    "half a status line": (b"HTT", "closed", "within the head of its answer (3 bytes had come)"),
    "half a head": (
        b"HTTP/1.1 200 OK\r\nA: b\r\n",
        "closed",
        "within the head of its answer (23 bytes had come)",
    ),
    "only hints": (
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        "closed",
        "after 1 interim answer (28 bytes had come)",
    ),
    "half a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "closed", "after 3 of 9 bytes"),
    "half of an HTTP/1.0 body": (
        b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nab",
        "closed",
        "after 2 of 9 bytes",
    ),
    "half a chunked body": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "closed",
        "after 2 bytes of unknown total",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_is_no_answer_is_a_fault_of_the_server(
    ask: Callable[..., Exchange], case: tuple[bytes, str, str]
) -> None:
    raw, kind, says = case
    found = fault(ask(answers(raw, close=True)))
    assert found.kind == kind
    assert says in found.says
    assert found.says.isprintable()
    assert raw.startswith(found.raw)
    assert len(found.raw) <= 2048


@pytest.mark.parametrize("shortcut", [True, False])
def test_a_complete_head_is_capped_too(*, shortcut: bool) -> None:
    answer = Incoming("GET", Limits(header=40), shortcut=shortcut)
    with pytest.raises(Broken, match="longer than 40 bytes"):
        answer.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nServer: x\r\n\r\n")


def test_many_small_chunks_take_little_memory() -> None:
    answer = Incoming("GET", Limits())
    answer.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    tracemalloc.start()
    try:
        for _ in range(20):
            answer.feed(b"2\r\nab\r\n" * 1000)
        assert tracemalloc.get_traced_memory()[0] < 100_000
    finally:
        tracemalloc.stop()
