"""Asks the server of somebody else: as anybody would, and by a socket that it was given, or has accepted."""

import contextlib
import ctypes
import os
import socket
from collections.abc import Iterator
from urllib.request import urlopen

UNSPECIFIED = b"\0" * 16  # by which a socket that listens, or is connected, is free again


def attack(port: str, way: str) -> str:
    if way == "own":
        with urlopen(f"http://127.0.0.1:{port}", timeout=5) as answer:
            return str(answer.status)
    return _asked(next(_sockets(listening=way == "given")), int(port))


def _sockets(*, listening: bool) -> Iterator[socket.socket]:
    """Those of this machine's network, the oldest first."""
    for number in range(3, 64):
        with contextlib.suppress(OSError):
            sock = socket.socket(fileno=os.dup(number))
            listens = sock.family == socket.AF_INET and sock.getsockopt(
                socket.SOL_SOCKET, socket.SO_ACCEPTCONN
            )
            if sock.family == socket.AF_INET and bool(listens) is listening:
                yield sock


def _asked(sock: socket.socket, port: int) -> str:
    if ctypes.CDLL(None, use_errno=True).connect(sock.fileno(), UNSPECIFIED, len(UNSPECIFIED)) < 0:
        raise OSError(ctypes.get_errno(), "connect")
    sock.settimeout(5)
    sock.connect(("127.0.0.1", port))
    sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    return sock.recv(12).decode().partition(" ")[2]
