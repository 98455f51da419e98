"""The server's cache: one small interface, and a table of the places where entries can live.

Rule 1: an entry is bytes with a time to live; what they mean is the caller's affair.
Rule 2: reading an entry never prolongs its life.
Rule 3: the number of entries, or the memory that they take, is bounded.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from urllib.parse import urlsplit

from reference_impl.backends.memory import MemoryCache
from reference_impl.backends.redis import RedisCache
from reference_impl.settings import Settings


class Cache(Protocol):
    """What the app asks of a cache."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None where there is none or it has expired."""

    async def set(self, key: str, value: bytes, ttl: float) -> None:
        """Keep a value for `ttl` seconds at most."""

    async def delete(self, *keys: str) -> None:
        """Forget some entries."""

    async def clear(self) -> None:
        """Forget all entries."""

    def flight(self, key: str) -> AbstractAsyncContextManager[None]:
        """Hold this while an entry is computed: nobody else who asks for it, in any worker, gets in."""

    async def close(self) -> None:
        """Let go of connections."""


BACKENDS: dict[str, Callable[[Settings], Cache]] = {
    "": MemoryCache.of,
    "memory": MemoryCache.of,
    "redis": RedisCache.of,
    "rediss": RedisCache.of,
    "unix": RedisCache.of,  # a Redis on this machine, by its socket in the file system
}


def open_cache(settings: Settings) -> Cache:
    """The cache that the settings name by the scheme of its URL."""
    scheme = urlsplit(settings.cache_url).scheme
    if scheme not in BACKENDS:
        allowed = ", ".join(sorted(name for name in BACKENDS if name))
        raise ValueError(f"CACHE_URL {settings.cache_url!r}: the scheme is none of {allowed}")
    return BACKENDS[scheme](settings)


async def remember(
    cache: Cache, key: str, ttl: float, compute: Callable[[], Awaitable[bytes]]
) -> tuple[bytes, bool]:
    """The cached value and True, or a new one and False.

    Of many who find the entry gone at the same moment one computes, and the others wait for what it finds.
    """
    value = await cache.get(key)
    if value is not None:
        return value, True
    async with cache.flight(key):
        value = await cache.get(key)
        if value is not None:
            return value, True
        value = await compute()
        await cache.set(key, value, ttl)
        return value, False


async def forget(cache: Cache, *keys: str) -> None:
    """Invalidate entries after a write.

    Whoever is computing one may have read the data before the write, so he is waited for: deleted first, the
    entry would come back with the old data in it.
    """
    for key in keys:
        async with cache.flight(key):
            await cache.delete(key)
