"""What the routes work with: the data, the server's cache, and the rules by which this server caches.

Each app has a `Site` of its own, and nothing of it is shared between two apps in a process.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from reference_impl import backends, caching, ranges
from reference_impl.backends import Cache
from reference_impl.caching import Validators
from reference_impl.ranges import Part
from reference_impl.settings import Settings
from reference_impl.store import Store
from reference_impl.whole import Whole

Event = Literal["create", "update", "delete"]
Compute = Callable[[], Awaitable[bytes]]

LIST_KEY = "items"


def item_key(item_id: int) -> str:
    """Where an item's representation is cached."""
    return f"items/{item_id}"


def stale_after(event: Event, item_id: int) -> Sequence[str]:
    """The entries that a write leaves out of date: whatever shows the item.

    A new item is shown by the list alone: that there was none is never cached.
    """
    return [LIST_KEY] if event == "create" else [LIST_KEY, item_key(item_id)]


@dataclass(frozen=True)
class Site:
    """One server's data, cache and rules."""

    settings: Settings
    store: Store
    cache: Cache
    whole: Whole  # keeps its entries beside the others

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The site that these settings describe."""
        store = Store(settings.clock, settings.database)
        cache = backends.open_cache(settings)
        return cls(settings, store, cache, Whole(settings.clock, cache))

    def etag(self, body: bytes) -> str:
        """The tag of a representation, made from its bytes."""
        return caching.etag_of(body)

    def version_tag(self, version: int, body: bytes) -> str:
        """The tag of a document whose version rises with every change."""
        return caching.etag_of_version(version, body)

    def evaluate(self, method: str, fields: Mapping[str, Sequence[str]], now: Validators) -> int | None:
        """The status that a request's preconditions call for, or None to go on."""
        return caching.evaluate(method, fields, now, self.settings.clock())

    def select(
        self, fields: Mapping[str, Sequence[str]], body: bytes, media_type: str, now: Validators
    ) -> Part | None:
        """The part of a body that a request asks for, or None where it is to have the whole."""
        return ranges.select(fields, body, media_type, now, self.settings.clock())

    async def remember(self, key: str, compute: Compute) -> tuple[bytes, bool]:
        """The cached value and True, or a new one and False, which is kept for the TTL."""
        return await backends.remember(self.cache, key, self.settings.ttl, compute)

    async def invalidate(self, event: Event, item_id: int) -> None:
        """Invalidation by event: forget what a write has left out of date."""
        await backends.forget(self.cache, *stale_after(event, item_id))
