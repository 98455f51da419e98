"""Bytes between a port of the machine and the same port in a network of its own, where a command listens.

Both sides see what the other does: an end is passed on as an end, a reset as a reset, and as long as nobody
listens inside, nobody does outside.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import threading
import time
from typing import Final

__all__ = ["begin"]

_BACKLOG: Final = 2048
_GLANCE: Final = 0.01
_PIECE: Final = 1 << 16
_AT_ONCE: Final = threading.BoundedSemaphore(64)
_RESET: Final = struct.pack("ii", 1, 0)
_SCARCE: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def begin(bound: int, port: int) -> None:
    """Pass each connection to a bound socket on to a port of 127.0.0.1, in threads of this process."""
    sock = socket.socket(fileno=bound)
    threading.Thread(target=_take, args=(sock, port), daemon=True).start()


def _take(listening: socket.socket, port: int) -> None:
    while not _listens(port):
        time.sleep(_GLANCE)
    listening.listen(_BACKLOG)
    while True:
        _AT_ONCE.acquire()
        if not _taken(listening, port):
            _AT_ONCE.release()


def _taken(listening: socket.socket, port: int) -> bool:
    """Take one connection; False where that failed, by the server's doing or the client's.

    A server may have taken all descriptors, and all threads, that there are: it is asked again once it has
    given some back.
    """
    try:
        outer, _ = listening.accept()
    except OSError as problem:
        if problem.errno in _SCARCE:
            time.sleep(_GLANCE)
        return False
    try:
        threading.Thread(target=_serve, args=(outer, port), daemon=True).start()
    except RuntimeError:
        outer.close()
        return False
    return True


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _serve(outer: socket.socket, port: int) -> None:
    try:
        with outer:
            try:
                inner = socket.create_connection(("127.0.0.1", port))
            except OSError:
                return  # nobody listens yet: closed, as a proxy does with nothing behind it
            with inner:
                for each in (outer, inner):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                back = threading.Thread(target=_pass_on, args=(inner, outer), daemon=True)
                back.start()
                _pass_on(outer, inner)
                back.join()
    finally:
        _AT_ONCE.release()


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(_PIECE):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RD)  # wakes whoever reads from it
