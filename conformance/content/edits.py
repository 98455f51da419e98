"""Which field of an unknown item may be changed, and to what. Pure.

We know neither the schema nor the keys of a student's items, so the order is: the string field
called name, title or description; another string that is no date, UUID, URL or e-mail; a number.
What says of which kind an item is (`type`) stays: a server that ignores another one is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from conformance.content.items import id_name
from conformance.model import Json

_FIRST: Final = ("name", "title", "description")
_KINDS: Final = ("type", "@type", "kind", "_type", "object")
_SPECIAL: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}.*|\d{1,2}:\d{2}.*|[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
    r"|[a-z][a-z0-9+.-]*://.*|[^@\s]+@[^@\s]+\.[^@\s]+",
    re.DOTALL,
)
_MOST_FIELDS: Final = 4


def fields_to_edit(item: Mapping[str, Json], wanted: str = "auto") -> list[str]:
    """The fields worth trying, best first; `wanted` is "auto" or the one to take."""
    if wanted != "auto":
        return [wanted] if _editable(item.get(wanted)) else []
    return list(dict.fromkeys(_candidates(item)))[:_MOST_FIELDS]


def kinds(item: Mapping[str, Json]) -> list[str]:
    """The fields that stand for all: each string that may be changed, up to a few, and one number."""
    fields = list(dict.fromkeys(_candidates(item)))
    strings = [n for n in fields if isinstance(item[n], str)]
    return [*strings[:_MOST_FIELDS], *[n for n in fields if n not in strings][:1]]


def _candidates(item: Mapping[str, Json]) -> Iterator[str]:
    free = {name: value for name, value in item.items() if name != id_name(item)}
    free = {name: value for name, value in free.items() if name.lower() not in _KINDS}
    lower = {name.lower(): name for name in free}
    yield from (lower[n] for n in _FIRST if n in lower and isinstance(free[lower[n]], str))
    yield from (n for n, v in free.items() if isinstance(v, str) and not _SPECIAL.fullmatch(v))
    yield from (n for n, v in free.items() if _editable(v) and not isinstance(v, str))


def _editable(value: Json) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def as_long(value: str, token: str) -> str:
    """Another text of the same length: what cuts texts off stores this one as it is."""
    return f"{token[: len(value)]}{value[len(token) :]}"


def edited(value: Json, token: str) -> Json:
    """Another value of the same kind, that `token` makes unlike those before."""
    if isinstance(value, str):
        return f"{value.split(' ~', 1)[0][:40]} ~{token}"
    return value + 1 + int(token, 36) % 7
