"""No fault: what others do meanwhile, be they clients that write, caches in front, or other workers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from helpers.runs import TIMELINE, answering, bad, on, only, record_of, wrapped
from helpers.student import Student, judge_student, reply

from conformance.execute import engine as engine_module
from reference_impl.app import build
from reference_impl.settings import Settings
from reference_impl.twisted.asgi import Answer

ITEMS, TIME = "/items/", "/cached-time/"
Ask = Callable[[], Any]


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


@pytest.mark.parametrize("lasts", [12, 30, 60])
def test_a_route_that_is_first_asked_once_the_login_has_ended_is_not_blamed(lasts: int) -> None:
    """Nor is one left out as not offered, nor told that it wants a login."""
    requests = itertools.count(1)

    def ended(_scope: Mapping[str, Any], ask: Ask) -> Any:
        return Answer(401, (), b"{}") if next(requests) > lasts else ask()

    with wrapped(answering(ended)) as server:
        result = server.judge()
    assert bad(result, "fail", "warn", "error", "unreachable", "untestable") == {}
    causes = {e.verdict.cause for e in result.judged if e.verdict.outcome == "inconclusive"}
    (cause,) = causes
    assert cause.startswith("the login ended at request ")
    assert "401" not in " ".join(bad(result, "not-applicable").values())


# ------------------------------------------------------------------ a cache in front


def _stale(scope: Mapping[str, Any], ask: Ask, kept: dict[str, Answer], *fields: tuple[str, str]) -> Any:
    """A cache in front that keeps the first plain answer of a path for ever."""

    async def answer() -> Answer:
        path, plainly = scope["path"], not any(n.startswith(b"if-") for n, _ in scope["headers"])
        if scope["method"] != "GET" or not plainly or path not in (ITEMS, TIME):
            plain: Answer = await ask()
            return plain
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
