"""Routes whose answer depends on who asks, and how: a notice in two languages, a welcome, and a profile.

A notice is chosen by fields of the request, which Vary names on every answer. A profile belongs to one user:
the server keeps it under his name, and no shared cache may keep it at all.
"""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from reference_impl import negotiation
from reference_impl.caching import cache_control
from reference_impl.representations import NO_STORE, Representation, answer, to_json
from reference_impl.routes import AppSite, readable
from reference_impl.whole import directives

router = APIRouter()

NOTICES: Mapping[str, str] = {
    "en": "This notice comes in English and in German, plain or compressed; each form has its own ETag.",
    "de": "Dieser Hinweis kommt auf Deutsch und auf Englisch, roh oder komprimiert; jede Form hat ihr ETag.",
}
CHOSEN_BY = ("Accept-Language", "Accept-Encoding")
_SCHEME = "Bearer"
_OWN = cache_control(
    "private", "no-cache"
)  # of one user: his browser may keep it, and asks before each reuse


@readable("/notice/", {406: {"description": "Every coding is refused"}}, on=router)
async def read_notice(request: Request, site: AppSite) -> Response:
    """The notice in the language and the coding that the client prefers."""
    language = negotiation.language(request.headers.get("accept-language"), tuple(NOTICES))
    coding = negotiation.coding(request.headers.get("accept-encoding"))

    async def compute() -> bytes:
        data = {"language": language, "notice": NOTICES[language]}
        return Representation.of(site, data, site.store.opened()).freeze()

    entry, _ = await site.remember(f"notice/{language}", compute)
    shown = Representation.thaw(entry).chosen_by(CHOSEN_BY, language)
    if coding is None:
        raise HTTPException(406, "This comes plain or in gzip", {"Vary": shown.fields["Vary"]})
    return answer(request, site, shown.coded(coding))


@readable("/news/", on=router)
async def read_news(request: Request, site: AppSite) -> Response:
    """The news in the language that is preferred: a whole answer, kept by language for its lifetime.

    What is answered to a login is not: it may be meant for that user, and the cache is everybody's.
    """
    language = negotiation.language(request.headers.get("accept-language"), tuple(NOTICES))
    clock, ttl = site.settings.clock, int(site.settings.ttl)

    async def compute() -> bytes:
        return to_json({"language": language, "made": clock()})

    if "no-cache" in directives(request.headers.get("cache-control")):
        await site.cache.delete(f"news/{language}")  # a new one, for who asks so and for all after him
    own = bool(_user(request))
    entry, hit = (await compute(), False) if own else await site.remember(f"news/{language}", compute)
    kept: dict[str, Any] = json.loads(entry)
    told = {"X-Cache": "HIT", "Age": str(int(clock() - kept["made"]))} if hit else {"X-Cache": "MISS"}
    policy = _OWN if own else cache_control("public", max_age=ttl)
    shown = Representation(entry.decode(), cache_control=policy)
    answered = answer(request, site, shown.chosen_by(CHOSEN_BY[:1], kept["language"]))
    answered.headers.update(told)
    return answered


@readable("/welcome/", on=router)
async def read_welcome(request: Request, site: AppSite) -> Response:
    """A welcome for everybody; who says who he is gets it by name, and nobody else does."""
    user = _user(request)

    async def compute() -> bytes:
        data = {"welcome": f"Nice to see you, {user}" if user else "Nice to see you"}
        return Representation.of(site, data, site.store.opened()).freeze()

    entry, _ = await site.remember(f"welcome/{user}" if user else "welcome", compute)
    return answer(request, site, Representation.thaw(entry).with_policy(_OWN))


@readable("/profile/", {401: {"description": "Nobody has said who is asking"}}, on=router)
async def read_profile(request: Request, site: AppSite) -> Response:
    """What is known of the user who asks."""
    user = _user(request)
    if not user:
        fields = {"WWW-Authenticate": _SCHEME, "Cache-Control": NO_STORE}
        raise HTTPException(401, "Say who you are", fields)

    async def compute() -> bytes:
        data = {"user": user, "greeting": f"Hello, {user}"}
        return Representation.of(site, data, site.store.opened()).freeze()

    entry, _ = await site.remember(f"profile/{user}", compute)
    return answer(request, site, Representation.thaw(entry).with_policy(_OWN))


def _user(request: Request) -> str:
    """Who asks, or "". The token is the name: who may ask is no matter of caching."""
    scheme, _, user = request.headers.get("authorization", "").partition(" ")
    return user if scheme == _SCHEME else ""
