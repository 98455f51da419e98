"""Flaws of the list and of its entity tag: what it is made from, and how it is written.

All of them are about `/items/` alone; the other routes keep their tags.
"""

import random
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.types import ASGIApp

from reference_impl import caching
from reference_impl.backends import Cache, remember
from reference_impl.caching import NOT_MODIFIED, Validators, etag_of
from reference_impl.representations import to_json
from reference_impl.settings import Settings
from reference_impl.site import LIST_KEY, Compute, Event
from reference_impl.twisted.asgi import Answer, Asked, Edit
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.preconditions import Fields
from reference_impl.twisted.parts import Parts, invalidate
from reference_impl.twisted.twists import Apply, Create, answering, answering_with, made_of
from reference_impl.twisted.variants.offers import without_slash

LIST = "/items/"

Tag = Callable[[Any, bytes], str | None]


def _tagged(make: Callable[[Parts], Tag], *, afresh: bool = False, exact: bool = False) -> Apply:
    """The list with a tag made by another function, of which each app gets its own.

    `afresh`: it is asked at each read, where the reference would serve the tag from the cache.
    `exact`: If-None-Match is compared as the string it is, as the lesson does; a tag out of form still gets
    its 304.
    """

    def change(parts: Parts) -> Parts:
        tag = make(parts)

        def tag_the_list(data: Any, body: bytes) -> str | None:
            return tag(data, body) if isinstance(data, list) else parts.etag(data, body)

        changed = replace(parts, etag=tag_the_list)
        if afresh:
            changed = replace(changed, remember=remember_all_but_the_list)
        return replace(changed, evaluate=evaluate_exactly) if exact else changed

    return made_of(change)


async def remember_all_but_the_list(
    cache: Cache, key: str, ttl: float, compute: Compute
) -> tuple[bytes, bool]:
    """The reference's, but the list is made at each read."""
    if key == LIST_KEY:
        return await compute(), False
    return await remember(cache, key, ttl, compute)


def evaluate_exactly(method: str, fields: Fields, now: Validators, clock: float) -> int | None:
    """The reference's, but the header may also be the tag as a string, whatever that looks like."""
    if method in {"GET", "HEAD"} and list(fields.get("if-none-match", ())) == [now.etag]:
        return NOT_MODIFIED
    return caching.evaluate(method, fields, now, clock)


def _shuffled(data: Any, _body: bytes) -> str:
    items = [dict(random.sample(list(item.items()), len(item))) for item in data]
    return etag_of(str(items).encode())


def _sticky(_parts: Parts) -> Tag:
    tags: dict[bytes, str] = {}
    latest: list[str] = []

    def tag(_data: Any, body: bytes) -> str:
        if body not in tags:
            tags[body] = etag_of(body)
            latest[:] = [tags[body]]
        return latest[0]

    return tag


def _salted(_parts: Parts) -> Tag:
    salt = secrets.token_bytes(8)
    return lambda _data, body: etag_of(salt + body)


def _counting_updates(settings: Settings, create: Create) -> ASGIApp:
    updates: list[int] = []
    made = Parts.of(settings)

    async def counted(cache: Cache, event: Event, item: int) -> None:
        if event == "update":
            updates.append(item)
        await invalidate(cache, event, item)

    def tag(data: Any, body: bytes) -> str | None:
        return f'"u{len(updates)}"' if isinstance(data, list) else made.etag(data, body)

    return create(replace(made, etag=tag, invalidate=counted))


def _items_tagged_by_id(settings: Settings, create: Create) -> ASGIApp:
    made = Parts.of(settings)

    def tag(data: Any, body: bytes) -> str | None:
        known = isinstance(data, dict) and "id" in data
        return f'"item-{data["id"]}"' if known else made.etag(data, body)

    return create(replace(made, etag=tag))


def _unquoted(_data: Any, body: bytes) -> str:
    return etag_of(body).strip('"')


def _on_the_list(change: Callable[[Answer], Answer]) -> Apply:
    def edit(asked: Asked, answer: Answer) -> Answer:
        shown = asked.path == LIST and asked.method in {"GET", "HEAD"}
        return change(answer) if shown else answer

    return answering(edit)


def _stamped(stamp: Callable[[Parts], Callable[[], object]], *, tagged: bool) -> Apply:
    """Each item shows something that moves by itself; `tagged`: and the tag is that of the whole body."""

    def make(parts: Parts) -> Edit:
        now = stamp(parts)

        def edit(asked: Asked, answer: Answer) -> Answer:
            if asked.path != LIST or asked.method != "GET" or not answer.body:
                return answer
            data = answer.data()
            if not isinstance(data, list):
                return answer
            stamped = answer.carrying(to_json([item | {"served": now()} for item in data]))
            return stamped.having("etag", etag_of(stamped.body)) if tagged else stamped

        return edit

    return answering_with(make)


def _error(status: int, says: str) -> Callable[[Answer], Answer]:
    return lambda _answer: Answer.of_json(status, {"detail": says})


def _as_page(answer: Answer) -> Answer:
    return answer.having("content-type", "text/html; charset=utf-8")


def _cut(answer: Answer) -> Answer:
    return answer.carrying(answer.body[:-1]) if answer.body else answer


FLAWS = (
    Flaw("items-500", "GET /items/ fails", _on_the_list(_error(500, "Oops")), breaks=("LES01",)),
    Flaw(
        "items-missing", "there is no GET /items/", _on_the_list(_error(404, "Not Found")), breaks=("LES01",)
    ),
    Flaw("list-as-html", "the list says that it is a web page", _on_the_list(_as_page), breaks=("LES01",)),
    Flaw("list-as-broken-json", "the list lacks its last bracket", _on_the_list(_cut), breaks=("LES01",)),
    Flaw("no-etag", "the list has no ETag", _tagged(lambda _: lambda _data, _body: None), breaks=("LES01",)),
    Flaw(
        "timestamp-etag",
        "the tag is the second in which it is asked for",
        _tagged(lambda parts: lambda _data, _body: f'"{int(parts.settings.clock())}"', afresh=True),
        breaks=("LES02", "LES03", "LES06", "LES11", "LES24"),
    ),
    Flaw(
        "random-etag",
        "the tag is a new random one at each read",
        _tagged(lambda _: lambda _data, _body: f'"{secrets.token_hex(8)}"', afresh=True),
        breaks=("LES02", "LES06"),
    ),
    Flaw(
        "minute-etag",
        "the tag stands for the body and for the minute in which it is asked for",
        _tagged(
            lambda parts: lambda _data, body: etag_of(body + b"%d" % (parts.settings.clock() // 60)),
            afresh=True,
        ),
        breaks=("LES02",),
    ),
    Flaw(
        "nonce-in-list",
        "each item shows a random number that is another at each read, and the tag is that of the whole",
        _stamped(lambda _: lambda: secrets.token_hex(4), tagged=True),
        breaks=("LES41",),
    ),
    Flaw(
        "second-in-list",
        "each item shows the second in which it was asked for, and the tag is that of the whole",
        _stamped(lambda parts: lambda: int(parts.settings.clock()), tagged=True),
        breaks=("LES41",),
    ),
    Flaw(
        "nonce-under-tag",
        "each item shows a random number for which its strong tag does not stand",
        _stamped(lambda _: lambda: secrets.token_hex(4), tagged=False),
        breaks=("LES03", "LES24"),
    ),
    Flaw(
        "python-hash-etag",
        "the tag is Python's hash(), which is another in each process",
        _tagged(lambda _: lambda _data, body: f'"{hash(body):x}"'),
        breaks=("LES02", "LES38"),
    ),
    Flaw(
        "set-order-etag",
        "the tag hashes str() of a set of words, whose order is another in each process",
        _tagged(lambda _: lambda _data, body: etag_of(str(set(body.split(b'"'))).encode() + body)),
        breaks=("LES38",),
    ),
    Flaw(
        "etag-per-worker",
        "the tag has a salt that each worker draws for itself",
        _tagged(_salted),
        breaks=("LES02", "LES38"),
    ),
    Flaw(
        "shuffled-str-etag",
        "the tag hashes str() of dicts whose keys come in another order each time",
        _tagged(lambda _: _shuffled, afresh=True),
        breaks=("LES02", "LES06"),
    ),
    Flaw(
        "constant-etag",
        "the tag never changes",
        _tagged(lambda _: lambda _data, _body: '"items"'),
        breaks=("LES03", "LES11", "LES24"),
    ),
    Flaw(
        "count-etag",
        "the tag is the number of items",
        _tagged(lambda _: lambda data, _body: f'"{len(data)}"'),
        breaks=("LES03", "LES11", "LES24"),
    ),
    Flaw(
        "length-etag",
        "the tag is the length of the body",
        _tagged(lambda _: lambda _data, body: f'"{len(body)}"'),
        breaks=("LES03", "LES11", "LES24"),
    ),
    Flaw(
        "first-item-etag",
        "the tag hashes the first item alone",
        _tagged(lambda _: lambda data, _body: etag_of(str(data[:1]).encode())),
        breaks=("LES03", "LES11", "LES24"),
    ),
    Flaw(
        "names-only-etag",
        "the tag hashes the names of the items, so a change to anything else keeps it",
        _tagged(lambda _: lambda data, _body: etag_of(str([item["name"] for item in data]).encode())),
        breaks=("LES03", "LES11", "LES24"),
    ),
    Flaw(
        "updates-only-etag",
        "the tag counts the updates, so a create keeps it",
        _counting_updates,
        breaks=("LES03",),
    ),
    Flaw(
        "constant-item-etag",
        "the tag of an item is its id, which never changes",
        _items_tagged_by_id,
        breaks=("LES03",),
    ),
    Flaw(
        "redirecting-slash",
        "the list is at /items, and /items/ redirects to it",
        without_slash,
        breaks=("LES01",),
    ),
    Flaw(
        "unquoted-etag", "the tag has no quotes", _tagged(lambda _: _unquoted, exact=True), breaks=("LES04",)
    ),
    Flaw(
        "single-quoted-etag",
        "the tag is in single quotes",
        _tagged(lambda _: lambda _data, body: f"'{_unquoted(None, body)}'", exact=True),
        breaks=("LES04",),
    ),
    Flaw(
        "lowercase-weak",
        'the weak mark is a small letter: w/"..."',
        _tagged(lambda _: lambda _data, body: f"w/{etag_of(body)}", exact=True),
        breaks=("LES04",),
    ),
    Flaw(
        "sticky-revert-tag",
        "content that comes back keeps the tag of the content in between",
        _tagged(_sticky),
        breaks=("LES05", "LES03", "LES11", "LES24"),
    ),
)
