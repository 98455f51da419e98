"""A student's app with a cache on each clock there is, and a wait of each kind.

`/sync/{clock}` and `/async/{clock}`: a value that is kept for 30 s. `/wait/...`: 0.3 s of real time.
"""

import asyncio
import concurrent.futures
import datetime as dt
import itertools
import multiprocessing.pool
import queue
import select
import subprocess
import threading
import time
import time as clock_module
from collections.abc import Callable
from datetime import datetime
from time import clock_gettime, monotonic, monotonic_ns, perf_counter
from time import time as now
from typing import Any

import anyio
import anyio.to_thread
from cachetools import TTLCache
from fastapi import FastAPI

TTL = 30.0
WAIT = 0.3

app = FastAPI()
_count = itertools.count()


class Late:
    """Keeps its clock as a class attribute, which a plain function would bind to."""

    timer = time.monotonic


CLOCKS: dict[str, Callable[[], float]] = {
    "time.time": lambda: time.time(),  # noqa: PLW0108 - looked up at each call
    "from-time-import-time": now,
    "time.time_ns": lambda: time.time_ns() / 1e9,
    "datetime.now": lambda: dt.datetime.now().timestamp(),  # noqa: DTZ005
    "from-datetime-utc": lambda: datetime.now(dt.UTC).timestamp(),
    "time.monotonic": lambda: time.monotonic(),  # noqa: PLW0108
    "from-time-import-monotonic": monotonic,
    "as-module": lambda: clock_module.monotonic(),  # noqa: PLW0108
    "monotonic_ns": lambda: monotonic_ns() / 1e9,
    "perf_counter": perf_counter,
    "clock_gettime": lambda: clock_gettime(time.CLOCK_MONOTONIC),
    "class-attribute": Late().timer,  # type: ignore[misc]
    "strftime": lambda: time.mktime(time.strptime(time.strftime("%Y-%m-%d %H:%M:%S"), "%Y-%m-%d %H:%M:%S")),
    "localtime": lambda: time.mktime(time.localtime()),
}
_kept: dict[str, tuple[float, int]] = {}
_caches: dict[str, TTLCache[str, int]] = {
    "cachetools": TTLCache(10, TTL),
    "cachetools-wall": TTLCache(10, TTL, timer=time.time),
}


def cached(key: str) -> dict[str, Any]:
    """The value of a clock, by the cache that reads it."""
    clock = key.partition("/")[2]
    if clock in _caches:
        cache = _caches[clock]
        hit = key in cache
        value = cache[key] if hit else next(_count)
        if not hit:
            cache[key] = value
        return {"value": value, "cached": hit}
    read = CLOCKS[clock]
    entry = _kept.get(key)
    if entry is not None and read() - entry[0] < TTL:
        return {"value": entry[1], "cached": True}
    _kept[key] = (read(), next(_count))
    return {"value": _kept[key][1], "cached": False}


@app.get("/clocks")
async def clocks() -> list[str]:
    return [*CLOCKS, *_caches]


@app.get("/sync/{clock}")
def in_a_thread(clock: str) -> dict[str, Any]:
    return cached(f"sync/{clock}")


@app.get("/async/{clock}")
async def in_the_loop(clock: str) -> dict[str, Any]:
    return cached(f"async/{clock}")


# ------------------------------------------------------------------ what waits


def _as_completed() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        futures = [pool.submit(time.sleep, WAIT)]
        assert len(list(concurrent.futures.as_completed(futures, timeout=WAIT * 3))) == 1


def _pool_map() -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert list(pool.map(time.sleep, [WAIT], timeout=WAIT * 3)) == [None]


def _queue_get() -> None:
    try:
        queue.Queue[int]().get(timeout=WAIT)
    except queue.Empty:
        return


def _lock() -> None:
    lock = threading.Lock()
    lock.acquire()
    assert not lock.acquire(timeout=WAIT)


def _condition() -> None:
    condition = threading.Condition()
    with condition:
        assert not condition.wait_for(lambda: False, timeout=WAIT)


def _subprocess() -> None:
    with subprocess.Popen(["sleep", "5"]) as process:  # noqa: S607
        try:
            process.wait(timeout=WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            return
    raise AssertionError


def _pool_result() -> None:
    with multiprocessing.pool.ThreadPool(1) as pool:
        pool.apply_async(time.sleep, (WAIT,)).get(timeout=WAIT * 3)


WAITS: dict[str, Callable[[], Any]] = {
    "time.sleep": lambda: time.sleep(WAIT),
    "Event.wait": lambda: threading.Event().wait(WAIT),
    "Condition.wait_for": _condition,
    "Queue.get": _queue_get,
    "Lock.acquire": _lock,
    "select": lambda: select.select([], [], [], WAIT),
    "as_completed": _as_completed,
    "Executor.map": _pool_map,
    "Popen.wait": _subprocess,
    "ThreadPool": _pool_result,
    "asyncio.run": lambda: asyncio.run(asyncio.sleep(WAIT)),
}


async def _wait_for() -> None:
    try:
        await asyncio.wait_for(asyncio.Event().wait(), WAIT)
    except TimeoutError:
        return
    raise AssertionError


async def _timeout() -> None:
    try:
        async with asyncio.timeout(WAIT):
            await asyncio.Event().wait()
    except TimeoutError:
        return
    raise AssertionError


async def _anyio() -> None:
    with anyio.move_on_after(WAIT):
        await anyio.sleep_forever()


ASYNC_WAITS: dict[str, Callable[[], Any]] = {
    "asyncio.sleep": lambda: asyncio.sleep(WAIT),
    "asyncio.wait_for": _wait_for,
    "asyncio.timeout": _timeout,
    "anyio": _anyio,
    "to_thread": lambda: anyio.to_thread.run_sync(time.sleep, WAIT),
}
_waiting: set[str] = set()


@app.get("/waiting")
async def waiting() -> int:
    return len(_waiting)


@app.get("/waits")
async def waits() -> list[str]:
    return [f"sync/{name}" for name in WAITS] + [f"async/{name}" for name in ASYNC_WAITS]


@app.get("/wait/sync/{name}")
def wait_in_a_thread(name: str) -> str:
    _waiting.add(name)
    WAITS[name]()
    _waiting.discard(name)
    return "done"


@app.get("/wait/async/{name}")
async def wait_in_the_loop(name: str) -> str:
    _waiting.add(name)
    await ASYNC_WAITS[name]()
    _waiting.discard(name)
    return "done"
