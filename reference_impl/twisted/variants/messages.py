"""Variants of the messages themselves: odd tags, fields, codings and delays."""

import asyncio
import gzip
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.types import ASGIApp, Receive, Scope

from reference_impl.backends.memory import MemoryCache
from reference_impl.caching import NOT_MODIFIED, etag_of, evaluate, weak
from reference_impl.representations import to_json
from reference_impl.twisted.asgi import Answer, Asked, Edit, Handle, ask, unconditional
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import (
    Apply,
    Twist,
    answering,
    answering_with,
    behind,
    behind_with,
    made_of,
)
from reference_impl.twisted.wire import plain

_OK, _ERROR = 200, 400
_FRESH = 1.0  # seconds


def _tagged(make: Callable[[bytes], str]) -> Apply:
    return made_of(lambda parts: replace(parts, etag=lambda _data, body: make(body)))


def _each(change: Callable[[Answer], Answer]) -> Apply:
    return answering(lambda _asked, answer: change(answer))


def _comma(body: bytes) -> str:
    tag = etag_of(body)
    return f"{tag[:9]},{tag[9:17]},,{tag[17:]}"


def _capitals(answer: Answer) -> Answer:
    policy = answer.get("cache-control")
    return answer if policy is None else answer.having("cache-control", policy.upper())


def _two_lines(answer: Answer) -> Answer:
    policy = answer.get("cache-control")
    return answer if policy is None else answer.having("cache-control", *policy.split(", "), "no-transform")


def _unknown(answer: Answer) -> Answer:
    policy = answer.get("cache-control")
    extra = 'community="UCI, and others", x-flag, no-transform'
    return answer if policy is None else answer.having("cache-control", f"{policy}, {extra}")


def _closing(answer: Answer) -> Answer:
    return answer.having("connection", "close")


def _typed_304(answer: Answer) -> Answer:
    return answer.having("content-type", "application/json") if answer.status == NOT_MODIFIED else answer


def _without_content(asked: Asked, answer: Answer) -> Answer:
    """HEAD by a server that hashes and codes what it sends: with nothing to send it knows neither."""
    if asked.method != "HEAD" or answer.status != _OK:
        return answer
    return answer.without("etag", "vary", "content-length")


async def _slow(_asked: Asked, answer: Answer) -> Answer:
    await asyncio.sleep(0.1)
    return answer


def _via(answer: Answer) -> Answer:
    return answer.having("via", "1.1 gateway.example").having("x-request-id", "f00d")


def _public_but_old(answer: Answer) -> Answer:
    """As what is set for all answers, errors included, has it: whoever keeps it has to ask each time."""
    return answer.having("cache-control", "public, max-age=0") if answer.status >= _ERROR else answer


def _chunked(answer: Answer) -> Answer:
    """Without a length the server sends chunks; a 204 and a 304 have nothing to send."""
    return answer.without("content-length") if answer.body else answer


def _listed(change: Callable[[Any], Any]) -> Apply:
    """Another form of the list; one form for each content, so the tag still fits."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path != "/items/" or answer.status != _OK:
            return answer
        if asked.method == "HEAD":
            return answer.without("content-length")
        return answer.carrying(to_json(change(answer.data()))) if asked.method == "GET" else answer

    return answering(edit)


async def _lengthy_304(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """A 304 may have the length of the 200 that it stands for (RFC 9110 8.6)."""
    answer = await ask(app, scope, receive)
    if answer.status != NOT_MODIFIED:
        return answer
    whole = await ask(app, unconditional(scope) | {"method": "GET"}, receive)
    return answer.having("content-length", str(len(whole.body)))


def _takes_gzip(field: str | None) -> bool:
    for choice in (field or "").lower().split(","):
        coding, _, quality = choice.replace(" ", "").partition(";q=")
        if coding == "gzip":
            return float(quality or 1) > 0
    return False


_OUR_TAG = re.compile(r'"([0-9a-zA-Z-]+?)(-gzip)?"')


_WITH_TAGS = frozenset({b"if-none-match", b"if-match"})


async def _gzip(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
    """Coded answers for who takes them; each coding has tags of its own, and they do not match crosswise."""
    asked = Asked.of(scope)
    reads = asked.method in {"GET", "HEAD"}
    coded = reads and _takes_gzip(asked.get("accept-encoding"))

    def inward(found: re.Match[str]) -> str:
        fits = bool(found[2]) == coded or not reads
        return f'"{found[1]}"' if fits else f'"{found[1]}-other"'

    def plain(value: bytes) -> bytes:
        return _OUR_TAG.sub(inward, value.decode("latin-1")).encode("latin-1")

    headers = [(name, plain(value) if name in _WITH_TAGS else value) for name, value in scope["headers"]]
    answer = await ask(app, {**scope, "headers": headers}, receive)
    if not reads or answer.status not in {_OK, NOT_MODIFIED}:
        return answer
    answer = answer.having("vary", "Accept-Encoding")
    return _as_gzip(asked, answer) if coded else answer


def _as_gzip(asked: Asked, answer: Answer) -> Answer:
    etag = answer.get("etag")
    if etag is not None:
        answer = answer.having("etag", f'{etag[:-1]}-gzip"')
    if asked.method == "HEAD":
        return answer.without("content-length").having("content-encoding", "gzip")
    if answer.status != _OK:
        return answer
    return answer.carrying(gzip.compress(answer.body, mtime=0)).having("content-encoding", "gzip")


def _tag_over_flag(parts: Parts) -> Handle:
    """The report's tag is strong and over the whole body, `cached` included: miss and hit have two tags."""

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        asked = Asked.of(scope)
        if asked.path != "/reports/" or asked.method not in {"GET", "HEAD"}:
            return await ask(app, scope, receive)
        answer = await ask(app, unconditional(scope) | {"method": "GET"}, receive)
        answer = answer.having("etag", etag_of(answer.body))
        now = parts.settings.clock()
        status = evaluate(asked.method, asked.lines, answer.validators(now), now)
        if status is not None:
            return replace(answer.without("content-type", "content-length"), status=status, body=b"")
        return answer if asked.method == "GET" else replace(answer, body=b"")

    return handle


def _weak_at_first(parts: Parts) -> Edit:
    """As Apache does: what has just changed may change again within the second, and under the same date."""
    clock, since = parts.settings.clock, dict[str, float]()

    def edit(_asked: Asked, answer: Answer) -> Answer:
        tag = answer.get("etag")
        if tag is None or clock() - since.setdefault(tag, clock()) >= _FRESH:
            return answer
        return answer.having("etag", weak(tag))

    return edit


def _in_whole_seconds(parts: Parts) -> Parts:
    clock = parts.settings.clock
    return replace(parts, cache=MemoryCache(lambda: float(int(clock())), parts.settings.max_entries))


VARIANTS = (
    Twist("old-public-errors", "errors are public, and old at once", _each(_public_but_old)),
    Twist("weak-tags", "all tags are weak", _tagged(lambda body: weak(etag_of(body)))),
    Twist(
        "strong-after-a-second",
        "a tag is weak in its first second, and strong from then on",
        answering_with(_weak_at_first),
    ),
    Twist("comma-in-tag", "tags have commas in them", _tagged(_comma)),
    Twist(
        "long-tag",
        "tags are a thousand characters long",
        _tagged(lambda body: etag_of(body)[:-1] + "0" * 968 + '"'),
    ),
    Twist(
        "obs-text-tag",
        "tags have a byte above 127 in them",
        _tagged(lambda body: etag_of(body)[:-1] + '\xfc"'),
    ),
    Twist("hit-flag-in-tag", "the report's tag changes with its flag", behind_with(_tag_over_flag)),
    Twist("no-last-modified", "no dates of change", _each(lambda answer: answer.without("last-modified"))),
    Twist("uppercase-cache-control", "directives in capitals", _each(_capitals)),
    Twist("cache-control-two-lines", "each directive on a line of its own", _each(_two_lines)),
    Twist("unknown-directives", "Cache-Control with extensions that nobody knows", _each(_unknown)),
    Twist(
        "gzip-with-vary",
        "coded for who takes it, each coding with its own tags",
        behind(_gzip),
    ),
    Twist("chunked", "no Content-Length but chunks", _each(_chunked)),
    Twist("head-knows-no-content", "HEAD has what is known without the content", answering(_without_content)),
    Twist("closing", "the connection is closed after each answer", _each(_closing)),
    Twist("slow", "each answer takes a tenth of a second", answering(_slow)),
    Twist("via-proxy", "fields of a proxy in front", _each(_via)),
    Twist(
        "content-length-on-304",
        "a 304 has the Content-Length of its 200",
        behind(_lengthy_304),
        render=plain,
    ),
    Twist("content-type-on-304", "a 304 has a Content-Type", _each(_typed_304)),
    Twist(
        "envelope", 'the list is in an envelope: {"items": [...]}', _listed(lambda items: {"items": items})
    ),
    Twist("newest-first", "the list begins with the newest", _listed(lambda items: items[::-1])),
    Twist("whole-second-ttl", "the cache counts whole seconds", made_of(_in_whole_seconds)),
)
