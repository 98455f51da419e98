"""Variants of the cache of whole answers: it keeps less, or by the source's leave, or tells it otherwise."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request, Response

from reference_impl.caching import http_date
from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.twists import Twist, answering, made_of
from reference_impl.whole import NOTHING, Chosen, Kept, Source, Whole, policy_of


class _DatedAsMade(Whole):
    """Date is that of the answer when it was made."""

    def hit(self, kept: Kept, age: float) -> Response:
        answer = super().hit(kept, age)
        answer.headers["Date"] = http_date(kept.made)
        return answer


class _Validating(Whole):
    """What says no-cache is kept, and asked for each time: a hit is as young as the source's leave."""

    async def answer(self, request: Request, source: Source, chosen: Chosen = NOTHING) -> Response:
        answer = await super().answer(request, source, chosen)
        if "no-cache" in policy_of(answer.headers.items()):
            answer.headers["X-Cache"] = "HIT"
            answer.headers["Age"] = "0"
        return answer


class _Forgetting(Whole):
    """Nothing is kept after a request that asks for something special."""

    async def answer(self, request: Request, source: Source, chosen: Chosen = NOTHING) -> Response:
        if not self.may_reuse(request) or request.method == "HEAD":
            await self.cache.delete(self.key(request, chosen))
            return self.told(await source())
        return await super().answer(request, source, chosen)


def _by_status(_asked: Asked, answer: Answer) -> Answer:
    """Cache-Status besides X-Cache, as RFC 9211 has it."""
    mark = answer.get("x-cache")
    if mark is None:
        return answer
    return answer.having("cache-status", "Reference; hit" if mark == "HIT" else "Reference; fwd=miss; stored")


VARIANTS = (
    Twist(
        "whole-dated-as-made",
        "a hit has the Date of when it was made",
        made_of(lambda parts: replace(parts, whole=_DatedAsMade)),
    ),
    Twist(
        "whole-validating",
        "what says no-cache is kept, and the source asked each time",
        made_of(lambda parts: replace(parts, whole=_Validating)),
    ),
    Twist(
        "whole-forgetting",
        "a special request drops what was kept",
        made_of(lambda parts: replace(parts, whole=_Forgetting)),
    ),
    Twist("whole-by-status", "Cache-Status tells hits as well", answering(_by_status)),
)
