"""No fault: what time explains, such as a warm cache, an answer near the end of a TTL, whole seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from helpers.runs import SUITE, TIMELINE, answering, bad, fetch, on, only, record_of, reference, wrapped

from conformance.execute import engine as engine_module
from conformance.load.target import load_target
from conformance.plan.lanes import plan
from reference_impl.twisted.asgi import Answer

TIME = "/cached-time/"
Ask = Callable[[], Any]


def test_a_cache_that_never_misses_fails_after_three_expiries() -> None:
    with reference(flaw="never-miss") as server:
        result = server.judge(selected=only("miss-says-so", resource="cached-time"))
    assert on(result, "miss-says-so", "cached-time").outcome == "fail"
    record = record_of(result, "miss-says-so", "cached-time")
    passed = record.steps[0].exchanges[0].sent_at - record.started_at
    assert 3 * 30 < passed < 4 * 33  # a TTL, and what a life needs to begin away from a tick


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


@pytest.mark.slow
def test_an_answer_in_the_guard_band_decides_nothing() -> None:
    """So slow an answer, shortly before the TTL ends, may be of either side."""

    async def slow(scope: Mapping[str, Any], ask: Ask) -> Answer:
        if scope["path"] == TIME and server.clock() - began > 2.6:
            await asyncio.sleep(1.0)
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


# ------------------------------------------------------------------ Date


@pytest.mark.parametrize(
    ("dates", "breaks"),
    [
        (("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"), {"fields-once"}),
        (("1994-11-06T08:49:37Z",), {"dates-in-imf-form"}),
    ],
    ids=["twice", "of-another-form"],
)
def test_a_date_that_is_not_one_is_told_as_that_and_not_as_late(
    dates: tuple[str, ...], breaks: set[str]
) -> None:
    """Some set a Date beside their server's own."""

    async def change(_scope: Mapping[str, Any], ask: Ask) -> Answer:
        answer: Answer = await ask()
        return answer.having("date", *dates)

    about = ("date-goes-with-time", "fields-once", "dates-in-imf-form")
    runs = frozenset(
        run.id
        for run in plan(SUITE, load_target(), "full").runs
        if run.resource and run.resource.name == "items" and run.check.id in about
    )
    with wrapped(answering(change)) as server:
        result = server.judge(tier="full", selected=runs)
    outcomes = {e.id: e.verdict.outcome for e in result.judged if e.id in about and e.resource == "items"}
    assert outcomes.pop("date-goes-with-time") == "not-applicable"
    assert {id_ for id_, outcome in outcomes.items() if outcome == "fail"} == breaks
