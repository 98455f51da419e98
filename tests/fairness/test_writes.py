"""No fault: a write that is answered, done or shown in a way of its own; and what is a fault of it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import bad, on, only, quick, reference, run
from helpers.student import Student, judge_student, reply

from conformance.clocks import VirtualClock

ITEMS = "/items/"


def _writes(status: int, *, do: bool = True, method: str = "PUT", echo: bool = False) -> Any:
    """A server that answers one method with a status of its own, and does what was asked, or not."""

    def before(asked: str, path: str, _headers: Any, body: bytes) -> bytes | None:
        if asked != method:
            return None
        sent = json.loads(body)
        if do:
            student._item(asked, path, body)  # noqa: SLF001 - a test's own server
        return reply(status, sent if echo else None)

    student = Student(before)
    return student


@pytest.mark.parametrize("status", [200, 201, 202, 204, 303])
def test_every_success_is_one(status: int) -> None:
    result = judge_student(None, "change-shows", student=_writes(status))
    assert on(result, "change-shows").outcome == "pass"


def test_a_write_that_is_done_later_is_inconclusive() -> None:
    result = judge_student(None, "change-shows", student=_writes(202, do=False))
    assert on(result, "change-shows").outcome == "inconclusive"
    assert on(result, "change-shows").cause


def test_a_write_that_is_seen_nowhere_is_inconclusive() -> None:
    result = judge_student(None, "change-shows", student=_writes(204, do=False))
    verdict = on(result, "change-shows")
    assert verdict.outcome == "inconclusive"
    assert verdict.cause.startswith("the write was answered with success, and its effect is seen nowhere")


def test_a_write_that_was_echoed_and_is_not_shown_is_stale() -> None:
    result = judge_student(None, "change-shows", student=_writes(200, do=False, echo=True))
    assert on(result, "change-shows").outcome == "fail"


def test_a_create_that_redirects_is_a_success() -> None:
    result = judge_student(None, "create-shows", student=_writes(303, method="POST"))
    assert on(result, "create-shows").outcome == "pass"


@pytest.mark.parametrize(
    ("check", "method"),
    [
        ("change-shows", "PUT"),
        ("create-shows", "POST"),
    ],
)
def test_a_write_that_crashes_is_one_diagnosis(check: str, method: str) -> None:
    with serve(_writes(500, do=False, method=method)) as server:
        given = quick(server.url, 5.0)
        result = run(replace(given, clock=lambda: VirtualClock(lambda _: None), selected=_of_items()))
    failed = bad(result, "fail")
    assert f"specs/invalidation.yaml::items::{check}" in failed
    assert failed[f"specs/invalidation.yaml::items::{check}"].startswith(
        f"the server failed with 500 on {method}"
    )


def _of_items() -> frozenset[str]:
    return only("change-shows", "create-shows", "remove-shows", "etag-changes-with-content")


def test_an_unchanged_weak_tag_only_warns() -> None:
    def before(method: str, path: str, headers: Mapping[str, str], _body: bytes) -> bytes | None:
        if (method, path) != ("GET", ITEMS):
            return None
        if headers.get("if-none-match") == 'W/"1"':
            return reply(304, None, {"ETag": 'W/"1"'})
        return reply(200, student.items, {"ETag": 'W/"1"'})

    student = Student(before)
    with serve(student) as server:
        given = quick(server.url, 5.0, selected=only("etag-changes-with-content", "old-tag-is-200"))
        result = run(replace(given, clock=lambda: VirtualClock(lambda _: None)))
    assert bad(result, "fail", "error", "inconclusive") == {}
    assert on(result, "etag-changes-with-content").verdict == "warn"


def test_an_unquoted_tag_is_echoed_as_it_came_and_blocks_nothing() -> None:
    with reference(flaw="unquoted-etag") as server:
        result = server.judge(selected=only("inm-current-is-304", "not-modified-has-etag", "etag-quoted"))
    assert on(result, "etag-quoted").verdict == "warn"
    assert on(result, "inm-current-is-304").outcome == on(result, "not-modified-has-etag").outcome == "pass"


def test_a_new_item_that_is_on_another_page_decides_nothing() -> None:
    """A list of three at most: whatever is waited for or cleared, the new item is not on it."""

    def three(method: str, path: str, *_: Any) -> bytes | None:
        return reply(200, student.items[:3], {"ETag": '"1"'}) if (method, path) == ("GET", ITEMS) else None

    student = Student(three)
    verdict = on(judge_student(None, "create-shows", student=student), "create-shows")
    assert verdict.outcome == "inconclusive"
    assert "it may be paged or limited" in verdict.message


def test_a_copy_that_only_another_write_drops_is_no_other_page() -> None:
    """The list is kept until something is changed; a create leaves it as it was."""
    kept: list[Any] = []

    def copied(method: str, path: str, *_: Any) -> bytes | None:
        if method in ("PUT", "DELETE"):
            kept.clear()
        if (method, path) != ("GET", ITEMS):
            return None
        kept.extend([] if kept else student.items)
        return reply(200, kept, {"ETag": f'"{len(kept)}"'})

    student = Student(copied)
    verdict = on(judge_student(None, "create-shows", student=student), "create-shows")
    assert verdict.outcome == "fail"


def test_workers_with_data_of_their_own_leave_nothing_to_be_said_of_it() -> None:
    """By URL nobody knows how many there are: every second answer is of one that has not got the new item."""
    lists = [0]

    def by_turns(method: str, path: str, *_: Any) -> bytes | None:
        if (method, path) != ("GET", ITEMS) or len(student.items) == before:
            return None
        lists[0] += 1
        return reply(
            200, student.items[:before] if lists[0] % 2 else student.items, {"ETag": f'"{lists[0] % 2}"'}
        )

    student = Student(by_turns)
    before = len(student.items)
    result = judge_student(None, "create-shows", "change-shows", "etag-changes-with-content", student=student)
    for check in ("create-shows", "change-shows"):
        assert on(result, check).outcome == "inconclusive"
        assert on(result, check).cause.startswith("each worker has data of its own: what was created")
    assert len(student.items) == before
    assert result.problems == ()


def test_a_list_that_is_late_for_its_ttl_is_no_excuse() -> None:
    """No write is echoed, no item has a route, and the list changes once its TTL is over."""
    kept: list[tuple[float, list[Any]]] = []
    moved = [0.0]

    def late(method: str, path: str, _headers: Any, body: bytes) -> bytes | None:
        if (method, path) == ("GET", ITEMS):
            if not kept or moved[0] - kept[0][0] >= 4:
                kept[:] = [(moved[0], [dict(each) for each in student.items])]
            return reply(200, kept[0][1], {"ETag": '"1"'})
        if method == "GET" and path.startswith(ITEMS):
            return reply(405, {})
        if method in ("PUT", "PATCH", "POST", "DELETE") and path.startswith(ITEMS):
            student._item(method, path, body)  # noqa: SLF001 - a test's own server
            return reply(200, {"message": "done"})
        return None

    student = Student(late)
    with serve(student) as server:
        given = quick(server.url, 5.0, selected=only("change-shows", "create-shows"))

        def move(seconds: float) -> None:
            moved[0] += seconds

        result = run(replace(given, clock=lambda: VirtualClock(move)))
    assert {e.verdict.outcome for e in result.judged} == {"fail"}


def test_a_body_with_a_time_in_it_says_nothing_of_a_refused_write() -> None:
    numbers = itertools.count()

    def moving(method: str, path: str, *_: Any) -> bytes | None:
        if (method, path) != ("GET", ITEMS):
            return None
        return reply(200, {"items": student.items, "at": next(numbers)}, {"ETag": 'W/"1"'})

    student = Student(moving)
    verdict = on(
        judge_student(None, "refused-write-changes-nothing", student=student), "refused-write-changes-nothing"
    )
    assert verdict.outcome != "fail"
