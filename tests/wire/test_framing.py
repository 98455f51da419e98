"""Where an answer ends, however it is framed and cut."""

from __future__ import annotations

import gzip
import random
import tracemalloc
from collections.abc import Callable

import pytest
from helpers.hostile import Peer, answers, serve
from helpers.wires import OK, Wires, content

from conformance.model import Exchange
from conformance.wire import Limits
from conformance.wire.answer import Broken
from conformance.wire.framing import Incoming


def test_an_answer_is_recorded_as_it_came(ask: Callable[..., Exchange]) -> None:
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
    assert (response.body.length, response.body.content) == (3, b"abc")
    assert response.body.digest == "ba7816bf8f01cfea"
    assert response.wire_bytes == len(raw)
    assert (response.interim, response.stray) == ((), b"")
    assert sent.sent_at < sent.received_at
    assert sent.connection == 1


def test_a_large_request_body_is_sent_whole(wires: Wires) -> None:
    body = b"y" * 16_000_000
    with serve(answers(OK)) as server:
        assert wires(server.url).lane().exchange("POST", "/", body=body).fault is None
        assert server.requests[0].endswith(b"\r\n\r\n" + body)


def test_an_answer_before_the_request_is_over_counts(wires: Wires) -> None:
    def script(peer: Peer) -> None:
        peer.sock.recv(10)
        peer.send(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        peer.hold()

    with serve(script) as server:
        sent = wires(server.url).lane().exchange("POST", "/", body=b"z" * 20_000_000)
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
def test_an_answer_ends_there_on_a_socket_too(
    ask: Callable[..., Exchange], frame: tuple[bytes, bytes]
) -> None:
    raw, body = frame
    sent = ask(answers(raw, close=True))
    assert sent.fault is None
    assert content(sent) == body


def test_a_head_request_has_no_body(ask: Callable[..., Exchange]) -> None:
    sent = ask(answers(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), "HEAD")
    assert sent.response is not None
    assert sent.response.body.length == 0


def test_interim_answers_are_recorded(ask: Callable[..., Exchange]) -> None:
    sent = ask(answers(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK))
    assert sent.response is not None
    assert sent.response.interim == (103, 100)
    assert sent.response.wire_bytes == len(OK)


def test_a_content_coding_stays(ask: Callable[..., Exchange]) -> None:
    bomb = gzip.compress(bytes(50_000_000), 9)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    tracemalloc.start()
    try:
        sent = ask(answers(head + bomb))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert content(sent) == bomb
