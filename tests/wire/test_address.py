"""A base URL, the name in it, and the addresses that the name has."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from helpers.hostile import BOUND, answers, serve, unused_port
from helpers.names import no_names
from helpers.wires import OK, Ticks, Wires, content, fault

from conformance.errors import UsageError
from conformance.model import Exchange
from conformance.wire import Limits, Wire


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


def test_unresolvable(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    no_names(monkeypatch)
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
        wire = wires(f"http://slow.test:{server.port}", Limits(deadline=1))
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


def test_cancel_ends_a_lookup(wires: Wires, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    asking, go_on = threading.Event(), threading.Event()

    def stuck(host: str, port: int, flags: int = 0, **named: int) -> Any:
        if not flags & socket.AI_NUMERICHOST:
            asking.set()
            go_on.wait(BOUND)
        return real(host, port, flags=socket.AI_NUMERICHOST, **named)

    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    wire = wires("http://stuck.test")
    got: list[Exchange] = []
    thread = threading.Thread(target=lambda: got.append(wire.lane().exchange("GET", "/")))
    thread.start()
    assert asking.wait(BOUND)
    wire.cancel()
    thread.join(BOUND)
    go_on.set()
    assert fault(got[0]).kind == "cancelled"


def test_ipv6(wires: Wires) -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError as error:
        pytest.skip(f"no ::1 here: {error}")
    with serve(answers(OK), host="::1") as server:
        sent = wires(f"http://[::1]:{server.port}").lane().exchange("GET", "/")
        assert content(sent) == b"ok"
        assert f"Host: [::1]:{server.port}\r\n".encode() in server.requests[0]
