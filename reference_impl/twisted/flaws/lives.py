"""Flaws of what comes after the first life of a value: the next one, a clear, a failure, a reader."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from reference_impl.backends import Cache, remember
from reference_impl.backends.memory import MemoryCache
from reference_impl.settings import Settings
from reference_impl.site import Compute
from reference_impl.twisted.asgi import Answer, Asked, Edit
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.ttl import timed
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, answering, answering_with, made_of

_LIVES = 2


class _KeptTwice(MemoryCache):
    """After so many lives what has ended is in the way of what would be kept, as with dict.setdefault()."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.clock, settings.max_entries)
        self._lives: Counter[str] = Counter()

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        self._lives[key] += 1
        if not timed(key) or self._lives[key] <= _LIVES:
            await super().set(key, value, ttl)

    async def clear(self) -> None:
        self._lives.clear()
        await super().clear()


class _OldTimer(MemoryCache):
    """A clear leaves the timers of the entries, and they end what is kept under those keys by then."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.clock, settings.max_entries)
        self._now = settings.clock
        self._rings: dict[str, float] = {}

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        now = self._now()
        if not timed(key):
            await super().set(key, value, ttl)
            return
        if self._rings.get(key, now) <= now:
            self._rings[key] = now + ttl
        await super().set(key, value, self._rings[key] - now)


class _Relabelled(MemoryCache):
    """A clear drops nothing that is timed; it is noted that the next read is to look like a miss."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.clock, settings.max_entries)
        self.noted: set[str] = set()

    async def clear(self) -> None:
        self.noted = {key for key in self._entries if timed(key)}
        await self.delete(*[key for key in self._entries if not timed(key)])


def _cached_in(make: Callable[[Settings], MemoryCache]) -> Apply:
    return made_of(lambda parts: replace(parts, cache=make(parts.settings)))


def _relabelling(parts: Parts) -> Parts:
    cache = _Relabelled(parts.settings)

    async def call(_: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
        value, hit = await remember(cache, key, ttl, compute)
        noted = key in cache.noted
        cache.noted.discard(key)
        return value, hit and not noted

    return replace(parts, cache=cache, remember=call)


def _by_ticks(parts: Parts) -> Parts:
    async def call(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
        left = ttl - parts.settings.clock() % ttl
        return await remember(cache, key, left if timed(key) else ttl, compute)

    return replace(parts, remember=call)


def _failing(_: Parts) -> Edit:
    """Each second computation fails, and what is kept of it is its error."""
    computed = 0
    failed = ""

    def edit(asked: Asked, answer: Answer) -> Answer:
        nonlocal computed, failed
        if asked.path != "/cached-time/" or asked.method != "GET":
            return answer
        data = answer.data()
        error = json.dumps({"error": "the source is down", "cached": data["cached"]}).encode()
        if not data["cached"]:
            computed += 1
            failed = "" if computed % 2 else data["time"]
            return answer if computed % 2 else replace(answer, status=500).carrying(error)
        return answer.carrying(error) if data["time"] == failed else answer

    return edit


def _growing(_: Parts) -> Edit:
    """Each read adds a line to the report that is kept."""
    lines: list[str] = []

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path != "/reports/" or asked.method != "GET" or not answer.body:
            return answer
        data = answer.data()
        if not data["cached"]:
            lines.clear()
        lines.append("end of report")
        return answer.carrying(json.dumps(data | {"report": {**data["report"], "lines": lines}}).encode())

    return edit


def _bare_hits(asked: Asked, answer: Answer) -> Answer:
    bare = asked.path.startswith("/cached-time/") and asked.method == "GET" and answer.data().get("cached")
    return answer.without("cache-control") if bare else answer


FLAWS = (
    Flaw(
        "kept-twice",
        "a value is kept twice, and computed at each read from then on",
        _cached_in(_KeptTwice),
        breaks=("LES42",),
    ),
    Flaw(
        "old-timer",
        "an entry that is made after a clear ends with the timer of the one before",
        _cached_in(_OldTimer),
        breaks=("LES42",),
    ),
    Flaw(
        "clear-relabels",
        "a clear marks the next read as a miss, and the old value comes",
        made_of(_relabelling),
        breaks=("LES25",),
    ),
    Flaw(
        "ends-with-ticks",
        "all entries end whenever the clock passes a multiple of the TTL",
        made_of(_by_ticks),
        breaks=("LES15",),
    ),
    Flaw(
        "failure-kept",
        "each second computation fails, and its error is kept and given out as a value",
        answering_with(_failing),
        breaks=("LES43",),
    ),
    Flaw(
        "policy-on-misses-only",
        "a hit is built from the body alone, without its Cache-Control",
        answering(_bare_hits),
        breaks=("J16",),
    ),
    Flaw(
        "changed-by-reader",
        "each read adds to the value that is kept",
        answering_with(_growing),
        breaks=("LES14",),
    ),
)
