"""The routes of the lesson's contract.

A read takes its representation from the server's cache or makes it, and answers by the preconditions. A write
checks and writes in one transaction, then invalidates what shows the item.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from reference_impl.caching import cache_control, weak
from reference_impl.parts import LIST_KEY, Parts, item_key
from reference_impl.representations import NO_STORE, Representation, answer, refuse_if_asked, to_json, written

router = APIRouter()

_MOST = 2**63 - 1  # the largest id that the database can hold


async def _parts(request: Request) -> Parts:
    # async, though it awaits nothing: FastAPI would run a plain function in a thread.
    parts: Parts = request.app.state.parts
    return parts


AppParts = Annotated[Parts, Depends(_parts)]
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
    path: str, responses: dict[int | str, dict[str, Any]] | None = None
) -> Callable[[Handler], Handler]:
    """Serve a path by GET and by HEAD, which FastAPI does not add by itself."""

    def register(handler: Handler) -> Handler:
        router.head(path, include_in_schema=False)(handler)
        return router.get(path, response_class=Response, responses=_CONDITIONS | (responses or {}))(handler)

    return register


# ---- items: the tag from the content, the representations cached, invalidated by event


def _list(parts: Parts) -> Representation:
    items, modified = parts.store.items()
    return Representation.of(parts, items, modified)


def _item(parts: Parts, item_id: int) -> Representation:
    found = parts.store.item(item_id)
    if found is None:
        raise HTTPException(404, "There is no such item")
    return Representation.of(parts, *found)


@readable("/items/")
async def read_items(request: Request, parts: AppParts) -> Response:
    """The list, as it stands in the cache."""

    async def compute() -> bytes:
        return _list(parts).freeze()

    entry, _ = await parts.remember(parts.cache, LIST_KEY, parts.settings.ttl, compute)
    return answer(request, parts, Representation.thaw(entry))


@readable("/items/{item_id}", _NOT_FOUND)
async def read_item(request: Request, item_id: ItemId, parts: AppParts) -> Response:
    """One item, as it stands in the cache; that there is none is never cached."""

    async def compute() -> bytes:
        return _item(parts, item_id).freeze()

    entry, _ = await parts.remember(parts.cache, item_key(item_id), parts.settings.ttl, compute)
    return answer(request, parts, Representation.thaw(entry))


@router.post("/items/", status_code=201, response_class=Response, responses=_WRITES)
async def create_item(request: Request, item: NewItem, parts: AppParts) -> Response:
    """Add an item. Preconditions are about the target of the request, so here about the list."""
    with parts.store.transaction():
        refuse_if_asked(request, parts, _list(parts))
        item_id = parts.store.create(item.model_dump())
        created = _item(parts, item_id)
    await parts.invalidate(parts.cache, "create", item_id)
    return written(created, 201, location=f"/items/{item_id}")


@router.put("/items/{item_id}", response_class=Response, responses=_WRITES | _NOT_FOUND)
async def replace_item(request: Request, item_id: ItemId, item: NewItem, parts: AppParts) -> Response:
    """Replace an item; fields left out get their defaults."""
    _refuse_a_part(request)
    changed = await _update(request, item_id, item, parts)
    return written(changed, sent=await request.body())


@router.patch("/items/{item_id}", response_class=Response, responses=_WRITES | _NOT_FOUND)
async def change_item(request: Request, item_id: ItemId, item: ItemChange, parts: AppParts) -> Response:
    """Change the fields that were sent."""
    return written(await _update(request, item_id, item, parts))


async def _update(request: Request, item_id: int, item: BaseModel, parts: Parts) -> Representation:
    whole = request.method == "PUT"
    with parts.store.transaction():
        refuse_if_asked(request, parts, _item(parts, item_id))
        parts.store.update(item_id, item.model_dump(exclude_unset=not whole))
        changed = _item(parts, item_id)
    await parts.invalidate(parts.cache, "update", item_id)
    return changed


@router.delete("/items/{item_id}", status_code=204, responses=_NOT_FOUND | {412: _CONDITIONS[412]})
async def delete_item(request: Request, item_id: ItemId, parts: AppParts) -> Response:
    """Remove an item."""
    with parts.store.transaction():
        refuse_if_asked(request, parts, _item(parts, item_id))
        parts.store.delete(item_id)
    await parts.invalidate(parts.cache, "delete", item_id)
    return Response(status_code=204)


# ---- values with a time to live


async def _time(request: Request, parts: Parts, key: str, more: dict[str, str]) -> Response:
    async def compute() -> bytes:
        return _now(parts).encode()

    value, hit = await parts.remember(parts.cache, key, parts.settings.ttl, compute)
    body = to_json({"time": value.decode(), "cached": parts.flag(hit)} | more).decode()
    # No tag, and not to be stored: `cached` speaks of our cache, and a copy in a client's would speak of
    # neither.
    return answer(request, parts, Representation(body, cache_control=NO_STORE))


@readable("/cached-time/")
async def read_time(request: Request, parts: AppParts) -> Response:
    """The time, computed once in each TTL."""
    return await _time(request, parts, "time", {})


@readable("/cached-time/{place}")
async def read_time_of_place(
    request: Request, place: Annotated[str, Path(max_length=100)], parts: AppParts
) -> Response:
    """The same under a key of its own for each place: as many keys as anybody cares to ask for."""
    return await _time(request, parts, f"time/{place}", {"place": place})


@readable("/reports/")
async def read_report(request: Request, parts: AppParts) -> Response:
    """An expensive value with both strategies: kept on the server, and revalidated by the client.

    The tag is weak and made from the report alone. `cached` flips between two answers with the same report,
    which a strong tag may not overlook (RFC 9110 8.8.1); no client needs another copy for that.
    """

    async def compute() -> bytes:
        await asyncio.sleep(parts.settings.cost)
        return to_json(_report(parts))

    value, hit = await parts.remember(parts.cache, "report", parts.settings.ttl, compute)
    etag = parts.etag(None, value)
    body = to_json({"cached": parts.flag(hit)}).decode()[:-1] + f',"report":{value.decode()}}}'
    return answer(request, parts, Representation(body, etag and weak(etag)))


def _report(parts: Parts) -> dict[str, object]:
    limit = 1000
    primes = [n for n in range(2, limit) if all(n % d for d in range(2, int(n**0.5) + 1))]
    return {
        "title": "The prime numbers below a limit, counted by trial division",
        "limit": limit,
        "count": len(primes),
        "largest": primes[-1],
        "note": "Computed once in each time to live; until then everybody is served the same report",
        "generated_at": _now(parts),
    }


def _now(parts: Parts) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(parts.settings.clock()))


@router.delete("/cache/", status_code=204)
async def clear_cache(parts: AppParts) -> Response:
    """Invalidation by hand: everything is computed anew."""
    await parts.cache.clear()
    return Response(status_code=204)


# ---- a document whose tag is its version


def _document(parts: Parts) -> Representation:
    text, version, modified = parts.store.document()
    body = to_json({"text": text, "version": version}).decode()
    return Representation(body, parts.version_tag(version), modified)


@readable("/versioned/")
async def read_document(request: Request, parts: AppParts) -> Response:
    """A document; its tag is known without making the body."""
    return answer(request, parts, _document(parts))


@router.put("/versioned/", response_class=Response, responses=_WRITES)
async def write_document(request: Request, document: NewText, parts: AppParts) -> Response:
    """Replace the text; with another text the version rises."""
    _refuse_a_part(request)
    with parts.store.transaction():
        refuse_if_asked(request, parts, _document(parts))
        parts.store.write_document(document.text)
        changed = _document(parts)
    return written(changed, sent=await request.body())


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
    request: Request, policy: Literal["public", "private", "no-cache", "no-store"], parts: AppParts
) -> Response:
    """A text that never changes, under the Cache-Control that it explains."""
    data = {
        "policy": policy,
        "cache_control": POLICIES[policy],
        "meaning": _MEANINGS[policy],
        "note": "This text never changes: whatever happens to it on the way is the doing of a cache",
    }
    shown = Representation.of(parts, data, parts.store.opened())
    return answer(request, parts, shown.with_policy(POLICIES[policy]))


def _refuse_a_part(request: Request) -> None:
    """RFC 9110 14.5: we do not know how to write a part, and the part must not replace the whole."""
    if "content-range" in request.headers:
        raise HTTPException(400, "A partial PUT is not supported")
