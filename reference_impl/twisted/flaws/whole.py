"""Flaws of a cache of whole answers: what it keeps, for whom, for how long, and what it says of a hit.

`breaks` names rows of the RFCs.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request, Response

from reference_impl.caching import PRECONDITION_REQUIRED
from reference_impl.twisted.asgi import Answer, Asked, Edit
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, answering, answering_with, made_of
from reference_impl.whole import Chosen, Kept, Renew, Source, Whole, is_plain, lifetime, policy_of

_OTHER, _OTHER_TYPE = 203, "text/plain"
_OLDEST = 1  # seconds: what an Age comes to that never grows
_REFUSED_FOR = 9  # seconds


def _as(kind: type[Whole]) -> Apply:
    """The reference with another cache of whole answers."""
    return made_of(lambda parts: replace(parts, whole=kind))


def _keeping(directive: str) -> Apply:
    """The cache does not know the directive; where there is no lifetime beside it, the TTL is one."""

    def change(parts: Parts) -> Parts:
        class Keeping(Whole):
            def lifetime(self, policy: dict[str, str]) -> float:
                known = {name: value for name, value in policy.items() if name != directive}
                return lifetime(known) or (parts.settings.ttl if directive in policy else 0)

        return replace(parts, whole=Keeping)

    return made_of(change)


class _Ageless(Whole):
    def hit(self, kept: Kept, age: float) -> Response:
        answer = super().hit(kept, age)
        del answer.headers["age"]
        return answer


class _YoungForEver(Whole):
    """Its Age does not grow."""

    def hit(self, kept: Kept, age: float) -> Response:
        return super().hit(kept, min(age, _OLDEST))


class _BodyOnly(Whole):
    """Keeps the body, and makes the header anew."""

    def hit(self, kept: Kept, age: float) -> Response:
        fields = (("content-type", _OTHER_TYPE), ("content-length", dict(kept.fields)["content-length"]))
        return super().hit(replace(kept, fields=fields), age)


class _Transformed(Whole):
    """A hit is always 203, as from a proxy that has changed something."""

    def hit(self, kept: Kept, age: float) -> Response:
        return super().hit(replace(kept, status=_OTHER), age)


class _KeepsHead(Whole):
    """An answer to HEAD is kept under the path as well."""

    def may_keep(self, request: Request, answer: Response, chosen: Chosen) -> bool:
        if request.method == "HEAD":
            answer.headers["content-length"] = "0"
            return True
        return super().may_keep(request, answer, chosen)


class _KeepsParts(Whole):
    """Answers a range itself, and keeps the part."""

    async def renewed(self, key: str, request: Request, source: Source, chosen: Chosen) -> Response:
        if "range" not in request.headers:
            return await super().renewed(key, request, source, chosen)
        answer = await source()
        part = bytes(answer.body)[:5].decode()
        fresh = self.lifetime(policy_of(answer.headers.items()))
        fields = tuple((n, v) for n, v in answer.headers.items() if n != "content-length")
        if fresh:
            kept = Kept(200, (*fields, ("content-length", str(len(part)))), part, self.clock())
            await self.cache.set(key, kept.freeze(), fresh)
        return answer


class _NeverRenewed(Whole):
    """What is stale is served as it is until it is gone."""

    def renew(self, key: str, new: Renew) -> None:
        """Do nothing."""


class _Deaf(Whole):
    """Does not look at what the request says of caches."""

    def may_reuse(self, request: Request) -> bool:
        return is_plain(request)


class _KeepsRefusals(Whole):
    """Wants no Cache-Control in requests, and keeps the answer that says so."""

    async def renewed(self, key: str, request: Request, source: Source, chosen: Chosen) -> Response:
        if "cache-control" not in request.headers:
            return await super().renewed(key, request, source, chosen)
        policy = ("cache-control", f"max-age={_REFUSED_FOR}")
        refusal = Kept(PRECONDITION_REQUIRED, (policy,), "", self.clock())
        await self.cache.set(key, refusal.freeze(), _REFUSED_FOR)
        return refusal.response()


def _shorter_for_sharers(parts: Parts) -> Edit:
    """As if the cache went by max-age, and did not know s-maxage."""
    ttl = int(parts.settings.ttl)

    def edit(asked: Asked, answer: Answer) -> Answer:
        kept = asked.path == "/kept/public" and answer.get("cache-control") is not None
        return (
            answer.having("cache-control", f"public, max-age={ttl}, s-maxage={ttl // 6}") if kept else answer
        )

    return edit


def _immutable_but_moving(asked: Asked, answer: Answer) -> Answer:
    moves = asked.path == "/kept/no-store" and answer.get("cache-control") is not None
    return answer.having("cache-control", "max-age=60, immutable") if moves else answer


FLAWS = (
    Flaw("whole-without-age", "hits have no Age", _as(_Ageless), breaks=("K03", "K38")),
    Flaw(
        "whole-age-stands", "hits have an Age of a second at most", _as(_YoungForEver), breaks=("K03", "K38")
    ),
    Flaw("whole-body-only", "hits have another Content-Type", _as(_BodyOnly), breaks=("K34",)),
    Flaw("whole-203", "hits have another status", _as(_Transformed), breaks=("K34",)),
    Flaw("whole-keeps-no-store", "no-store is not known", _keeping("no-store"), breaks=("K13",)),
    Flaw("whole-keeps-private", "private is not known", _keeping("private"), breaks=("K14",)),
    Flaw("whole-keeps-no-cache", "no-cache is not known", _keeping("no-cache"), breaks=("K16",)),
    Flaw(
        "whole-by-max-age",
        "max-age counts before s-maxage",
        answering_with(_shorter_for_sharers),
        breaks=("K17",),
    ),
    Flaw("whole-keeps-head", "an answer to HEAD is kept for GET", _as(_KeepsHead), breaks=("K12",)),
    Flaw("whole-keeps-parts", "a part is kept as the whole", _as(_KeepsParts), breaks=("K27",), divides=True),
    Flaw("whole-stays-stale", "what is stale is not renewed", _as(_NeverRenewed), breaks=("K19",)),
    Flaw("whole-deaf", "the request's Cache-Control counts for nothing", _as(_Deaf), breaks=("K26",)),
    Flaw("whole-keeps-428", "a 428 is kept for all", _as(_KeepsRefusals), breaks=("K39",)),
    Flaw(
        "whole-immutable-moves",
        "what is marked immutable is another each second",
        answering(_immutable_but_moving),
        breaks=("J25",),
    ),
)
