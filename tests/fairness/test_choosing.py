"""Servers that compress as common middleware does, or not at all, and what is held against them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

from helpers.runs import SUITE, answering, wrapped
from starlette.middleware.gzip import GZipMiddleware

from conformance.load.target import load_target
from conformance.plan.lanes import plan
from reference_impl.twisted.asgi import Answer

CODINGS = (
    "codings-have-own-tags",
    "compressed-body-is-the-plain-one",
    "compressed-answer-varies",
    "plain-answer-varies-too",
    "codings-vary-alike",
    "unknown-coding-is-plain",
    "refused-coding-is-not-used",
    "compressed-tag-is-304",
    "coding-is-told",
)
RUNS = frozenset(
    run.id
    for run in plan(SUITE, load_target(), "full").runs
    if run.resource and run.resource.name == "items" and run.check.id in CODINGS
)
BOMB = gzip.compress(b"\0" * (40 * 1024 * 1024), mtime=0)


def judged(wrap: Callable[[Any], Any]) -> dict[str, tuple[str, str]]:
    """Outcome and message of each check of codings, on the list of the reference behind this."""
    with wrapped(wrap) as server:
        report = server.judge(tier="full", selected=RUNS)
    return {
        e.id: (e.verdict.outcome, e.verdict.message)
        for e in report.judged
        if e.id in CODINGS and e.nodeid in RUNS
    }


def outcomes(found: dict[str, tuple[str, str]], outcome: str) -> set[str]:
    return {id_ for id_, (each, _) in found.items() if each == outcome}


def coded(
    body: Callable[[bytes], bytes], coding: str = "gzip", *, wherever: bool = True
) -> Callable[[Any], Any]:
    """The list in that coding, whatever is asked for; or else wherever something is said of codings."""

    async def change(scope: Any, whole: Any) -> Answer:
        answer: Answer = await whole()
        said = any(name == b"accept-encoding" for name, _ in scope["headers"])
        if scope["path"] != "/items/" or not answer.body or not (wherever or said):
            return answer
        return answer.carrying(body(answer.body)).having("content-encoding", coding)

    return answering(change)


def test_what_is_never_compressed_has_nothing_to_answer_for() -> None:
    found = judged(lambda app: app)
    assert outcomes(found, "not-applicable") == {*CODINGS}


def test_middleware_that_compresses_under_a_strong_tag_fails_for_that_and_for_its_weights() -> None:
    """GZipMiddleware leaves the tag as it is, and looks for the word gzip alone."""
    found = judged(lambda app: GZipMiddleware(app, minimum_size=10))
    assert outcomes(found, "fail") == {"codings-have-own-tags", "refused-coding-is-not-used"}
    assert outcomes(found, "pass") == {*CODINGS} - outcomes(found, "fail")


def test_what_is_there_in_one_coding_only_may_disregard_what_is_asked_for() -> None:
    """RFC 9110 12.4.1: where nothing that there is would do, the field may be disregarded."""
    found = judged(coded(lambda body: gzip.compress(body, mtime=0)))
    assert outcomes(found, "fail") == set()


def test_a_bomb_where_nothing_was_to_be_compressed_is_told_as_one() -> None:
    found = judged(coded(lambda _: BOMB, wherever=False))
    outcome, says = found["refused-coding-is-not-used"]
    assert (outcome, "bytes that decode to more than 33554432" in says) == ("fail", True)
    assert not outcomes(found, "error")


def test_what_does_not_decode_is_told_with_the_reason() -> None:
    found = judged(coded(lambda body: gzip.compress(body, mtime=0)[:-6]))
    outcome, says = found["coding-is-told"]
    assert (outcome, "bytes that do not: it is cut short" in says) == ("fail", True)
    assert not outcomes(found, "error")


def test_what_we_cannot_decode_is_not_said_to_be_broken() -> None:
    found = judged(coded(lambda body: body[::-1], "conformance"))
    assert found["coding-is-told"][0] == "pass"
    assert found["compressed-body-is-the-plain-one"][0] == "not-applicable"
