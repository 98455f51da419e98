"""`{first.etag}`: what a step may take from the answers of earlier steps. Pure.

The only substitution of the language; there is no eval and no template engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from conformance.fields import (
    field_value,
    field_values,
    format_http_date,
    parse_entity_tag,
    parse_http_date,
)
from conformance.model import Exchange, Json

PATTERN: Final = re.compile(r"\{([a-z][a-z0-9-]*)(?:\.([a-z0-9-]+))?\}")
_MANY: Final = 200
_AN_HOUR: Final = timedelta(hours=1)
_A_DAY: Final = timedelta(days=1)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_BRACES: Final = re.compile(r"\{[^{}]*\}?")


class MissingError(LookupError):
    """A capture has nothing to give: the answer lacks the field that it is taken from."""

    def __init__(self, step: str, field: str) -> None:
        super().__init__(f"{step} has no {field}")
        self.field = field


def _etag(exchange: Exchange) -> str | None:
    values = field_values(exchange.headers, "etag")
    return values[0] if values else None


def _tag_that_is(*, weak: bool) -> Callable[[Exchange], str | None]:
    """The ETag, where it is of that kind."""

    def take(exchange: Exchange) -> str | None:
        parsed = parse_entity_tag(_etag(exchange) or "")
        return _etag(exchange) if parsed is not None and parsed.weak is weak else None

    return take


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


def _length(exchange: Exchange) -> str | None:
    return str(exchange.response.body.length) if exchange.response and exchange.response.body.length else None


def _bytes_apart(exchange: Exchange) -> str | None:
    """Every other byte by itself, two hundred at most, as a Range asks for them."""
    length = int(_length(exchange) or 0)
    return ",".join(f"{at}-{at}" for at in range(0, min(length, 2 * _MANY), 2)) or None


def _last_modified(exchange: Exchange) -> str | None:
    return field_value(exchange.headers, "last-modified")


def _moment(write: Callable[[datetime], str]) -> Callable[[Exchange], str | None]:
    """Last-Modified, written anew; None where it is no date."""

    def take(exchange: Exchange) -> str | None:
        found = parse_http_date(_last_modified(exchange) or "")
        return None if found is None else write(found)

    return take


def _date(write: Callable[[datetime], str]) -> Callable[[Exchange], str | None]:
    """Date, written anew; None where it is no date."""

    def take(exchange: Exchange) -> str | None:
        found = parse_http_date(field_value(exchange.headers, "date") or "")
        return None if found is None else write(found)

    return take


def _years(moment: datetime, count: int) -> datetime:
    """So many years later; of a leap day, which other years lack, the day before."""
    day = min(moment.day, 28) if moment.month == 2 else moment.day  # noqa: PLR2004 - February
    return moment.replace(year=moment.year + count, day=day)


def _rfc850(moment: datetime) -> str:
    """The form that RFC 9110 5.6.7 calls obsolete, and a recipient has to read: its year has two digits."""
    weekday, month = format_http_date(moment).split(",")[0], format_http_date(moment).split()[2]
    full = next(day for day in _DAYS if day.startswith(weekday))
    return f"{full}, {moment.day:02}-{month}-{moment.year % 100:02} {moment:%H:%M:%S} GMT"


def _asctime(moment: datetime) -> str:
    """The form of C's asctime, obsolete as well."""
    weekday, _, month = format_http_date(moment).split()[:3]
    return f"{weekday.rstrip(',')} {month} {moment.day:2} {moment:%H:%M:%S} {moment.year}"


@dataclass(frozen=True, slots=True)
class Capture:
    """One thing that can be taken from an answer.

    Args:
        take: it, or None where the answer lacks it.
        field: what it is taken from.
        phrase: it in English; `{}` is the step.
    """

    name: str
    take: Callable[[Exchange], str | None]
    field: str
    phrase: str


CAPTURES: Final[Mapping[str, Capture]] = {
    capture.name: capture
    for capture in (
        Capture("etag", _etag, "ETag", "the ETag of {}"),
        Capture("strong-etag", _tag_that_is(weak=False), "strong ETag", "the strong ETag of {}"),
        Capture("weak-etag", _tag_that_is(weak=True), "weak ETag", "the weak ETag of {}"),
        Capture("opaque", _opaque, "ETag", "the ETag of {} without its quotes"),
        Capture("opaque-cut", _cut, "ETag", "the ETag of {} without its last letter"),
        Capture("opaque-swapped", _swapped, "ETag", "the ETag of {} with upper and lower case swapped"),
        Capture("length", _length, "content", "the length of {}"),
        Capture("bytes-apart", _bytes_apart, "content", "two hundred single bytes of {}"),
        Capture("last-modified", _last_modified, "Last-Modified", "the Last-Modified of {}"),
        *(
            Capture(f"last-modified-{name}", _moment(write), "Last-Modified", f"{says} the date of {{}}")
            for name, write, says in (
                ("later", lambda m: format_http_date(m + _AN_HOUR), "an hour after"),
                ("earlier", lambda m: format_http_date(m - _A_DAY), "a day before"),
                ("rfc850", _rfc850, "in the form of RFC 850,"),
                ("asctime", _asctime, "in the form of asctime,"),
                ("iso", lambda m: m.strftime("%Y-%m-%dT%H:%M:%SZ"), "in the form of ISO 8601,"),
            )
        ),
        Capture("date", _date(format_http_date), "Date", "the Date of {}"),
        Capture(
            "date-next-year",
            _date(lambda m: format_http_date(_years(m, 1))),
            "Date",
            "the Date of {}, a year later",
        ),
        Capture(
            "date-forty-years-ago",  # two digits that, read as the next such year, lie 60 years ahead
            _date(lambda m: _rfc850(_years(m, -40))),
            "Date",
            "the Date of {}, 40 years ago, its year in two digits",
        ),
    )
}


def in_words(text: str, called: Mapping[str, str] = MappingProxyType({})) -> str:
    """A text with its captures in English: {first.etag} is <the ETag of first>.

    Args:
        text: any.
        called: what a step is called there, where that is not its name.
    """

    def word(match: re.Match[str]) -> str:
        name = called.get(match[1], match[1])
        return f"<{CAPTURES[match[2]].phrase.format(name) if match[2] else name}>"

    return PATTERN.sub(word, text)


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


def strangers(value: Json, *, filled: bool = True) -> Iterator[str]:
    """What stands in braces and is no placeholder; what is sent raw may have any.

    Args:
        value: as it is written in a spec.
        filled: whether placeholders are filled in there at all.
    """
    if isinstance(value, str):
        yield from _BRACES.findall(PATTERN.sub("", value) if filled else value)
    elif isinstance(value, Mapping):
        if filled and value.keys() == {"raw"}:
            return
        for each in value.values():
            yield from strangers(each, filled=filled)
    elif isinstance(value, list):
        for each in value:
            yield from strangers(each, filled=filled)


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
        found = CAPTURES[capture].take(exchange) if exchange else None
        if found is None:
            raise MissingError(name, CAPTURES[capture].field)
        return found

    return PATTERN.sub(replaced, value)
