"""What a cache may store and for how long it may reuse it: RFC 9111 3 and 4.2."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from conformance.fields import (
    CacheControl,
    Headers,
    field_values,
    parse_cache_control,
    parse_http_date,
    parse_vary,
)

Instant = datetime | float
"""An aware datetime, or POSIX seconds."""

# 9110 15.1: "defined as heuristically cacheable". Without 206: the cache meant here stores no parts.
HEURISTIC = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
_READS = frozenset({"GET", "HEAD"})
_SHARING = ("must-revalidate", "public", "s-maxage")


@dataclass(frozen=True, slots=True)
class Storage:
    """Whether a cache may store a response, and why; true or false as such."""

    allowed: bool
    why: str
    section: str = "9111 3"

    def __bool__(self) -> bool:
        """Whether it may."""
        return self.allowed


@dataclass(frozen=True, slots=True)
class Reuse:
    """What a cache may do with a stored response, and why."""

    verdict: Literal["fresh", "revalidate", "never"]
    why: str
    section: str


def storable(  # noqa: PLR0913 - the facts that 9111 3 lists
    request_method: str,
    status: int,
    cache_control: CacheControl,
    shared: bool,
    has_authorization: bool = False,
    *,
    has_expires: bool = False,
) -> Storage:
    """Whether a cache that understands GET and HEAD, and stores no partial responses, may store this one."""
    cc = cache_control
    if request_method not in _READS:
        return Storage(False, f"caches keep answers to GET and HEAD, not to {request_method}")
    if status < 200 or status in {206, 304}:  # noqa: PLR2004 - status codes read best as such
        return Storage(False, f"{status} is no whole, final response")
    if "no-store" in cc and not ("must-understand" in cc and status in HEURISTIC):
        return Storage(False, "no-store forbids every cache to keep it", "9111 5.2.2.5")
    refused = _not_shared(cc, has_authorization) if shared else None
    if refused is not None:
        return refused
    reasons = {"public": "public" in cc, "max-age": "max-age" in cc}
    reasons |= {"private": not shared and "private" in cc, "s-maxage": shared and "s-maxage" in cc}
    reasons |= {"Expires": has_expires, f"status {status}": status in HEURISTIC}
    for reason, holds in reasons.items():
        if holds:
            return Storage(True, f"{reason} allows a {kind_of(shared)} cache to keep it")
    return Storage(False, f"{status} is kept only with public, max-age or Expires, and has none")


def _not_shared(cc: CacheControl, has_authorization: bool) -> Storage | None:
    if cc.unqualified("private"):
        return Storage(False, "private leaves it to the user's own cache", "9111 5.2.2.7")
    if has_authorization and not any(name in cc for name in _SHARING):
        why = "the request had Authorization, and no public, s-maxage or must-revalidate allows sharing"
        return Storage(False, why, "9111 3.5")
    return None


def freshness_lifetime(headers: Headers, shared: bool, received: Instant | None = None) -> int | None:
    """The explicit lifetime in seconds (9111 4.2.1), None where the response has none.

    0 where it is there and unusable: caches are "encouraged to consider responses that have invalid freshness
    information [...] to be stale", and an invalid Expires is "already expired". `received` stands in for a
    missing Date. Of a repeated directive the first counts.
    """
    cc = parse_cache_control(field_values(headers, "Cache-Control"))
    for name in ("s-maxage", "max-age") if shared else ("max-age",):
        if name in cc:
            return cc.seconds(name) or 0
    expires = field_values(headers, "Expires")
    if not expires:
        return None
    start = date_value(headers, received)
    end = _cache_date(expires[0], received)
    return 0 if start is None or end is None else max(0, int(end - start))


def current_age(
    age_value: int | None, date: Instant | None, request_time: Instant, response_time: Instant, now: Instant
) -> float:
    """The age in seconds by the conservative formula of 9111 4.2.3.

    Date has whole seconds, so this is up to a second too high.
    """
    received = seconds_of(response_time)
    apparent_age = 0.0 if date is None else max(0.0, received - seconds_of(date))
    corrected_age_value = (age_value or 0) + received - seconds_of(request_time)
    return max(apparent_age, corrected_age_value) + seconds_of(now) - received


def may_reuse(
    headers: Headers, status: int, age: float, shared: bool, has_authorization: bool = False
) -> Reuse:
    """What a cache may do with the stored answer to a GET once it has this age."""
    cc = parse_cache_control(field_values(headers, "Cache-Control"))
    stored = storable(
        "GET", status, cc, shared, has_authorization, has_expires=bool(field_values(headers, "Expires"))
    )
    if not stored:
        return Reuse("never", stored.why, stored.section)
    if "no-cache" in cc:
        return Reuse("revalidate", "no-cache demands it", "9111 5.2.2.4")
    if parse_vary(field_values(headers, "Vary")) == "*":
        return Reuse("revalidate", "Vary: * matches no later request", "9111 4.1")
    lifetime = freshness_lifetime(headers, shared)
    if lifetime is None:
        return Reuse("revalidate", "no explicit lifetime; a cache may guess one", "9111 4.2.2")
    # 9111 4.2 compares strictly: a response as old as its lifetime is stale.
    if lifetime > age:
        return Reuse("fresh", f"{age:g} s old, and fresh until {lifetime} s", "9111 4.2")
    stale = f"{age:g} s old, and fresh only until {lifetime} s"
    why = stale if lifetime else "a lifetime of 0 s is over at once"
    return Reuse("revalidate", why, "9111 4.2")


def date_value(headers: Headers, received: Instant | None = None) -> float | None:
    """Date in POSIX seconds, or when the response was received where it has no valid one (9110 6.6.1)."""
    for value in field_values(headers, "Date")[:1]:
        if (date := _cache_date(value, received)) is not None:
            return date
    return None if received is None else seconds_of(received)


def seconds_of(instant: Instant) -> float:
    """An instant in POSIX seconds; "local time zones" have no part in it (9111 4.2)."""
    if not isinstance(instant, datetime):
        return instant
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone, so it names no instant")
    return instant.timestamp()


def kind_of(shared: bool) -> str:
    """The cache, in a word."""
    return "shared" if shared else "private"


def _cache_date(text: str, received: Instant | None) -> float | None:
    now = None if received is None else datetime.fromtimestamp(seconds_of(received), UTC)
    date = parse_http_date(text, now, ignore_case=True)
    return None if date is None else date.timestamp()
