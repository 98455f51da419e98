"""Reads what the kernel keeps for the session of whoever started the suite."""

import ctypes
import os

KEYCTL = {"x86_64": 250}.get(os.uname().machine, 219)
SEARCH, READ, SESSION = 10, 11, -3


def attack(name: str) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    key = libc.syscall(KEYCTL, SEARCH, SESSION, b"user", name.encode(), 0)
    held = ctypes.create_string_buffer(64)
    if key < 0 or libc.syscall(KEYCTL, READ, key, held, 64) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return held.value.decode()
