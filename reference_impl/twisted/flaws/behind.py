"""Flaws of a cache before a source that changes, fails, or dates its changes ahead, without any word to it.

`breaks` names rows of the RFCs.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from reference_impl.caching import http_date
from reference_impl.settings import Settings
from reference_impl.twisted.asgi import Answer, Asked, Edit, ask, tell
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import Create, answering_with

__all__ = ["FLAWS"]

_OK, _PRECONDITION_FAILED, _DOWN = 200, 412, 503
_A_DAY = 86_400.0


def _behind(asked: Asked) -> bool:
    return asked.path.startswith("/behind/") and asked.method == "GET"


def _good_to_the_last(_: Parts) -> Edit:
    """Whatever was answered last stands in for an error, whatever its Cache-Control says."""
    last: dict[str, Answer] = {}

    def edit(asked: Asked, answer: Answer) -> Answer:
        if _behind(asked) and answer.status == _OK:
            last[asked.path] = answer.having("x-cache", "HIT")
        down = _behind(asked) and answer.status == _DOWN
        return last.get(asked.path, answer) if down else answer

    return edit


def _never_stands_in(parts: Parts) -> Edit:
    """An answer that is older than its life is an error."""

    def edit(asked: Asked, answer: Answer) -> Answer:
        stale = _behind(asked) and int(answer.get("age") or 0) >= parts.settings.ttl
        return Answer(_DOWN, (("content-length", "0"),)) if stale else answer

    return edit


def _deciding(settings: Settings, create: Create) -> ASGIApp:
    """If-Match is compared with the tag that was kept, and what the source would say is not heard."""
    app, kept = create(Parts.of(settings)), dict[str, str]()

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _behind(Asked.of(scope)):
            await app(scope, receive, send)
            return
        asked, answer = Asked.of(scope), await ask(app, scope, receive)
        wanted, tag = asked.get("if-match"), kept.get(asked.path)
        if answer.status == _OK and wanted is None and not scope["query_string"]:
            kept[asked.path] = answer.get("etag") or ""
        if answer.status == _OK and wanted not in (None, "*") and tag and tag not in (wanted or ""):
            answer = Answer(_PRECONDITION_FAILED, (("content-length", "0"),))
        await tell(answer, send)

    return outer


def _deciding_writes(settings: Settings, create: Create) -> ASGIApp:
    """If-Match of a write is compared with the tag that was kept, and the source is not asked."""
    app, kept = create(Parts.of(settings)), dict[str, str]()

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked.of(scope) if scope["type"] == "http" else None
        if asked is None or not asked.path.startswith("/behind/") or scope["query_string"]:
            await app(scope, receive, send)
            return
        wanted = asked.get("if-match")
        if asked.method == "PUT" and wanted is not None and kept.get(asked.path, wanted) != wanted:
            await tell(Answer(_PRECONDITION_FAILED, (("content-length", "0"),)), send)
            return
        answer = await ask(app, scope, receive)
        if asked.method == "GET" and answer.status == _OK and not asked.conditional and wanted is None:
            kept[asked.path] = answer.get("etag") or ""
        await tell(answer, send)

    return outer


def _dated_ahead(parts: Parts) -> Edit:
    """The date of a change is sent as the source has it."""
    dated: dict[str, float] = {}

    def edit(asked: Asked, answer: Answer) -> Answer:
        if asked.path.startswith("/admin/"):
            dated.clear()
        if asked.path == "/admin/postdate":
            dated["to"] = parts.settings.clock() + _A_DAY
        known = _behind(asked) and dated and answer.get("last-modified") is not None
        return answer.having("last-modified", http_date(dated["to"])) if known else answer

    return edit


FLAWS = (
    Flaw(
        "whole-stale-while-down",
        "the last answer stands in for an error, whatever it says",
        answering_with(_good_to_the_last),
        breaks=("K18",),
    ),
    Flaw(
        "whole-never-stands-in",
        "stale-if-error is not known",
        answering_with(_never_stands_in),
        breaks=("K20",),
    ),
    Flaw(
        "whole-decides-if-match",
        "If-Match is compared with what was kept",
        _deciding,
        breaks=("K22",),
    ),
    Flaw(
        "whole-decides-write-conditions",
        "If-Match of a write is compared with what was kept",
        _deciding_writes,
        breaks=("K22",),
    ),
    Flaw(
        "last-modified-ahead",
        "a change that is dated ahead is sent so",
        answering_with(_dated_ahead),
        breaks=("A14", "A13"),
    ),
)
