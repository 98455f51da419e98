"""The routes whose answer is the same for everybody: the lesson's contract, and beside it what is kept whole.

A read takes its representation from the server's cache or makes it, and answers by the preconditions. A write
checks and writes in one transaction, then invalidates what shows the item.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from reference_impl.caching import cache_control, weak
from reference_impl.representations import (
    NO_CACHE,
    NO_STORE,
    Representation,
    answer,
    refuse_if_asked,
    to_json,
    written,
)
from reference_impl.site import LIST_KEY, Site, item_key

router = APIRouter()

_MOST = 2**63 - 1  # the largest id that the database can hold


async def _site(request: Request) -> Site:
    # async, though it awaits nothing: FastAPI would run a plain function in a thread.
    site: Site = request.app.state.site
    return site


AppSite = Annotated[Site, Depends(_site)]
ItemId = Annotated[int, Path(ge=1, le=_MOST)]


def _encodable(text: str) -> str:
    """JSON can spell half a surrogate pair, which no encoding of text can store."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("not valid Unicode") from error
    return text


Text = Annotated[str, AfterValidator(_encodable)]
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Handler = Callable[..., Coroutine[Any, Any, Response]]

_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such item"}}
_BROUGHT_BACK: dict[int | str, dict[str, Any]] = {201: {"description": "The item was gone, and is back"}}
_CONDITIONS: dict[int | str, dict[str, Any]] = {
    304: {"description": "Your copy is current"},
    412: {"description": "A precondition does not hold"},
}
_WRITES: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is not JSON"},
    412: {"description": "A precondition does not hold"},
}


class NewItem(BaseModel):
    """An item as a client writes it; an id that comes along is ignored."""

    name: Text
    description: Text = ""
    price: Price = 0


class ItemChange(BaseModel):
    """Some fields of an item. The defaults are never used: what was not sent is not touched."""

    name: Text = ""
    description: Text = ""
    price: Price = 0


class NewText(BaseModel):
    """The text of the versioned document."""

    text: Text


def readable(
    path: str, responses: dict[int | str, dict[str, Any]] | None = None, on: APIRouter = router
) -> Callable[[Handler], Handler]:
    """Serve a path by GET and by HEAD, which FastAPI does not add by itself."""

    def register(handler: Handler) -> Handler:
        on.head(path, include_in_schema=False)(handler)
        return on.get(path, response_class=Response, responses=_CONDITIONS | (responses or {}))(handler)

    return register


# ---- items: the tag from the content, the representations cached, invalidated by event


def _list(site: Site) -> Representation:
    items, modified = site.store.items()
    return Representation.of(site, items, modified)


def _item(site: Site, item_id: int) -> Representation:
    found = site.store.item(item_id)
    if found is None:
        raise HTTPException(404, "There is no such item")
    return Representation.of(site, *found)


@readable("/items/")
async def read_items(request: Request, site: AppSite) -> Response:
    """The list, as it stands in the cache."""

    async def compute() -> bytes:
        return _list(site).freeze()

    entry, _ = await site.remember(LIST_KEY, compute)
    return answer(request, site, Representation.thaw(entry))


@readable("/items/{item_id}", _NOT_FOUND)
async def read_item(request: Request, item_id: ItemId, site: AppSite) -> Response:
    """One item, as it stands in the cache; that there is none is never cached."""

    async def compute() -> bytes:
        return _item(site, item_id).freeze()

    entry, _ = await site.remember(item_key(item_id), compute)
    return answer(request, site, Representation.thaw(entry))


@router.post("/items/", status_code=201, response_class=Response, responses=_WRITES)
async def create_item(request: Request, item: NewItem, site: AppSite) -> Response:
    """Add an item. Preconditions are about the target of the request, so here about the list."""
    with site.store.transaction():
        refuse_if_asked(request, site, _list(site))
        item_id = site.store.create(item.model_dump())
        created = _item(site, item_id)
    await site.invalidate("create", item_id)
    return written(created, 201, location=f"/items/{item_id}")


@router.put("/items/{item_id}", response_class=Response, responses=_WRITES | _NOT_FOUND | _BROUGHT_BACK)
async def replace_item(request: Request, item_id: ItemId, item: NewItem, site: AppSite) -> Response:
    """Replace an item, or bring one back that was removed; fields left out get their defaults."""
    _refuse_a_part(request)
    with site.store.transaction():
        new = site.store.removed(item_id)
        refuse_if_asked(request, site, None if new else _item(site, item_id))
        if new:
            site.store.create(item.model_dump(), item_id)
        else:
            site.store.update(item_id, item.model_dump())
        changed = _item(site, item_id)
    await site.invalidate("update", item_id)  # brought back, too: that id had an entry before
    return written(changed, 201 if new else 200, await request.body())


@router.patch("/items/{item_id}", response_class=Response, responses=_WRITES | _NOT_FOUND)
async def change_item(request: Request, item_id: ItemId, item: ItemChange, site: AppSite) -> Response:
    """Change the fields that were sent."""
    with site.store.transaction():
        refuse_if_asked(request, site, _item(site, item_id))
        site.store.update(item_id, item.model_dump(exclude_unset=True))
        changed = _item(site, item_id)
    await site.invalidate("update", item_id)
    return written(changed)


@router.delete("/items/{item_id}", status_code=204, responses=_NOT_FOUND | {412: _CONDITIONS[412]})
async def delete_item(request: Request, item_id: ItemId, site: AppSite) -> Response:
    """Remove an item."""
    with site.store.transaction():
        refuse_if_asked(request, site, _item(site, item_id))
        site.store.delete(item_id)
    await site.invalidate("delete", item_id)
    return Response(status_code=204)


# ---- values with a time to live


async def _time(request: Request, site: Site, key: str, more: dict[str, str]) -> Response:
    async def compute() -> bytes:
        return _now(site).encode()

    value, hit = await site.remember(key, compute)
    body = to_json({"time": value.decode(), "cached": hit} | more).decode()
    # No tag, and not to be stored: `cached` speaks of our cache, and a copy in a client's would speak of
    # neither.
    return answer(request, site, Representation(body, cache_control=NO_STORE))


@readable("/cached-time/")
async def read_time(request: Request, site: AppSite) -> Response:
    """The time, computed once in each TTL."""
    return await _time(request, site, "time", {})


@readable("/cached-time/{place}")
async def read_time_of_place(
    request: Request,
    place: Annotated[str, Path(max_length=100)],
    site: AppSite,
    hall: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The same under a key of its own for each place and hall: as many keys as anybody cares to ask for.

    What others have named is quoted before it is joined, so that no two keys become one.
    """
    key = f"time/{quote(place, safe='')}" + (f"?{quote(hall, safe='')}" if hall else "")
    return await _time(request, site, key, {"place": place} | ({"hall": hall} if hall else {}))


@readable("/reports/")
async def read_report(request: Request, site: AppSite) -> Response:
    """An expensive value with both strategies: kept on the server, and revalidated by the client.

    The tag is weak and made from the report alone. `cached` flips between two answers with the same report,
    which a strong tag may not overlook (RFC 9110 8.8.1); no client needs another copy for that.
    """

    async def compute() -> bytes:
        await asyncio.sleep(site.settings.cost)
        return to_json(_report(site))

    value, hit = await site.remember("report", compute)
    etag = site.etag(value)
    body = to_json({"cached": hit}).decode()[:-1] + f',"report":{value.decode()}}}'
    return answer(request, site, Representation(body, weak(etag)))


def _report(site: Site) -> dict[str, object]:
    limit = 1000
    primes = [n for n in range(2, limit) if all(n % d for d in range(2, int(n**0.5) + 1))]
    return {
        "title": "The prime numbers below a limit, counted by trial division",
        "limit": limit,
        "count": len(primes),
        "largest": primes[-1],
        "note": "Computed once in each time to live; until then everybody is served the same report",
        "generated_at": _now(site),
    }


def _now(site: Site) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(site.settings.clock()))


@router.delete("/cache/", status_code=204)
async def clear_cache(site: AppSite) -> Response:
    """Invalidation by hand: everything is computed anew."""
    await site.cache.clear()
    return Response(status_code=204)


# ---- a document whose tag is its version


def _document(site: Site) -> Representation:
    text, version, modified = site.store.document()
    body = to_json({"text": text, "version": version})
    return Representation(body.decode(), site.version_tag(version, body), modified)


@readable("/versioned/")
async def read_document(request: Request, site: AppSite) -> Response:
    """A document whose tag begins with its version."""
    return answer(request, site, _document(site))


@router.put("/versioned/", response_class=Response, responses=_WRITES)
async def write_document(request: Request, document: NewText, site: AppSite) -> Response:
    """Replace the text; with another text the version rises."""
    _refuse_a_part(request)
    with site.store.transaction():
        refuse_if_asked(request, site, _document(site))
        site.store.write_document(document.text)
        changed = _document(site)
    return written(changed, sent=await request.body())


# ---- whole answers, kept as their Cache-Control says


def _kept_policy(kind: str, ttl: int) -> str:
    return {
        "public": cache_control("public", max_age=ttl),
        "shared": cache_control("public", f"s-maxage={ttl}", max_age=max(1, ttl // 6)),
        "stale": cache_control("public", f"stale-while-revalidate={ttl // 3}", max_age=ttl),
        "private": cache_control("private", max_age=ttl),
        "no-cache": NO_CACHE,
        "no-store": NO_STORE,
    }[kind]


@readable("/kept/{kind}")
async def read_kept(
    request: Request,
    kind: Literal["public", "shared", "stale", "private", "no-cache", "no-store"],
    site: AppSite,
) -> Response:
    """The moment at which the answer was made: from a cache it is an earlier one."""

    async def source() -> Response:
        body = to_json({"kind": kind, "made": _now(site)}).decode()
        return answer(
            request, site, Representation(body, cache_control=_kept_policy(kind, int(site.settings.ttl)))
        )

    return await site.whole.answer(request, source)


# ---- one route for each directive


POLICIES: Mapping[str, str] = {
    "public": cache_control("public", max_age=300),
    "private": cache_control("private", max_age=300),
    "no-cache": cache_control("no-cache"),
    "no-store": cache_control("no-store"),
}
_MEANINGS = {
    "public": "Any cache may keep this for five minutes and serve it to anybody without asking.",
    "private": "Only the cache of one user, such as a browser's, may keep this, and for five minutes.",
    "no-cache": "Any cache may keep this but asks before each reuse; a 304 says that its copy is current.",
    "no-store": "No cache keeps this; every read comes here.",
}


@readable("/policies/{policy}")
async def read_policy(
    request: Request, policy: Literal["public", "private", "no-cache", "no-store"], site: AppSite
) -> Response:
    """A text that never changes, under the Cache-Control that it explains."""
    data = {
        "policy": policy,
        "cache_control": POLICIES[policy],
        "meaning": _MEANINGS[policy],
        "note": "This text never changes: whatever happens to it on the way is the doing of a cache",
    }
    shown = Representation.of(site, data, site.store.opened())
    return answer(request, site, shown.with_policy(POLICIES[policy]))


def _refuse_a_part(request: Request) -> None:
    """RFC 9110 14.5: we do not know how to write a part, and the part must not replace the whole."""
    if "content-range" in request.headers:
        raise HTTPException(400, "A partial PUT is not supported")
