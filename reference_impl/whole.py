"""A cache of whole answers, as RFC 9111 has it, for routes that are dear to answer.

It stands inside the server and serves everybody, so it is a shared cache: what is private is not for it. Only
GET fills it and only 200 is kept, under the path, the query and what the route has chosen by the request.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Self

from fastapi import Request, Response

from reference_impl.backends import Cache
from reference_impl.fields import field
from reference_impl.settings import Clock

_OK = 200
# What the source alone can answer: a condition on its state, a user. A Range may be ignored (RFC 9110 14.2).
_FOR_THE_SOURCE = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "authorization")
_NOT_KEPT = ("no-store", "private", "no-cache")
_PASSED = b""  # stands where an answer was not for keeping: to wait for the next one would be in vain
_PASSED_SECONDS = 60.0

Source = Callable[[], Awaitable[Response]]
Renew = Callable[[], Awaitable[Response]]
Chosen = Mapping[str, str]
"""What a route has made of the fields that choose its answer: lower-case name -> the choice."""

NOTHING: Chosen = {}


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

    @property
    def policy(self) -> dict[str, str]:
        """Its Cache-Control."""
        return policy_of(self.fields)

    def response(self, *more: tuple[str, str]) -> Response:
        """The answer, with these fields besides."""
        made = Response(self.body, self.status)
        del made.headers["content-length"]
        for name, value in (*self.fields, *more):
            made.headers.append(name, value)
        return made


def directives(value: str | None) -> dict[str, str]:
    """Cache-Control as names with their arguments."""
    parts = (part.strip().partition("=") for part in (value or "").split(","))
    return {name.lower(): argument for name, _, argument in parts if name}


def policy_of(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What an answer's Cache-Control says, in all of its lines."""
    return directives(", ".join(value for name, value in fields if name == "cache-control"))


def lifetime(policy: dict[str, str]) -> int:
    """How long a shared cache may reuse an answer: s-maxage counts before max-age (RFC 9111 4.2.1)."""
    if not policy.keys().isdisjoint(_NOT_KEPT):
        return 0
    return int(policy.get("s-maxage") or policy.get("max-age") or 0)


def varies_by(answer: Response) -> set[str]:
    """The fields that Vary names, in lower case."""
    names = ",".join(answer.headers.getlist("vary")).split(",")
    return {name.strip().lower() for name in names} - {""}


def is_plain(request: Request) -> bool:
    """Whether it asks for what everybody gets, and not for what the source alone can answer."""
    return not any(name in request.headers for name in _FOR_THE_SOURCE)


class Whole:
    """The rules of such a cache, each a method.

    Date is left to the HTTP server, which adds its own even where there is one; Age tells how old a hit is.
    """

    def __init__(self, clock: Clock, cache: Cache) -> None:
        self.clock = clock
        self.cache = cache
        self._renewals: dict[str, asyncio.Future[Response]] = {}

    async def answer(self, request: Request, source: Source, chosen: Chosen = NOTHING) -> Response:
        """The kept answer while it may be reused, else a new one, which is kept where that is allowed."""
        key = self.key(request, chosen)

        async def new() -> Response:
            return await self.renewed(key, request, source, chosen)

        if not self.may_reuse(request):
            return self.told(await new())
        entry = await self.cache.get(key)
        if entry is None and request.method == "GET":
            async with self.cache.flight(key):  # of many who find nothing, one asks the source
                entry = await self.cache.get(key)
                if entry is None:
                    answer = self.told(await new())
                    if await self.cache.get(key) is None:
                        await self.cache.set(key, _PASSED, _PASSED_SECONDS)
                    return answer
        if not entry:
            return self.told(await new())
        kept = Kept.thaw(entry)
        age = self.clock() - kept.made
        if age >= self.lifetime(kept.policy) and request.method == "GET":
            self.renew(key, new)  # within stale-while-revalidate, or it would be gone
        return self.hit(kept if request.method == "GET" else replace(kept, body=""), age)

    def key(self, request: Request, chosen: Chosen) -> str:
        """What an answer is kept under (RFC 9111 4.1)."""
        choice = "".join(f" {name}={value}" for name, value in sorted(chosen.items()))
        return f"whole/{request.url.path}?{request.url.query}{choice}"

    def may_reuse(self, request: Request) -> bool:
        """Whether this request may be answered by what is kept."""
        wanted = directives(field(request, "cache-control"))
        bypasses = "no-cache" in wanted or "no-store" in wanted or wanted.get("max-age") == "0"
        return not bypasses and is_plain(request)

    def may_keep(self, request: Request, answer: Response, chosen: Chosen) -> bool:
        """Whether this answer may be kept at all: a plain one, of which the key tells all that chose it."""
        wanted = directives(field(request, "cache-control"))
        plain = request.method == "GET" and is_plain(request) and "no-store" not in wanted
        return plain and answer.status_code == _OK and varies_by(answer) <= chosen.keys()

    def lifetime(self, policy: dict[str, str]) -> float:
        """How long an answer is fresh."""
        return lifetime(policy)

    def stale(self, policy: dict[str, str]) -> float:
        """How long it may still be served after that, while a new one is made."""
        return int(policy.get("stale-while-revalidate") or 0)

    def renew(self, key: str, new: Renew) -> None:
        """Begin to make the new answer, unless somebody has; who asked does not wait for it."""
        if key not in self._renewals:
            self._renewals[key] = task = asyncio.ensure_future(new())
            task.add_done_callback(lambda _: self._renewals.pop(key))

    async def renewed(self, key: str, request: Request, source: Source, chosen: Chosen) -> Response:
        """The source's answer, kept where it may be."""
        answer = await source()
        policy = policy_of(answer.headers.items())
        fresh = self.lifetime(policy)
        if fresh > 0 and self.may_keep(request, answer, chosen):
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

    async def close(self) -> None:
        """Let the renewals end that have begun."""
        await asyncio.gather(*self._renewals.values(), return_exceptions=True)
