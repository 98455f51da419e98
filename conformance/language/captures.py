"""`{first.etag}`: what a step may take from the answers of earlier steps. Pure.

The only substitution of the language; there is no eval and no template engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from conformance.fields import field_value, field_values, parse_entity_tag
from conformance.model import Exchange, Json

PATTERN: Final = re.compile(r"\{([a-z][a-z0-9-]*)(?:\.([a-z-]+))?\}")


class MissingError(LookupError):
    """A capture has nothing to give: the answer lacks what it names."""


def _etag(exchange: Exchange) -> str | None:
    values = field_values(exchange.headers, "etag")
    return values[0] if values else None


def _opaque(exchange: Exchange) -> str | None:
    tag = _etag(exchange)
    parsed = parse_entity_tag(tag) if tag else None
    return parsed.opaque.strip('"') if parsed else tag


def _cut(exchange: Exchange) -> str | None:
    opaque = _opaque(exchange)
    return opaque[:-1] if opaque else None


def _swapped(exchange: Exchange) -> str | None:
    """The opaque part with its letters' case swapped, or doubled where it has no letters."""
    opaque = _opaque(exchange)
    if not opaque:
        return None
    return opaque.swapcase() if opaque.swapcase() != opaque else opaque * 2


CAPTURES: Final[Mapping[str, Callable[[Exchange], str | None]]] = {
    "etag": _etag,
    "opaque": _opaque,
    "opaque-cut": _cut,
    "opaque-swapped": _swapped,
    "last-modified": lambda exchange: field_value(exchange.headers, "last-modified"),
    "date": lambda exchange: field_value(exchange.headers, "date"),
}


def named(value: Json) -> Iterator[tuple[str, str | None]]:
    """The (step or variable, capture) pairs that a value refers to."""
    if isinstance(value, str):
        yield from ((m[1], m[2]) for m in PATTERN.finditer(value))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from named(each)
    elif isinstance(value, list):
        for each in value:
            yield from named(each)


def fill(value: Json, last: Callable[[str], Exchange | None], bound: Mapping[str, Json]) -> Json:
    """A value with its captures filled in; a text that is one variable alone keeps the variable's type.

    Raises:
        MissingError: the answer has no such thing.
    """
    if isinstance(value, Mapping):
        return {key: fill(each, last, bound) for key, each in value.items()}
    if isinstance(value, list):
        return [fill(each, last, bound) for each in value]
    if not isinstance(value, str):
        return value
    whole = PATTERN.fullmatch(value)
    if whole and whole[2] is None:
        return fill(bound[whole[1]], last, {}) if whole[1] in bound else value

    def replaced(match: re.Match[str]) -> str:
        name, capture = match[1], match[2]
        if capture is None:
            return str(fill(bound[name], last, {})) if name in bound else match[0]
        exchange = last(name)
        found = CAPTURES[capture](exchange) if exchange else None
        if found is None:
            raise MissingError(f"{name} has no {capture}")
        return found

    return PATTERN.sub(replaced, value)
