"""reference_impl.whole: what a cache of whole answers keeps, for whom, and who waits for whom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from fastapi import Request, Response
from helpers.clocks import StandingClock

from reference_impl.backends.memory import MemoryCache
from reference_impl.whole import NOTHING, Chosen, Whole

TTL = 30
FRESH = f"public, max-age={TTL}"
STALE = f"{FRESH}, stale-while-revalidate=10"
LANGUAGE = ("Vary", "Accept-Language")


class Site:
    """A cache, and a source that counts its answers; `pause` is awaited before each."""

    def __init__(self, policy: str = FRESH, *fields: tuple[str, str]) -> None:
        self.clock = StandingClock()
        self.whole = Whole(self.clock, MemoryCache(self.clock, 100))
        self.fields = [("Cache-Control", policy), *fields]
        self.status = 200
        self.made = 0
        self.pause: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)

    async def source(self) -> Response:
        self.made += 1
        body = f"answer {self.made}"
        await self.pause()
        answer = Response(body, self.status)
        for name, value in self.fields:
            answer.headers.append(name, value)
        return answer

    async def ask(
        self, *fields: tuple[str, str], method: str = "GET", chosen: Chosen = NOTHING
    ) -> tuple[str, str]:
        """The body, and whether it was a hit."""
        answer = await self.whole.answer(asked(method, fields), self.source, chosen)
        return bytes(answer.body).decode(), answer.headers["x-cache"]


def asked(method: str, fields: Sequence[tuple[str, str]]) -> Request:
    headers = [(name.lower().encode(), value.encode()) for name, value in fields]
    scope = {"type": "http", "method": method, "path": "/x", "query_string": b"", "headers": headers}
    return Request({**scope, "scheme": "http", "server": ("reference", 80)})


def run(made: Awaitable[None]) -> None:
    async def within() -> None:
        await asyncio.wait_for(made, 10)

    asyncio.run(within())


# ---- what is kept


@pytest.mark.parametrize(
    "fields",
    [
        [("Cache-Control", "no-store")],
        [("Cache-Control", "max-age=600"), ("Cache-Control", "no-store")],
        [("Authorization", "Basic YTpi")],
        [("If-None-Match", '"x"')],
    ],
)
def test_what_was_asked_for_otherwise_is_not_kept(fields: list[tuple[str, str]]) -> None:
    async def talk() -> None:
        site = Site()
        assert await site.ask(*fields) == ("answer 1", "MISS")
        assert await site.ask() == ("answer 2", "MISS")
        assert await site.ask(*fields) == ("answer 3", "MISS")
        assert await site.ask() == ("answer 2", "HIT")

    run(talk())


@pytest.mark.parametrize("lines", [("no-cache",), ("max-age=0",), ("max-age=600", "no-cache")])
def test_a_new_answer_that_was_asked_for_is_for_all_who_come_after(lines: tuple[str, ...]) -> None:
    async def talk() -> None:
        site = Site()
        await site.ask()
        assert await site.ask(*(("Cache-Control", line) for line in lines)) == ("answer 2", "MISS")
        assert await site.ask() == ("answer 2", "HIT")

    run(talk())


def test_what_is_chosen_by_the_request_is_kept_apart_by_the_choice() -> None:
    async def talk() -> None:
        site = Site(FRESH, LANGUAGE)
        for language, body in (("de", "answer 1"), ("en", "answer 2")):
            chosen = {"accept-language": language}
            assert await site.ask(chosen=chosen) == (body, "MISS")
            assert await site.ask(chosen=chosen) == (body, "HIT")

    run(talk())


@pytest.mark.parametrize("vary", ["*", "Accept-Language, User-Agent"])
def test_what_varies_by_more_than_was_chosen_is_not_kept(vary: str) -> None:
    async def talk() -> None:
        site = Site(FRESH, ("Vary", vary))
        for n in (1, 2):
            assert await site.ask(chosen={"accept-language": "de"}) == (f"answer {n}", "MISS")

    run(talk())


def test_a_part_is_not_kept_and_what_is_kept_is_sent_whole() -> None:
    async def talk() -> None:
        site, some = Site(), ("Range", "bytes=0-4")
        site.status = 206
        assert await site.ask(some) == ("answer 1", "MISS")
        site.status = 200
        assert await site.ask() == ("answer 2", "MISS")
        assert await site.ask(some) == ("answer 2", "HIT")

    run(talk())


def test_a_policy_in_several_lines_is_read_as_one() -> None:
    async def talk() -> None:
        site = Site(FRESH, ("Cache-Control", "no-store"))
        for n in (1, 2):
            assert await site.ask() == (f"answer {n}", "MISS")

    run(talk())


# ---- who waits for whom


def test_of_many_who_find_nothing_one_asks_the_source() -> None:
    async def talk() -> None:
        site = Site()
        answers = await asyncio.gather(*(site.ask() for _ in range(9)))
        assert sorted(answers) == [("answer 1", "HIT")] * 8 + [("answer 1", "MISS")]

    run(talk())


def test_where_nothing_is_kept_nobody_waits_for_another() -> None:
    async def talk() -> None:
        site = Site("no-store")
        await site.ask()
        together = asyncio.Barrier(3)
        site.pause = together.wait  # which ends once all three are being answered
        answers = await asyncio.gather(*(site.ask() for _ in range(3)))
        assert sorted(answers) == [(f"answer {n}", "MISS") for n in (2, 3, 4)]

    run(talk())


def test_what_is_stale_comes_at_once_and_one_renews_it_meanwhile() -> None:
    async def talk() -> None:
        site = Site(STALE)
        await site.ask()
        site.clock.now += TTL + 1
        goes_on = asyncio.Event()
        site.pause = goes_on.wait
        for _ in range(3):
            assert await site.ask() == ("answer 1", "HIT")
        goes_on.set()
        await site.whole.close()
        assert (await site.ask(), site.made) == (("answer 2", "HIT"), 2)

    run(talk())


def test_a_renewal_that_fails_leaves_what_is_kept_and_the_next_one_tries_again() -> None:
    async def talk() -> None:
        site = Site(STALE)
        await site.ask()
        site.clock.now += TTL + 1
        site.fields = [("Cache-Control", "max-age=never")]
        assert await site.ask() == ("answer 1", "HIT")
        await site.whole.close()
        site.fields = [("Cache-Control", STALE)]
        assert await site.ask() == ("answer 1", "HIT")
        await site.whole.close()
        assert await site.ask() == ("answer 3", "HIT")

    run(talk())


def test_head_shows_what_is_kept_without_its_body_and_asks_for_nothing_new() -> None:
    async def talk() -> None:
        site = Site(STALE)
        assert await site.ask(method="HEAD") == ("answer 1", "MISS")
        assert await site.ask() == ("answer 2", "MISS")
        for later in (1, TTL):
            site.clock.now += later
            assert await site.ask(method="HEAD") == ("", "HIT")
            await site.whole.close()
        assert site.made == 2

    run(talk())
