"""A cache in the memory of one process, for a server with one worker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from cachetools import TLRUCache

from reference_impl.settings import Clock, Settings


class MemoryCache:
    """A bounded cache with a time to live for each entry; when full, the least recently used one goes."""

    def __init__(self, clock: Clock, max_entries: int) -> None:
        self._entries: TLRUCache[str, tuple[bytes, float]] = TLRUCache(
            maxsize=max_entries, ttu=lambda _key, entry, now: now + entry[1], timer=clock
        )
        self._flights: dict[str, tuple[asyncio.Lock, int]] = {}

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The cache that these settings describe."""
        return cls(settings.clock, settings.max_entries)

    async def get(self, key: str) -> bytes | None:
        """See `Cache`."""
        entry = self._entries.get(key)
        return None if entry is None else entry[0]

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """See `Cache`."""
        self._entries[key] = (value, ttl)

    async def delete(self, *keys: str) -> None:
        """See `Cache`."""
        for key in keys:
            self._entries.pop(key, None)

    async def clear(self) -> None:
        """See `Cache`."""
        self._entries.clear()

    @asynccontextmanager
    async def flight(self, key: str) -> AsyncIterator[None]:
        """See `Cache`. A lock lives only while it is used, or each key would leave one behind."""
        lock, users = self._flights.get(key, (asyncio.Lock(), 0))
        self._flights[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._flights[key]
            if users == 1:
                del self._flights[key]
            else:
                self._flights[key] = (lock, users - 1)

    async def close(self) -> None:
        """See `Cache`."""
