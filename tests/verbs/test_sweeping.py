"""conformance.verbs.sweeping: a cache that is cleared by hand, and a flood of keys."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import context, done, reference
from helpers.student import Student, reply

from conformance.model import StepRecord


def test_a_cache_is_cleared() -> None:
    with reference() as server, context(server.url, "cached-time") as made, made.shared.clock.lane():
        done(made, "read", "first")
        assert done(made, "read", "hit").exchanges[0].facts.hit is True
        assert done(made, "clear").status == "done"
        assert done(made, "read", "anew").exchanges[0].facts.hit is False


@pytest.mark.parametrize("status", [401, 403, 422])
def test_clearing_may_be_refused(status: int) -> None:
    student = Student(lambda method, *_: reply(status, {}) if method == "DELETE" else None)
    with serve(student) as server, context(server.url, "cached-time") as made:
        record = done(made, "clear")
    assert record.status == "refused"
    assert record.says.startswith(f"DELETE /cache/ was answered {status}")


@pytest.mark.parametrize("status", [404, 405, 501])
def test_clearing_may_be_lacking(status: int) -> None:
    student = Student(lambda method, *_: reply(status, {}) if method == "DELETE" else None)
    with serve(student) as server, context(server.url, "cached-time") as made:
        record = done(made, "clear")
    assert (record.status, record.says) == ("not-offered", f"DELETE /cache/ was answered {status}")


def test_a_target_without_a_clear_has_none() -> None:
    with serve(Student()) as server, context(server.url) as made:
        assert done(made, "clear").status == "not-offered"


# ------------------------------------------------------------------ flood


class Memory:
    """A server's memory that grows by so many bytes between two looks, for as many of them."""

    moves, workers = False, 1

    def __init__(self, grows: int, times: int) -> None:
        self.grows, self.times, self.looks = grows, times, 0

    def memory(self) -> int:
        self.looks += 1
        return self.grows * min(self.looks, self.times)


def flooded(memory: Any, longest: int = 8000) -> tuple[StepRecord, list[str]]:
    """What a flood of keys comes to, and the paths that were asked for; the server refuses longer ones."""

    def keyed(_method: str, path: str, *_: Any) -> Any:
        return reply(200 if len(path) <= longest else 414, {}) if "key=" in path else None

    student = Student(keyed)
    with serve(student) as server, context(server.url, "cached-time") as made, made.shared.clock.lane():
        made.shared.server = memory
        record = done(made, "flood")
    return record, [path for _, path in student.asked if "key=" in path]


def test_memory_that_stays_as_it_is_needs_three_rounds_of_keys_of_which_none_comes_twice() -> None:
    record, asked = flooded(Memory(0, 0))
    assert (record.status, [each.grew for each in record.rounds]) == ("done", [0, 0, 0])
    assert len(asked) == len(set(asked)) == 1 + sum(each.keys for each in record.rounds)


def test_memory_that_was_warm_after_a_while_is_calm() -> None:
    record, _ = flooded(Memory(10_000_000, 3))
    assert record.status == "done"
    assert [each.grew for each in record.rounds] == [10_000_000, 10_000_000, 0, 0]


def test_a_key_is_as_long_as_the_server_takes_it() -> None:
    record, asked = flooded(Memory(0, 0), longest=1000)
    assert record.status == "done"
    assert [len(path) > 5000 for path in asked[:3]] == [True, False, False]


def test_a_server_that_takes_no_key_is_not_flooded() -> None:
    record, asked = flooded(Memory(0, 0), longest=0)
    assert (record.status, len(asked)) == ("not-offered", 3)


def test_of_a_server_that_is_not_ours_nothing_is_asked() -> None:
    record, asked = flooded(None)
    assert (record.status, asked) == ("out-of-reach", [])
