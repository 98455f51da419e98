"""What the app is put together from.

The routes reach their data, their cache and their rules only through this record, so that a test or a flawed
twin exchanges one part and keeps the rest.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from reference_impl import backends, caching
from reference_impl.backends import Cache
from reference_impl.caching import Validators
from reference_impl.settings import Settings
from reference_impl.store import Store

Event = Literal["create", "update", "delete"]
Compute = Callable[[], Awaitable[bytes]]

LIST_KEY = "items"


def item_key(item: int) -> str:
    """Where an item's representation is cached."""
    return f"items/{item}"


def etag_of_content(_data: Any, body: bytes) -> str | None:
    """The tag of a representation, given its data and its bytes: the bytes decide."""
    return caching.etag_of(body)


def etag_of_version(version: int) -> str:
    """The tag of a document whose version rises with every change."""
    return f'"v{version}"'


async def invalidate(cache: Cache, _event: Event, item: int) -> None:
    """Invalidation by event: whatever shows the item that was written is out of date, and so is the list."""
    await backends.forget(cache, LIST_KEY, item_key(item))


@dataclass(frozen=True)
class Parts:
    """The parts of one app; nothing of them is shared between two apps in a process."""

    settings: Settings
    store: Store
    cache: Cache
    etag: Callable[[Any, bytes], str | None] = etag_of_content
    version_tag: Callable[[int], str] = etag_of_version
    evaluate: Callable[[str, Mapping[str, Sequence[str]], Validators, float], int | None] = caching.evaluate
    remember: Callable[[Cache, str, float, Compute], Awaitable[tuple[bytes, bool]]] = backends.remember
    invalidate: Callable[[Cache, Event, int], Awaitable[None]] = invalidate
    flag: Callable[[bool], object] = bool  # how `cached` is said, from whether it was a hit

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The correct parts for these settings."""
        store = Store(settings.clock, settings.database)
        return cls(settings, store, backends.open_cache(settings))
