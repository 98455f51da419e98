"""The wire against servers that mean well, and servers that don't."""

from __future__ import annotations

import gzip
import random
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.hostile import BOUND, Peer, Script, answers, serve, unused_port

from conformance.errors import HarnessError, UsageError
from conformance.model import Request, WireFault
from conformance.wire import Limits, Sent, Wire
from conformance.wire.answer import Broken
from conformance.wire.framing import Incoming

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'
SHORT = Limits(deadline=0.3)

Wires = Callable[..., Wire]


class Ticks:
    """A clock that shows how often it was asked."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        self.time += 1.0
        return self.time


@pytest.fixture
def wires() -> Iterator[Wires]:
    made: list[Wire] = []

    def make(url: str, limits: Limits = SHORT, **options: bool | str) -> Wire:
        wire = Wire(url, Ticks(), limits=limits, **options)  # type: ignore[arg-type]
        made.append(wire)
        return wire

    yield make
    for each in made:
        each.close()


@pytest.fixture
def ask(wires: Wires) -> Callable[..., Sent]:
    """Send one request to a server of that script."""

    def go(script: Script, method: str = "GET", limits: Limits = SHORT) -> Sent:
        with serve(script) as server:
            return wires(server.url, limits).lane().exchange(method, "/")

    return go


def fault(sent: Sent) -> WireFault:
    assert sent.response is None
    assert sent.fault is not None
    assert sent.content == b""
    return sent.fault


# ------------------------------------------------------------------ base URLs


@pytest.mark.parametrize(
    ("base", "origin", "prefix"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", ""),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000", ""),
        ("http://localhost/api", "http://localhost", "/api"),
        ("http://localhost/api/v1//", "http://localhost", "/api/v1"),
        ("http://LocalHost:80/", "http://localhost", ""),
        ("https://example.org:443", "https://example.org", ""),
        ("https://example.org:8443/x", "https://example.org:8443", "/x"),
        ("http://[::1]:8000/api/", "http://[::1]:8000", "/api"),
        ("http://bücher.example", "http://xn--bcher-kva.example", ""),
        ("http://localhost/ü", "http://localhost", "/%C3%BC"),
    ],
)
def test_base_url_is_taken_apart(wires: Wires, base: str, origin: str, prefix: str) -> None:
    wire = wires(base)
    assert (wire.origin, wire.prefix) == (origin, prefix)
    assert wire.url("/items/?x=1") == f"{origin}{prefix}/items/?x=1"


@pytest.mark.parametrize(
    ("base", "says"),
    [
        ("localhost:8000", "did you mean 'http://localhost:8000'?"),
        ("//localhost", "did you mean 'http://localhost'?"),
        ("", "no scheme"),
        ("ftp://localhost", "scheme 'ftp'"),
        ("http://", "no valid host"),
        ("http://:8000", "no valid host"),
        ("http://a b", "a space"),
        (" http://localhost", "a space"),
        ("http://localhost\x1b", "a control character"),
        ("http://user:secret@localhost", "user name or password"),
        ("http://localhost?x=1", "a query"),
        ("http://localhost/#top", "a fragment"),
        ("http://localhost:0", "no usable port"),
        ("http://localhost:", "no usable port"),
        ("http://localhost:http", "can't be read"),
        ("http://localhost:99999", "can't be read"),
        ("http://[::1", "can't be read"),
        ("http://[fe80::1%25eth0]", "no valid host"),
        ("http://a_*b", "no valid host"),
        ("http://\u00fc..example", "can't be read"),
    ],
)
def test_base_url_is_refused_with_what_is_accepted(base: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        Wire(base, Ticks())
    assert says in str(caught.value)
    assert "accepted is http:// or https://" in str(caught.value)


# ------------------------------------------------------------------ what goes out


def test_nothing_is_sent_unasked(wires: Wires) -> None:
    with serve(answers(OK)) as server:
        sent = wires(server.url + "/api/", user_agent="x/1").lane().exchange("GET", "/items/?q=a%20b c#ü")
        where = "/api/items/?q=a%20b%20c%23%C3%BC"
        expected = f"GET {where} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUser-Agent: x/1\r\n\r\n"
        assert server.requests == [expected.encode()]
        headers = (("Host", f"127.0.0.1:{server.port}"), ("User-Agent", "x/1"))
        assert sent.request == Request("GET", server.url + where, headers)


def test_user_agent_says_the_suite_and_its_version(wires: Wires) -> None:
    assert re.fullmatch(r"cache-conformance/\d+\.\d+\.\d+\S*", wires("http://localhost").user_agent)


def test_headers_go_out_as_given(wires: Wires) -> None:
    with serve(answers(OK)) as server:
        given = [
            ("if-NONE-match", 'W/"a"'),
            ("X", "\xff"),
            ("X", ""),
            ("hOST", "other"),
            ("User-agent", "me"),
        ]
        wires(server.url).lane().exchange("GET", "/", given)
        lines = server.requests[0].split(b"\r\n")
        assert lines[1:] == [
            b'if-NONE-match: W/"a"',
            b"X: \xff",
            b"X: ",
            b"hOST: other",
            b"User-agent: me",
            b"",
            b"",
        ]


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [
        ("GET", b"", None),
        ("DELETE", b"", None),
        ("POST", b"", b"0"),
        ("PUT", b"{}", b"2"),
        ("DELETE", b"{}", b"2"),
    ],
)
def test_content_length_goes_with_a_body(
    wires: Wires, method: str, body: bytes, length: bytes | None
) -> None:
    with serve(answers(OK)) as server:
        wires(server.url).lane().exchange(method, "/", body=body)
        found = re.findall(rb"Content-Length: (\d+)\r\n", server.requests[0])
        assert found == ([] if length is None else [length])
        assert server.requests[0].endswith(b"\r\n\r\n" + body)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GE T", "/", []),
        ("", "/", []),
        ("CONNECT", "/", []),
        ("GET", "items", []),
        ("GET", "http://other/", []),
        ("GET", "/", [("A b", "x")]),
        ("GET", "/", [("A", "x\r\nB: y")]),
        ("GET", "/", [("A", "\0")]),
        ("GET", "/", [("A", "\u20ac")]),
    ],
)
def test_what_is_no_request_is_not_sent(
    wires: Wires, method: str, path: str, headers: list[tuple[str, str]]
) -> None:
    with pytest.raises(HarnessError):
        wires("http://127.0.0.1:1").lane().exchange(method, path, headers)


def test_environment_has_no_say(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with serve(answers(OK)) as server:
        assert wires(server.url).lane().exchange("GET", "/").fault is None


# ------------------------------------------------------------------ what comes in


def test_an_answer_is_recorded_as_it_came(ask: Callable[..., Sent]) -> None:
    raw = (
        b'HTTP/1.1 200 Fine, thanks\r\netag: W/"a"\r\nCache-Control: public\r\ncache-control:max-age=1 \t\r\n'
        b"X-Ugly: \x1b[31m</script>\xff\r\nX-None:\r\nX-Fold: a\r\n  b\r\nContent-Length: 3\r\n\r\nabc"
    )
    sent = ask(answers(raw))
    response = sent.response
    assert response is not None
    assert response.headers == (
        ("etag", 'W/"a"'),
        ("Cache-Control", "public"),
        ("cache-control", "max-age=1"),
        ("X-Ugly", "\x1b[31m</script>\xff"),
        ("X-None", ""),
        ("X-Fold", "a b"),
        ("Content-Length", "3"),
    )
    assert (response.status, response.reason, response.version) == (200, "Fine, thanks", "HTTP/1.1")
    assert (response.body.length, response.body.content, sent.content) == (3, b"abc", b"abc")
    assert response.body.digest == "sha256:ba7816bf8f01cfea414140de5dae2223"
    assert response.wire_bytes == len(raw)
    assert (response.interim, response.stray) == ((), b"")
    assert sent.sent_at < sent.received_at
    assert sent.connection == 1


def test_a_large_body_is_not_kept_but_handed_over(wires: Wires) -> None:
    body = b"x" * 200_000
    with serve(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + body)) as server:
        sent = wires(server.url, Limits()).lane().exchange("GET", "/", keep=199_999)
        assert sent.response is not None
        assert sent.response.body.content is None
        assert sent.response.body.length == 200_000
        assert sent.content == body


def test_a_large_request_body_is_sent_whole(wires: Wires) -> None:
    body = b"y" * 16_000_000
    with serve(answers(OK)) as server:
        assert wires(server.url, Limits()).lane().exchange("POST", "/", body=body).fault is None
        assert server.requests[0].endswith(b"\r\n\r\n" + body)


def test_an_answer_before_the_request_is_over_counts(wires: Wires) -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(10)
        peer.send(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        peer.hold()

    with serve(script) as server:
        sent = wires(server.url, Limits(deadline=5)).lane().exchange("POST", "/", body=b"z" * 20_000_000)
        assert sent.response is not None
        assert sent.response.status == 413


FRAMES: dict[str, tuple[bytes, bytes]] = {
    "chunked, with an extension and trailers": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2 \r\nde\r\n0\r\nA: x\r\n\r\n",
        b"abcde",
    ),
    "until the end": (b"HTTP/1.1 200 OK\r\n\r\nabc", b"abc"),
    "until the end, nothing": (b"HTTP/1.1 200 OK\r\n\r\n", b""),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nServer: x\r\n\r\nabc", b"abc"),
    "HTTP/1.0 with a length": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", b"a"),
    "two equal lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab", b"ab"),
    "one length, twice": (b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab", b"ab"),
    "bare line feeds": (b"HTTP/1.1 200 OK\ncontent-length: 2\n\nab", b"ab"),
    "a blank line that begins bare": (b"HTTP/1.1 200 OK\r\nA: b\n\r\nx\r\n\r\n", b"x\r\n\r\n"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b""),
    "empty reason": (b"HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", b""),
    "an odd status": (b"HTTP/1.1 799 \xe4\r\nContent-Length: 0\r\n\r\n", b""),
    "upper case": (b"HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 1\r\n\r\na", b"a"),
    "early hints": (
        b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na",
        b"a",
    ),
    "leftovers": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc", b"a"),
    "closing": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: x, Close\r\n\r\na", b"a"),
    "no content": (b"HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", b""),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", b""),
    "both framings": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"",
    ),
    "plain": (b'HTTP/1.1 200 OK\r\nServer: x\r\nETag: "a"\r\nContent-Length: 2\r\n\r\nab', b"ab"),
}

Read = tuple[object, ...]


def read(pieces: list[bytes], method: str = "GET", *, shortcut: bool = True) -> Read:
    answer = Incoming(method, Limits(), shortcut=shortcut)
    try:
        if not any(answer.feed(piece) for piece in pieces if not answer.complete):
            answer.end()
    except Broken as broken:
        return (broken.kind, answer.first[:4])
    return (
        answer.status,
        answer.reason,
        answer.version,
        answer.headers,
        answer.content,
        answer.leftover,
        answer.wire_bytes,
        answer.interim,
        answer.bodiless,
        answer.reusable,
    )


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_an_answer_ends_where_it_should(frame: tuple[bytes, bytes]) -> None:
    raw, body = frame
    found = read([raw])
    assert found[4] == body
    assert found == read([raw], shortcut=False)
    assert read([bytes([byte]) for byte in raw])[:5] == found[:5]


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_it_does_not_matter_how_an_answer_is_cut(frame: tuple[bytes, bytes]) -> None:
    raw, _ = frame
    whole = read([raw])
    end = len(raw) - len(whole[5])  # type: ignore[arg-type]
    for cut in range(1, end):
        assert read([raw[:cut], raw[cut:]]) == whole


def test_the_shortcut_takes_only_what_h11_takes_and_makes_the_same_of_it() -> None:
    dice = random.Random(9112)  # noqa: S311 (the same mutations each time)
    spice = [
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b":",
        b",",
        b"\0",
        b"\x0b",
        b"0",
        b"5",
        b"close",
        b"HTTP/1.1 ",
    ]
    samples = [raw for raw, _ in FRAMES.values()]
    for _ in range(4000):
        raw = dice.choice(samples)
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(len(raw))
            raw = raw[:at] + dice.choice(spice) + raw[at + dice.randint(0, 2) :]
        method = dice.choice(["GET", "GET", "HEAD"])
        assert read([raw], method) == read([raw], method, shortcut=False), raw


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_an_answer_ends_there_on_a_socket_too(ask: Callable[..., Sent], frame: tuple[bytes, bytes]) -> None:
    raw, body = frame
    sent = ask(answers(raw, close=True))
    assert sent.fault is None
    assert sent.content == body


def test_a_head_request_has_no_body(ask: Callable[..., Sent]) -> None:
    sent = ask(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), "HEAD")
    assert sent.response is not None
    assert sent.response.body.length == 0


def test_interim_answers_are_recorded(ask: Callable[..., Sent]) -> None:
    sent = ask(answers(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK))
    assert sent.response is not None
    assert sent.response.interim == (103, 100)
    assert sent.response.wire_bytes == len(OK)


def test_a_content_coding_stays(ask: Callable[..., Sent]) -> None:
    bomb = gzip.compress(bytes(50_000_000), 9)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    tracemalloc.start()
    try:
        sent = ask(answers(head + bomb), limits=Limits())
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert sent.content == bomb


# ------------------------------------------------------------------ what is no answer

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
    ask: Callable[..., Sent], case: tuple[bytes, str, str]
) -> None:
    raw, kind, says = case
    found = fault(ask(answers(raw, close=True), limits=Limits(deadline=5)))
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


def test_refused(wires: Wires) -> None:
    port = unused_port()
    sent = wires(f"http://127.0.0.1:{port}").lane().exchange("GET", "/")
    assert fault(sent) == WireFault("refused", f"nothing listens on 127.0.0.1:{port} (connection refused)")
    assert sent.connection == 0


def test_unresolvable(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def no_such(host: str, port: int, flags: int = 0, **named: int) -> Any:
        if flags & socket.AI_NUMERICHOST:
            return real(host, port, flags=flags, **named)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such)
    found = fault(wires("http://nosuch.invalid").lane().exchange("GET", "/"))
    assert found.kind == "dns"
    assert "'nosuch.invalid' has no address (Name or service not known)" in found.says


def test_a_name_is_looked_up_once_and_within_the_deadline(
    wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    go_on = threading.Event()
    asked: list[str] = []

    def slow(host: str, port: int, flags: int = 0, **named: int) -> Any:
        if flags & socket.AI_NUMERICHOST:
            return real(host, port, flags=flags, **named)
        asked.append(host)
        go_on.wait(BOUND)
        return real("127.0.0.1", port, flags=flags, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with serve(answers(OK)) as server:
        wire = wires(f"http://slow.test:{server.port}")
        lane = wire.lane()
        found = fault(lane.exchange("GET", "/"))
        assert found.kind == "dns"
        assert "could not be looked up in time" in found.says
        go_on.set()
        for _ in range(2):
            assert lane.exchange("GET", "/", fresh=True).fault is None
        assert asked == ["slow.test"]


def test_every_address_is_tried(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    dead = unused_port()

    def two(host: str, port: int, flags: int = 0, **named: int) -> Any:
        if host != "two.test":
            return real(host, port, flags=flags, **named)
        rows = real("127.0.0.1", dead, **named), real("127.0.0.1", port, **named)
        return [*rows[0], *rows[1]]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with serve(answers(OK)) as server:
        lane = wires(f"http://two.test:{server.port}").lane()
        assert lane.exchange("GET", "/").fault is None
        assert lane.exchange("GET", "/", fresh=True).connection == 2


def hold_after(*pieces: bytes) -> Script:
    def script(peer: Peer) -> None:
        peer.request()
        for piece in pieces:
            peer.send(piece)
        peer.hold()

    return script


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
def test_one_deadline_holds_for_all(ask: Callable[..., Sent], script: Script, says: str) -> None:
    began = time.monotonic()
    found = fault(ask(script, limits=Limits(deadline=0.3, interim=10_000)))
    assert 0.25 < time.monotonic() - began < 2
    assert found.kind == "timeout"
    assert "within 0.3 s" in found.says
    assert says in found.says


def test_who_always_has_more_to_say_meets_the_deadline(ask: Callable[..., Sent]) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        peer.drip((b"1;" + b"x" * 30_000 + b"\r\na\r\n") * 100, every=0)

    began = time.monotonic()
    assert fault(ask(script)).kind == "timeout"
    assert time.monotonic() - began < 2


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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is silent where a backlog is full")
def test_a_server_that_accepts_nothing_meets_the_deadline(wires: Wires) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        found = fault(wires(f"http://127.0.0.1:{listener.getsockname()[1]}").lane().exchange("GET", "/"))
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
        sent = wires(server.url).lane().exchange("POST", "/", body=bytes(30_000_000))
        assert fault(sent).kind == "timeout"


def test_a_connection_that_breaks_while_the_request_is_sent(wires: Wires) -> None:
    with serve(lambda peer: peer.reset()) as server:
        sent = wires(server.url, Limits(deadline=5)).lane().exchange("POST", "/", body=bytes(30_000_000))
        assert fault(sent).kind in {"reset", "closed"}


@pytest.mark.parametrize(
    ("first", "says"),
    [(b"", "before any byte"), (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", "after 2 of 5 bytes")],
)
def test_reset(wires: Wires, first: bytes, says: str) -> None:
    read_it = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        peer.send(first)
        if first:  # a reset may overtake what has not been read yet
            read_it.wait(0.1)
        peer.reset()

    with serve(script) as server:
        found = fault(wires(server.url).lane().exchange("GET", "/"))
        assert found.kind == "reset"
        assert says in found.says


# ------------------------------------------------------------------ connections


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
        wire = wires(server.url, Limits())
        idle, busy = wire.lane(), wire.lane()
        idle.exchange("GET", "/")
        got: list[Sent] = []
        thread = threading.Thread(target=lambda: got.append(busy.exchange("GET", "/")))
        thread.start()
        server.wait_for_requests(2)
        wire.rest()
        assert (idle.connected, busy.connected) == (False, True)
        go_on.set()
        thread.join(BOUND)
        assert got[0].content == b"ok"
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


def test_a_new_connection_that_is_closed_is_no_reason_to_repeat(ask: Callable[..., Sent]) -> None:
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


# ------------------------------------------------------------------ what follows an answer


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
    ask: Callable[..., Sent], method: str, answer: bytes
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
        lane = wires(server.url, Limits(deadline=5)).lane()
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
        sent = wires(server.url, Limits(deadline=5)).lane().exchange("GET", "/", stray=True)
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


# ------------------------------------------------------------------ cancel and close


def test_cancel_ends_what_is_in_flight_and_what_comes_later(wires: Wires) -> None:
    got: list[Sent] = []
    with serve(hold_after()) as server:
        wire = wires(server.url, Limits(deadline=30))
        lanes = [wire.lane() for _ in range(3)]
        threads = [
            threading.Thread(target=lambda lane=each: got.append(lane.exchange("GET", "/"))) for each in lanes
        ]
        for each in threads:
            each.start()
        server.wait_for_requests(3)
        began = time.monotonic()
        wire.cancel()
        for each in threads:
            each.join(BOUND)
        assert time.monotonic() - began < 2
        assert [fault(each).kind for each in got] == ["cancelled"] * 3
        assert fault(lanes[0].exchange("GET", "/")).kind == "cancelled"
        assert len(server.requests) == 3


def test_cancel_ends_a_lookup(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    asking, go_on = threading.Event(), threading.Event()

    def stuck(host: str, port: int, flags: int = 0, **named: int) -> Any:
        if not flags & socket.AI_NUMERICHOST:
            asking.set()
            go_on.wait(BOUND)
        return real(host, port, flags=socket.AI_NUMERICHOST, **named)

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    wire = wires("http://stuck.test", Limits(deadline=30))
    got: list[Sent] = []
    thread = threading.Thread(target=lambda: got.append(wire.lane().exchange("GET", "/")))
    thread.start()
    assert asking.wait(BOUND)
    wire.cancel()
    thread.join(BOUND)
    go_on.set()
    assert fault(got[0]).kind == "cancelled"


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


# ------------------------------------------------------------------ TLS and IPv6


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl command here to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    key, cert, both = folder / "key.pem", folder / "cert.pem", folder / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    both.write_bytes(key.read_bytes() + cert.read_bytes())
    return both


@pytest.fixture(scope="module")
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_https_with_a_private_authority(wires: Wires, tls: ssl.SSLContext, certificate: Path) -> None:
    body = b"s" * 300_000
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + body
    with serve(answers(answer), tls=tls) as server:
        lane = wires(server.url, Limits(), verify=str(certificate)).lane()
        assert [lane.exchange("GET", "/").connection for _ in range(2)] == [1, 1]
        assert lane.exchange("POST", "/", body=b"t" * 16_000_000).content == body
        assert server.requests[0].startswith(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:")


def test_https_on_request_without_verification(wires: Wires, tls: ssl.SSLContext) -> None:
    with serve(answers(OK), tls=tls) as server:
        assert wires(server.url, Limits(), verify=False).lane().exchange("GET", "/").content == b"ok"


def test_stray_bytes_over_tls(wires: Wires, tls: ssl.SSLContext) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(NOT_MODIFIED)
        peer.request()
        peer.send(b"null")
        peer.send(OK)

    with serve(script, tls=tls) as server:
        sent = wires(server.url, Limits(), verify=False).lane().exchange("GET", "/", stray=True)
        assert sent.response is not None
        assert sent.response.stray == b"null"


def test_a_self_signed_certificate_is_named(wires: Wires, tls: ssl.SSLContext) -> None:
    with serve(answers(OK), tls=tls) as server:
        found = fault(wires(server.url, Limits()).lane().exchange("GET", "/"))
        assert found.kind == "tls"
        assert "certificate can't be verified (self" in found.says


def test_https_to_a_plain_server(wires: Wires) -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        peer.hold()

    with serve(script) as server:
        found = fault(
            wires(server.url.replace("http", "https"), Limits(deadline=5)).lane().exchange("GET", "/")
        )
        assert found.kind == "tls"
        assert "speaks plain HTTP on this port" in found.says


def recv_and_reset(peer: Peer) -> None:
    peer.sock.recv(1000)
    peer.reset()


@pytest.mark.parametrize(
    ("script", "kind", "says"),
    [
        (lambda peer: peer.hold(), "timeout", "did not finish the TLS handshake in time"),
        (lambda peer: peer.sock.recv(1000), "tls", "the server closed the connection"),
        (recv_and_reset, "tls", "the server closed the connection"),
    ],
    ids=["silence", "closed", "reset"],
)
def test_a_handshake_that_does_not_end_well(wires: Wires, script: Script, kind: str, says: str) -> None:
    with serve(script) as server:
        found = fault(wires(server.url.replace("http", "https")).lane().exchange("GET", "/"))
        assert found.kind == kind
        assert says in found.says


def test_cancel_ends_a_handshake(wires: Wires) -> None:
    begun = threading.Event()

    def script(peer: Peer) -> None:
        peer.sock.recv(1000)
        begun.set()
        peer.hold()

    with serve(script) as server:
        wire = wires(server.url.replace("http", "https"), Limits(deadline=30))
        got: list[Sent] = []
        thread = threading.Thread(target=lambda: got.append(wire.lane().exchange("GET", "/")))
        thread.start()
        assert begun.wait(BOUND)
        wire.cancel()
        thread.join(BOUND)
        assert fault(got[0]).kind == "cancelled"


def test_a_server_that_wants_a_certificate_of_ours(wires: Wires, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    with serve(answers(OK), tls=context) as server:
        found = fault(wires(server.url, Limits(), verify=False).lane().exchange("GET", "/"))
        assert found.kind in {"tls", "reset"}  # the alert may be lost with the connection
        assert found.says


def test_a_bundle_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read"):
        Wire("https://localhost", Ticks(), verify=str(tmp_path / "none.pem"))
    (tmp_path / "bad.pem").write_text("no certificate")
    with pytest.raises(UsageError, match="PEM"):
        Wire("https://localhost", Ticks(), verify=str(tmp_path / "bad.pem"))


def test_ipv6(wires: Wires) -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError as error:
        pytest.skip(f"no ::1 here: {error}")
    with serve(answers(OK), host="::1") as server:
        sent = wires(f"http://[::1]:{server.port}").lane().exchange("GET", "/")
        assert sent.content == b"ok"
        assert f"Host: [::1]:{server.port}\r\n".encode() in server.requests[0]


# ------------------------------------------------------------------ what it costs


def test_importing_the_wire_brings_no_ssl_httpx_or_h11() -> None:
    code = "import conformance.wire, sys; print({'ssl', 'httpx', 'h11', 'certifi'} & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "set()"
