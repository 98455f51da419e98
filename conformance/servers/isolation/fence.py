"""A listening socket that is of no use for anything else, in whosever hands it is.

A socket stays in the network in which it was made. One that listens can be made to listen no more, and to ask
instead; so can each connection that it has taken. By this its owner would reach all that listens on this
machine, and beyond. So none of them ever gets an answer to a question of its own, nor anything at all that is
meant for another port, and none leaves this machine. Nobody can take that off again.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
from typing import Final

__all__ = ["fence"]

_ATTACH, _LOCK, _DEVICE = 26, 44, 25  # SO_ATTACH_FILTER, SO_LOCK_FILTER, SO_BINDTODEVICE
_LOAD_2, _LOAD_1, _AND, _EQUAL, _RETURN = 0x28, 0x30, 0x54, 0x15, 0x06
_PORT, _FLAGS = 2, 13  # where they stand in a segment of TCP
_ANSWER: Final = 0x12  # SYN and ACK: what only who asks is sent
_ALL: Final = 0xFFFFFFFF


def fence(sock: socket.socket) -> bool:
    """Fence a socket of TCP that is bound to a port of 127.0.0.1; one that is, stays so.

    False where this can't be done: newer kernels (6.18 does) let only root. It stays on this machine then.
    """
    with contextlib.suppress(PermissionError):  # before Linux 5.7 only root may; or it is done already
        sock.setsockopt(socket.SOL_SOCKET, _DEVICE, b"lo\0")
    if sock.getsockopt(socket.SOL_SOCKET, _LOCK):
        return True
    program = (
        *((_LOAD_2, 0, 0, _PORT), (_EQUAL, 0, 4, sock.getsockname()[1])),
        *((_LOAD_1, 0, 0, _FLAGS), (_AND, 0, 0, _ANSWER), (_EQUAL, 1, 0, _ANSWER)),
        *((_RETURN, 0, 0, _ALL), (_RETURN, 0, 0, 0)),
    )
    held = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in program))
    try:
        sock.setsockopt(socket.SOL_SOCKET, _ATTACH, struct.pack("@HP", len(program), ctypes.addressof(held)))
    except PermissionError:
        return False
    sock.setsockopt(socket.SOL_SOCKET, _LOCK, 1)
    return True
