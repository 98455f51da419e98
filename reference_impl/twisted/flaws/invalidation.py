"""Flaws of invalidation: by event, by hand, by version; and writes that are refused but leave a trace."""

import asyncio
import json
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from typing import Any

from starlette.types import ASGIApp, Receive, Scope

from reference_impl import backends
from reference_impl.backends import Cache, remember
from reference_impl.caching import etag_of
from reference_impl.representations import Representation
from reference_impl.settings import Settings
from reference_impl.site import LIST_KEY, Compute, Event, item_key
from reference_impl.twisted.asgi import (
    Answer,
    Asked,
    Edit,
    Handle,
    around,
    ask,
    body_of,
    edited,
    unconditional,
    with_body,
)
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.parts import Parts, invalidate
from reference_impl.twisted.twists import (
    Apply,
    Create,
    answering,
    answering_with,
    behind,
    behind_with,
    made_of,
)

_WRITES = frozenset({"POST", "PUT", "PATCH"})
_SUCCESS = 299
_SLOW = 0.03  # seconds


def _forgetting(event: Event, *, the_list: bool, the_item: bool) -> Apply:
    """The reference where one kind of write invalidates less than it has to."""

    async def call(cache: Cache, happened: Event, item: int) -> None:
        if happened != event:
            await invalidate(cache, happened, item)
            return
        keys = [LIST_KEY] * the_list + [item_key(item)] * the_item
        await backends.forget(cache, *keys)

    return made_of(lambda parts: replace(parts, invalidate=call))


def _filled_late(parts: Parts) -> Parts:
    """A value is kept a while after its data were read, and no write waits for that."""

    async def late(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
        value = await cache.get(key)
        if value is not None:
            return value, True
        value = await compute()
        await asyncio.sleep(_SLOW)
        await cache.set(key, value, ttl)
        return value, False

    async def at_once(cache: Cache, _event: Event, item: int) -> None:
        for key in (LIST_KEY, item_key(item)):
            await cache.delete(key)

    return replace(parts, remember=late, invalidate=at_once)


def _tag_lags(parts: Parts) -> Parts:
    """The first read after a write still has the tag from before it; the body is always right."""
    shown_before: dict[str, str] = {}

    async def call(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
        if key != LIST_KEY:
            return await remember(cache, key, ttl, compute)
        shown = Representation.thaw(await compute())
        current = shown.etag or ""
        late, shown_before[key] = shown_before.get(key, current), current
        return replace(shown, etag=late).freeze(), False

    return replace(parts, remember=call)


def _body_lags(parts: Parts) -> Parts:
    """The body of the list has an entry of its own, which no write invalidates; the tag is always right."""

    async def call(cache: Cache, key: str, ttl: float, compute: Compute) -> tuple[bytes, bool]:
        if key != LIST_KEY:
            return await remember(cache, key, ttl, compute)
        shown = Representation.thaw(await compute())

        async def body() -> bytes:
            return shown.body.encode()

        kept, hit = await remember(cache, "items/body", ttl, body)
        return replace(shown, body=kept.decode()).freeze(), hit

    return replace(parts, remember=call)


class _Deaf:
    """A cache that cannot be cleared."""

    def __init__(self, cache: Cache) -> None:
        self.get, self.set, self.delete = cache.get, cache.set, cache.delete
        self.flight, self.close = cache.flight, cache.close

    async def clear(self) -> None:
        """Do nothing."""


def _clear_fails(asked: Asked, answer: Answer) -> Answer:
    if asked.path != "/cache/" or asked.method != "DELETE":
        return answer
    return Answer(500, (("content-type", "text/plain"),)).carrying(b"Internal Server Error")


def _counting_reads(parts: Parts) -> Parts:
    reads = iter(range(1, 2**63))
    return replace(parts, version_tag=lambda _version, _body: f'"v{next(reads)}"')


def _refused(asked: Asked, answer: Answer) -> bool:
    return asked.path.startswith(LIST) and asked.method in _WRITES and answer.status in {400, 422}


def _refused_changes_data(parts: Parts) -> Edit:
    async def edit(asked: Asked, answer: Answer) -> Answer:
        if _refused(asked, answer):
            items, _ = parts.store.items()
            with parts.store.transaction():
                for item in items:
                    parts.store.update(item["id"], {"description": f"{item['description']}, or not"})
            for item in items:
                await parts.invalidate(parts.cache, "update", item["id"])
        return answer

    return edit


def _refused_changes_tag(settings: Settings, create: Create) -> ASGIApp:
    refusals: list[Asked] = []
    made = Parts.of(settings)

    def tag(data: Any, body: bytes) -> str | None:
        return etag_of(body + bytes(len(refusals))) if isinstance(data, list) else made.etag(data, body)

    async def edit(asked: Asked, answer: Answer) -> Answer:
        if _refused(asked, answer):
            refusals.append(asked)
            await backends.forget(made.cache, LIST_KEY)
        return answer

    return edited(create(replace(made, etag=tag)), edit)


def _invalidating_once(parts: Parts) -> Parts:
    updated: list[int] = []

    async def call(cache: Cache, event: Event, item: int) -> None:
        if event != "update" or not updated:
            await invalidate(cache, event, item)
        else:
            await backends.forget(cache, item_key(item))
        if event == "update":
            updated.append(item)

    return replace(parts, invalidate=call)


def _of_an_item(scope: Scope) -> bool:
    return bool(scope["path"].startswith(LIST) and scope["path"] != LIST)


async def _store_nothing(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    if not _of_an_item(scope) or scope["method"] not in {"PUT", "PATCH"}:
        return await ask(app, scope, receive)
    try:
        json.loads(await body_of(receive))
    except ValueError:
        return Answer.of_json(400, {})
    return await ask(app, unconditional({**scope, "method": "GET"}), with_body(b""))


def _half_done(parts: Parts) -> Handle:
    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        body = await body_of(receive)
        answer = await ask(app, scope, with_body(body))
        if _of_an_item(scope) and scope["method"] == "PUT" and answer.status in {400, 422}:
            with suppress(ValueError):
                sent, item = json.loads(body), int(scope["path"].removeprefix(LIST))
                if isinstance(sent, dict) and isinstance(sent.get("name"), str):
                    with parts.store.transaction():
                        parts.store.update(item, {"name": sent["name"]})
                    await parts.invalidate(parts.cache, "update", item)
        return answer

    return handle


def _late_without_a_word(settings: Settings, create: Create) -> ASGIApp:
    async def nothing(_cache: Cache, _event: Event, _item: int) -> None:
        """Invalidate nothing."""

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        if _of_an_item(scope) and scope["method"] in {"GET", "HEAD"}:
            return Answer(405, (("allow", "PATCH, PUT, DELETE"), ("content-length", "0")))
        answer = await ask(app, scope, receive)
        if not scope["path"].startswith(LIST) or scope["method"] not in _WRITES or answer.status > _SUCCESS:
            return answer
        return Answer.of_json(answer.status, {"message": "done"})

    return around(create(replace(Parts.of(settings), invalidate=nothing)), handle)


def _losing_the_item(_parts: Parts) -> Handle:
    updates: Counter[str] = Counter()

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        if _of_an_item(scope) and scope["method"] in {"PUT", "PATCH"}:
            updates[scope["path"]] += 1
        if scope["method"] == "GET" and updates[scope["path"]] > 1:
            return Answer.of_json(404, {})
        return await ask(app, scope, receive)

    return handle


def _forgetting_nothing(event: Event) -> Apply:
    return _forgetting(event, the_list=False, the_item=False)


FLAWS = (
    Flaw(
        "create-not-invalidated",
        "a create leaves the list in the cache",
        _forgetting_nothing("create"),
        breaks=("LES21",),
    ),
    Flaw(
        "update-not-invalidated-list",
        "an update leaves the list in the cache",
        _forgetting("update", the_list=False, the_item=True),
        breaks=("LES22", "LES03", "LES11", "LES24"),
    ),
    Flaw(
        "update-invalidates-once",
        "the first update takes the list out of the cache, later ones leave it there",
        made_of(_invalidating_once),
        breaks=("LES22", "LES03", "LES11", "LES24"),
        counting=True,
    ),
    Flaw(
        "update-stores-nothing",
        "an update is answered 200 with the item as it was, and stores nothing",
        behind(_store_nothing),
        breaks=("LES22",),
    ),
    Flaw(
        "late-without-a-word",
        "no write takes the list out of the cache, none tells what it has done, and items have no route",
        _late_without_a_word,
        breaks=("LES22", "LES21", "LES23"),
    ),
    Flaw(
        "update-loses-the-item",
        "an item that was updated twice is found on the list alone",
        behind_with(_losing_the_item),
        breaks=("LES22",),
        counting=True,
    ),
    Flaw(
        "update-not-invalidated-item",
        "an update leaves the item in the cache",
        _forgetting("update", the_list=True, the_item=False),
        breaks=("LES22",),
    ),
    Flaw(
        "delete-not-invalidated",
        "a delete leaves list and item in the cache",
        _forgetting_nothing("delete"),
        breaks=("LES23",),
    ),
    Flaw(
        "delete-not-invalidated-item",
        "a deleted item is still served from the cache",
        _forgetting("delete", the_list=True, the_item=False),
        breaks=("LES23",),
    ),
    Flaw(
        "tag-lags-body",
        "at the first read after a write the list has its new body and its old tag",
        made_of(_tag_lags),
        breaks=("LES24",),
        counting=True,
    ),
    Flaw(
        "body-lags-tag",
        "after a write the list has its old body and its new tag",
        made_of(_body_lags),
        breaks=("LES24", "LES21", "LES22", "LES23"),
    ),
    Flaw(
        "clear-does-nothing",
        "DELETE /cache/ is answered 204 and clears nothing",
        made_of(lambda parts: replace(parts, cache=_Deaf(parts.cache))),
        breaks=("LES25",),
    ),
    Flaw("clear-500", "DELETE /cache/ fails", answering(_clear_fails), breaks=("LES25",)),
    Flaw(
        "filled-late",
        "a read that began before a write keeps what it has seen, after the write",
        made_of(_filled_late),
        breaks=("K30",),
    ),
    Flaw(
        "version-alone",
        "the tag is the number of the version, which begins anew with the process",
        made_of(lambda parts: replace(parts, version_tag=lambda version, _body: f'"v{version}"')),
        breaks=("A30",),
    ),
    Flaw(
        "version-not-raised",
        "a write to the document leaves its tag as it was",
        made_of(lambda parts: replace(parts, version_tag=lambda _version, _body: '"v1"')),
        breaks=("LES26",),
    ),
    Flaw(
        "version-counts-reads",
        "reading the document raises its version",
        made_of(_counting_reads),
        breaks=("LES26",),
    ),
    Flaw(
        "refused-write-changes-data",
        "a write that is refused as malformed changes the items all the same",
        answering_with(_refused_changes_data),
        breaks=("LES27",),
    ),
    Flaw(
        "refused-write-half-done",
        "an update with a value of the wrong type is refused after its name was stored",
        behind_with(_half_done),
        breaks=("LES27",),
    ),
    Flaw(
        "refused-write-changes-tag",
        "a write that is refused as malformed changes the tag of the list",
        _refused_changes_tag,
        breaks=("LES27",),
    ),
)
