"""Routes whose answer depends on who asks, and how: notice and news in two languages, a welcome, a profile.

A notice is chosen by fields of the request, which Vary names on every answer. A profile belongs to one user:
the server keeps it under his name, and no shared cache may keep it at all.
"""

from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request, Response

from reference_impl import negotiation
from reference_impl.caching import cache_control
from reference_impl.fields import field
from reference_impl.representations import NO_STORE, Representation, answer, to_json
from reference_impl.routes import AppSite, readable

router = APIRouter()

NOTICES: Mapping[str, str] = {
    "en": "This notice comes in English and in German, plain or compressed; each form has its own ETag.",
    "de": "Dieser Hinweis kommt auf Deutsch und auf Englisch, roh oder komprimiert; jede Form hat ihr ETag.",
}
CHOSEN_BY = ("Accept-Language", "Accept-Encoding")
_SCHEME = "Bearer"
# Of one user: his browser may keep it, and asks before each reuse.
_OWN = cache_control("private", "no-cache")


@readable("/notice/", {406: {"description": "Every coding is refused"}}, on=router)
async def read_notice(request: Request, site: AppSite) -> Response:
    """The notice in the language and the coding that the client prefers."""
    language = negotiation.language(field(request, "accept-language"), tuple(NOTICES))
    coding = negotiation.coding(field(request, "accept-encoding"))

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
    language = negotiation.language(field(request, "accept-language"), tuple(NOTICES))
    everybodys = cache_control("public", max_age=int(site.settings.ttl))

    async def source() -> Response:
        policy = _OWN if "authorization" in request.headers else everybodys
        body = to_json({"language": language, "made": site.settings.clock()})
        shown = Representation(body.decode(), cache_control=policy)
        return answer(request, site, shown.chosen_by(("Accept-Language",), language))

    return await site.whole.answer(request, source, {"accept-language": language})


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
    scheme, _, user = (field(request, "authorization") or "").partition(" ")
    return user.strip() if scheme.lower() == _SCHEME.lower() else ""  # RFC 9110 11.1: in any case
