"""What the cache is shown of an answer: the same policy, without the traps of hishel.

Pure; the moment of receipt is an argument. Each rewriting, and why:

- `Date` becomes the moment of receipt. hishel takes the age of an entry to be its own clock minus
  `Date`, so with a server 600 s ahead it never asks again, with one 600 s behind it always does, and
  without a `Date` nothing is ever stale. A server's clock is judged by the oracle, on the real `Date`.
- `Expires` keeps its distance from the server's own `Date`. Only the first counts. One that is no
  HTTP-date becomes `0`: it is "already expired" (RFC 9111 5.3), and hishel reads some that are none.
- `Age` goes: hishel ignores it, and would hand it on beside its own.
- `Cache-Control` becomes one line of well-formed directives, each name once: the first occurrence
  (RFC 9111 4.2.1), or the one without field names for `no-cache` and `private`, as it says more.
  hishel takes the last, guesses at malformed ones (`max-age = 300`), does not know `no-store=1`, and
  a lifetime that is no number it passes over, where RFC 9111 4.2.1 would have it stale: that becomes 0.

`Last-Modified` stays what it is: it is a validator, and has to come back as it was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from conformance.fields import (
    CacheControl,
    Directive,
    field_values,
    format_http_date,
    parse_cache_control,
    parse_delta_seconds,
    parse_http_date,
)
from conformance.model import Headers

_LIFETIMES: Final = frozenset({"max-age", "s-maxage"})
_FIELD_NAMES: Final = frozenset({"no-cache", "private"})
_BARE: Final = frozenset({"must-revalidate", "must-understand", "no-store", "proxy-revalidate", "public"})
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_END_OF_DATES: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_ALREADY_EXPIRED: Final = "0"


def shown_to_the_cache(headers: Headers, received: datetime) -> Headers:
    """The fields of an answer that was received at that moment, as the cache gets to see them."""
    dates, expires = field_values(headers, "date"), field_values(headers, "expires")
    date = _date(dates[0], received) if dates else None
    instead: dict[str, str | None] = {"age": None, "date": format_http_date(received)}
    if expires:
        instead["expires"] = moved(expires[0], timedelta() if date is None else received - date, received)
    if lines := field_values(headers, "cache-control"):
        instead["cache-control"] = _one_line(lines)
    return _replaced(headers, instead)


def moved(text: str, by: timedelta, now: datetime | None = None) -> str:
    """The HTTP-date `text`, so much later, within what HTTP can write; what is none becomes `0`, the past.

    Args:
        text: a field value.
        by: how much later; below zero, earlier.
        now: for years of two digits, see `parse_http_date`.
    """
    date = _date(text, now)
    if date is None:
        return _ALREADY_EXPIRED
    try:
        return format_http_date(max(_EPOCH, date + by))
    except OverflowError:
        return format_http_date(_END_OF_DATES if by > timedelta() else _EPOCH)


def _replaced(headers: Headers, instead: dict[str, str | None]) -> Headers:
    """Put each new value where the first line of that name stood, or at the end; None takes it away."""
    left = dict(instead)
    result: list[tuple[str, str]] = []
    for name, value in headers:
        if name.lower() not in instead:
            result.append((name, value))
        elif (new := left.pop(name.lower(), None)) is not None:
            result.append((name, new))
    return (*result, *((name.title(), value) for name, value in left.items() if value is not None))


def _one_line(lines: Sequence[str]) -> str | None:
    cc = parse_cache_control(lines)
    names = dict.fromkeys(each.name for each in cc.directives)
    return ", ".join(str(_meant(cc, name)) for name in names) or None


def _meant(cc: CacheControl, name: str) -> Directive:
    if name in _BARE or (name in _FIELD_NAMES and cc.unqualified(name)):
        return Directive(name)
    first = cc.all(name)[0]
    if name in _LIFETIMES:
        readable = first.argument is not None and parse_delta_seconds(first.argument) is not None
        return Directive(name, first.argument if readable else "0")
    return Directive(name, first.argument, quoted=True) if name in _FIELD_NAMES else first


def _date(text: str, now: datetime | None) -> datetime | None:
    return parse_http_date(text, now, ignore_case=True)
