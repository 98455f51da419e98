"""The matcher on whole answers that a cache inside the server gives out again: whether it may, and how.

A hit is known by the mark that the target declares; where it declares none, by the fields of common caches,
and on another machine not even by those: there a cache may stand in front that is not the server's.
"""

from __future__ import annotations

import math
from typing import Final

from conformance.content.facts import is_hit
from conformance.fields import answered_by_cache, field_value, field_values, parse_age, parse_cache_control
from conformance.language.values import STEP
from conformance.matchers.base import COMPARISON, Case, Form, Found, Matcher, each_answer, shown
from conformance.matchers.cache_control import same_but_for_time
from conformance.model import MISSING, Exchange, Finding, Json

_SLACK: Final = 1  # second: ages are whole ones
_SAME: Final = ("Content-Type", "Content-Encoding", "Content-Language", "Vary", "Link", "Location")
_OF_THE_BODY: Final = ("ETag", "Content-Length", "Last-Modified")


def _reused(exchange: Exchange, case: Case) -> bool:
    """Whether a mark says that it was kept."""
    if case.resource is not None and case.resource.hit is not None:
        return is_hit(exchange.facts.hit) is True
    return not case.remote and answered_by_cache(exchange.headers) is not None


def _age(exchange: Exchange) -> int | None:
    return parse_age(field_value(exchange.headers, "age") or "")


def _max_age(exchange: Exchange) -> int | None:
    return parse_cache_control(field_values(exchange.headers, "cache-control")).seconds("max-age")


@each_answer
def _told(name: Json, exchange: Exchange, case: Case) -> Found:
    """Whether it can be seen at all: by a mark, or since the content moves."""
    other = case.last(name)
    marked = case.resource is not None and case.resource.hit is not None and exchange.facts.hit is not MISSING
    moves = other is not None and other.status == exchange.status and other.digest != exchange.digest
    if marked or moves or _reused(exchange, case):
        return None
    return "an answer that tells whether it was kept", "the same content, and no mark"


@each_answer
def _never(_: Json, exchange: Exchange, case: Case) -> Found:
    if not _reused(exchange, case):
        return None
    age = _age(exchange)
    return "an answer of the source", "one that was kept" + (f", Age: {age}" if age is not None else "")


@each_answer
def _validated(_: Json, exchange: Exchange, case: Case) -> Found:
    """A hit that was just validated is as young as that; some caches mark it as a hit all the same."""
    if not _reused(exchange, case) or _age(exchange) == 0:
        return None
    return "an answer that the source has given or validated", "one that was kept, and not validated"


@each_answer
def _aged(name: Json, exchange: Exchange, case: Case) -> Found:
    """Of an answer that was kept since that step: its Age tells the time since then."""
    first = case.first(name)
    if first is None or first.response is None:
        return Finding("an answer to count from", "none", code=COMPARISON)
    if is_hit(exchange.facts.hit) is not True:
        return None
    began = _age(first) or 0
    least = math.floor(exchange.sent_at - first.received_at) - _SLACK
    most = math.ceil(exchange.received_at - first.sent_at) + _SLACK + began
    age = _age(exchange)
    if age is not None and least <= age <= most:
        return None
    expected = f"an Age of {max(0, least)} to {most} s, since it was kept for so long"
    return expected, "none" if age is None else f"Age: {shown(exchange, 'age')}"


@each_answer
def _ends(name: Json, exchange: Exchange, case: Case) -> Found:
    """What is left of the lifetime that a hit states ends with the entry, or with that of the miss, if later.

    Clients may be told to keep longer what is kept for less here, as by max-age beside s-maxage.
    """
    first, end = case.first(name), case.resource.end if case.resource else None
    if first is None or first.response is None or end is None:
        return Finding("an entry to count from", "none", code=COMPARISON)
    told, seconds = _max_age(first), _max_age(exchange)
    if is_hit(exchange.facts.hit) is not True or seconds is None:
        return None
    kept = exchange.sent_at - first.received_at
    left = seconds - (_age(exchange) or 0)
    until = max(end, (told or 0) - (_age(first) or 0))
    if kept + left <= until + 2 * _SLACK:
        return None
    with_what = "the entry" if until == end else "that of the miss"
    return (
        f"a lifetime that ends with {with_what}, in {max(0.0, until - kept):.0f} s",
        f"{left} s more: max-age={seconds}, Age: {shown(exchange, 'age')}",
    )


@each_answer
def _as_made(name: Json, exchange: Exchange, case: Case) -> Found:
    """A hit has the status and the fields of the miss; those of the body only where that is the same."""
    first = case.first(name)
    if first is None or first.response is None:
        return Finding("an answer to compare with", "none", code=COMPARISON)
    if is_hit(exchange.facts.hit) is not True:
        return None
    if exchange.status != first.status:
        return f"status {first.status}, as when it was made", f"{exchange.status}"
    names = _SAME + (_OF_THE_BODY if exchange.digest == first.digest else ())
    for each in names:
        due, found = field_value(first.headers, each), field_value(exchange.headers, each)
        if due != found:
            return f"{each}: {due or 'none'}, as when it was made", found or "none"
    if not same_but_for_time(first, exchange):
        due = shown(first, "cache-control")
        return f"Cache-Control: {due}, as when it was made", shown(exchange, "cache-control")
    return None


MATCHERS: Final = (
    Matcher(
        "reuse",
        "what a cache inside the server gives out again",
        (
            Form("never", _never, "an answer of the source, and none that was kept"),
            Form("validated", _validated, "no answer that was kept without asking the source"),
            Form("told-beside", _told, "an answer that tells, beside {}, whether it was kept", STEP),
            Form("aged-since", _aged, "on hits an Age that tells the time since {}", STEP),
            Form("ends-with", _ends, "on hits a lifetime that ends with the entry of {}", STEP),
            Form("as-made-by", _as_made, "on hits the status and the fields of {}", STEP),
        ),
    ),
)
