"""A source behind the cache of whole answers, and a test bench for it.

Elsewhere the source is another server. Here it is a text that can change without a word to the cache, can
fail, and can claim to have been changed tomorrow; all of that by requests, where the settings allow it.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from reference_impl.caching import cache_control, http_date
from reference_impl.representations import (
    NO_CACHE,
    NO_STORE,
    Representation,
    answer,
    refuse_if_asked,
    written,
)
from reference_impl.routes import AppSite, NewText, readable
from reference_impl.settings import Clock
from reference_impl.site import Site
from reference_impl.whole import NOTHING, Kept, lifetime, policy_of

router = APIRouter()
bench = APIRouter(prefix="/admin", include_in_schema=False)

_A_DAY = 86_400.0
_OK, _ERRORS = 200, range(500, 600)
_VALIDATED = ("no-cache", "must-revalidate", "proxy-revalidate", "s-maxage")

Kind = Literal["validated", "standing-in", "asked"]


@dataclass
class Source:
    """What stands behind the cache."""

    clock: Clock
    changed: float
    revision: int = 1
    text: str = "Revision 1"
    down: bool = False
    ahead: bool = False

    @classmethod
    def of(cls, clock: Clock) -> "Source":
        """One that is new, and well."""
        return cls(clock, clock())

    def write(self, text: str) -> None:
        """It has this text from now on; the same again is no change."""
        if text != self.text:
            self.text, self.changed = text, self.clock()

    def modified(self) -> float:
        """When it was changed; a change that is yet to come counts as one of now (RFC 9110 8.8.2.1)."""
        return min(self.changed + (_A_DAY if self.ahead else 0.0), self.clock())


async def _source(request: Request) -> Source:
    source: Source = request.app.state.source
    return source


AppSource = Annotated[Source, Depends(_source)]


def _policy(kind: Kind, ttl: int) -> str:
    return {
        "validated": cache_control("public", "must-revalidate", max_age=ttl),
        "standing-in": cache_control("public", f"stale-if-error={2 * ttl}", max_age=ttl),
        "asked": NO_CACHE,
    }[kind]


def _shown(kind: Kind, site: Site, source: Source) -> Representation:
    data = {"kind": kind, "text": source.text}
    policy = _policy(kind, int(site.settings.ttl))
    return Representation.of(site, data, source.modified()).with_policy(policy)


@readable("/behind/{kind}", {503: {"description": "The source is down"}}, on=router)
async def read_behind(request: Request, kind: Kind, site: AppSite, source: AppSource) -> Response:
    """A text of the source, and in a field when the answer was made: from a cache it was made earlier."""

    async def ask() -> Response:
        if source.down:
            detail = "The source does not answer"
            return JSONResponse({"detail": detail}, 503, {"Cache-Control": NO_STORE})
        made = answer(request, site, _shown(kind, site, source))
        made.headers["X-Made"] = http_date(site.settings.clock())
        return made

    if "range" in request.headers:  # the cache has whole answers only, and the source divides
        return site.whole.told(await ask())
    return await _or_stale(request, site, await site.whole.answer(request, ask))


@router.put(
    "/behind/{kind}", response_class=Response, responses={412: {"description": "It is another by now"}}
)
async def write_behind(
    request: Request, kind: Kind, new: NewText, site: AppSite, source: AppSource
) -> Response:
    """Another text: the source decides, and what is kept of the URL is dropped (RFC 9111 4.4)."""
    if source.down:
        raise HTTPException(503, "The source does not answer", {"Cache-Control": NO_STORE})
    refuse_if_asked(request, site, _shown(kind, site, source))
    source.write(new.text)
    await site.cache.delete(site.whole.key(request, NOTHING), f"behind{request.url.path}")
    return written(_shown(kind, site, source), sent=await request.body())


async def _or_stale(request: Request, site: Site, made: Response) -> Response:
    """The answer; or for an error, within stale-if-error, the last one that was good (RFC 5861 4)."""
    whole, key = site.whole, f"behind{request.url.path}"
    if request.method != "GET" or not whole.may_reuse(request):
        return made
    if made.status_code in _ERRORS:
        entry = await site.cache.get(key)
        kept = Kept.thaw(entry) if entry else None
        return made if kept is None else whole.hit(kept, site.settings.clock() - kept.made)
    seconds = standing_in(policy_of(made.headers.items()))
    if made.status_code == _OK and made.headers.get("x-cache") == "MISS" and seconds:
        fields = tuple(each for each in made.headers.items() if each[0] != "x-cache")
        kept = Kept(_OK, fields, bytes(made.body).decode(), site.settings.clock())
        await site.cache.set(key, kept.freeze(), seconds)
    return made


def standing_in(policy: dict[str, str]) -> int:
    """For how long an answer may stand in for an error, since it was made; 0: not at all."""
    if not policy.keys().isdisjoint(_VALIDATED):
        return 0
    stale = int(policy.get("stale-if-error") or 0)
    return lifetime(policy) + stale if stale else 0


@bench.post("/change", status_code=204)
async def change(source: AppSource) -> Response:
    """The text becomes another, and nobody is told."""
    source.revision += 1
    source.write(f"Revision {source.revision}")
    return Response(status_code=204)


@bench.post("/break", status_code=204)
async def take_down(source: AppSource) -> Response:
    """The source answers nobody any more."""
    source.down = True
    return Response(status_code=204)


@bench.post("/postdate", status_code=204)
async def postdate(source: AppSource) -> Response:
    """The source claims to have been changed a day later than it was."""
    source.ahead = True
    return Response(status_code=204)


@bench.post("/mend", status_code=204)
async def mend(source: AppSource) -> Response:
    """The source answers again, and claims nothing."""
    source.down = source.ahead = False
    return Response(status_code=204)
