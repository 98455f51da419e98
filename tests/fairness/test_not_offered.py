"""No fault: what a server does not offer, or not to us now, such as writes, a path, or more requests."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from helpers.runs import answering, bad, exchanges, on, reference, wrapped
from helpers.student import judge_student, reply

from reference_impl.twisted.asgi import Answer

ITEMS = "/items/"
WRITTEN = ("change-shows", "create-shows")


def plain(result: Any) -> dict[str, str]:
    return bad(result, "fail", "error", "unreachable", "inconclusive")


def test_writes_that_are_not_offered_apply_to_nothing() -> None:
    with reference(variant="no-writes") as server:
        result = server.judge()
    assert plain(result) == {}
    for check in (*WRITTEN, "remove-shows", "etag-changes-with-content"):
        assert on(result, check).outcome == "not-applicable"


def test_writes_that_want_a_login_are_told_with_how_to_log_in() -> None:
    with reference(variant="auth-writes") as server:
        result = server.judge()
    assert plain(result) == {}
    for check in WRITTEN:
        verdict = on(result, check)
        assert (verdict.outcome, verdict.code) == ("untestable", "write.refused")
        assert "-H 'Authorization: Bearer ${TOKEN}'" in verdict.message


def test_a_page_for_every_path_is_no_api() -> None:
    page = Answer(200, (("content-type", "text/html"),)).carrying(b"<html><body>Welcome</body></html>")
    with wrapped(answering(lambda *_: page)) as server:
        result = server.judge()
    for check, resource in (("etag-present", "items"), ("members-present", "cached-time")):
        verdict = on(result, check, resource)
        assert verdict.outcome == "fail"
        assert verdict.message.startswith("HTML came where JSON was due")
    may_lack = {each.name for each in result.target.resources if each.ask}
    asked_for = [e for e in result.judged if e.resource in may_lack]
    assert asked_for
    asked_for = [e for e in asked_for if result.about(e).requirement != "LES37"]
    assert {e.verdict.outcome for e in asked_for} == {"not-applicable"}
    assert len(bad(result, "fail")) == 2


def test_a_route_that_redirects_by_the_slash_is_one_warning() -> None:
    with reference(variant="no-slash") as server:
        result = server.judge()
        assert {m for m in ("PUT", "POST") if any(x.request.method == m for x in exchanges(result))}
    assert list(bad(result, "warn")) == ["specs/contract.yaml::items::path-answers-itself"]
    assert on(result, "path-answers-itself").message.startswith("/items/ redirects to /items")
    assert on(result, "change-shows").outcome == on(result, "create-shows").outcome == "pass"


@pytest.mark.parametrize(
    ("after", "outcome"), [("1", "pass"), ("3600", "inconclusive"), (None, "inconclusive")]
)
def test_a_rate_limit_is_waited_for_or_named(after: str | None, outcome: str) -> None:
    limited = iter((True,)) if after == "1" else itertools.repeat(True)

    def before(_method: str, path: str, headers: Mapping[str, str], _body: bytes) -> bytes | None:
        if path == ITEMS and "if-none-match" in headers and next(limited, False):
            return reply(429, {}, {"Retry-After": after} if after else {})
        return None

    verdict = on(judge_student(before, "inm-current-is-304"), "inm-current-is-304")
    assert verdict.outcome == outcome
    assert verdict.cause == ("a rate limit" if outcome == "inconclusive" else "")
