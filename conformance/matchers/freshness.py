"""The matcher on how long an answer may be reused, and how old it says that it is.

Lifetimes are compared as they are stated; whether anybody reuses the answer is no question here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from conformance.fields import (
    CacheControl,
    came_through,
    field_value,
    field_values,
    parse_age,
    parse_cache_control,
    parse_http_date,
)
from conformance.fields.structured import directives
from conformance.language.values import STEP
from conformance.matchers.base import COMPARISON, Case, Form, Found, Matcher, each_answer, shown
from conformance.model import Exchange, Finding, Json
from conformance.model.specs import PLAIN

_SLACK: Final = 5.0  # seconds: Expires and Date may be written at two moments
_TICK: Final = 2.0  # seconds: two numbers that are each rounded
_SHARED: Final = ("no-store", "private")


def _policy(exchange: Exchange) -> CacheControl:
    return parse_cache_control(field_values(exchange.headers, "cache-control"))


def _by_expires(exchange: Exchange) -> float | None:
    """Seconds from Date to Expires, or None where one of them is lacking or no date."""
    ends, begins = (parse_http_date(field_value(exchange.headers, n) or "") for n in ("expires", "date"))
    return None if ends is None or begins is None else (ends - begins) / timedelta(seconds=1)


def _stated(exchange: Exchange) -> float | None:
    """The lifetime that is stated, as a private cache reads it (RFC 9111 4.2.1), or None."""
    seconds = _policy(exchange).seconds("max-age")
    return _by_expires(exchange) if seconds is None else float(seconds)


@each_answer
def _lives(_: Json, exchange: Exchange, _case: Case) -> Found:
    return ("a stated lifetime", "none") if _stated(exchange) is None else None


@each_answer
def _agrees(_: Json, exchange: Exchange, _case: Case) -> Found:
    seconds, until = _policy(exchange).seconds("max-age"), _by_expires(exchange)
    if seconds is None or until is None or abs(seconds - until) <= _SLACK:
        return None
    return f"an Expires {seconds} s after Date, as max-age says", f"Expires {until:.0f} s after Date"


@each_answer
def _as_plain(_: Json, exchange: Exchange, case: Case) -> Found:
    ordinary = case.last(PLAIN)
    if ordinary is None or ordinary.response is None:
        return Finding("an ordinary answer to compare with", "none", code=COMPARISON)
    due, found = _stated(ordinary), _stated(exchange)
    between = abs(exchange.received_at - ordinary.sent_at) + _TICK
    if due is None or found is None or abs(due - found) <= between:
        return None
    return f"the lifetime of the ordinary answer ({due:.0f} s)", f"{found:.0f} s"


@each_answer
def _targeted(_: Json, exchange: Exchange, _case: Case) -> Found:
    """What a CDN is told is held only against what is meant for shared caches, too."""
    own = directives(shown(exchange, "cdn-cache-control"))
    policy = _policy(exchange)
    if not own or not policy.directives:
        return None
    closed = next((name for name in _SHARED if own.get(name) is True), None)
    opened = next((name for name in ("s-maxage", "public") if name in policy), None)
    forbids = next((name for name in _SHARED if name in policy), None)
    lives = own.get("max-age", own.get("s-maxage"))
    if closed and opened:
        return f"nothing beside {closed} that tells shared caches otherwise", f"Cache-Control with {opened}"
    if forbids and not closed and isinstance(lives, int) and lives > 0:
        return f"no lifetime for a CDN beside Cache-Control: {forbids}", f"max-age={lives} for a CDN"
    return None


@each_answer
def _dated(name: Json, exchange: Exchange, case: Case) -> Found:
    """Date has moved on by as much as time has. What was kept has its old Date, or a new one beside its Age.

    Where time is moved, a Date that stands still may come from a clock that nobody moves.
    """
    other = case.last(name)
    before, after = (_date(each) if each else None for each in (other, exchange))
    if other is None or before is None or after is None:
        return Finding("two dates to compare", "less", code=COMPARISON)
    moved = (after - before) / timedelta(seconds=1)
    least = exchange.sent_at - other.received_at - _TICK
    most = exchange.received_at - other.sent_at + _TICK
    aged = _age(exchange) - _age(other)
    still = case.moved and 0 <= moved <= _TICK
    if still or any(least <= each <= most for each in (moved, moved + aged)):
        return None
    return f"a Date {exchange.sent_at - other.sent_at:.0f} s later, as time is", f"one {moved:.0f} s later"


def _date(exchange: Exchange) -> datetime | None:
    return parse_http_date(field_value(exchange.headers, "date") or "")


def _age(exchange: Exchange) -> int:
    return parse_age(field_value(exchange.headers, "age") or "") or 0


def _shared(exchange: Exchange) -> tuple[float | None, float | None]:
    """The lifetime that counts in a shared cache, and the one that is stated beside it and does not."""
    policy = _policy(exchange)
    stated = [policy.seconds("s-maxage"), policy.seconds("max-age"), _by_expires(exchange)]
    known = [float(each) for each in stated if each is not None]
    return (known[0] if known else None), (known[1] if len(known) > 1 else None)


@each_answer
def _two(_: Json, exchange: Exchange, _case: Case) -> Found:
    due, other = _shared(exchange)
    if due is not None and other is not None and abs(due - other) > _SLACK:
        return None
    return "two lifetimes that differ, such as s-maxage and max-age", "one at most"


@each_answer
def _held(_: Json, exchange: Exchange, case: Case) -> Found:
    """That the entry lives as long as is declared, other checks have seen."""
    due, other = _shared(exchange)
    ttl = case.resource.ttl if case.resource else None
    if due is None or other is None or ttl is None or abs(ttl - due) <= _TICK:
        return None
    if abs(ttl - other) > _TICK and ttl < due:
        return None  # kept for less than either: a cache may
    return f"an entry that is kept for {due:.0f} s, as Cache-Control tells shared caches", f"{ttl:g} s"


@each_answer
def _possible(_: Json, exchange: Exchange, case: Case) -> Found:
    """By an app that keeps nothing no Age, and by one that does no more than it keeps anything.

    Of a server that the suite has not started itself nobody knows what stands in front of it.
    """
    age = parse_age(field_value(exchange.headers, "age") or "")
    in_front = case.workers is None or came_through(exchange.headers) or exchange.through is not None
    if age is None or in_front or case.resource is None:
        return None
    end = case.resource.end
    if end is None and case.resource.http_cache:
        return None
    if end is None:
        return "no Age, since nothing here is declared to keep answers", f"Age: {age}"
    return None if age <= end + _TICK else (f"an Age of {end:g} s at most", f"Age: {age}")


MATCHERS: Final = (
    Matcher(
        "freshness",
        "how long an answer may be reused, and how old it is",
        (
            Form("stated", _lives, "a stated lifetime"),
            Form("agreed", _agrees, "an Expires that says what max-age says"),
            Form("as-plain", _as_plain, "the lifetime of the ordinary answer", among=True),
            Form("targeted-alike", _targeted, "a Cache-Control that CDN-Cache-Control does not contradict"),
            Form("dated-since", _dated, "a Date that has moved on since {} by as much as time has", STEP),
            Form("stated-twice", _two, "two lifetimes that differ"),
            Form("shared-counts", _held, "the lifetime of the entry that is stated for shared caches"),
            Form("age-possible", _possible, "an Age that can have passed"),
        ),
    ),
)
