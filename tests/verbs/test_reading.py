"""Reads, warm caches that are waited out, waits, and the clearing of a cache."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from helpers.hostile import Peer, serve
from helpers.records import exchange
from helpers.runs import BOUND, Embedded, context, done, effect_of, fetch, reference
from helpers.student import Student, reply

from conformance.clocks import VirtualClock
from conformance.model import ItemFacts, StepRecord
from conformance.sending.context import Context


@contextmanager
def within(name: str = "items", **settings: Any) -> Iterator[tuple[Embedded, Context]]:
    """A step's surroundings at the reference, whose TTL is four seconds, and whose clock is moved."""
    with (
        reference(ttl=4.0, **settings) as server,
        context(server.url, name, clock=lambda: VirtualClock(server.clock.move)) as made,
        made.shared.clock.lane(),
    ):
        yield server, made


# ------------------------------------------------------------------ read


def test_several_reads_on_one_connection_or_on_their_own() -> None:
    with within() as (_, made):
        kept = done(made, "read", "kept", times=3)
        fresh = done(made, "read", "fresh", times=3, connection="fresh")
    assert len({x.connection for x in kept.exchanges}) == 1
    assert len({x.connection for x in fresh.exchanges}) == 3


def test_a_burst_goes_out_together() -> None:
    """Nobody is answered before all eight have asked."""
    all_here = threading.Barrier(8)

    def together(peer: Peer) -> None:
        peer.request()
        all_here.wait(BOUND)
        peer.send(reply(200, []))

    with serve(together) as server, context(server.url, deadline=BOUND) as made:
        burst = done(made, "read", times=8, together=True)
    assert [x.status for x in burst.exchanges] == [200] * 8
    assert len({x.connection for x in burst.exchanges}) == 8


def test_headers_are_filled_in_from_what_came() -> None:
    with within() as (_, made):
        first = done(made, "read", "first")
        again = done(made, "read", "again", headers={"If-None-Match": "{first.etag}"})
    sent = dict(again.exchanges[0].request.headers)
    assert sent["If-None-Match"] == dict(first.exchanges[0].headers)["etag"]
    assert again.exchanges[0].status == 304


def test_of_answers_alike_in_a_row_the_first_and_the_last_are_kept() -> None:
    bodies = iter("aaabcc")
    with serve(Student(lambda *_: reply(200, next(bodies)))) as server, context(server.url) as made:
        record = done(made, "read", times=6, keep="different")
    assert [made.json(each) for each in record.exchanges] == list("aabcc")
    assert record.alike == 1


def test_a_rate_limit_that_is_not_waited_out_ends_the_reads() -> None:
    answers = iter([reply(200, []), reply(200, []), reply(429, {})])
    student = Student(lambda *_: next(answers))
    with serve(student) as server, context(server.url) as made:
        record = done(made, "read", times=20)
    assert [e.status for e in record.exchanges] == [200, 200, 429]


@pytest.mark.parametrize(("variant", "status"), [("", "done"), ("no-head", "not-offered")])
def test_head_may_be_lacking(variant: str, status: str) -> None:
    with within(variant=variant) as (_, made):
        assert done(made, "read", method="HEAD").status == status


def test_a_route_that_answers_head_is_not_taken_for_another_since_there_is_no_json() -> None:
    with within("policy-private") as (_, made):
        assert done(made, "read", method="HEAD").exchanges[0].status == 200
        assert made.shared.lacking == {}


def test_the_item_of_a_write() -> None:
    with within() as (_, made):
        assert done(made, "read", "before", of="item").status == "not-offered"
        written = done(made, "change")
        item = done(made, "read", "item", of="item")
        assert item.exchanges[0].request.target.endswith("/items/1")
        assert item.exchanges[0].facts.item == ItemFacts(there=True, value=effect_of(written).after)


def test_the_distinct_resource() -> None:
    with within("reports") as (_, made):
        assert done(made, "read", of="distinct").exchanges[0].request.target.endswith("/cached-time/")


def test_what_was_found_lacking_is_not_asked_again() -> None:
    student = Student()
    with serve(student) as server, context(server.url, "reports") as made:
        first, second = done(made, "read", "first"), done(made, "read", "second")
    assert first.says == second.says == "GET /reports/ was answered 404"
    assert len(student.asked) == 1


# ------------------------------------------------------------------ read-miss


def test_a_cold_cache_is_not_waited_for() -> None:
    with within("cached-time") as (server, made):
        asked, moved = made.shared.logins.asked, server.clock()
        record = done(made, "read-miss")
        assert made.shared.logins.asked - asked == 1
        assert server.clock() - moved < 4.0
    assert record.exchanges[0].facts.hit is False


@pytest.mark.parametrize("flaw", ["", "sliding-ttl"])
def test_a_warm_cache_is_waited_out_without_reads(flaw: str) -> None:
    """A read while waiting would keep an entry alive for ever that lives on by reads."""
    with within("cached-time", flaw=flaw) as (server, made):
        fetch(server.url, "/cached-time/")
        before, asked = made.shared.clock.now(), made.shared.logins.asked
        record = done(made, "read-miss")
        assert 4.0 < made.shared.clock.now() - before < 5.5 + 2 * 1.8  # twice away from a tick of the clock
        assert made.shared.logins.asked - asked == 2
    assert record.exchanges[-1].facts.hit is False


def test_three_expiries_are_enough() -> None:
    with within("cached-time", flaw="never-miss") as (_, made):
        before, asked = made.shared.clock.now(), made.shared.logins.asked
        record = done(made, "read-miss")
        assert made.shared.clock.now() - before < 4 * (4.5 + 1.8)
        assert made.shared.logins.asked - asked == 4
    assert record.exchanges[-1].facts.hit is True


def test_a_flag_that_is_text_is_understood() -> None:
    with within("cached-time", flaw="cached-as-string") as (server, made):
        fetch(server.url, "/cached-time/")
        before = made.shared.clock.now()
        done(made, "read-miss")
        assert made.shared.clock.now() - before > 4.0


def test_a_failure_that_is_asked_for_once_more_is_a_record_of_its_own() -> None:
    """The step is about a miss with a value; what came before is there for all who read any record."""
    came = [reply(500, {"detail": "no"}), reply(200, {"detail": "no", "cached": True})]
    student = Student(lambda *_: came.pop(0) if came else reply(200, {"time": "12:00:00", "cached": False}))
    with (
        serve(student) as server,
        context(server.url, "cached-time", clock=lambda: VirtualClock(lambda _: None)) as made,
        made.shared.clock.lane(),
    ):
        record = done(made, "read-miss", "fresh")
    assert [name for name in made.steps if name != record.name] == ["before fresh"]
    assert [e.status for e in made.steps["before fresh"].exchanges] == [500, 200]
    assert [e.facts.hit for e in record.exchanges] == [False]


# ------------------------------------------------------------------ wait


def test_what_must_be_fresh_is_counted_from_the_request_what_must_be_gone_from_the_answer() -> None:
    with within("cached-time") as (_, made):
        fresh = done(made, "read-miss", "fresh").exchanges[0]
        nearly = done(made, "wait", "nearly", **{"for": "ttl - 2m"}, after="fresh").until
        assert nearly == pytest.approx(fresh.sent_at + 3.2 - (fresh.received_at - fresh.sent_at))
        assert made.shared.clock.now() >= nearly
        over = done(made, "wait", "over", **{"for": "ttl + 2m"}, after="fresh").until
        assert over == pytest.approx(fresh.received_at + 4.8)
        assert made.shared.clock.now() >= over


def test_what_must_be_fresh_is_asked_for_so_early_that_a_slow_answer_is_there_in_time() -> None:
    """As long as the latest took: that of a miss, which computes, says nothing of a hit's."""
    with within("cached-time") as (_, made):
        now = made.shared.clock.now()
        made.steps |= {
            "fresh": StepRecord("fresh", exchanges=(exchange(at=now, took=3.0),)),
            "soon": StepRecord("soon", exchanges=(exchange(at=now + 3.0, took=0.5),)),
        }
        until = done(made, "wait", "nearly", **{"for": "ttl - 2m"}, after="fresh").until
    assert until == pytest.approx(now + 3.2 - 0.5)


def test_what_is_past_is_not_waited_for() -> None:
    with within("cached-time") as (server, made):
        done(made, "read", "first")
        made.wait_until(made.shared.clock.now() + 100, "nothing")
        moved = server.clock()
        done(made, "wait", **{"for": "ttl + 2m"}, after="first")
        assert server.clock() - moved < 1


@pytest.mark.parametrize(
    ("wanted", "after", "says"),
    [("lifetime / 2", "first", "no 'lifetime' to wait by"), ("1 s", "nobody", "nobody made no exchange")],
)
def test_a_wait_without_a_measure_is_untestable(wanted: str, after: str, says: str) -> None:
    student = Student(lambda *_: reply(200, []))
    with serve(student) as server, context(server.url) as made:
        done(made, "read", "first")
        record = done(made, "wait", **{"for": wanted}, after=after)
    assert record.status == "untestable"
    assert says in record.says
