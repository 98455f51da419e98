"""What may not be asked of the kernel: the filter is run by hand, as each machine would run it."""

from __future__ import annotations

import os
import struct
from types import SimpleNamespace

import pytest

from conformance.servers.isolation import calls

ALLOWED, REFUSED, ABSENT, UNREACHABLE = 0x7FFF0000, 0x00050001, 0x00050026, 0x00050065
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "riscv64": 0xC00000F3}
NEW_USER, SIGCHLD, VM = 0x10000000, 17, 0x100
SHARED, PRIVATE, VALIDATED, ANONYMOUS = 1, 2, 3, 0x20
NUMBERS = {
    "x86_64": {
        "clone": 56,
        "unshare": 272,
        "mmap": 9,
        "shmget": 29,
        "msgget": 68,
        "memfd_create": 319,
        "keyctl": 250,
        "semget": 64,
    },
    "aarch64": {
        "clone": 220,
        "unshare": 97,
        "mmap": 222,
        "shmget": 194,
        "msgget": 186,
        "memfd_create": 279,
        "keyctl": 219,
        "semget": 190,
    },
}
NUMBERS["riscv64"] = NUMBERS["aarch64"]
SENDING = {
    "x86_64": {"connect": 42, "sendto": 44, "sendmsg": 46, "sendmmsg": 307},
    "aarch64": {"connect": 203, "sendto": 206, "sendmsg": 211, "sendmmsg": 269},
}
SENDING["riscv64"] = SENDING["aarch64"]


@pytest.fixture(params=sorted(MACHINES))
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """One that is taken for this one."""
    name: str = request.param
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=name))
    return name


def answered(program: bytes, machine: int, number: int, *arguments: int) -> int:
    """What the kernel makes of a call."""
    asked = struct.pack("=IIQ6Q", number, machine, 0, *arguments, *[0] * (6 - len(arguments)))
    held = at = 0
    while True:
        code, if_so, if_not, value = struct.unpack_from("=HBBI", program, 8 * at)
        at += 1
        if code == 0x20:
            held = struct.unpack_from("=I", asked, value)[0]
        elif code == 0x54:
            held &= value
        elif code == 0x06:
            return int(value)
        else:
            holds = {0x15: held == value, 0x25: held > value, 0x35: held >= value, 0x45: held & value}[code]
            at += if_so if holds else if_not


def test_no_namespace_of_users_is_made(machine: str) -> None:
    ours, numbers = MACHINES[machine], NUMBERS[machine]
    for shares in (True, False):
        program = calls.program(shares=shares)
        assert answered(program, ours, numbers["clone"], NEW_USER | SIGCHLD) == REFUSED
        assert answered(program, ours, numbers["unshare"], NEW_USER | 0x20000) == REFUSED
        assert answered(program, ours, numbers["clone"], VM | SIGCHLD) == ALLOWED
        assert answered(program, ours, 435, 0, 0) == ABSENT, "clone3, whose flags no filter sees"


def test_memory_that_belongs_to_nobody_is_not_had(machine: str) -> None:
    ours, numbers = MACHINES[machine], NUMBERS[machine]
    alone, sharing = calls.program(shares=False), calls.program(shares=True)
    for program in (alone, sharing):
        assert answered(program, ours, numbers["memfd_create"], 0, 0) == ABSENT
        assert answered(program, ours, numbers["msgget"], 0, 0) == ABSENT
        for flags in (PRIVATE | ANONYMOUS, SHARED, VALIDATED, PRIVATE):
            assert answered(program, ours, numbers["mmap"], 0, 4096, 3, flags) == ALLOWED
    assert answered(sharing, ours, numbers["shmget"], 0, 56, 0o1600) == ALLOWED, "a database's lock"
    for size in (1 << 20, 1 << 32, (1 << 32) + 1):
        assert answered(sharing, ours, numbers["shmget"], 0, size) == REFUSED
    for name in ("shmget", "semget"):
        assert answered(alone, ours, numbers[name], 0, 56) == ABSENT, "it would outlive the server"
    for flags in (SHARED | ANONYMOUS, VALIDATED | ANONYMOUS, SHARED | ANONYMOUS | 0x4000):
        assert answered(alone, ours, numbers["mmap"], 0, 4096, 3, flags) == REFUSED
        assert answered(sharing, ours, numbers["mmap"], 0, 4096, 3, flags) == ALLOWED


def test_who_may_not_ask_connects_to_nobody(machine: str) -> None:
    ours, fast = MACHINES[machine], 0x20000000
    for shares in (True, False):
        silent, asking = calls.program(shares=shares, asks=False), calls.program(shares=shares)
        for name, before in (("sendto", [0, 0, 0]), ("sendmsg", [0, 0]), ("sendmmsg", [0, 0, 0])):
            number = SENDING[machine][name]
            assert answered(silent, ours, number, *before, fast) == REFUSED
            assert answered(silent, ours, number, *before, 0x4000) == ALLOWED
            assert answered(asking, ours, number, *before, fast) == ALLOWED
        assert answered(silent, ours, SENDING[machine]["connect"]) == UNREACHABLE
        assert answered(asking, ours, SENDING[machine]["connect"]) == ALLOWED


def test_the_keys_of_whoever_started_the_suite_are_out_of_reach(machine: str) -> None:
    for shares in (True, False):
        assert (
            answered(calls.program(shares=shares), MACHINES[machine], NUMBERS[machine]["keyctl"], 11)
            == ABSENT
        )


def test_the_numbers_of_another_machine_are_of_no_use(machine: str) -> None:
    for other in (0x40000003, *MACHINES.values()):
        if other != MACHINES[machine]:
            assert answered(calls.program(shares=True), other, 0) == ABSENT
    if machine == "x86_64":
        numbers = NUMBERS[machine]
        x32 = 0x40000000 | numbers["memfd_create"]
        assert answered(calls.program(shares=True), MACHINES[machine], x32) == ABSENT


def test_a_machine_whose_calls_are_not_known_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine="s390x"))
    assert (
        calls.lacking()
        == "the system calls of s390x are not known; known are those of x86_64, aarch64, riscv64"
    )
