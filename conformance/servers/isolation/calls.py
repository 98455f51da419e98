"""What an isolated server may not ask of the kernel: a filter of system calls, for seccomp. Pure.

What is kept from it is not what it could break (it has no privilege to break anything with) but what would
take it out of sight: namespaces of users, in which it would be root and could mount; and memory that belongs
to no process, so that nobody can count it. Old kernels have none of this, and programs know to do without.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

__all__ = ["lacking", "program"]

_NEW_USER: Final = 0x10000000  # CLONE_NEWUSER
_NOWHERE: Final = 0x01 | 0x20  # MAP_SHARED | MAP_ANONYMOUS
_SEGMENT: Final = 64 << 10  # bytes of System V's shared memory: as much as a database locks its folder by
_X32: Final = 0x40000000
_EPERM, _ENOSYS = 1, 38  # as Linux has them on each of these machines
_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_LOAD, _EQUAL, _SOME, _ABOVE, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x45, 0x25, 0x35, 0x54, 0x06
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16  # where they stand in what is filtered


class _Numbers(NamedTuple):
    """The numbers that a machine has for what is filtered; all others share theirs."""

    machine: int
    clone: int
    unshare: int
    mmap: int
    shmget: int
    msgget: int
    memfd_create: int


_NUMBERS: Final = {
    "x86_64": _Numbers(0xC000003E, 56, 272, 9, 29, 68, 319),
    "aarch64": _Numbers(0xC00000B7, 220, 97, 222, 194, 186, 279),
    "riscv64": _Numbers(0xC00000F3, 220, 97, 222, 194, 186, 279),
}
_IO_URING_SETUP, _CLONE3, _MEMFD_SECRET = 425, 435, 447


def lacking() -> str:
    """Why there is no filter for this machine, as a clause; "" where there is one."""
    machine = os.uname().machine
    if machine in _NUMBERS:
        return ""
    return f"the system calls of {machine} are not known; known are those of {', '.join(_NUMBERS)}"


def program(*, shares: bool) -> bytes:
    """The filter, as the kernel takes it.

    Args:
        shares: whether its processes may share memory that is no file's, as servers of several processes
            do; one that does not need it may not, since it could hide in it what it takes.
    """
    numbers = _NUMBERS[os.uname().machine]
    return b"".join(struct.pack("=HBBI", *each) for each in _filter(numbers, shares=shares))


_Instruction = tuple[int, int, int, int]  # what, how many to jump over if so, if not so, and by what


def _filter(numbers: _Numbers, *, shares: bool) -> Iterator[_Instruction]:
    absent = (_RETURN, 0, 0, _ERRNO | _ENOSYS)
    yield (_LOAD, 0, 0, _MACHINE)
    yield (_EQUAL, 1, 0, numbers.machine)
    yield absent  # the numbers of another machine, which this one knows, too, mean other calls
    yield (_LOAD, 0, 0, _NUMBER)
    if numbers.machine == _NUMBERS["x86_64"].machine:
        yield (_AT_LEAST, 0, 1, _X32)
        yield absent
    # Of clone3 no filter can see what is asked; who misses it takes clone.
    for each in (_CLONE3, numbers.memfd_create, _MEMFD_SECRET, _IO_URING_SETUP, numbers.msgget):
        yield (_EQUAL, 0, 1, each)
        yield absent
    for each in (numbers.clone, numbers.unshare):
        yield from _refused(each, (_LOAD, 0, 0, _ARGUMENTS), (_SOME, 0, 1, _NEW_USER))
    if not shares:
        flags = (_LOAD, 0, 0, _ARGUMENTS + 8 * 3)
        yield from _refused(numbers.mmap, flags, (_AND, 0, 0, _NOWHERE), (_EQUAL, 0, 1, _NOWHERE))
    size = _ARGUMENTS + 8
    high, low = (_LOAD, 0, 0, size + 4), (_LOAD, 0, 0, size)
    yield from _refused(numbers.shmget, high, (_SOME, 2, 0, 0xFFFFFFFF), low, (_ABOVE, 0, 1, _SEGMENT))
    yield (_RETURN, 0, 0, _ALLOW)


def _refused(number: int, *tests: _Instruction) -> Iterator[_Instruction]:
    """That call where the last of the tests holds; and it is allowed where not."""
    yield (_EQUAL, 0, len(tests) + 2, number)
    yield from tests
    yield (_RETURN, 0, 0, _ERRNO | _EPERM)
    yield (_RETURN, 0, 0, _ALLOW)
