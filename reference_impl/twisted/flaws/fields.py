"""Flaws of single fields: one that is there and should not be, is lacking, or has a value that is none.

`breaks` names rows of the RFCs.
"""

from __future__ import annotations

import re

from reference_impl.caching import NOT_MODIFIED
from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.twists import Apply, answering, on_status, where

_OK = 200
_ERROR = 400


def is_list(asked: Asked, answer: Answer) -> bool:
    """Whether the list is shown, or a 304 in its place."""
    return asked.method in ("GET", "HEAD") and asked.path == LIST and answer.status in (_OK, NOT_MODIFIED)


def _list_has(name: str, value: str) -> Apply:
    return where(is_list, lambda answer: answer.having(name, value))


def _only_200_has(name: str, value: str) -> Apply:
    """A field that the 304 lacks, as where a framework makes it anew."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        if not is_list(asked, answer):
            return answer
        return answer.having(name, value) if answer.status == _OK else answer.without(name)

    return answering(edit)


def _is_item(asked: Asked, answer: Answer) -> bool:
    return (
        asked.method == "GET"
        and re.fullmatch("/items/[0-9]+", asked.path) is not None
        and answer.status == _OK
    )


def _is_write(asked: Asked, answer: Answer) -> bool:
    return asked.method in ("PUT", "DELETE") and answer.status < _ERROR


def _is_error(_asked: Asked, answer: Answer) -> bool:
    return answer.status >= _ERROR


def _escaped(answer: Answer) -> Answer:
    etag = answer.get("etag")
    return answer.having("etag", f'{etag[:-1]}\\"') if etag else answer


FLAWS = (
    Flaw(
        "no-content-type",
        "the list has no Content-Type",
        where(is_list, lambda answer: answer.without("content-type")),
        breaks=("A29",),
    ),
    Flaw(
        "item-tag-unquoted",
        "the tag of a single item has no quotes",
        where(_is_item, lambda answer: answer.having("etag", (answer.get("etag") or "").strip('"'))),
        breaks=("A01",),
    ),
    Flaw(
        "writes-cc-malformed",
        "the answers to writes have a Cache-Control that is none",
        where(_is_write, lambda answer: answer.having("cache-control", "no cache; private")),
        breaks=("J01",),
    ),
    Flaw(
        "writes-cc-contradiction",
        "the answers to writes are public and private",
        where(_is_write, lambda answer: answer.having("cache-control", "public, private")),
        breaks=("J08",),
    ),
    Flaw(
        "vary-empty-element",
        "Vary has an empty element",
        _list_has("vary", "Accept,,"),
        breaks=("J33",),
    ),
    Flaw("etag-backslash", "tags end in a backslash", where(is_list, _escaped), breaks=("A10",)),
    Flaw("vary-not-on-304", "a 304 has no Vary", _only_200_has("vary", "Accept-Encoding"), breaks=("G03",)),
    Flaw(
        "expires-not-on-304",
        "a 304 has no Expires",
        _only_200_has("expires", "Sun, 06 Nov 1994 08:49:37 GMT"),
        breaks=("G05",),
    ),
    Flaw(
        "content-location-not-on-304",
        "a 304 has no Content-Location",
        _only_200_has("content-location", LIST),
        breaks=("G06",),
    ),
    Flaw(
        "type-on-304",
        "a 304 has a Content-Type",
        on_status(NOT_MODIFIED, lambda answer: answer.having("content-type", "text/html")),
        breaks=("G07",),
    ),
    Flaw("cc-misspelt", "maxage for max-age", _list_has("cache-control", "maxage=0"), breaks=("J01",)),
    Flaw("cc-mistyped", "privat for private", _list_has("cache-control", "privat"), breaks=("J01",)),
    Flaw(
        "cc-bare-names",
        "the names of fields in private are not in quotes",
        _list_has("cache-control", "private=Set-Cookie"),
        breaks=("J05", "J06"),
    ),
    Flaw(
        "cc-in-vain",
        "public stands beside no-store",
        _list_has("cache-control", "no-store, public"),
        breaks=("J08",),
    ),
    Flaw(
        "cc-lifetime-in-vain",
        "max-age stands beside no-cache",
        _list_has("cache-control", "no-cache, max-age=60"),
        breaks=("J08",),
    ),
    Flaw(
        "cc-must-understand-alone",
        "must-understand without no-store",
        _list_has("cache-control", "no-cache, must-understand"),
        breaks=("J09",),
    ),
    Flaw(
        "cc-for-ever",
        "a lifetime of a hundred years",
        _list_has("cache-control", "no-cache, max-age=3153600000"),
        breaks=("J12", "J08"),
    ),
    Flaw(
        "cookie-without-policy",
        "the list sets a cookie, and has no Cache-Control",
        where(
            is_list, lambda answer: answer.without("cache-control").having("set-cookie", "visits=1; Path=/")
        ),
        breaks=("J13", "J15", "J34"),
    ),
    Flaw(
        "lifetime-on-writes",
        "the answers to writes have a lifetime",
        where(_is_write, lambda answer: answer.having("cache-control", "max-age=60")),
        breaks=("J18",),
    ),
    Flaw("pragma", "the list has a Pragma", _list_has("pragma", "no-cache"), breaks=("J19",)),
    Flaw(
        "warning",
        "the list has a Warning",
        _list_has("warning", '110 - "stale"'),
        breaks=("J22",),
    ),
    Flaw(
        "public-errors",
        "errors may be kept for a minute",
        where(_is_error, lambda answer: answer.having("cache-control", "public, max-age=60")),
        breaks=("J35",),
    ),
    Flaw(
        "sie-in-minutes",
        "stale-if-error is in minutes",
        _list_has("cache-control", "no-cache, stale-if-error=5m"),
        breaks=("J23", "J04"),
    ),
    Flaw(
        "immutable-without-lifetime",
        "immutable stands without a lifetime",
        _list_has("cache-control", "no-cache, immutable"),
        breaks=("J24",),
    ),
    Flaw(
        "groups-ended-by-reads",
        "the list names groups to be dropped",
        _list_has("cache-group-invalidation", '"items"'),
        breaks=("J31",),
    ),
)
