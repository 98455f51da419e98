"""How a request is sent: redirects by the slash, rate limits, time-outs, and who may send when."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.records import exchange
from helpers.runs import context, reference
from helpers.student import HOLD, Student, reply

from conformance.clocks import VirtualClock
from conformance.execute.steps import bind
from conformance.language.captures import MissingError
from conformance.model import CacheRead, StepRecord
from conformance.sending.context import GivenUpError
from conformance.sending.gate import Gate

BOUND = 10.0


def without_slash(method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> bytes | None:
    """Routes that end in a slash redirect to those without one; /items is the list."""
    if path.endswith("/"):
        return reply(307, {}, {"Location": path.rstrip("/")})
    return reply(200, [{"id": 1, "name": "Pen"}]) if (method, path) == ("GET", "/items") else None


# ------------------------------------------------------------------ redirects


def test_a_redirect_by_the_slash_is_followed_and_remembered() -> None:
    student = Student(without_slash)
    with serve(student) as server, context(server.url) as within:
        first, second = within.read(), within.read()
    assert (first.status, second.status) == (200, 200)
    assert first.facts.redirected == second.facts.redirected == "/items"
    assert student.asked == [("GET", "/items/"), ("GET", "/items"), ("GET", "/items")]


def test_a_write_follows_it_too() -> None:
    student = Student(without_slash)
    with serve(student) as server, context(server.url) as within:
        within.read()
        assert within.send("POST", "/items/", (), b"{}").status == 404  # it is asked where the list was found
        assert within.send("PUT", "/items/1/", (), b'{"name": "x"}').status == 200
    assert student.asked[2:] == [("POST", "/items"), ("PUT", "/items/1/"), ("PUT", "/items/1")]
    assert student.items[0]["name"] == "x"


@pytest.mark.parametrize(
    "location", ["/login", "/items//../x", "http://elsewhere.invalid/items", "/items/", "", "//items"]
)
def test_no_other_redirect_is_followed(location: str) -> None:
    student = Student(lambda *_: reply(302, {}, {"Location": location}))
    with serve(student) as server, context(server.url) as within:
        assert within.read().status == 302
    assert student.asked == [("GET", "/items/")]


def test_a_loop_by_the_slash_ends() -> None:
    def both(_method: str, path: str, *_: Any) -> bytes:
        return reply(301, {}, {"Location": path.rstrip("/") if path.endswith("/") else f"{path}/"})

    student = Student(both)
    with serve(student) as server, context(server.url) as within:
        assert within.read().status == 301
        assert within.read().status == 301
    assert len(student.asked) <= 4


def test_the_prefix_of_the_base_url_is_kept_apart() -> None:
    student = Student(
        lambda _method, path, *_: (
            reply(307, {}, {"Location": "/api/items"}) if path == "/api/items/" else reply(200, [])
        )
    )
    with serve(student) as server, context(f"{server.url}/api/") as within:
        assert within.read().facts.redirected == "/items"
    assert student.asked == [("GET", "/api/items/"), ("GET", "/api/items")]


# ------------------------------------------------------------------ rate limits


class Limited:
    """The first requests are answered 429."""

    def __init__(self, times: int, **fields: str) -> None:
        self.left, self.fields = times, fields

    def __call__(self, *_: Any) -> bytes | None:
        self.left -= 1
        return (
            reply(429, {}, {k.replace("_", "-"): v for k, v in self.fields.items()})
            if self.left >= 0
            else None
        )


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Retry_After": "1"}, 200),
        ({"Retry_After": "0"}, 200),
        ({"Retry_After": "3600"}, 429),
        ({"Retry_After": "Fri, 31 Dec 1999 23:59:59 GMT"}, 429),
        ({"Retry_After": "-1"}, 429),
        ({}, 429),
    ],
)
def test_a_short_rate_limit_is_waited_for(fields: Mapping[str, str], status: int) -> None:
    student = Student(Limited(1, **fields))
    with (
        serve(student) as server,
        context(server.url, clock=lambda: VirtualClock(lambda _: None)) as within,
        within.shared.clock.lane(),
    ):
        assert within.read().status == status
    assert len(student.asked) == (2 if status == 200 else 1)


@pytest.mark.parametrize(("times", "status"), [(9, 200), (11, 429)])
def test_it_is_waited_for_ten_seconds_in_all(times: int, status: int) -> None:
    with (
        serve(Student(Limited(times, Retry_After="1"))) as server,
        context(server.url, clock=lambda: VirtualClock(lambda _: None)) as within,
        within.shared.clock.lane(),
    ):
        assert within.read().status == status
        assert within.shared.limited == ({"items"} if status == 429 else set())


# ------------------------------------------------------------------ time-outs and cancels


def test_a_time_out_alone_counts_at_once() -> None:
    student = Student(lambda *_: HOLD)
    with serve(student) as server, context(server.url, deadline=0.2) as within:
        assert within.read().fault is not None
        assert not within.gone()
        within.read()
        assert within.gone()
    assert len(student.asked) == 2


def test_a_time_out_beside_others_is_tried_again_alone() -> None:
    """A server that keeps one connection at a time is legitimate."""
    silent = threading.Event()

    def once(_method: str, path: str, *_: Any) -> Any:
        if path == "/cached-time/" and not silent.is_set():
            silent.set()
            return HOLD
        return None

    student = Student(once)
    with serve(student) as server, context(server.url, "cached-time", deadline=1) as within:
        with within.shared.wire.lane() as other:
            other.exchange("GET", "/items/")
            assert other.connected
            assert within.read().status == 200
            assert not other.connected
        assert not within.gone()
    assert student.asked == [("GET", "/items/"), ("GET", "/cached-time/"), ("GET", "/cached-time/")]


def test_a_write_is_never_repeated() -> None:
    student = Student(lambda method, *_: HOLD if method == "PUT" else None)
    with serve(student) as server, context(server.url, deadline=1) as within:
        other = within.shared.wire.lane()
        other.exchange("GET", "/items/")
        assert within.send("PUT", "/items/1", (), b"{}").fault is not None
    assert [m for m, _ in student.asked] == ["GET", "PUT"]


def test_a_cancel_ends_an_exchange_and_a_wait() -> None:
    with serve(Student(lambda *_: HOLD)) as server, context(server.url, deadline=30) as within:

        def cancel() -> None:
            server.wait_for_requests(1)
            within.shared.wire.cancel()

        threading.Thread(target=cancel, daemon=True).start()
        with pytest.raises(GivenUpError):
            within.read()
        within.shared.cancelled.set()
        with pytest.raises(GivenUpError):
            within.wait_until(within.shared.clock.now() + 10**6, "nothing")


def test_a_lane_that_waits_holds_no_connection_and_says_why() -> None:
    said: list[tuple[str, str, float | None]] = []
    with serve(Student()) as server, context(server.url) as within:
        within.shared.waiting = lambda *what: said.append(what)
        within.read()
        assert within.lane.connected
        until = within.shared.clock.now() + 0.01
        within.wait_until(until, "a moment")
        assert not within.lane.connected
    assert said == [("items", "a moment", until), ("items", "a moment", None)]


# ------------------------------------------------------------------ what is known of a resource


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410, 501])
def test_what_may_lack_is_lacking(status: int) -> None:
    with serve(Student(lambda *_: reply(status, {}))) as server:
        with context(server.url, "versioned") as within:
            assert within.lacks(within.read()) == f"GET /versioned/ was answered {status}"
            assert "versioned" in within.shared.lacking
        with context(server.url, "items") as within:
            assert within.lacks(within.read()) is None  # the lesson's own route is no extra


def test_a_front_page_for_every_path_is_no_resource() -> None:
    page = b"<html><body>Welcome</body></html>"
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(page) + page
    with serve(Student(lambda *_: answer)) as server, context(server.url, "reports") as within:
        assert within.lacks(within.read()) == "GET /reports/ is answered, but not with JSON"


def test_a_document_without_the_value_is_another_resource() -> None:
    student = Student(lambda *_: reply(200, {"path": "/reports/"}))
    with serve(student) as server, context(server.url, "reports") as within:
        assert "without a value at /report" in str(within.lacks(within.read()))


def test_durations_come_from_the_target_and_the_answer() -> None:
    with reference() as server, context(server.url, "cached-time") as within:
        assert within.quantities() == {"ttl": 4, "m": 0.4, "w": 1.2, "resolution": 1, "longest": 4, "end": 4}
    with reference() as server, context(server.url, "policy-public") as within:
        assert within.quantities()["lifetime"] == 300


def test_what_a_cache_in_front_has_used_up_of_a_lifetime_is_not_left() -> None:
    def answer(name: str, age: str, client: str = "") -> StepRecord:
        exchanges = (exchange(cc="max-age=300", headers=[("Age", age), ("Via", "1.1 edge")]),)
        return StepRecord(name, exchanges=exchanges, cache=CacheRead(0, client) if client else None)

    with reference() as server, context(server.url) as within:
        within.steps.update({"plain": answer("plain", "7"), "first": answer("first", "9", "private-cache")})
        assert within.quantities()["lifetime"] == 293
        assert within.quantities("private-cache")["lifetime"] == 291
        assert within.quantities("shared-cache")["lifetime"] == 293
        within.steps["plain"] = answer("plain", "301")
        assert within.quantities()["lifetime"] == 0


def test_a_capture_that_is_missing_is_said() -> None:
    with serve(Student()) as server, context(server.url) as within:
        with pytest.raises(MissingError):
            within.headers({"If-None-Match": "{first.etag}"})
        assert within.headers({"If-None-Match": {"raw": '"'}}) == (("If-None-Match", '"'),)
        assert bind(within, {"text": "x"}).fill("{text}") == "x"


# ------------------------------------------------------------------ the gate


def test_one_alone_waits_for_those_inside_and_keeps_others_out() -> None:
    gate = Gate()
    order: list[str] = []
    inside, leave = threading.Event(), threading.Event()

    def beside() -> None:
        with gate.shared():
            inside.set()
            assert leave.wait(BOUND)
            order.append("beside leaves")

    def alone() -> None:
        with gate.alone():
            order.append("alone")

    def later() -> None:
        with gate.shared():
            order.append("later")

    threads = [threading.Thread(target=beside, daemon=True)]
    threads[0].start()
    assert inside.wait(BOUND)
    threads.append(threading.Thread(target=alone, daemon=True))
    threads[1].start()
    deadline = time.monotonic() + BOUND
    while not gate._alone:  # noqa: SLF001 - nothing else tells that it has begun to wait
        assert time.monotonic() < deadline
    threads.append(threading.Thread(target=later, daemon=True))
    threads[2].start()
    assert order == []
    leave.set()
    for each in threads:
        each.join(BOUND)
    assert order == ["beside leaves", "alone", "later"]


# ------------------------------------------------------------------ bodies


def test_a_large_body_is_read_and_not_kept() -> None:
    items = [{"id": 1, "name": "x" * 70_000}]
    with serve(Student(lambda *_: reply(200, items))) as server, context(server.url) as within:
        read = within.read()
    assert read.response is not None
    assert (read.response.body.content, read.facts.items) == (None, 1)
    assert read.response.body.length > 70_000


def test_a_body_counts_once_against_what_the_run_holds_on_to() -> None:
    with serve(Student(lambda *_: reply(200, [1, 2, 3]))) as server, context(server.url) as within:
        first, second = within.read(), within.read()
        kept = within.shared.keeping.kept
    assert first.response is not None
    assert second.response is not None
    assert second.response.body.content == first.response.body.content == b"[1, 2, 3]"
    assert kept == len(b"[1, 2, 3]")
