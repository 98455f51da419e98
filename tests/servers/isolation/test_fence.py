"""A socket that is of use for being asked, and for nothing else."""

from __future__ import annotations

import ctypes
import socket
import sys
from collections.abc import Iterator

import pytest

if sys.platform != "linux":
    pytest.skip("only Linux has such sockets", allow_module_level=True)

from conformance.servers.isolation.fence import fence

UNSPECIFIED = b"\0" * 16


@pytest.fixture
def fenced() -> Iterator[socket.socket]:
    """One that listens."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        if not fence(sock):
            pytest.skip("this kernel lets only root fence a socket")
        yield sock


def freed(sock: socket.socket) -> socket.socket:
    """One that listens no more, or is connected no more."""
    assert ctypes.CDLL(None).connect(sock.fileno(), UNSPECIFIED, len(UNSPECIFIED)) == 0
    return sock


def test_it_is_asked_and_answers(fenced: socket.socket) -> None:
    with socket.create_connection(fenced.getsockname(), timeout=5) as asking:
        answering, _ = fenced.accept()
        with answering:
            asking.sendall(b"x" * 100_000)
            asking.shutdown(socket.SHUT_WR)
            with answering.makefile("rb") as file:
                assert len(file.read()) == 100_000
            answering.sendall(b"answer")
        assert asking.recv(6) == b"answer"


@pytest.mark.parametrize("accepted", [False, True])
def test_it_never_asks(accepted: bool, fenced: socket.socket) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, socket.create_connection(fenced.getsockname()):
        taken, _ = fenced.accept()
        with taken:
            asking = freed(taken if accepted else fenced)
            asking.settimeout(0.2)
            with pytest.raises(TimeoutError):
                asking.connect(other.getsockname())
            other.setblocking(False)
            with pytest.raises(BlockingIOError):
                other.accept()


def test_it_never_listens_elsewhere(fenced: socket.socket) -> None:
    with socket.create_connection(fenced.getsockname()):
        taken, _ = fenced.accept()
        with freed(taken) as elsewhere:
            elsewhere.bind(("127.0.0.1", 0))
            elsewhere.listen()
            with pytest.raises(TimeoutError):
                socket.create_connection(elsewhere.getsockname(), timeout=0.2)


def test_nobody_takes_the_fence_off(fenced: socket.socket) -> None:
    detach, lock = 27, 44
    for option in (detach, lock):
        with pytest.raises(PermissionError):
            fenced.setsockopt(socket.SOL_SOCKET, option, 0)
    fence(fenced)
    assert fenced.getsockopt(socket.SOL_SOCKET, lock) == 1
