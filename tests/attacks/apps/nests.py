"""Makes a namespace of users in each way that there is; in one it would be root, and could mount."""

import ctypes
import os
import signal
from collections.abc import Callable

NEW_USER = 0x10000000
CLONE, CLONE3 = {"x86_64": 56}.get(os.uname().machine, 220), 435


def attack() -> list[str]:
    libc = ctypes.CDLL(None, use_errno=True)
    words = (ctypes.c_uint64 * 8)(NEW_USER, 0, 0, 0, signal.SIGCHLD)
    ways: dict[str, Callable[[], int]] = {
        "unshare": lambda: libc.unshare(NEW_USER),
        "clone": lambda: libc.syscall(CLONE, NEW_USER | signal.SIGCHLD, 0, 0, 0, 0),
        "clone3": lambda: libc.syscall(CLONE3, ctypes.byref(words), ctypes.sizeof(words)),
    }
    return [name for name, way in ways.items() if _in_a_child(way)]


def _in_a_child(way: Callable[[], int]) -> bool:
    """Of a process with threads none can be made."""
    child = os.fork()
    if child == 0:
        os._exit(0 if way() >= 0 else 1)
    return os.waitpid(child, 0)[1] == 0
