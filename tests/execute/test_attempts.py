"""How often a run is executed: again where noise has spoilt it, and not where a rate limit is met."""

from __future__ import annotations

import itertools
from dataclasses import replace as varied

import pytest
from helpers.hostile import serve
from helpers.runs import on, only, quick, run
from helpers.student import Student, reply

from conformance.clocks import VirtualClock


@pytest.mark.parametrize("before", [3, 25])
def test_nothing_more_is_asked_of_a_resource_once_its_rate_limit_is_met(before: int) -> None:
    numbers = itertools.count(1)

    def limit(_method: str, path: str, *_: object) -> bytes | None:
        return reply(429, {}) if path == "/items/" and next(numbers) > before else None

    student = Student(limit)
    with serve(student) as server:
        checks = only("etag-present", "etag-lasts", "inm-current-is-304")
        given = quick(server.url, 5.0, selected=checks)
        result = run(varied(given, clock=lambda: VirtualClock(lambda _: None)))
    assert [path for _, path in student.asked].count("/items/") == before + 1
    limited = [entry for entry in result.judged if entry.verdict.cause == "a rate limit"]
    assert limited
    assert on(result, limited[0].id).outcome == "inconclusive"
