"""What a twist exchanges: the rules of the model solution as plain values, and a site that goes by them."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

from reference_impl import backends, caching, ranges
from reference_impl.backends import Cache
from reference_impl.caching import Validators
from reference_impl.ranges import Part
from reference_impl.settings import Clock, Settings
from reference_impl.site import Compute, Event, Site, stale_after
from reference_impl.store import Store
from reference_impl.whole import Whole


def etag_of_content(_data: Any, body: bytes) -> str | None:
    """The model's tag of a representation, given its data and its bytes."""
    return caching.etag_of(body)


async def invalidate(cache: Cache, event: Event, item: int) -> None:
    """The model's invalidation by event."""
    await backends.forget(cache, *stale_after(event, item))


@dataclass(frozen=True)
class Parts:
    """The parts of one app, each to be exchanged by `replace`; nothing of them is shared between two apps."""

    settings: Settings
    store: Store
    cache: Cache
    etag: Callable[[Any, bytes], str | None] = etag_of_content
    version_tag: Callable[[int, bytes], str] = caching.etag_of_version
    evaluate: Callable[[str, Mapping[str, Sequence[str]], Validators, float], int | None] = caching.evaluate
    select: Callable[..., Part | None] = ranges.select
    remember: Callable[[Cache, str, float, Compute], Awaitable[tuple[bytes, bool]]] = backends.remember
    invalidate: Callable[[Cache, Event, int], Awaitable[None]] = invalidate
    whole: Callable[[Clock, Cache], Whole] = Whole
    flag: Callable[[bool], object] = bool  # how `cached` is said, from whether it was a hit

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The model's parts for these settings."""
        site = Site.of(settings)
        return cls(settings, site.store, site.cache)

    def site(self) -> Site:
        """A site that goes by these parts."""
        whole = self.whole(self.settings.clock, self.cache)
        return _SiteOfParts(self.settings, self.store, self.cache, whole, self)


@dataclass(frozen=True)
class _SiteOfParts(Site):
    """Asks its parts for each rule.

    What they say may be of a type that the model never has, such as no tag, or a flag that is a number: it
    goes out as it is.
    """

    parts: Parts

    def etag(self, body: bytes) -> str:
        return cast("str", self.parts.etag(json.loads(body), body))

    def version_tag(self, version: int, body: bytes) -> str:
        return self.parts.version_tag(version, body)

    def evaluate(self, method: str, fields: Mapping[str, Sequence[str]], now: Validators) -> int | None:
        return self.parts.evaluate(method, fields, now, self.settings.clock())

    def select(
        self, fields: Mapping[str, Sequence[str]], body: bytes, media_type: str, now: Validators
    ) -> Part | None:
        return self.parts.select(fields, body, media_type, now, self.settings.clock())

    async def remember(self, key: str, compute: Compute) -> tuple[bytes, bool]:
        value, hit = await self.parts.remember(self.cache, key, self.settings.ttl, compute)
        return value, cast("bool", self.parts.flag(hit))

    async def invalidate(self, event: Event, item_id: int) -> None:
        await self.parts.invalidate(self.cache, event, item_id)
