"""Flaws of the messages beyond the lesson: dates, lengths, HEAD, codings, and the answers to writes.

`breaks` names rows of the RFCs.
"""

import gzip
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from types import EllipsisType

from reference_impl import negotiation
from reference_impl.caching import NOT_MODIFIED, etag_of, http_date
from reference_impl.twisted.asgi import Answer, Asked, Edit
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.flaws.tags import LIST
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, answering, answering_with, on_status, where
from reference_impl.twisted.wire import content, head

Wire = Iterable[bytes | float | EllipsisType]
_OK, _CREATED, _NO_CONTENT = 200, 201, 204


def _list_has(name: str, *values: str) -> Apply:
    """The list with another field."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        return answer.having(name, *values) if asked.path == LIST and answer.get("cache-control") else answer

    return answering(edit)


def _dated_later(parts: Parts) -> Edit:
    def edit(_asked: Asked, answer: Answer) -> Answer:
        if answer.get("last-modified") is None:
            return answer
        return answer.having("last-modified", http_date(parts.settings.clock() + 86400))

    return edit


def _date_of_answer(parts: Parts) -> Edit:
    def edit(_asked: Asked, answer: Answer) -> Answer:
        if answer.get("last-modified") is None:
            return answer
        return answer.having("last-modified", http_date(parts.settings.clock()))

    return edit


def _date_rfc850(parts: Parts) -> Edit:
    """Date in the first of the two obsolete forms."""

    def edit(_asked: Asked, answer: Answer) -> Answer:
        now = datetime.fromtimestamp(parts.settings.clock(), UTC)
        return answer.having("date", now.strftime("%A, %d-%b-%y %H:%M:%S GMT"))

    return edit


def _iso_date(_asked: Asked, answer: Answer) -> Answer:
    return answer.having("last-modified", "2024-02-29T12:00:00Z") if answer.get("last-modified") else answer


def _tag_twice(asked: Asked, answer: Answer) -> Answer:
    etag = answer.get("etag")
    return answer.having("etag", etag, etag) if etag and asked.path == LIST else answer


def _on_head(change: Callable[[Answer], Answer]) -> Apply:
    return where(lambda asked, answer: asked.method == "HEAD" and answer.status == _OK, change)


def _coded(asked: Asked, answer: Answer) -> Answer:
    """Coded for who takes it, and Vary says so, but the tag is that of the plain body."""
    if asked.method not in {"GET", "HEAD"} or answer.status not in {_OK, NOT_MODIFIED}:
        return answer
    answer = answer.having("vary", "Accept-Encoding")
    if negotiation.coding(asked.get("accept-encoding")) != "gzip" or answer.status != _OK:
        return answer
    if asked.method == "HEAD":
        return answer.without("content-length").having("content-encoding", "gzip")
    return answer.carrying(gzip.compress(answer.body, mtime=0)).having("content-encoding", "gzip")


def _coded_weakly_without_vary(asked: Asked, answer: Answer) -> Answer:
    etag = answer.get("etag")
    answer = _coded(asked, answer).without("vary")
    return answer.having("etag", f"W/{etag.removeprefix('W/')}") if etag else answer


def _creates_always(asked: Asked, answer: Answer) -> Answer:
    replaced = asked.method == "PUT" and answer.status == _OK
    return replace(answer, status=_CREATED) if replaced else answer


def _old_tag_of_writes(asked: Asked, answer: Answer) -> Answer:
    wrote = asked.method in {"PUT", "PATCH", "POST"} and answer.status in {_OK, _CREATED}
    return answer.having("etag", etag_of(b"before")) if wrote else answer


def _tag_on_put(asked: Asked, answer: Answer) -> Answer:
    wrote = asked.method == "PUT" and answer.status == _OK
    return answer.having("etag", etag_of(answer.body)) if wrote else answer


def _refused_without_allow(asked: Asked, answer: Answer) -> Answer:
    return replace(answer.without("allow"), status=405) if asked.method == "HEAD" else answer


def _reads_write(parts: Parts) -> Edit:
    async def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "GET" and asked.path == "/items/1" and answer.status == _OK:
            with parts.store.transaction():
                found = parts.store.item(1)
                if found is not None:
                    parts.store.update(1, {"price": found[0]["price"] + 1})
            await parts.invalidate(parts.cache, "update", 1)
        return answer

    return edit


def _undated_304(asked: Asked, answer: Answer) -> Wire:
    shown = answer.without("date") if answer.status == NOT_MODIFIED else answer
    yield head(shown) + content(asked, shown)


def _undated(asked: Asked, answer: Answer) -> Wire:
    yield head(answer.without("date")) + content(asked, answer)


def _zero_length_304(asked: Asked, answer: Answer) -> Wire:
    shown = answer.having("content-length", "0") if answer.status == NOT_MODIFIED else answer
    yield head(shown) + content(asked, shown)


def _length_on_204(asked: Asked, answer: Answer) -> Wire:
    shown = answer.having("content-length", "0") if answer.status == _NO_CONTENT else answer
    yield head(shown) + content(asked, shown)


def _head_with_body(asked: Asked, answer: Answer) -> Wire:
    body = b"[]" if asked.method == "HEAD" and answer.status == _OK else content(asked, answer)
    yield head(answer) + body


FLAWS = (
    Flaw("last-modified-later", "Last-Modified is tomorrow", answering_with(_dated_later), breaks=("A13",)),
    Flaw(
        "last-modified-now",
        "Last-Modified is the time of the answer",
        answering_with(_date_of_answer),
        breaks=("A11", "A26", "C01"),
    ),
    Flaw(
        "last-modified-iso", "Last-Modified is in the form of ISO 8601", answering(_iso_date), breaks=("A16",)
    ),
    Flaw("date-rfc850", "Date is in the form of RFC 850", answering_with(_date_rfc850), breaks=("A16",)),
    Flaw("no-date", "no answer has a Date", render=_undated, breaks=("A18", "G01")),
    Flaw("no-date-on-304", "a 304 has no Date", render=_undated_304, breaks=("G01", "A18")),
    Flaw("etag-twice", "the list has two lines of ETag", answering(_tag_twice), breaks=("A03",)),
    Flaw(
        "head-other-length",
        "HEAD announces another length than GET",
        _on_head(lambda answer: answer.having("content-length", "1")),
        breaks=("A22",),
    ),
    Flaw(
        "head-without-fields",
        "HEAD has neither tag nor policy",
        _on_head(lambda answer: answer.without("etag", "cache-control", "last-modified")),
        breaks=("A21", "A17"),
    ),
    Flaw("head-with-body", "HEAD is answered with a body", render=_head_with_body, breaks=("A20",)),
    Flaw("zero-length-304", "a 304 says Content-Length: 0", render=_zero_length_304, breaks=("A23",)),
    Flaw("length-on-204", "a 204 says Content-Length: 0", render=_length_on_204, breaks=("A24",)),
    Flaw(
        "gzip-same-tag",
        "the coded body has the strong tag of the plain one",
        answering(_coded),
        breaks=("A08",),
    ),
    Flaw(
        "gzip-no-vary",
        "the body is coded by Accept-Encoding, and Vary does not say so",
        answering(_coded_weakly_without_vary),
        breaks=("I01", "I02"),
    ),
    Flaw("age-negative", "Age is below zero", _list_has("age", "-1"), breaks=("J20",)),
    Flaw("expires-in-words", "Expires is no date", _list_has("expires", "tomorrow"), breaks=("J10",)),
    Flaw(
        "cc-quoted-max-age",
        "max-age is in quotes",
        _list_has("cache-control", 'max-age="0"'),
        breaks=("J02",),
    ),
    Flaw(
        "cc-argument", "no-store has an argument", _list_has("cache-control", "no-store=1"), breaks=("J07",)
    ),
    Flaw(
        "cc-empty-element",
        "Cache-Control has an empty element",
        _list_has("cache-control", "no-cache,, private"),
        breaks=("J33",),
    ),
    Flaw(
        "swr-without-seconds",
        "stale-while-revalidate has no seconds",
        _list_has("cache-control", "max-age=0, stale-while-revalidate"),
        breaks=("J23",),
    ),
    Flaw(
        "created-without-location",
        "a 201 has no Location",
        on_status(_CREATED, lambda answer: answer.without("location")),
        breaks=("L11",),
    ),
    Flaw("put-201", "a PUT that replaces is answered 201", answering(_creates_always), breaks=("L02",)),
    Flaw(
        "write-old-tag",
        "a write is answered with a tag that is not the new one",
        answering(_old_tag_of_writes),
        breaks=("L04", "L05", "L03"),
    ),
    Flaw(
        "put-tag-of-transformed",
        "a PUT is answered with a tag although other bytes were stored than sent",
        answering(_tag_on_put),
        breaks=("L03",),
    ),
    Flaw(
        "405-without-allow",
        "HEAD is answered 405, without Allow",
        answering(_refused_without_allow),
        breaks=("G18",),
    ),
    Flaw(
        "reads-write",
        "each GET of the first item raises its price",
        answering_with(_reads_write),
        breaks=("A26",),
    ),
)
