"""Items in a document: where their list is, which of them is meant, and by which member they are known. Pure.

Nobody has told us the schema of a server's items. What is guessed here is guessed in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from conformance.model import Json

_IDS: Final = ("id", "_id", "uuid", "guid", "uid", "item_id", "pk")
_CODES: Final = ("key", "slug", "sku", "isbn", "ean", "code")
"""Where nothing is called an id. But an item that begins with its `bookId` is known by that."""
_ID_LIKE: Final = re.compile(r".+(_id|_key|_no|_number|_code|[a-z]Id|ID)")
_NO_NAMES: Final = frozenset({"name", "title", "description", "text", "price", "quantity"})
_NESTED: Final = 3  # envelopes in envelopes
_GONE: Final = re.compile(
    r"(is_?)?(soft_?)?(deleted|removed|archived|gone)(_?(at|on|date|time))?", re.IGNORECASE
)
_KEY: Final = re.compile(r"[0-9]{1,18}|[0-9a-fA-F-]{8,}")
"""What is likely to be an id, where it is the key of an object."""
_LIVE: Final = re.compile(r"(is_?)?(active|enabled|alive|available)", re.IGNORECASE)
_STATE: Final = frozenset({"status", "state"})


class Keyed(dict[str, Any]):
    """An item that does not say what it is known by: it stands under that in a map."""

    def __init__(self, item: Mapping[str, Any], key: Json) -> None:
        super().__init__(item)
        self.key = key


def path_of(route: str, id_: Json) -> str:
    """The path of an item, by the route to any of them: `/items/{id}`."""
    return route.replace("{id}", quote(str(id_), safe=""))


def find_list(document: Json) -> list[Any] | None:
    """The list of items: the document itself, or the only list of objects in its envelope, however deep.

    Or a map of them by their ids, in place of a list.
    """
    level = [document]
    for _ in range(_NESTED):
        if len(level) == 1 and isinstance(level[0], list):
            return level[0]
        members = [v for each in level if isinstance(each, dict) for v in each.values()]
        lists = [v for v in members if isinstance(v, list) and all(isinstance(x, dict) for x in v)]
        if lists:
            return lists[0] if len(lists) == 1 else None
        maps = [each for each in level if _is_map(each)] if id_name(document) is None else []
        if maps:
            return _entries(maps[0]) if len(maps) == 1 else None
        level = [v for v in members if isinstance(v, dict)]
    return None


def _is_map(value: Json) -> bool:
    """Whether an object has nothing but items, each under its id: by the keys, or since all are alike."""
    if not isinstance(value, dict) or not value or not all(isinstance(x, dict) for x in value.values()):
        return False
    by_id = all(_KEY.fullmatch(key) or same_id(item_id(x), key) for key, x in value.items())
    alike = len(value) > 1 and len({frozenset(x) for x in value.values()}) == 1
    return by_id or (alike and all(x and not _is_map(x) for x in value.values()))


def _entries(items: Mapping[str, Any]) -> list[Any]:
    """The items of a map; those that do not show their id themselves know it by their key."""
    return [
        x if same_id(item_id(x), key) else Keyed(x, int(key) if key.isdecimal() else key)
        for key, x in items.items()
    ]


def find_item(document: Json, id_: Json) -> Mapping[str, Any] | None:
    """The item with this id in the answer of its own route: the document, or an object in its envelope.

    Without an id, and where nothing in it has one, the document is taken at its word.
    """
    if not isinstance(document, Mapping):
        return None
    if id_ is None:
        return document
    nested = [each for each in objects(document) if item_id(each) is not None]
    for each in nested:
        if same_id(item_id(each), id_):
            return each
    return None if nested else document


def objects(document: Json, deep: int = _NESTED) -> Iterator[Mapping[str, Any]]:
    """A document and the objects in it that may be its item, the outer ones first."""
    if isinstance(document, Mapping):
        yield document
        for each in document.values() if deep > 1 else ():
            yield from objects(each, deep - 1)


def same_id(one: Json, other: Json) -> bool:
    """Whether two ids are the same, one of them perhaps taken from a path."""
    return one == other or (one is not None and str(one) == str(other))


def item_id(item: Json, among: Sequence[Json] = ()) -> Json:
    """The id of an item, under the names that APIs give it, or as the key of a map; or None."""
    if isinstance(item, Keyed):
        return item.key
    name = id_name(item, among)
    return None if name is None else item[name]


def id_name(item: Json, among: Sequence[Json] = ()) -> str | None:
    """Which member of an item is its id, or None.

    Args:
        item: any value.
        among: the list that it is of: its first member is the id where no two items share one.
    """
    if not isinstance(item, Mapping) or isinstance(item, Keyed):
        return None
    likely = [name for name in item if isinstance(name, str) and _ID_LIKE.fullmatch(name)]
    leading = [name for name in likely if name == next(iter(item))]
    for name in (*_IDS, *leading, *_CODES, *likely):
        if _may_be(item.get(name)):
            return name
    first = next(iter(item), None)
    if first is None or str(first).lower() in _NO_NAMES or not _may_be(item[first]):
        return None
    values = [each.get(first) for each in among if isinstance(each, Mapping)]
    alone = len(values) > 1 and len(set(map(str, values))) == len(values)
    return str(first) if alone and not re.search(r"\s", str(item[first])) else None


def _may_be(value: Json) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def is_gone(item: Mapping[str, Any]) -> bool:
    """Whether an item says of itself that it was removed: what a soft delete leaves."""
    for name, value in item.items():
        if _GONE.fullmatch(str(name)):
            if value and value != "false":
                return True
        elif str(name).lower() in _STATE:
            if isinstance(value, str) and _GONE.fullmatch(value):
                return True
        elif _LIVE.fullmatch(str(name)) and value is False:
            return True
    return False
