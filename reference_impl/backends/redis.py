"""A cache in Redis, which several workers share: one of them computes, and all serve the same value.

The memory of Redis is bounded where Redis is run (`maxmemory` with `maxmemory-policy allkeys-lru`), and no
entry is ever written without an expiry.
"""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

from redis.asyncio import Redis
from redis.exceptions import LockNotOwnedError

from reference_impl.settings import Clock, Settings

_LOCK_SECONDS = 10  # a worker that dies while computing blocks the others no longer than that
_POLL_SECONDS = 0.01


class RedisCache:
    """Entries under a prefix of their own, so that clearing them leaves other users of that Redis alone.

    Redis expires entries by its own clock. The app's clock is asked as well, so that an embedder's may run
    ahead.
    """

    def __init__(self, redis: Redis, clock: Clock, prefix: str = "reference:") -> None:
        self._redis = redis
        self._clock = clock
        self._prefix = prefix

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The cache that these settings describe; it connects at the first use."""
        return cls(Redis.from_url(settings.cache_url), settings.clock)

    async def get(self, key: str) -> bytes | None:
        """See `Cache`."""
        entry = await self._redis.get(self._entry(key))
        if not isinstance(entry, bytes):
            return None
        expires, _, value = entry.partition(b" ")
        return value if self._clock() < float(expires) else None

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """See `Cache`."""
        entry = f"{self._clock() + ttl} ".encode() + value
        await self._redis.set(self._entry(key), entry, px=max(1, math.ceil(ttl * 1000)))

    async def delete(self, *keys: str) -> None:
        """See `Cache`."""
        if keys:
            await self._redis.delete(*map(self._entry, keys))

    async def clear(self) -> None:
        """See `Cache`."""
        async for entry in self._redis.scan_iter(match=self._entry("*"), count=1000):
            await self._redis.delete(entry)

    @asynccontextmanager
    async def flight(self, key: str) -> AsyncIterator[None]:
        """See `Cache`. The lock is a key with an expiry (SET NX PX), released only by whoever holds it."""
        lock = self._redis.lock(f"{self._prefix}lock:{key}", timeout=_LOCK_SECONDS, sleep=_POLL_SECONDS)
        await lock.acquire()
        try:
            yield
        finally:
            with suppress(LockNotOwnedError):  # it took too long, and somebody else computes already
                await lock.release()

    async def close(self) -> None:
        """See `Cache`."""
        await self._redis.aclose()

    def _entry(self, key: str) -> str:
        return f"{self._prefix}entry:{key}"
