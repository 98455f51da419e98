"""Body -> facts: everything that judging will need of a body, read once when it arrives.

Pure. Because judging sees these facts and never the body, a body too large to be kept can be
judged again from a saved report, and with the same verdict. Every fact is JSON that any reader can hold.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple, NoReturn

from msgspec.structs import replace

from conformance.content.codings import plain_content
from conformance.content.items import find_item, find_list, is_gone, item_id, same_id
from conformance.content.marks import HEADER, in_field, marked
from conformance.content.moments import moment
from conformance.content.summaries import summary
from conformance.model import (
    MISSING,
    NO_FACTS,
    Decoded,
    Facts,
    Headers,
    ItemFacts,
    Json,
    JsonType,
    Resource,
)

_TYPES: Final[Mapping[type, JsonType]] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    type(None): "null",
}
BODY: Final = "body"
_CONDITION_WANTED: Final = 428
_CONDITIONS: Final = (
    *("if-match", "if-none-match", "if-unmodified-since", "if-modified-since"),
    *("etag", "condition", "://"),  # also "precondition", "conditional", and the address of a page
)
_LONGEST_ADVICE: Final = 64 * 1024  # bytes that anybody reads to find out
_MOST_MEMBERS: Final = 64
_LONGEST_VALUE: Final = 2048
_LONGEST_NESTED: Final = 120  # of an object or a list, of which nobody needs more than to know it again
_MOST_NESTED: Final = 64
_SHORT: Final = 64 * 1024  # bytes of a body that is looked for among the last


@dataclass(frozen=True, slots=True)
class Tracked:
    """The item that a write is about: facts of later reads tell how it looks there.

    Args:
        mark: the value of `field` by which it is found where its id is not known.
    """

    id: Json
    field: str | None
    mark: Json = None


def json_type(value: Json) -> JsonType:
    """The JSON name of a value's type."""
    return _TYPES.get(type(value), "number")


def facts(
    resource: Resource | None, headers: Headers, content: bytes, tracked: Tracked | None, status: int = 200
) -> Facts:
    """What is to be known of a body; see `model.Facts`."""
    content, decoded = plain_content(headers, content)
    found = _facts(resource, headers, content, decoded, tracked)
    return replace(found, wants=_wants(content)) if status == _CONDITION_WANTED else found


def _facts(
    resource: Resource | None,
    headers: Headers,
    content: bytes,
    decoded: Decoded | None,
    tracked: Tracked | None,
) -> Facts:
    looks = _NOWHERE
    if resource is not None:
        looks = _Looks(resource.value, resource.hit, resource.hit_is, bool(resource.members))
    if tracked is None and decoded is None and not looks.at_fields and len(content) <= _SHORT:
        return _known(looks, content)
    return _read(looks, headers, content, tracked, decoded)


class _Looks(NamedTuple):
    """Where a target has its value and its mark, and whether it tells its members."""

    value: str | None = None
    hit: str | None = None
    hit_is: str = ""
    members: bool = False

    @property
    def at_fields(self) -> bool:
        """Whether the body alone does not tell all."""
        return (self.value or "").startswith(HEADER) or (self.hit or "").startswith(HEADER)


_NOWHERE: Final = _Looks()


@lru_cache(maxsize=32)  # the same comes again and again
def _known(looks: _Looks, content: bytes) -> Facts:
    return _read(looks, (), content, None, None)


def _read(
    looks: _Looks, headers: Headers, content: bytes, tracked: Tracked | None, decoded: Decoded | None
) -> Facts:
    document, is_json = _document(content)
    value = _value(looks, headers, content, document)
    hit = _hit(looks, headers, document)
    if not is_json:
        constant = _constant(content)
        nothing = value is MISSING and hit is MISSING and not constant and decoded is None
        return NO_FACTS if nothing else Facts(value=value, hit=hit, constant=constant, decoded=decoded)
    items = find_list(document)
    return Facts(
        json_type(document),
        members=_members(document) if isinstance(document, dict) and looks.members else None,
        items=None if items is None else len(items),
        value=value,
        hit=hit,
        item=None if tracked is None else _item(document, items, tracked),
        decoded=decoded,
    )


def _wants(content: bytes) -> tuple[str, ...]:
    """What of it says how to ask again: a field, a word for one, or where it is explained."""
    text = content[:_LONGEST_ADVICE].decode(errors="replace").lower()
    return tuple(word for word in _CONDITIONS if word in text)


def _value(looks: _Looks, headers: Headers, content: bytes, document: Json) -> Json:
    place = looks.value
    if place is not None and place.startswith(HEADER):
        found = in_field(place, headers)
        return MISSING if found is None else _bounded(found)
    if place != BODY:
        return _at(document, place)
    return _bounded(content.decode(errors="replace")) if content else MISSING


def _hit(looks: _Looks, headers: Headers, document: Json) -> Json:
    if looks.hit is not None and looks.hit.startswith(HEADER):
        return marked(looks.hit, looks.hit_is, headers)
    return _at(document, looks.hit)


def _members(document: dict[Any, Json]) -> dict[str, JsonType]:
    return {str(k)[:80]: json_type(v) for k, v in list(document.items())[:_MOST_MEMBERS]}


def _at(document: Json, pointer: str | None) -> Json:
    there, value = pointed(document, pointer) if pointer is not None else (False, None)
    return _bounded(value) if there else MISSING


def pointed(document: Json, pointer: str) -> tuple[bool, Json]:
    """Whether the JSON Pointer (RFC 6901) points to something, and to what."""
    here = document
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(here, dict) and key in here:
            here = here[key]
        elif isinstance(here, list) and key.isdigit() and int(key) < len(here):
            here = here[int(key)]
        else:
            return False, None
    return True, here


def load_json(headers: Headers, content: bytes) -> Json:
    """The body as JSON, or None where it is none."""
    return _document(plain_content(headers, content)[0])[0]


def is_hit(flag: Json) -> bool | None:
    """What a flag of any type means, to find one's way; whether its type is right is judged elsewhere."""
    if isinstance(flag, str):
        return {"true": True, "hit": True, "yes": True, "false": False, "miss": False, "no": False}.get(
            flag.lower()
        )
    return bool(flag) if isinstance(flag, bool | int) else None


def _document(content: bytes) -> tuple[Json, bool]:
    try:
        return _READER.decode(content.decode(json.detect_encoding(content), "surrogatepass")), True
    except (ValueError, RecursionError):
        return None, False


def _constant(content: bytes) -> str:
    """NaN or Infinity, where that is all that keeps a body from being JSON, or ""."""
    found: list[str] = []
    try:
        json.loads(content, parse_constant=found.append)
    except (ValueError, RecursionError):
        return ""
    return found[0] if found else ""


def no_json(constant: str) -> NoReturn:
    """Refuse what Python's reader takes for JSON and JSON does not have: NaN and Infinity."""
    raise ValueError(constant)


def _finite(text: str) -> float | str:
    """A number, or its text where it is too large for one: a report has to be JSON, too."""
    return float(text) if math.isfinite(float(text)) else text


_READER: Final = json.JSONDecoder(parse_constant=no_json, parse_float=_finite)


def _bounded(value: Json) -> Json:
    """A value as it is, or its beginning and digest where it is long or nested deep."""
    try:
        text = json.dumps(value, sort_keys=True)
    except RecursionError:
        return summary("")
    longest = _LONGEST_NESTED if isinstance(value, dict | list) else _LONGEST_VALUE
    if len(text) <= longest and text.count("[") + text.count("{") <= _MOST_NESTED:
        return value
    return summary(text, moment(value))


def _item(document: Json, items: list[Any] | None, tracked: Tracked) -> ItemFacts:
    # An item may hold a list itself: the document is the item where it has the id, or where there is no list.
    if items is not None and not (tracked.id is not None and same_id(item_id(document), tracked.id)):
        found = next((each for each in items if _is_tracked(each, items, tracked)), None)
    else:
        found = find_item(document, tracked.id)
    if found is None:
        return ItemFacts(there=False)
    there = tracked.field in found if tracked.field is not None else False
    value = _bounded(found[tracked.field]) if there and tracked.field is not None else MISSING
    return ItemFacts(there=True, value=value, gone=is_gone(found))


def _is_tracked(item: Json, items: list[Any], tracked: Tracked) -> bool:
    """By its id; where nobody has told it, by the value that nothing else has."""
    if not isinstance(item, Mapping):
        return False
    if tracked.id is not None:
        return same_id(item_id(item, items), tracked.id)
    return tracked.field is not None and is_ours(item.get(tracked.field), tracked.mark)


def is_ours(value: Json, mark: Json) -> bool:
    """Whether a value is one of ours, in whatever way the server has written it down."""
    if mark is None or value is None:
        return False
    return bool(value == mark) or _plain(value) == _plain(mark)


def _plain(value: Json) -> str:
    return "".join(c for c in str(value).casefold() if c.isalnum())
