"""Flaws of a cache before a source that changes, fails, or dates its changes ahead, without any word to it.

`breaks` names rows of the RFCs.
"""

from __future__ import annotations

from reference_impl.caching import http_date
from reference_impl.twisted.asgi import Answer, Asked, Edit
from reference_impl.twisted.flaws.kind import Flaw
from reference_impl.twisted.parts import Parts
from reference_impl.twisted.twists import answering_with

__all__ = ["FLAWS"]

_OK, _PRECONDITION_FAILED, _DOWN = 200, 412, 503
_CONDITIONS = ("if-match", "if-unmodified-since")
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


def _deciding(name: str, told_by: str) -> Edit:
    """A condition that holds for what was kept is taken to hold."""
    kept: dict[str, Answer] = {}

    def edit(asked: Asked, answer: Answer) -> Answer:
        if not _behind(asked):
            return answer
        if answer.status == _OK:
            kept[asked.path] = answer
        last = kept.get(asked.path)
        alone = not any(other != name and asked.get(other) is not None for other in _CONDITIONS)
        refused = answer.status == _PRECONDITION_FAILED and alone
        return last if refused and last and asked.get(name) == last.get(told_by) else answer

    return edit


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
        answering_with(lambda _: _deciding("if-match", "etag")),
        breaks=("K22",),
    ),
    Flaw(
        "whole-decides-if-unmodified-since",
        "If-Unmodified-Since is compared with what was kept",
        answering_with(lambda _: _deciding("if-unmodified-since", "last-modified")),
        breaks=("K22",),
    ),
    Flaw(
        "last-modified-ahead",
        "a change that is dated ahead is sent so",
        answering_with(_dated_ahead),
        breaks=("A14", "A13"),
    ),
)
