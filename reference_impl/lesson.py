"""The lesson in one file, done right, for a student to hold against their own.

Serve it with `uvicorn reference_impl.lesson:app`; judge it with
`pytest --conformance --conformance-app reference_impl.lesson:app`.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response

app = FastAPI()

TTL = 30.0  # seconds
cache: dict[str, tuple[Any, float]] = {}  # key -> value, and when it expires; two keys, so it cannot grow


@dataclass
class Item:
    """What a client sends of an item."""

    name: str
    description: str = ""


ids = count(1)  # an id is never given twice: an old link must not lead to another item
items = {
    next(ids): Item("Laptop", "Fourteen inches, and light enough to be carried around all day"),
    next(ids): Item("Mouse", "Without a cable, for the left hand or the right"),
    next(ids): Item("Monitor", "Twenty-seven inches, and turns upright on its foot"),
}


def cached(key: str, compute: Callable[[], Any]) -> tuple[Any, bool]:
    """The kept value and True until its time is over, then a new one and False.

    Between looking and keeping there is no `await`: no other request comes between, so nobody computes twice.
    The clock is the monotonic one, since the time of day may be set back. What `compute` raises is not kept.
    """
    now = time.monotonic()
    if key in cache:
        value, expires = cache[key]
        if now < expires:  # reading leaves `expires` alone: an entry that is read all the time ends as well
            return value, True
    value = compute()
    cache[key] = (value, now + TTL)
    return value, False


def shown(item_id: int) -> dict[str, Any]:
    """An item as clients see it, or a 404."""
    if item_id not in items:
        raise HTTPException(404, "There is no such item")
    return {"id": item_id, **asdict(items[item_id])}


def tagged(data: Any) -> tuple[bytes, str]:
    """The body, and its tag: a hash of the very bytes that are sent, in double quotes, which belong to it."""
    body = json.dumps(data).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()}"'


def answer(request: Request, body: bytes, etag: str) -> Response:
    """304 without a body where the client's copy is current, else 200 with it; both with the same fields."""
    field = ", ".join(request.headers.getlist("if-none-match"))  # one tag, or several, or *
    tags = [tag.strip().removeprefix("W/") for tag in field.split(",")]  # W/ does not count (weak comparison)
    headers = {"ETag": etag, "Cache-Control": "no-cache"}  # keep a copy, but ask before each use
    if field.strip() == "*" or etag in tags:
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


@app.get("/items/")
async def get_items(request: Request) -> Response:
    """Body and tag are kept together, so that they can only change together."""
    (body, etag), _ = cached("items", lambda: tagged([shown(item_id) for item_id in items]))
    return answer(request, body, etag)


@app.get("/items/{item_id}")
async def get_item(request: Request, item_id: int) -> Response:
    """Not kept: with a key for each item the cache would have to be bounded."""
    return answer(request, *tagged(shown(item_id)))


@app.get("/cached-time/")
async def get_cached_time(response: Response) -> dict[str, Any]:
    """`no-store`: what this says of our cache would be wrong of a copy in somebody else's."""
    value, hit = cached("time", lambda: time.strftime("%Y-%m-%d %H:%M:%S"))
    response.headers["Cache-Control"] = "no-store"
    return {"time": value, "cached": hit}


@app.post("/items/", status_code=201)
async def create_item(item: Item, response: Response) -> dict[str, Any]:
    """Each write changes the data, then forgets what was made from it: the next read makes it anew."""
    item_id = next(ids)
    items[item_id] = item
    cache.pop("items", None)
    response.headers["Location"] = f"/items/{item_id}"
    return shown(item_id)


@app.put("/items/{item_id}")
async def replace_item(item_id: int, item: Item) -> dict[str, Any]:
    """Where there is no such item, nothing happens: neither to the data nor to the cache."""
    shown(item_id)
    items[item_id] = item
    cache.pop("items", None)
    return shown(item_id)


@app.delete("/items/{item_id}", status_code=204)
async def delete_item(item_id: int) -> None:
    """The same for a delete."""
    shown(item_id)
    del items[item_id]
    cache.pop("items", None)


@app.delete("/cache/", status_code=204)
async def clear_cache() -> None:
    """Invalidation by hand."""
    cache.clear()
