"""What the parent of a server counts: whatever memory its processes hold, wherever it is."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys

import pytest

from conformance.servers import warden

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other platforms tell nothing of it")
MIB = 1 << 20


def shared() -> int:
    """The bytes of no file that this process holds, or may hold."""
    return sum(dict(warden.of_no_file(os.getpid())).values())


def exact() -> bool:
    """Whether we may know how much is taken."""
    with mmap.mmap(-1, 4 * MIB) as mapped:
        mapped[:MIB] = b"x" * MIB
        return shared() % (4 * MIB) == MIB


def test_what_is_mapped_and_has_no_file_is_counted() -> None:
    before = shared()
    with mmap.mmap(-1, 8 * MIB) as mapped:
        mapped[:] = b"x" * len(mapped)
        assert shared() - before == 8 * MIB
    assert shared() == before


def test_a_file_that_is_none_is_counted_once() -> None:
    before, number = shared(), os.memfd_create("none")
    os.ftruncate(number, 8 * MIB)
    with mmap.mmap(number, 8 * MIB) as one, mmap.mmap(number, 4 * MIB) as two:
        one[:] = b"x" * len(one)
        assert two[:1] == b"x"
        assert shared() - before == 8 * MIB
    os.close(number)


def test_what_is_given_back_where_none_sees_it_is_counted_all_the_same() -> None:
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    before = shared()
    at = libc.mmap(None, ctypes.c_size_t(8 * MIB), 3, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, -1, 0)
    ctypes.memset(at, 1, 8 * MIB)
    whole = shared() - before
    libc.munmap(ctypes.c_void_p(at + 4096), ctypes.c_size_t(8 * MIB - 4096))
    rest = shared() - before
    libc.munmap(ctypes.c_void_p(at), ctypes.c_size_t(4096))
    assert whole == 8 * MIB
    assert rest == (8 * MIB if exact() else 4096), "who may not know counts by the most that was seen"


def test_what_was_seen_is_remembered_as_long_as_any_of_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [[(b"a", 8 * MIB)], [(b"a", 4096), (b"b", MIB)], [(b"b", MIB)]]
    monkeypatch.setattr(warden, "of_no_file", lambda _: looks.pop(0))
    monkeypatch.setattr(warden, "own", lambda _: 0)
    watching = object.__new__(warden.Warden)
    watching.settings, watching.shared = {"rooms": []}, {}
    assert [watching._held([1]) for _ in range(3)] == [8 * MIB, 9 * MIB, MIB]


def test_what_costs_more_is_looked_at_when_much_is_there_and_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    watching = object.__new__(warden.Warden)
    watching.settings, watching.glances = {"memory": 8 * MIB}, 0
    monkeypatch.setattr(warden, "resident", lambda _: 3 * MIB)
    assert [bool(watching._may_hold([1])) for _ in range(8)] == 2 * [False, False, False, True]
    assert watching._may_hold([1, 2])
    watching.settings["memory"] = 0
    assert not any(watching._may_hold([1, 2]) for _ in range(8))


def test_what_a_process_has_for_itself_is_counted() -> None:
    before = warden.own(os.getpid())
    # A mapping of its own: an object might be put where an earlier one was freed.
    with mmap.mmap(-1, 32 * MIB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as held:
        held.write(b"x" * len(held))
        assert warden.own(os.getpid()) - before >= len(held)


def test_who_is_gone_holds_nothing() -> None:
    gone = 2**22 + 1  # no process has that number
    assert warden.resident(gone) == 0
    assert (warden.own(gone), list(warden.of_no_file(gone)), warden.files([gone], ["/tmp"])) == (0, [], 0)  # noqa: S108
