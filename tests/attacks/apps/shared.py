"""Takes memory that is no process's own: mappings, a file that is none, a segment of System V."""

import ctypes
import mmap
import os
from pathlib import Path

HELD: list[object] = []
PIECE = 1 << 20


def attack(way: str, size: str) -> int:
    return {"anonymous": anonymous, "zero": zero, "memfd": memfd, "segment": segment}[way](int(size))


def anonymous(size: int) -> int:
    return _filled(mmap.mmap(-1, size))


def zero(size: int) -> int:
    with Path("/dev/zero").open("r+b", buffering=0) as file:
        return _filled(mmap.mmap(file.fileno(), size))


def memfd(size: int) -> int:
    """In many, since a file has a limit."""
    return sum(os.write(os.memfd_create("hidden"), b"x" * PIECE) for _ in range(size // PIECE))


def segment(size: int) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    key = libc.shmget(0, ctypes.c_size_t(size), 0o1600)
    if key < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    at = libc.shmat(key, None, 0)
    libc.shmctl(key, 0, None)  # gone with its last process
    ctypes.memset(at, 1, size)
    return size


def _filled(mapped: mmap.mmap) -> int:
    HELD.append(mapped)
    for at in range(0, len(mapped), PIECE):
        mapped[at : at + PIECE] = b"x" * PIECE
    return len(mapped)
