"""What was seen, and what OpenAPI lists -> the resources of a target file, line by line. Pure.

A line that would have the suite change what is not its own is a comment: it says what to consider, and is
switched on by hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.content.openapi import shape
from conformance.proposing.listed import Listed
from conformance.proposing.recognising import Kept
from conformance.proposing.walking import Found, names

__all__ = ["Draft", "drafts", "scalar"]

_PLAIN: Final = re.compile(r"[A-Za-z/][A-Za-z0-9 /._~=?&+%;@-]*")
_WORDS: Final = frozenset({"true", "false", "null"})
_OWN: Final = (
    "Only an item of the suite's own is created, changed and removed; elsewhere than on this machine"
)
_THEIRS: Final = "It changes an item that is there, and puts it back: take the # away to consent."
_LEFT: Final = "What it creates could not be removed again: take the # away to consent."
_SELF: Final = "It changes what is there, and puts it back: take the # away to consent."
_CLEAR: Final = re.compile(r"(/[^{}]*)?/caches?/?")


@dataclass(frozen=True, slots=True)
class Draft:
    """One resource.

    Args:
        name: of the resource.
        says: what was seen of it, as comments above it.
        lines: its keys, and comments among them.
    """

    name: str
    says: tuple[str, ...]
    lines: tuple[str, ...]


def drafts(found: tuple[Found, ...], of: Listed, ttls: Mapping[str, float]) -> tuple[Draft, ...]:
    """The resources of a target.

    Args:
        found: the routes that answered.
        of: what OpenAPI lists.
        ttls: path -> for how long a value is kept, where that was measured.
    """
    items = {shape(each.get.route): each for each in found if each.route}
    made = []
    for name, each in zip(names(found), found, strict=True):
        lines = tuple(_lines(each, items, of, ttls.get(each.path)))
        made.append(Draft(name, tuple(_says(each)), lines))
    return tuple(made)


def scalar(text: str) -> str:
    """Text as a YAML scalar, plain where that is safe."""
    plain = _PLAIN.fullmatch(text) and not text.endswith(" ") and text.lower() not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)


def _says(one: Found) -> Iterator[str]:
    seen = one.seen
    what = (
        {"array": "a JSON list", "object": "a JSON object"}.get(seen.kind)
        or seen.media
        or "a body without a type"
    )
    if seen.items is not None:
        where = "" if seen.kind == "array" else ", a list within"
        what += f"{where} of {seen.items} {'item' if seen.items == 1 else 'items'}"
    has = [{"": "no ETag", "malformed": "an ETag that is malformed"}.get(seen.tag) or f"a {seen.tag} ETag"]
    has += ["Last-Modified" if seen.modified else "no Last-Modified"]
    if not seen.policy:
        has += ["a Cache-Control that is not the same each time" if seen.moves else "no Cache-Control"]
    yield f"{what}; {', '.join(has)}"
    if one.route or "{" in one.get.route:
        whose = "a list shows: choose one that stays" if one.shown else "OpenAPI gives"
        yield f"(one of {one.get.route}, whose id {whose})"


def _lines(one: Found, items: Mapping[str, Found], of: Listed, ttl: float | None) -> Iterator[str]:
    yield f"read: {scalar(f'GET {one.path}')}"
    if one.seen.kind:
        yield f"json: {one.seen.kind}"
    item = items.get(_below(one))
    if item is not None:
        yield f"item: {scalar(f'GET {item.route}')}"
    yield "etag: true" if one.seen.tag else "# etag: true    (there was none; with it, one is asked for)"
    if one.seen.policy:
        yield f"policy: {scalar(one.seen.policy)}"
    if one.seen.kept is not None:
        yield from _kept(one.seen.kept, ttl, of)
    yield from _writes(one, item, of)


def _kept(kept: Kept, ttl: float | None, of: Listed) -> Iterator[str]:
    hit = (
        f"{{header: {kept.hit.removeprefix('header:')}}}"
        if kept.hit.startswith("header:")
        else scalar(kept.hit)
    )
    switched = "" if ttl else "# "
    if ttl:
        yield "# The app's clock was moved to find out for how long the value is kept."
    else:
        yield "# The server keeps a value. Say for how many seconds, and take the # away: then it is judged."
    yield f"{switched}ttl: {ttl or kept.guess or 30:g}{'' if ttl else '    (a guess)'}"
    yield f"{switched}value: {scalar(kept.value)}"
    yield f"{switched}hit: {hit}"
    if kept.value == "body":
        yield "# http-cache: true    (where whole answers are kept, by the rules of RFC 9111)"
    clears = [p for p, methods in of.routes.items() if "DELETE" in methods and _CLEAR.fullmatch(p)]
    if clears:
        yield f"{switched}clear: {{request: {scalar(f'DELETE {of.spelled[clears[0]]}')}, ask: true}}"


def _below(one: Found) -> str:
    return f"{shape(one.get.route).rstrip('/')}/{{}}"


def _slash(one: Found, of: Listed) -> str:
    return "/" if of.spelled.get(_below(one), "").endswith("/") else ""


def _writes(one: Found, item: Found | None, of: Listed) -> Iterator[str]:
    here = of.routes.get(shape(one.get.route), frozenset())
    path = one.path.partition("?")[0]
    if one.route:  # an item by itself: its list says how it is written to
        return
    below = of.routes.get(_below(one), frozenset())
    each = item.route if item is not None else f"{path.rstrip('/')}/{{id}}{_slash(one, of)}"
    change = next((m for m in ("PUT", "PATCH") if m in below), "")
    own = "POST" in here and "DELETE" in below
    if own:
        yield f"# {_OWN}"
        yield "# nothing is written without --allow-writes."
        yield f"create: {{request: {scalar(f'POST {path}')}, from: list, ask: true}}"
        yield f"remove: {{request: {scalar(f'DELETE {each}')}, ask: true}}"
    elif "POST" in here and one.seen.items is not None:
        yield f"# {_LEFT}"
        yield f"# create: {{request: {scalar(f'POST {path}')}, from: list, ask: true}}"
    if change and not own:
        yield f"# {_THEIRS}"
    if change:
        request = scalar(f"{change} {each}")
        yield f"{'' if own else '# '}change: {{request: {request}, from: list, edit: auto, ask: true}}"
    alone = next((m for m in ("PUT", "PATCH") if m in here), "")
    if alone and one.seen.kind == "object" and not below:
        yield f"# {_SELF}"
        yield f"# change: {{request: {scalar(f'{alone} {path}')}, from: self, edit: auto, ask: true}}"
