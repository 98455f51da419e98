"""A cache of whole answers, as RFC 9111 has it, for routes that are dear to answer.

It stands inside the server and serves everybody, so it is a shared cache: what is private is not for it. Only
GET fills it and only 200 is kept, under the path and the query.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Self

from fastapi import Request, Response

from reference_impl.backends import Cache
from reference_impl.settings import Clock

_OK = 200
_FOR_THE_SOURCE = ("range", "if-match", "if-unmodified-since", "authorization")
_NOT_KEPT = ("no-store", "private", "no-cache")

Source = Callable[[], Awaitable[Response]]


@dataclass(frozen=True)
class Kept:
    """An answer, and when it was made."""

    status: int
    fields: tuple[tuple[str, str], ...]
    body: str
    made: float

    def freeze(self) -> bytes:
        """As bytes for the cache."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def thaw(cls, entry: bytes) -> Self:
        """From the cache."""
        data = json.loads(entry)
        return cls(**data | {"fields": tuple((name, value) for name, value in data["fields"])})

    def response(self, *more: tuple[str, str]) -> Response:
        """The answer, with these fields besides."""
        made = Response(self.body, self.status)
        del made.headers["content-length"]
        for name, value in (*self.fields, *more):
            made.headers.append(name, value)
        return made


def directives(field: str | None) -> dict[str, str]:
    """Cache-Control as names with their arguments."""
    parts = (part.strip().partition("=") for part in (field or "").split(","))
    return {name.lower(): value for name, _, value in parts if name}


def lifetime(policy: dict[str, str]) -> int:
    """How long a shared cache may reuse an answer: s-maxage counts before max-age (RFC 9111 4.2.1)."""
    if not policy.keys().isdisjoint(_NOT_KEPT):
        return 0
    return int(policy.get("s-maxage") or policy.get("max-age") or 0)


class Whole:
    """The rules of such a cache, each a method.

    Date is left to the HTTP server, which adds its own even where there is one; Age tells how old a hit is.
    """

    def __init__(self, clock: Clock, cache: Cache) -> None:
        self.clock = clock
        self.cache = cache

    async def answer(self, request: Request, source: Source) -> Response:
        """The kept answer while it may be reused, else a new one, which is kept where that is allowed."""
        key = self.key(request)
        entry = await self.cache.get(key) if self.may_reuse(request) else None
        if entry is None:
            return self.told(await self.renewed(key, request, source))
        kept = Kept.thaw(entry)
        age, policy = self.clock() - kept.made, directives(dict(kept.fields).get("cache-control"))
        if age >= self.lifetime(policy):  # within stale-while-revalidate, or it would be gone
            await self.renewed(key, request, source)
        return self.hit(kept, age)

    def key(self, request: Request) -> str:
        """What an answer is kept under."""
        return f"whole/{request.url.path}?{request.url.query}"

    def may_reuse(self, request: Request) -> bool:
        """Whether this request may be answered by what is kept."""
        wanted = directives(request.headers.get("cache-control"))
        bypasses = "no-cache" in wanted or "no-store" in wanted or wanted.get("max-age") == "0"
        return not bypasses and not any(name in request.headers for name in _FOR_THE_SOURCE)

    def may_keep(self, request: Request, answer: Response) -> bool:
        """Whether this answer may be kept at all."""
        plain = not any(name in request.headers for name in _FOR_THE_SOURCE)
        return request.method == "GET" and plain and answer.status_code == _OK

    def lifetime(self, policy: dict[str, str]) -> float:
        """How long an answer is fresh."""
        return lifetime(policy)

    def stale(self, policy: dict[str, str]) -> float:
        """How long it may still be served after that, while a new one is made."""
        return int(policy.get("stale-while-revalidate") or 0)

    async def renewed(self, key: str, request: Request, source: Source) -> Response:
        """The source's answer, kept where it may be."""
        answer = await source()
        policy = directives(answer.headers.get("cache-control"))
        fresh = self.lifetime(policy)
        if fresh > 0 and self.may_keep(request, answer):
            fields = tuple(answer.headers.items())
            kept = Kept(answer.status_code, fields, bytes(answer.body).decode(), self.clock())
            await self.cache.set(key, kept.freeze(), fresh + self.stale(policy))
        return answer

    def told(self, answer: Response) -> Response:
        """What comes from the source."""
        answer.headers["X-Cache"] = "MISS"
        return answer

    def hit(self, kept: Kept, age: float) -> Response:
        """What was kept, with its age (RFC 9111 4)."""
        return kept.response(("Age", str(int(age))), ("X-Cache", "HIT"))
