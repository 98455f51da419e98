"""Flaws of what few servers send: targeted fields, groups, Cache-Status, Age; and of fields that disagree.

`breaks` names rows of the RFCs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import EllipsisType

from reference_impl.caching import http_date
from reference_impl.twisted.asgi import Answer, Asked, Edit
from reference_impl.twisted.flaws.fields import is_list
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import answering, answering_with, where
from reference_impl.twisted.wire import CLOSE, content, head

_OK = 200
_ERROR = 400
_NOT_FOUND = 404


def _having(*fields: tuple[str, str]) -> Callable[[Answer], Answer]:
    """An answer with these fields besides."""

    def change(answer: Answer) -> Answer:
        for name, value in fields:
            answer = answer.having(name, value)
        return answer

    return change


def _of_writes(asked: Asked, answer: Answer) -> bool:
    return asked.method not in ("GET", "HEAD", "OPTIONS") and answer.status < _ERROR


def _of_posts(asked: Asked, answer: Answer) -> bool:
    return asked.method == "POST" and answer.status < _ERROR


def _expiring(parts: Parts) -> Edit:
    def edit(asked: Asked, answer: Answer) -> Answer:
        left = 300 if answer.status == _OK else 0
        expires = http_date(parts.settings.clock() + left)
        return answer.having("expires", expires) if is_list(asked, answer) else answer

    return edit


def _undated_on_mismatch(asked: Asked, answer: Answer) -> Answer:
    missed = asked.get("if-none-match") is not None and answer.status == _OK
    return answer.without("last-modified") if missed else answer


def _ended_by_closing(asked: Asked, answer: Answer) -> Iterable[bytes | float | EllipsisType]:
    if asked.path == LIST and asked.method == "GET" and answer.status == _OK:
        yield head(answer.without("content-length").having("connection", "close")) + content(asked, answer)
        yield CLOSE
    else:
        yield head(answer) + content(asked, answer)


def _by_the_minute(parts: Parts) -> Edit:
    """Date without its seconds, as where it is made once a minute."""

    def edit(_asked: Asked, answer: Answer) -> Answer:
        now = parts.settings.clock()
        return answer.having("date", http_date(now - now % 60))

    return edit


def _for_browsers(asked: Asked, answer: Answer) -> Answer:
    foreign = asked.get("origin") is not None and answer.status == _OK
    return answer.having("access-control-allow-origin", "*") if foreign else answer


def _keeps_404(parts: Parts) -> Edit:
    """That there is no such item is kept for a while, whatever is created meanwhile."""
    until: dict[str, float] = {}

    def edit(asked: Asked, answer: Answer) -> Answer:
        now = parts.settings.clock()
        if asked.method == "GET" and asked.path.startswith(LIST) and asked.path != LIST:
            if answer.status == _NOT_FOUND:
                until[asked.path] = now + parts.settings.ttl
            elif now < until.get(asked.path, 0):
                return Answer.of_json(_NOT_FOUND, {})
        return answer

    return edit


FLAWS = (
    Flaw("date-by-the-minute", "Date has no seconds", answering_with(_by_the_minute), breaks=("A19",)),
    Flaw(
        "cors-not-on-304",
        "a 304 has no Access-Control-Allow-Origin",
        answering(_for_browsers),
        breaks=("G20",),
    ),
    Flaw("404-is-kept", "that an item is not there is kept", answering_with(_keeps_404), breaks=("K31",)),
    Flaw(
        "cdn-quoted-seconds",
        "the max-age of CDN-Cache-Control is in quotes",
        where(is_list, _having(("cdn-cache-control", 'max-age="60"'))),
        breaks=("J26",),
    ),
    Flaw(
        "cdn-empty",
        "CDN-Cache-Control is empty",
        where(is_list, _having(("cdn-cache-control", ""))),
        breaks=("J27",),
    ),
    Flaw(
        "cdn-keeps-private",
        "CDN-Cache-Control lets a CDN keep what is private",
        where(is_list, _having(("cache-control", "private, no-cache"), ("cdn-cache-control", "max-age=600"))),
        breaks=("J28",),
    ),
    Flaw(
        "groups-unquoted",
        "Cache-Groups is a list of tokens",
        where(is_list, _having(("cache-groups", "items, prices"))),
        breaks=("J29",),
    ),
    Flaw(
        "ended-groups-unquoted",
        "Cache-Group-Invalidation is a token",
        where(_of_writes, _having(("cache-group-invalidation", "items"))),
        breaks=("J30",),
    ),
    Flaw(
        "cache-status-number",
        "Cache-Status names its cache by a number",
        where(is_list, _having(("cache-status", "1; fwd=miss"))),
        breaks=("J36",),
    ),
    Flaw(
        "expires-disagrees",
        "max-age is a minute, and Expires long past",
        where(
            is_list,
            _having(("cache-control", "no-cache, max-age=60"), ("expires", "Sun, 06 Nov 1994 08:49:37 GMT")),
        ),
        breaks=("J11",),
    ),
    Flaw(
        "post-with-lifetime",
        "an answer to POST has a lifetime, and no Content-Location",
        where(_of_posts, _having(("cache-control", "max-age=60"))),
        breaks=("J17",),
    ),
    Flaw(
        "age-of-nothing",
        "the list has an Age, though nothing keeps it",
        where(is_list, _having(("age", "7"))),
        breaks=("J21",),
    ),
    Flaw(
        "expires-now-on-304",
        "a 304 says Expires: now, and a 200 in five minutes",
        answering_with(_expiring),
        breaks=("G13",),
    ),
    Flaw(
        "undated-on-mismatch",
        "a 200 to If-None-Match has no Last-Modified",
        answering(_undated_on_mismatch),
        breaks=("A12", "A17"),
    ),
    Flaw(
        "ended-by-closing",
        "the list has no length, and ends with its connection",
        render=_ended_by_closing,
        breaks=("A25",),
    ),
)
