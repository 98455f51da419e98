"""Flaws of a cache of whole answers: what it keeps, for whom, for how long, and what it says of a hit.

`breaks` names rows of the RFCs.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from reference_impl.settings import Settings
from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, Create, answering, made_of
from reference_impl.whole import Kept, Source, Whole, directives, lifetime

__all__ = ["FLAWS"]

_TOO_MANY_CONDITIONS = 428


def _as(kind: type[Whole]) -> Apply:
    """The reference with another cache of whole answers."""
    return made_of(lambda parts: replace(parts, whole=kind))


def _keeping(directive: str) -> type[Whole]:
    """A cache that does not know the directive."""

    class Keeping(Whole):
        def lifetime(self, policy: dict[str, str]) -> float:
            known = {name: value for name, value in policy.items() if name != directive}
            return lifetime(known) or (30 if directive in policy else 0)

    return Keeping


class _Ageless(Whole):
    def hit(self, kept: Kept, age: float) -> Response:
        answer = super().hit(kept, age)
        del answer.headers["age"]
        return answer


class _AgedAtOnce(Whole):
    """Its Age counts from the last hit."""

    def hit(self, kept: Kept, age: float) -> Response:
        return super().hit(kept, min(age, 1))


class _BodyOnly(Whole):
    """Keeps the body, and makes the header anew."""

    def hit(self, kept: Kept, age: float) -> Response:
        return super().hit(replace(kept, fields=(("content-type", "text/plain"), *kept.fields[2:])), age)


class _AlwaysOk(Whole):
    """A hit is always 203, as from a proxy that has changed something."""

    def hit(self, kept: Kept, age: float) -> Response:
        return super().hit(replace(kept, status=203), age)


class _AnyMethod(Whole):
    """An answer to HEAD is kept under the path as well."""

    def may_keep(self, request: Request, answer: Response) -> bool:
        if request.method == "HEAD":
            answer.headers["content-length"] = "0"
            return True
        return super().may_keep(request, answer)


class _Parts(Whole):
    """Answers a range itself, and keeps the part."""

    async def renewed(self, key: str, request: Request, source: Source) -> Response:
        if "range" not in request.headers:
            return await super().renewed(key, request, source)
        answer = await source()
        part = bytes(answer.body)[:5].decode()
        fresh = self.lifetime(directives(answer.headers.get("cache-control")))
        fields = tuple((n, v) for n, v in answer.headers.items() if n != "content-length")
        if fresh:
            kept = Kept(200, (*fields, ("content-length", "5")), part, self.clock())
            await self.cache.set(key, kept.freeze(), fresh)
        return answer


class _NeverRenewed(Whole):
    """What is stale is served as it is until it is gone."""

    async def answer(self, request: Request, source: Source) -> Response:
        entry = await self.cache.get(self.key(request)) if self.may_reuse(request) else None
        if entry is None:
            return await super().answer(request, source)
        kept = Kept.thaw(entry)
        return self.hit(kept, self.clock() - kept.made)


class _Deaf(Whole):
    """Does not look at what the request says of caches."""

    def may_reuse(self, request: Request) -> bool:
        return request.headers.get("range") is None


class _KeepsRefusals(Whole):
    """Wants no Cache-Control in requests, and keeps the answer that says so."""

    async def renewed(self, key: str, request: Request, source: Source) -> Response:
        if "cache-control" not in request.headers:
            return await super().renewed(key, request, source)
        refusal = Kept(_TOO_MANY_CONDITIONS, (("cache-control", "max-age=9"),), "", self.clock())
        await self.cache.set(key, refusal.freeze(), 9)
        return refusal.response()


def _shorter_for_sharers(asked: Asked, answer: Answer) -> Answer:
    """As if the cache went by max-age, and did not know s-maxage."""
    kept = asked.path == "/kept/public" and answer.get("cache-control") is not None
    return answer.having("cache-control", "public, max-age=30, s-maxage=5") if kept else answer


def _immutable_but_moving(asked: Asked, answer: Answer) -> Answer:
    moves = asked.path == "/kept/no-store" and answer.get("cache-control") is not None
    return answer.having("cache-control", "max-age=60, immutable") if moves else answer


def _whole_lifetime(asked: Asked, answer: Answer) -> Answer:
    """The time may be kept by clients, for as long again as it is kept here."""
    timed = asked.path == "/cached-time/" and answer.get("cache-control") is not None
    return answer.having("cache-control", "max-age=30") if timed else answer


def _head_renews(settings: Settings, create: Create) -> ASGIApp:
    """HEAD computes the value anew, and keeps it."""
    parts = Parts.of(settings)
    app = create(parts)

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "HEAD" and scope["path"] == "/cached-time/":
            await parts.cache.delete("time")
        await app(scope, receive, send)

    return outer


FLAWS = (
    Flaw("whole-without-age", "hits have no Age", _as(_Ageless), breaks=("K03", "K38")),
    Flaw("whole-age-stands", "hits have an Age of a second at most", _as(_AgedAtOnce), breaks=("K03", "K38")),
    Flaw("whole-body-only", "hits have another Content-Type", _as(_BodyOnly), breaks=("K34",)),
    Flaw("whole-203", "hits have another status", _as(_AlwaysOk), breaks=("K34",)),
    Flaw("whole-keeps-no-store", "no-store is not known", _as(_keeping("no-store")), breaks=("K13",)),
    Flaw("whole-keeps-private", "private is not known", _as(_keeping("private")), breaks=("K14",)),
    Flaw("whole-keeps-no-cache", "no-cache is not known", _as(_keeping("no-cache")), breaks=("K16",)),
    Flaw(
        "whole-by-max-age",
        "max-age counts before s-maxage",
        answering(_shorter_for_sharers),
        breaks=("K17",),
    ),
    Flaw("whole-keeps-head", "an answer to HEAD is kept for GET", _as(_AnyMethod), breaks=("K12",)),
    Flaw("whole-keeps-parts", "a part is kept as the whole", _as(_Parts), breaks=("K27",), divides=True),
    Flaw("whole-stays-stale", "what is stale is not renewed", _as(_NeverRenewed), breaks=("K19",)),
    Flaw("whole-deaf", "the request's Cache-Control counts for nothing", _as(_Deaf), breaks=("K26",)),
    Flaw("whole-keeps-428", "a 428 is kept for all", _as(_KeepsRefusals), breaks=("K39",)),
    Flaw(
        "whole-immutable-moves",
        "what is marked immutable is another each second",
        answering(_immutable_but_moving),
        breaks=("J25",),
    ),
    Flaw(
        "head-renews-the-time",
        "HEAD computes the time anew, and keeps that",
        _head_renews,
        breaks=("K33",),
    ),
    Flaw(
        "time-lives-twice",
        "each hit of the time has a whole new lifetime",
        answering(_whole_lifetime),
        breaks=("K38",),
    ),
)
