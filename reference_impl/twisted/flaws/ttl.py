"""Flaws of the values with a time to live: how long they live, what is said of them, and who shares them."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.types import ASGIApp, Receive, Scope

from reference_impl.backends import Cache, remember
from reference_impl.backends.memory import MemoryCache
from reference_impl.settings import Settings
from reference_impl.site import Compute
from reference_impl.twisted.asgi import Answer, Asked, Edit, Handle, ask
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, answering, answering_with, behind_with, made_of

TIME, REPORT = "time", "report"  # the keys of the two values
_PATHS = ("/cached-time/", "/reports/")
_LONG = 10 * 365 * 86400.0


def timed(key: str) -> bool:
    """Whether an entry is one of those whose life is judged, and no representation of an item."""
    return key == REPORT or key.partition("/")[0] == TIME


def _living(ttl: Callable[[float], float]) -> Apply:
    """The reference with another life for the timed values."""

    async def call(cache: Cache, key: str, given: float, compute: Compute) -> tuple[bytes, bool]:
        return await remember(cache, key, ttl(given) if timed(key) else given, compute)

    return made_of(lambda parts: replace(parts, remember=call))


async def _sliding(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
    value, hit = await remember(cache, key, ttl, compute)
    if hit and timed(key):
        await cache.set(key, value, ttl)
    return value, hit


async def _never(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
    return (await compute(), False) if timed(key) else await remember(cache, key, ttl, compute)


async def _never_but_says_so(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
    if not timed(key):
        return await remember(cache, key, ttl, compute)
    _, hit = await remember(cache, key, ttl, compute)
    return await compute(), hit


async def _stampede(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
    """No flight: whoever misses computes, and computing takes its time."""
    if not timed(key):
        return await remember(cache, key, ttl, compute)
    value = await cache.get(key)
    if value is not None:
        return value, True
    await asyncio.sleep(0.05)
    value = await compute()
    await cache.set(key, value, ttl)
    return value, False


def keyed(name: Callable[[str], str]) -> Apply:
    """The reference with other keys in its cache."""

    async def call(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
        return await remember(cache, name(key), ttl, compute)

    return made_of(lambda parts: replace(parts, remember=call))


async def _shared(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
    """One entry for the time and the report; each reads it in the form that it needs."""
    if key not in {TIME, REPORT}:
        return await remember(cache, key, ttl, compute)
    value, hit = await remember(cache, "value", ttl, compute)
    if key == TIME:
        return (json.loads(value)["generated_at"].encode() if value.startswith(b"{") else value), hit
    return (value if value.startswith(b"{") else json.dumps({"generated_at": value.decode()}).encode()), hit


class _Unbounded(MemoryCache):
    """Entries for ever new keys are kept, and they are large."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.clock, settings.max_entries)
        self._kept: dict[str, bytes] = {}

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        await super().set(key, value, ttl)
        self._kept[key] = value + bytes(16_384)


def _flagged(flag: Callable[[bool], object]) -> Apply:
    return made_of(lambda parts: replace(parts, flag=flag))


def _lying(parts: Parts) -> Edit:
    """A hit is called a miss once the value is older than two seconds."""
    seen: dict[str, float] = {}

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path != "/cached-time/" or asked.method != "GET":
            return answer
        data = answer.data()
        now = parts.settings.clock()
        old = now - seen.setdefault(data["time"], now) >= 2  # noqa: PLR2004 - a value that nobody doubts any more
        return answer.carrying(json.dumps(data | {"cached": data["cached"] and not old}).encode())

    return edit


def _by_age(parts: Parts) -> Edit:
    """A hit is called one only once the value is a whole second old."""
    seen: dict[str, float] = {}

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path not in _PATHS or asked.method != "GET" or not answer.body:
            return answer
        data = answer.data()
        now = parts.settings.clock()
        old = int(now - seen.setdefault(str(data.get("time", data.get("report"))), now)) > 0
        return answer.carrying(json.dumps(data | {"cached": data["cached"] and old}).encode())

    return edit


def _by_turns(parts: Parts) -> Parts:
    """Two caches that answer in turn, in one process: as a cache for each of its threads does."""
    asked: dict[str, int] = {}

    async def call(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
        if not timed(key):
            return await remember(cache, key, ttl, compute)
        asked[key] = asked.get(key, 0) + 1
        return await remember(cache, f"{key}/{asked[key] % 2}", ttl, compute)

    return replace(parts, remember=call)


def _time_data(change: Callable[[dict[str, Any]], object]) -> Apply:
    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path != "/cached-time/" or asked.method != "GET":
            return answer
        return answer.carrying(json.dumps(change(answer.data())).encode())

    return answering(edit)


def _time_answer(change: Callable[[Answer], Answer]) -> Apply:
    return answering(lambda asked, answer: change(answer) if asked.path == "/cached-time/" else answer)


async def _slow_hit(asked: Asked, answer: Answer) -> Answer:
    if asked.path in _PATHS and asked.method == "GET" and answer.body and answer.data()["cached"]:
        await asyncio.sleep(0.15)
    return answer


def _whole_lifetime(parts: Parts) -> Edit:
    """The time may be kept by clients, for as long again as it is kept here."""
    policy = f"max-age={int(parts.settings.ttl)}"

    def edit(asked: Asked, answer: Answer) -> Answer:
        timed = asked.path == "/cached-time/" and answer.get("cache-control") is not None
        return answer.having("cache-control", policy) if timed else answer

    return edit


def _head_renews(parts: Parts) -> Handle:
    """HEAD computes the value anew, and keeps it."""

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        if scope["method"] == "HEAD" and scope["path"] == "/cached-time/":
            await parts.cache.delete(TIME)
        return await ask(app, scope, receive)

    return handle


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda data: {key: value for key, value in data.items() if key != name}


FLAWS = (
    Flaw(
        "no-cache-at-all",
        "the value is computed at each read, and says so",
        made_of(lambda parts: replace(parts, remember=_never)),
        breaks=("LES14", "LES15"),
    ),
    Flaw(
        "two-caches-in-turn",
        "one process keeps two caches that answer in turn",
        made_of(_by_turns),
        breaks=("LES14", "LES15"),
    ),
    Flaw(
        "flag-by-age",
        "hits on a value younger than a second are called misses",
        answering_with(_by_age),
        breaks=("LES14", "LES18"),
    ),
    Flaw(
        "recomputes-but-says-cached",
        "the value is computed at each read and called cached",
        made_of(lambda parts: replace(parts, remember=_never_but_says_so)),
        breaks=("LES14", "LES15"),
    ),
    Flaw(
        "never-miss",
        "a value computed now is called cached",
        _flagged(lambda _hit: True),
        breaks=("LES13", "LES16", "LES18"),
    ),
    Flaw(
        "cached-flag-inverted",
        "hits are called misses and misses hits",
        _flagged(lambda hit: not hit),
        breaks=("LES13", "LES14", "LES18"),
    ),
    Flaw("half-ttl", "entries die at half their time", _living(lambda ttl: ttl / 2), breaks=("LES15",)),
    Flaw("double-ttl", "entries live twice their time", _living(lambda ttl: ttl * 2), breaks=("LES16",)),
    Flaw("never-expires", "entries never die", _living(lambda _: _LONG), breaks=("LES16",)),
    Flaw(
        "sliding-ttl",
        "each read prolongs the entry's life",
        made_of(lambda parts: replace(parts, remember=_sliding)),
        breaks=("LES17", "LES16"),
    ),
    Flaw("cached-as-string", 'cached is "True" or "False", a string', _flagged(str), breaks=("LES18",)),
    Flaw("cached-as-number", "cached is 1 or 0", _flagged(int), breaks=("LES18",)),
    Flaw(
        "lying-cached",
        "hits on a value older than two seconds are called misses",
        answering_with(_lying),
        breaks=("LES18",),
    ),
    Flaw(
        "stampede",
        "at the moment of expiry everybody computes",
        made_of(lambda parts: replace(parts, remember=_stampede)),
        breaks=("LES19",),
    ),
    Flaw(
        "shared-key",
        "the time and the report share one entry",
        made_of(lambda parts: replace(parts, remember=_shared)),
        breaks=("LES20",),
    ),
    Flaw(
        "key-without-place",
        "the times of all places share one entry",
        keyed(lambda key: TIME if key.startswith(f"{TIME}/") else key),
        breaks=("LES20",),
    ),
    Flaw(
        "parts-run-together",
        "place and hall are run together for a key",
        keyed(lambda key: key.replace("?", "") if key.startswith(f"{TIME}/") else key),
        breaks=("K11",),
    ),
    Flaw(
        "unbounded-cache",
        "entries are never thrown out, however many keys there are",
        made_of(lambda parts: replace(parts, cache=_Unbounded(parts.settings))),
        breaks=("LES37",),
    ),
    Flaw(
        "per-worker-cache",
        "each worker keeps a cache of its own, whatever CACHE_URL says",
        made_of(lambda parts: replace(parts, cache=MemoryCache.of(parts.settings))),
        breaks=("LES38",),
    ),
    Flaw("time-missing", "/cached-time/ has no member time", _time_data(_without("time")), breaks=("LES39",)),
    Flaw(
        "time-not-string",
        "time is a number",
        _time_data(lambda data: data | {"time": float("".join(filter(str.isdigit, data["time"])))}),
        breaks=("LES39",),
    ),
    Flaw(
        "cached-missing",
        "/cached-time/ has no member cached",
        _time_data(_without("cached")),
        breaks=("LES39",),
    ),
    Flaw(
        "cached-time-404",
        "there is no /cached-time/",
        _time_answer(lambda _: Answer.of_json(404, {"detail": "Not Found"})),
        breaks=("LES39",),
    ),
    Flaw(
        "cached-time-500",
        "/cached-time/ fails",
        _time_answer(
            lambda _: Answer(500, (("content-type", "text/plain"),)).carrying(b"Internal Server Error")
        ),
        breaks=("LES39",),
    ),
    Flaw(
        "cached-time-html",
        "/cached-time/ is a web page",
        _time_answer(
            lambda answer: answer.having("content-type", "text/html").carrying(b"<p>It is noon.</p>")
        ),
        breaks=("LES39",),
    ),
    Flaw(
        "head-renews-the-time",
        "HEAD computes the time anew, and keeps that",
        behind_with(_head_renews),
        breaks=("K33",),
    ),
    Flaw(
        "time-lives-twice",
        "each hit of the time has a whole new lifetime",
        answering_with(_whole_lifetime),
        breaks=("K38",),
    ),
    Flaw("slow-hit", "a hit takes longer than a miss", answering(_slow_hit), breaks=("LES40",)),
)
