"""Variants of what is chosen by the request: how a notice is compressed and told, whose a profile is."""

from __future__ import annotations

import gzip
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from starlette.types import ASGIApp, Receive, Scope

from reference_impl.caching import NOT_MODIFIED, evaluate, weak
from reference_impl.negotiation import tag_of_coding, weights
from reference_impl.representations import to_json
from reference_impl.twisted.asgi import Answer, Asked, Edit, Handle, ask, unconditional
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Apply, Twist, answering, answering_with, asking, behind_with

_NOTICE, _PROFILE = "/notice/", "/profile/"
_OK = 200
_OF_THE_CONTENT = ("content-type", "content-length", "content-encoding", "content-language")


def _notice(edit: Callable[[Answer], Answer]) -> Apply:
    return answering(
        lambda asked, answer: (
            edit(answer) if asked.path == _NOTICE and answer.status in (_OK, NOT_MODIFIED) else answer
        )
    )


def _one_weak_tag(parts: Parts) -> Handle:
    """Of all codings: a weak tag may stand for bodies that say the same."""

    async def handle(app: ASGIApp, scope: Scope, receive: Receive) -> Answer:
        if scope["path"] != _NOTICE:
            return await ask(app, scope, receive)
        asked, answer = Asked.of(scope), await ask(app, unconditional(scope), receive)
        etag = answer.get("etag")
        if etag is None:
            return answer
        answer = answer.having("etag", weak(etag.replace("-gzip", "")))
        now = parts.settings.clock()
        status = evaluate(asked.method, asked.lines, answer.validators(now), now)
        if status is None:
            return answer
        return replace(answer.without(*_OF_THE_CONTENT), status=status, body=b"")

    return handle


def _in_members(answer: Answer) -> Answer:
    """A gzip file may have several (RFC 1952 2.2)."""
    if not (answer.get("content-encoding") and answer.body):
        return answer
    body = gzip.decompress(answer.body)
    parts = (body[: len(body) // 2], body[len(body) // 2 :])
    return answer.carrying(b"".join(gzip.compress(part, mtime=0) for part in parts))


def _bare_deflate(body: bytes) -> bytes:
    """Without the head and the sum that its registration asks for, as many send it and all accept it."""
    made = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return made.compress(body) + made.flush()


def _in_deflate(asked: Asked, answer: Answer) -> Answer:
    wanted = weights(asked.get("accept-encoding") or "").get("deflate", 0)
    plain = asked.path == _NOTICE and answer.status == _OK and not answer.get("content-encoding")
    if not (wanted and plain and asked.method == "GET"):
        return answer
    coded = answer.carrying(_bare_deflate(answer.body)).having("content-encoding", "deflate")
    return coded.having("etag", tag_of_coding(answer.get("etag") or '""', "deflate"))


def _vary_in_lines(answer: Answer) -> Answer:
    vary = answer.get("vary")
    return answer.having("vary", *vary.lower().split(", ")) if vary else answer


def _unless_refused(scope: Scope) -> Scope:
    """Who says nothing of codings gets gzip: without the field, any is acceptable (RFC 9110 12.5.3)."""
    if scope["path"] != _NOTICE or Asked.of(scope).get("accept-encoding") is not None:
        return scope
    return {**scope, "headers": [*scope["headers"], (b"accept-encoding", b"gzip")]}


def _counted(_parts: Parts) -> Edit:
    """A profile tells how often it was read, so no two answers are alike, and no tag is sent."""
    reads = Counter[str]()

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path != _PROFILE or answer.status != _OK:
            return answer
        user = asked.get("authorization") or ""
        reads[user] += asked.method == "GET"
        body = to_json(answer.data() | {"reads": reads[user]}) if answer.body else b""
        shown = answer.without("etag", "last-modified", "content-length")
        return replace(shown.having("cache-control", "private, no-cache"), body=body)

    return edit


def _redirected_to_login(asked: Asked, answer: Answer) -> Answer:
    if asked.path != _PROFILE or asked.get("authorization"):
        return answer
    return Answer(303, (("location", "/login"), ("cache-control", "no-store"), ("content-length", "0")))


VARIANTS = (
    Twist("one-weak-tag", "all codings of the notice have one weak tag", behind_with(_one_weak_tag)),
    Twist("gzip-in-members", "what is compressed has two members", _notice(_in_members)),
    Twist("in-deflate", "the notice is to be had in deflate, too", answering(_in_deflate)),
    Twist("gzip-unless-refused", "who asks for no coding gets gzip", asking(_unless_refused)),
    Twist("vary-in-lines", "each name in Vary has a line of its own", _notice(_vary_in_lines)),
    Twist("counted-profile", "a profile tells how often it was read", answering_with(_counted)),
    Twist(
        "profile-by-login",
        "who asks for a profile without a login is sent there",
        answering(_redirected_to_login),
    ),
)
