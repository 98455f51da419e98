"""The cache's contract, held by each backend; Redis is a real one, started here."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from helpers.clocks import StandingClock
from redis import Redis

from reference_impl import backends
from reference_impl.backends import Cache, forget, open_cache, remember
from reference_impl.backends.memory import MemoryCache
from reference_impl.settings import Settings


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed, and CI has to run these tests")
        pytest.skip("redis-server is not installed")
    path: Path = tmp_path_factory.mktemp("redis") / "socket"  # no port, so none that somebody else may take
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(path.parent)]
    with subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert any("ready to accept connections" in line.lower() for line in server.stdout)
            yield f"unix://{path}"
        finally:
            server.terminate()


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.processes)])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return "memory:"
    found: str = request.getfixturevalue("redis_url")
    with Redis.from_url(found) as client:
        client.flushdb()
    return found


Use = Callable[[Callable[[Cache, StandingClock], Awaitable[None]]], None]


@pytest.fixture
def use(url: str) -> Use:
    """Run a coroutine with a cache and its clock."""

    def run(what: Callable[[Cache, StandingClock], Awaitable[None]]) -> None:
        async def whole() -> None:
            clock = StandingClock()
            cache = open_cache(Settings(clock=clock, cache_url=url))
            try:
                await what(cache, clock)
            finally:
                await cache.close()

        asyncio.run(whole())

    return run


def test_an_entry_lives_until_its_ttl_ends(use: Use) -> None:
    async def check(cache: Cache, clock: StandingClock) -> None:
        assert await cache.get("a") is None
        await cache.set("a", b"1 2\n", 30)
        clock.now += 29.9
        assert await cache.get("a") == b"1 2\n"
        clock.now += 0.1
        assert await cache.get("a") is None

    use(check)


def test_setting_again_starts_a_new_life(use: Use) -> None:
    async def check(cache: Cache, clock: StandingClock) -> None:
        await cache.set("a", b"1", 30)
        clock.now += 20
        await cache.set("a", b"2", 30)
        clock.now += 20
        assert await cache.get("a") == b"2"

    use(check)


def test_delete_and_clear(use: Use) -> None:
    async def check(cache: Cache, _clock: StandingClock) -> None:
        for key in "abc":
            await cache.set(key, key.encode(), 30)
        await cache.delete("a", "z")
        await cache.delete()
        assert [await cache.get(key) for key in "abc"] == [None, b"b", b"c"]
        await cache.clear()
        assert [await cache.get(key) for key in "abc"] == [None, None, None]

    use(check)


def test_of_many_who_miss_one_computes(use: Use) -> None:
    async def check(cache: Cache, _clock: StandingClock) -> None:
        computed = iter(range(100))

        async def compute() -> bytes:
            await asyncio.sleep(0)
            return str(next(computed)).encode()

        found = await asyncio.gather(*(remember(cache, "a", 30, compute) for _ in range(10)))
        assert sorted(found) == [(b"0", False)] + [(b"0", True)] * 9

    use(check)


def test_a_computation_that_fails_leaves_the_way_free(use: Use) -> None:
    async def check(cache: Cache, _clock: StandingClock) -> None:
        async def fail() -> bytes:
            raise LookupError

        async def succeed() -> bytes:
            return b"1"

        with pytest.raises(LookupError):
            await remember(cache, "a", 30, fail)
        assert await remember(cache, "a", 30, succeed) == (b"1", False)

    use(check)


def test_what_was_read_before_a_write_does_not_stay(use: Use) -> None:
    async def check(cache: Cache, _clock: StandingClock) -> None:
        reading, written = asyncio.Event(), asyncio.Event()

        async def compute() -> bytes:
            reading.set()
            await written.wait()
            return b"old"

        reader = asyncio.create_task(remember(cache, "a", 30, compute))
        await reading.wait()
        writer = asyncio.create_task(forget(cache, "a"))
        written.set()
        await asyncio.gather(reader, writer)
        assert await cache.get("a") is None

    use(check)


def test_the_number_of_entries_in_memory_is_bounded_and_locks_are_not_kept() -> None:
    async def check() -> None:
        cache = MemoryCache(StandingClock(), 3)
        for key in "abcde":
            async with cache.flight(key):
                await cache.set(key, b"", 30)
        assert [await cache.get(key) for key in "abcde"] == [None, None, b"", b"", b""]
        assert not cache._flights  # noqa: SLF001 - a leak shows nowhere else

    asyncio.run(check())


@pytest.mark.processes
def test_redis_entries_expire_by_themselves_and_others_are_left_alone(redis_url: str) -> None:
    async def fill_and_clear(*, clear: bool) -> None:
        cache = open_cache(Settings(cache_url=redis_url))
        await cache.set("a", b"1", 30)
        if clear:
            await cache.clear()
        await cache.close()

    with Redis.from_url(redis_url) as client:
        client.flushdb()
        client.set("elsewhere", "1")
        asyncio.run(fill_and_clear(clear=False))
        assert 29_000 < int(str(client.pttl("reference:entry:a"))) <= 30_000
        asyncio.run(fill_and_clear(clear=True))
        assert client.keys("*") == [b"elsewhere"]


@pytest.mark.processes
def test_two_workers_on_redis_share_entries_and_flights(redis_url: str) -> None:
    async def check() -> None:
        one, other = (open_cache(Settings(cache_url=redis_url)) for _ in range(2))
        computed = iter(range(100))

        async def compute() -> bytes:
            await asyncio.sleep(0.02)
            return str(next(computed)).encode()

        await one.clear()
        asked = [remember(cache, "shared", 30, compute) for cache in (one, other) * 5]
        found = await asyncio.gather(*asked)
        assert sorted(found) == [(b"0", False)] + [(b"0", True)] * 9
        await other.delete("shared")
        assert await one.get("shared") is None
        for cache in (one, other):
            await cache.close()

    asyncio.run(check())


@pytest.mark.processes
def test_two_workers_agree_by_a_shared_cache(redis_url: str) -> None:
    command = [sys.executable, "-W", "error", "-m", "reference_impl", "--port", "0", "--workers", "2"]
    env = os.environ | {"CACHE_URL": redis_url}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as server:
        assert server.stdout is not None
        url = server.stdout.readline().removeprefix("listening on ").strip()
        try:
            httpx.delete(f"{url}/cache/")
            seen = [httpx.get(f"{url}/cached-time/").json() for _ in range(20)]
            assert len({data["time"] for data in seen}) == 1
            assert [data["cached"] for data in seen] == [False] + [True] * 19
            for price in range(1, 6):
                httpx.patch(f"{url}/items/1", json={"price": price})
                lists = [httpx.get(f"{url}/items/") for _ in range(10)]
                assert {shown.json()[0]["price"] for shown in lists} == {price}
                assert len({shown.headers["etag"] for shown in lists}) == 1
        finally:
            server.terminate()
        assert server.wait(10) == 0


def test_an_unknown_scheme_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match=r"'memcached://x': the scheme is none of memory, redis, rediss, unix"
    ):
        open_cache(Settings(cache_url="memcached://x"))
    assert set(backends.BACKENDS) == {"", "memory", "redis", "rediss", "unix"}
