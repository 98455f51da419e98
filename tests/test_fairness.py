"""What a check must not take for a fault: the rules at the top of the lesson's requirements, one by one."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import (
    answering,
    bad,
    exchanges,
    fetch,
    on,
    only,
    quick,
    record_of,
    reference,
    run,
    wrapped,
)
from helpers.student import Student, reply

from conformance.clocks import VirtualClock
from conformance.execute import engine as engine_module
from reference_impl.app import build
from reference_impl.settings import Settings
from reference_impl.twisted.asgi import Answer

ITEMS, TIME = "/items/", "/cached-time/"
TIMELINE = ("miss-says-so", "hit-within-ttl", "hit-until-ttl", "ttl-ends", "reads-do-not-prolong")
Ask = Callable[[], Any]


def plain(result: Any) -> dict[str, str]:
    return bad(result, "fail", "error", "unreachable", "inconclusive")


def judge_student(before: Any, *checks: str, student: Student | None = None) -> Any:
    """A student's server that answers some requests in its own way; the checks of its list."""
    student = student or Student(before)
    with serve(student) as server:
        given = quick(server.url, 5.0, selected=only(*checks))
        return run(replace(given, clock=lambda: VirtualClock(lambda _: None)))


# ------------------------------------------------------------------ A-B-A, and other clients


def test_a_tag_that_moves_while_we_ask_is_inconclusive() -> None:
    """Somebody else changes the list whenever we ask with a condition."""
    numbers = itertools.count()

    def before(_method: str, _path: str, headers: Mapping[str, str], _body: bytes) -> None:
        if "if-none-match" in headers:
            student.items[0]["name"] = f"Pen {next(numbers)}"

    student = Student(before)
    result = judge_student(None, "inm-current-is-304", student=student)
    verdict = on(result, "inm-current-is-304")
    assert (verdict.outcome, verdict.cause) == (
        "inconclusive",
        "somebody else writes: what we read moved while we asked",
    )
    record = record_of(result, "inm-current-is-304")
    assert record.attempts == 3


def test_a_tag_that_moved_once_is_asked_again() -> None:
    moved = iter((True,))

    def before(_method: str, _path: str, headers: Mapping[str, str], _body: bytes) -> None:
        if "if-none-match" in headers and next(moved, False):
            student.items[0]["name"] = "Another pen"

    student = Student(before)
    result = judge_student(None, "inm-current-is-304", student=student)
    assert on(result, "inm-current-is-304").outcome == "pass"
    record = record_of(result, "inm-current-is-304")
    assert record.attempts == 2


def moving(*bodies: int, weak: bool = False, tag: str = "") -> Student:
    """A list that shows these numbers, in turn, under a tag of its own or `tag`."""
    numbers = itertools.cycle(bodies)

    def before(method: str, path: str, headers: Mapping[str, str], _body: bytes) -> bytes | None:
        if (method, path) != ("GET", ITEMS):
            return None
        number = next(numbers)
        own = f'{"W/" if weak else ""}"{tag or number}"'
        if headers.get("if-none-match") == own:
            return reply(304, None, {"ETag": own})
        return reply(200, [{"id": 1, "shown": number}], {"ETag": own})

    return Student(before)


NOBODY = "somebody else writes: what we read moved while we asked"


@pytest.mark.parametrize(
    ("bodies", "expected", "says"),
    [
        ((1,), "pass", ""),
        (
            range(2000),
            "fail",
            "expected the same body and ETag as before, since nobody writes, found others: ",
        ),
        ((*(1,) * 7, *(2,) * 7), "fail", "expected the same body"),  # an earlier one comes back
        ([n // 7 for n in range(2000)], "inconclusive", f"could not be judged: {NOBODY}"),
    ],
)
def test_a_list_that_moves_by_itself_is_told_from_one_that_others_write(
    bodies: Any, expected: str, says: str
) -> None:
    result = judge_student(None, "list-stands-still", "etag-repeats", student=moving(*bodies))
    found = on(result, "list-stands-still")
    assert (found.outcome, found.message[: len(says)] if says else "") == (expected, says)
    assert ("/0/shown was " in found.actual) is (expected == "fail")
    assert on(result, "etag-repeats").outcome == ("pass" if expected == "pass" else "blocked")


def test_elsewhere_others_may_write_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "is_remote", lambda _url: True)
    result = judge_student(None, "list-stands-still", student=moving(*range(2000)))
    assert (on(result, "list-stands-still").outcome, on(result, "list-stands-still").cause) == (
        "inconclusive",
        NOBODY,
    )


def test_a_weak_tag_may_stay_while_bytes_move_and_a_strong_one_may_not() -> None:
    names = ("list-stands-still", "one-body-for-a-strong-tag", "etag-repeats", "inm-current-is-304")
    for weak, expected in ((True, "pass"), (False, "fail")):
        result = judge_student(None, *names, student=moving(*range(2000), weak=weak, tag="a"))
        found = {name: on(result, name).outcome for name in names}
        assert found == {
            "list-stands-still": "pass",
            "one-body-for-a-strong-tag": expected,
            "etag-repeats": "not-applicable",  # no body came twice, so nothing is to be seen of it
            "inm-current-is-304": "pass",
        }


def test_a_login_that_ends_within_the_run_is_one_diagnosis() -> None:
    requests = itertools.count(1)

    def before(*_asked: Any) -> bytes | None:
        return reply(401, {}) if next(requests) > 30 else None

    names = (
        "etag-present",
        "inm-current-is-304",
        "not-modified-has-etag",
        "inm-other-is-200",
        "cache-control-valid",
    )
    result = judge_student(before, *names)
    assert bad(result, "fail", "error", "unreachable") == {}
    causes = {e.verdict.cause for e in result.judged if e.verdict.outcome == "inconclusive"}
    (cause,) = causes
    assert cause.startswith("the login ended at request ")


# ------------------------------------------------------------------ a cache in front


def _stale(scope: Mapping[str, Any], ask: Ask, kept: dict[str, Answer], *fields: tuple[str, str]) -> Any:
    """A cache in front that keeps the first plain answer of a path for ever."""

    async def answer() -> Answer:
        path, plainly = scope["path"], not any(n.startswith(b"if-") for n, _ in scope["headers"])
        if scope["method"] != "GET" or not plainly or path not in (ITEMS, TIME):
            return await ask()
        if path not in kept:
            kept[path] = await ask()
            return kept[path]
        old = kept[path]
        return replace(old, fields=(*old.fields, *fields))

    return answer()


@pytest.mark.parametrize("told", [("age", "5"), ("x-cache", "HIT"), ("cf-cache-status", "HIT")])
def test_a_stale_read_from_a_cache_in_front_is_inconclusive(told: tuple[str, str]) -> None:
    kept: dict[str, Answer] = {}
    with wrapped(answering(lambda scope, ask: _stale(scope, ask, kept, told))) as server:
        result = server.judge(selected=only("change-shows"))
    verdict = on(result, "change-shows")
    assert (verdict.outcome, verdict.cause) == ("inconclusive", "a cache in front answers")


@pytest.mark.parametrize("told", [("via", "1.1 proxy"), ("x-cache", "MISS")])
def test_a_stale_read_without_such_a_sign_is_the_servers(told: tuple[str, str]) -> None:
    kept: dict[str, Answer] = {}
    with wrapped(answering(lambda scope, ask: _stale(scope, ask, kept, told))) as server:
        result = server.judge(selected=only("change-shows"))
    assert on(result, "change-shows").outcome == "fail"


# ------------------------------------------------------------------ workers


def test_several_workers_make_the_timeline_inconclusive() -> None:
    """Two apps, each with a cache of its own, that answer in turn."""

    def pair(settings: Settings) -> Any:
        # Another second for each, so that their values differ though they be computed in the same one.
        ahead = replace(settings, clock=lambda: settings.clock() + 1)
        first, second = build(settings), build(ahead)
        turns = itertools.cycle((first, second))

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await (next(turns) if scope["type"] == "http" else first)(scope, receive, send)

        return app

    with wrapped(lambda app: app, build=pair) as server:
        result = server.judge(selected=only(*TIMELINE, "workers-agree", resource="cached-time"))
    assert bad(result, "fail", "error", "unreachable") == {}
    verdict = on(result, "hit-within-ttl", "cached-time")
    assert verdict.outcome == "blocked"
    assert verdict.message == "blocked by workers-agree: several workers each have a cache of their own"
    assert on(result, "workers-agree", "cached-time").verdict == "warn"
    assert on(result, "workers-agree", "cached-time").message.startswith("each worker has a cache of its own")


# ------------------------------------------------------------------ time


def test_a_cache_that_never_misses_fails_after_three_expiries() -> None:
    with reference(flaw="never-miss") as server:
        result = server.judge(selected=only("miss-says-so", resource="cached-time"))
    assert on(result, "miss-says-so", "cached-time").outcome == "fail"
    record = record_of(result, "miss-says-so", "cached-time")
    assert record.steps[0].waited == 3


def test_elsewhere_others_may_keep_it_warm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "is_remote", lambda _url: True)
    with reference(flaw="never-miss") as server:
        result = server.judge(selected=only("miss-says-so", resource="cached-time"))
    verdict = on(result, "miss-says-so", "cached-time")
    assert verdict.outcome == "inconclusive"
    assert verdict.cause.startswith("the server is not on this machine")


def test_a_warm_cache_is_judged_like_a_cold_one() -> None:
    with reference() as server:
        fetch(server.url, TIME)
        result = server.judge(selected=only(*TIMELINE, resource="cached-time"))
    assert {e.verdict.outcome for e in result.judged} == {"pass"}


def test_an_answer_in_the_guard_band_decides_nothing() -> None:
    """So slow an answer, shortly before the TTL ends, may be of either side."""

    async def slow(scope: Mapping[str, Any], ask: Ask) -> Answer:
        if scope["path"] == TIME and server.clock() - began > 3.2:
            await asyncio.sleep(0.6)
        answer: Answer = await ask()
        return answer

    with wrapped(answering(slow), ttl=4.0) as server:
        began = server.clock()
        result = server.judge(
            overrides=("*.ttl=4",), selected=only("flag-is-true", *TIMELINE, resource="cached-time")
        )
    assert bad(result, "fail", "error") == {}
    verdict = on(result, "flag-is-true", "cached-time")
    assert verdict.outcome == "inconclusive"
    assert verdict.cause == "the answers came too late to tell on which side of the TTL they were"


def test_an_entry_that_counts_whole_seconds_is_no_fault_under_ten_seconds() -> None:
    with reference(variant="whole-second-ttl", ttl=4.0) as server:
        result = server.judge(overrides=("*.ttl=4",))
    assert bad(result, "fail", "error") == {}


# ------------------------------------------------------------------ not offered


WRITTEN = ("change-shows", "create-shows")


def test_writes_that_are_not_offered_apply_to_nothing() -> None:
    with reference(variant="no-writes") as server:
        result = server.judge()
    assert plain(result) == {}
    for check in (*WRITTEN, "remove-shows", "etag-changes-with-content"):
        assert on(result, check).outcome == "not-applicable"


def test_writes_that_want_a_login_are_told_with_how_to_log_in() -> None:
    with reference(variant="auth-writes") as server:
        result = server.judge()
    assert plain(result) == {}
    for check in WRITTEN:
        verdict = on(result, check)
        assert (verdict.outcome, verdict.code) == ("untestable", "write.refused")
        assert 'headers: {Authorization: "Bearer ${TOKEN}"}' in verdict.message


def test_a_page_for_every_path_is_no_api() -> None:
    page = Answer(200, (("content-type", "text/html"),)).carrying(b"<html><body>Welcome</body></html>")
    with wrapped(answering(lambda *_: page)) as server:
        result = server.judge()
    for check, resource in (("etag-present", "items"), ("members-present", "cached-time")):
        verdict = on(result, check, resource)
        assert verdict.outcome == "fail"
        assert verdict.message.startswith("HTML came where JSON was due")
    may_lack = {each.name for each in result.target.resources if each.ask}
    asked_for = [e for e in result.judged if e.resource in may_lack]
    assert asked_for
    asked_for = [e for e in asked_for if result.about(e).requirement != "LES37"]
    assert {e.verdict.outcome for e in asked_for} == {"not-applicable"}
    assert len(bad(result, "fail")) == 2


def test_a_route_that_redirects_by_the_slash_is_one_warning() -> None:
    with reference(variant="no-slash") as server:
        result = server.judge()
        assert {m for m in ("PUT", "POST") if any(x.request.method == m for x in exchanges(result))}
    assert list(bad(result, "warn")) == ["specs/contract.yaml::items::path-answers-itself"]
    assert on(result, "path-answers-itself").message.startswith("/items/ redirects to /items")
    assert on(result, "change-shows").outcome == on(result, "create-shows").outcome == "pass"


@pytest.mark.parametrize(
    ("after", "outcome"), [("1", "pass"), ("3600", "inconclusive"), (None, "inconclusive")]
)
def test_a_rate_limit_is_waited_for_or_named(after: str | None, outcome: str) -> None:
    limited = iter((True,)) if after == "1" else itertools.repeat(True)

    def before(_method: str, path: str, headers: Mapping[str, str], _body: bytes) -> bytes | None:
        if path == ITEMS and "if-none-match" in headers and next(limited, False):
            return reply(429, {}, {"Retry-After": after} if after else {})
        return None

    verdict = on(judge_student(before, "inm-current-is-304"), "inm-current-is-304")
    assert verdict.outcome == outcome
    assert verdict.cause == ("a rate limit" if outcome == "inconclusive" else "")


# ------------------------------------------------------------------ writes


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
