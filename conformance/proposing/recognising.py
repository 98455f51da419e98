"""The answers to two plain GETs of one route -> what it has. Pure.

Only what both answers show is taken for a property of the route. Nothing is judged here: what is odd is told,
and the run finds out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.content.facts import is_hit, json_type, load_json
from conformance.content.items import find_list, item_id
from conformance.content.marks import marked
from conformance.fields import field_value, media_type, parse_cache_control, parse_entity_tag
from conformance.model import Exchange, Json, JsonType

__all__ = ["Kept", "Seen", "seen", "unfit"]

_FLAGS: Final = re.compile(r"(is_?|from_?)?(cached?|cache_?hit|cache_?status|hit)", re.IGNORECASE)
# Fields by which caches say so; of Age alone nobody knows whose cache it was.
_MARKS: Final = (
    "cache-status",
    "x-cache",
    "x-cache-status",
    "x-proxy-cache",
    "x-fastapi-cache",
    "x-cache-hit",
)
_MOMENTS: Final = re.compile(r"(.*_)?(time|now|timestamp|date|at|value|data|result|report)", re.IGNORECASE)
_TTL: Final = re.compile(r"ttl|ttl_?seconds|cache_?ttl", re.IGNORECASE)
_KINDS: Final[Mapping[JsonType, str]] = {"object": "object", "array": "array"}
_MOST_TTL: Final = 2**31
_SHOWN: Final = 80


@dataclass(frozen=True, slots=True)
class Kept:
    """That a server keeps a value for a while.

    Args:
        hit: where the flag is: a JSON Pointer, or "header:NAME".
        value: where the value is: a JSON Pointer, or "body".
        guess: for how long that may be, by what the answer says; None where it does not.
    """

    hit: str
    value: str
    guess: float | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What both answers show.

    Args:
        kind: array or object, where the body is JSON of that type; else "".
        media: its media type, or "".
        items: how many there are in the list, None where there is no list.
        first: the id of the first item, or None.
        tag: strong, weak or malformed; "" where there is none. modified: whether there is a Last-Modified.
        policy: the Cache-Control, where both have the same, or "". moves: whether it was another each time.
    """

    kind: str
    media: str
    items: int | None
    first: Json
    tag: str
    modified: bool
    policy: str
    moves: bool
    kept: Kept | None


def unfit(answer: Exchange) -> str:
    """Why nothing can be said of a route by an answer, or ""."""
    if answer.fault is not None:
        return f"no answer ({answer.fault.says})"
    status = answer.status or 0
    if 300 <= status < 400:  # noqa: PLR2004
        return f"{status}, a redirect to {(field_value(answer.headers, 'location') or 'nowhere')[:_SHOWN]}"
    if status in (401, 403):
        asks = field_value(answer.headers, "www-authenticate")
        return f"{status}: it wants a login{f' ({asks[:_SHOWN]})' if asks else ''}; say it with -H"
    return "" if status == 200 else str(status)  # noqa: PLR2004


def seen(answers: tuple[Exchange, ...]) -> Seen:
    """What they show; the first is a 200."""
    documents = [load_json(each.headers, _content(each)) for each in answers]
    items = find_list(documents[0])
    first = next((id_ for each in items or () if (id_ := item_id(each, items or ())) is not None), None)
    tags = [field_value(each.headers, "etag") for each in answers]
    policies = {field_value(each.headers, "cache-control") or "" for each in answers}
    policy = policies.pop() if len(policies) == 1 else ""
    return Seen(
        _KINDS.get(json_type(documents[0]), ""),
        media_type(answers[0].headers),
        None if items is None else len(items),
        first,
        _tag(tags[0]) if all(tags) and tags[0] else "",
        all(field_value(each.headers, "last-modified") for each in answers),
        policy if _clear(policy) else "",
        bool(policies),
        _kept(answers, documents),
    )


def _content(answer: Exchange) -> bytes:
    return (answer.response.body.content if answer.response else None) or b""


def _tag(text: str) -> str:
    tag = parse_entity_tag(text)
    return "malformed" if tag is None else "weak" if tag.weak else "strong"


def _clear(policy: str) -> bool:
    """Whether a target file can declare it: it has directives, and nothing unprintable."""
    return policy.isprintable() and policy.isascii() and bool(parse_cache_control([policy]).directives)


# ------------------------------------------------------------------ what the server keeps


def _kept(answers: tuple[Exchange, ...], documents: list[Json]) -> Kept | None:
    """What a flag in the answers tells; the last of them has to be a hit."""
    last = documents[-1]
    members: Mapping[str, Any] = last if isinstance(last, dict) else {}
    for name, value in members.items():
        if _FLAGS.fullmatch(str(name)) and is_hit(value) is True and _flag(name, documents):
            others = [str(each) for each in members if each != name]
            return Kept(_pointer(name), _value(others, members), _guess(members, answers[0]))
    for name in _MARKS:
        if marked(f"header:{name}", "", answers[-1].headers):
            return Kept(f"header:{name}", "body", _guess({}, answers[0]))
    return None


def _flag(name: str, documents: list[Json]) -> bool:
    """Whether it is a flag in each of them, and no count."""
    values = [each.get(name) if isinstance(each, dict) else None for each in documents]
    return all(
        isinstance(each, bool) or (isinstance(each, str) and is_hit(each) is not None) for each in values
    )


def _value(names: list[str], members: Mapping[str, Any]) -> str:
    """The member that is kept: the only one, or one that sounds like it; else a text or a number."""
    named = [each for each in names if _MOMENTS.fullmatch(each)]
    simple = [each for each in names if isinstance(members[each], str | int | float)]
    return _pointer((named or simple or names)[0]) if names else "body"


def _pointer(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _guess(members: Mapping[str, Any], answer: Exchange) -> float | None:
    """What the TTL may be: what says so may as well be what is left of it, or another cache's."""
    for name, value in members.items():
        if _TTL.fullmatch(str(name)) and isinstance(value, int | float) and 0 < value < _MOST_TTL:
            return value
    named = parse_cache_control([field_value(answer.headers, "cache-control") or ""])
    seconds = named.seconds("max-age")
    return seconds if seconds and seconds < _MOST_TTL else None
