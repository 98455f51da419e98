"""What an isolated server may not ask of the kernel: a filter of system calls, for seccomp. Pure.

What is kept from it is not what it could break (it has no privilege to break anything with) but what would
take it out of sight, or leads out: namespaces of users, in which it would be root and could mount; memory
that belongs to no process, so that nobody can count it, or that stays when it has ended; and the keys of
whoever started the suite, which the kernel hands on to all that they start. Old kernels have none of this,
and programs know to do without.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from typing import Final

__all__ = ["lacking", "program"]

_NEW_USER: Final = 0x10000000  # CLONE_NEWUSER
_NOWHERE: Final = 0x01 | 0x20  # MAP_SHARED | MAP_ANONYMOUS
_SEGMENT: Final = 64 << 10  # bytes of System V's shared memory: as much as a database locks its folder by
_X32: Final = 0x40000000
_FAST_OPEN: Final = 0x20000000  # MSG_FASTOPEN, by which sending connects
_SENDING: Final = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}  # which of its arguments are the flags
_EPERM, _ENOSYS, _ENETUNREACH = 1, 38, 101  # as Linux has them on each of these machines
_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_LOAD, _EQUAL, _SOME, _ABOVE, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x45, 0x25, 0x35, 0x54, 0x06
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16  # where they stand in what is filtered


_KEYS: Final = ("add_key", "request_key", "keyctl")
_ABSENT: Final = ("memfd_create", "memfd_secret", "io_uring_setup", "msgget", *_KEYS)
_ALONE: Final = ("shmget", "semget")
"""For who shares no memory, these are absent, too."""

_NEW: Final = {"io_uring_setup": 425, "clone3": 435, "memfd_secret": 447}  # the same on all machines
_GENERIC: Final = {
    **_NEW,
    "connect": 203,
    "sendto": 206,
    "sendmsg": 211,
    "sendmmsg": 269,
    "clone": 220,
    "unshare": 97,
    "mmap": 222,
    "memfd_create": 279,
    "shmget": 194,
    "semget": 190,
    "msgget": 186,
    "add_key": 217,
    "request_key": 218,
    "keyctl": 219,
}
_INTELS: Final = {
    **_NEW,
    "connect": 42,
    "sendto": 44,
    "sendmsg": 46,
    "sendmmsg": 307,
    "clone": 56,
    "unshare": 272,
    "mmap": 9,
    "memfd_create": 319,
    "shmget": 29,
    "semget": 64,
    "msgget": 68,
    "add_key": 248,
    "request_key": 249,
    "keyctl": 250,
}
_MACHINES: Final = {
    "x86_64": (0xC000003E, _INTELS),
    "aarch64": (0xC00000B7, _GENERIC),
    "riscv64": (0xC00000F3, _GENERIC),
}
"""Name -> what the kernel calls it, and the numbers that it has for what is filtered."""


def lacking() -> str:
    """Why there is no filter for this machine, as a clause; "" where there is one."""
    machine = os.uname().machine
    if machine in _MACHINES:
        return ""
    return f"the system calls of {machine} are not known; known are those of {', '.join(_MACHINES)}"


def program(*, shares: bool, asks: bool = True) -> bytes:
    """The filter, as the kernel takes it.

    Args:
        shares: whether its processes may share memory that is no file's, as servers of several processes
            do; one that does not need it may not, since it could hide in it what it takes.
        asks: whether it may connect to anybody: not where it has a socket by which it would reach all.
    """
    machine, numbers = _MACHINES[os.uname().machine]
    return b"".join(struct.pack("=HBBI", *each) for each in _filter(machine, numbers, shares, asks))


_Instruction = tuple[int, int, int, int]  # what, how many to jump over if so, if not so, and by what


def _filter(machine: int, numbers: Mapping[str, int], shares: bool, asks: bool) -> Iterator[_Instruction]:
    absent = (_RETURN, 0, 0, _ERRNO | _ENOSYS)
    yield (_LOAD, 0, 0, _MACHINE)
    yield (_EQUAL, 1, 0, machine)
    yield absent  # the numbers of another machine, which this one knows, too, mean other calls
    yield (_LOAD, 0, 0, _NUMBER)
    if numbers is _INTELS:
        yield (_AT_LEAST, 0, 1, _X32)
        yield absent
    # Of clone3 no filter can see what is asked; who misses it takes clone.
    for each in ("clone3", *_ABSENT, *(() if shares else _ALONE)):
        yield (_EQUAL, 0, 1, numbers[each])
        yield absent
    for each in ("clone", "unshare"):
        yield from _refused(numbers[each], (_LOAD, 0, 0, _ARGUMENTS), (_SOME, 0, 1, _NEW_USER))
    if not asks:
        yield (_EQUAL, 0, 1, numbers["connect"])
        yield (_RETURN, 0, 0, _ERRNO | _ENETUNREACH)
        for name, which in _SENDING.items():
            flags = (_LOAD, 0, 0, _ARGUMENTS + 8 * which)
            yield from _refused(numbers[name], flags, (_SOME, 0, 1, _FAST_OPEN))
    if shares:
        size = _ARGUMENTS + 8
        high, low = (_LOAD, 0, 0, size + 4), (_LOAD, 0, 0, size)
        large = (high, (_SOME, 2, 0, 0xFFFFFFFF), low, (_ABOVE, 0, 1, _SEGMENT))
        yield from _refused(numbers["shmget"], *large)
    else:
        flags = (_LOAD, 0, 0, _ARGUMENTS + 8 * 3)
        yield from _refused(numbers["mmap"], flags, (_AND, 0, 0, _NOWHERE), (_EQUAL, 0, 1, _NOWHERE))
    yield (_RETURN, 0, 0, _ALLOW)


def _refused(number: int, *tests: _Instruction) -> Iterator[_Instruction]:
    """That call where the last of the tests holds; and it is allowed where not."""
    yield (_EQUAL, 0, len(tests) + 2, number)
    yield from tests
    yield (_RETURN, 0, 0, _ERRNO | _EPERM)
    yield (_RETURN, 0, 0, _ALLOW)
