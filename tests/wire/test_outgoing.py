"""What goes out is what was asked for, and nothing else."""

from __future__ import annotations

import re

import pytest
from helpers.hostile import BOUND, Peer, answers, serve
from helpers.wires import OK, Wires

from conformance.errors import HarnessError
from conformance.model import Request
from conformance.wire import trip


def test_nothing_is_sent_unasked(wires: Wires) -> None:
    with serve(answers(OK)) as server:
        sent = wires(server.url + "/api/", user_agent="x/1").lane().exchange("GET", "/items/?q=a%20b c#ü")
        where = "/api/items/?q=a%20b%20c%23%C3%BC"
        expected = f"GET {where} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nUser-Agent: x/1\r\n\r\n"
        assert server.requests == [expected.encode()]
        assert sent.request == Request("GET", where)  # what all have is not told of each


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


def test_the_last_header_line_waits_a_moment_for_an_answer_to_the_others(
    wires: Wires, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(peer: Peer) -> None:
        came.append(peer.sock.recv(65536))
        peer.send(OK)
        came.append(peer.sock.recv(65536))
        peer.wait_for_end()

    came: list[bytes] = []
    monkeypatch.setattr(trip, "_MOMENT", BOUND)
    with serve(script) as server:
        sent = wires(server.url).lane().exchange("PUT", "/", [("If-Match", "*")], b"{}", slowly=True)
    assert sent.status == 200
    assert came[0].endswith(b"If-Match: *\r\n")
    assert came[1] == b"Content-Length: 2\r\n\r\n{}"
