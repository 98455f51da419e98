"""A relay: each side sees what the other does."""

from __future__ import annotations

import errno
import os
import socket
import struct
import threading
from collections.abc import Iterator
from typing import cast

import pytest
from apps.writing import until

from conformance.servers.inside import relay


@pytest.fixture
def ports() -> Iterator[tuple[socket.socket, int]]:
    """The outer socket, bound and relayed to a port on which nobody listens yet; and that port."""
    outer = socket.socket()
    outer.bind(("127.0.0.1", 0))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    relay.begin(os.dup(outer.fileno()), port)
    with outer:
        yield outer, port


def reached(outer: socket.socket, into: list[socket.socket]) -> bool:
    """Whether the outer port takes a connection, which is put there."""
    try:
        into.append(socket.create_connection(outer.getsockname(), timeout=5))
    except ConnectionRefusedError:
        return False
    return True


@pytest.fixture
def pair(ports: tuple[socket.socket, int]) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends of a connection by way of the relay: who asks, and who is asked."""
    outer, port = ports
    with socket.create_server(("127.0.0.1", port)) as inner:
        inner.accept()[0].close()  # by which the relay sees that somebody listens
        asking: list[socket.socket] = []
        assert until(lambda: reached(outer, asking))
        asked, _ = inner.accept()
        asked.settimeout(5)
        with asking[0], asked:
            yield asking[0], asked


def test_nobody_listens_outside_before_somebody_does_inside(ports: tuple[socket.socket, int]) -> None:
    outer, port = ports
    assert not reached(outer, [])
    with socket.create_server(("127.0.0.1", port)):
        found: list[socket.socket] = []
        assert until(lambda: reached(outer, found))
        found[0].close()


def test_bytes_go_both_ways_and_an_end_is_passed_on(pair: tuple[socket.socket, socket.socket]) -> None:
    asking, asked = pair
    asking.sendall(b"x" * 100_000)
    asking.shutdown(socket.SHUT_WR)
    with asked.makefile("rb") as file:
        assert len(file.read()) == 100_000
    asked.sendall(b"answer")
    asked.close()
    with asking.makefile("rb") as file:
        assert file.read() == b"answer"


def test_a_reset_is_passed_on_as_a_reset(pair: tuple[socket.socket, socket.socket]) -> None:
    asking, asked = pair
    asking.sendall(b"x")
    assert asked.recv(1) == b"x"
    asked.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asked.close()
    with pytest.raises(ConnectionResetError):
        asking.recv(1)


class Scarce:
    """A socket that is asked to accept what it can't."""

    def __init__(self, number: int) -> None:
        self.number = number

    def accept(self) -> tuple[socket.socket, object]:
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ECONNABORTED])
def test_who_has_no_descriptors_left_is_asked_again(number: int) -> None:
    assert not relay._taken(cast("socket.socket", Scarce(number)), 1)  # noqa: SLF001


def test_who_has_no_threads_left_closes_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname(), timeout=5) as asking,
    ):
        monkeypatch.setattr(threading.Thread, "start", refuse)
        assert not relay._taken(listening, 1)  # noqa: SLF001
        assert asking.recv(1) == b""
