"""Servers that keep values for their users, who log in by cookie, and what is held against them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Request, Response
from helpers.runs import SUITE, on, wrapped

from conformance.load.target import load_target
from conformance.model import Report
from conformance.plan.lanes import plan
from reference_impl.settings import Settings

TARGET = """\
name: mine
users:
  ada: {Cookie: user=ada}
  bob: {Cookie: user=bob}
resources:
  me: {read: GET /me, json: object, per-user: true, ttl: 30, value: /at, hit: /cached}
  hello: {read: GET /hello}
"""
CHECKS = ("users-have-own-answers", "nobody-has-a-users-answer", "per-user-is-not-offered-to-all")
Key = Callable[[str], str]


def app_of(key: Key, *, login_first: bool = True, known: tuple[str, ...] = ("ada", "bob")) -> Any:
    """A server that keeps what it knows of a user under that key."""

    def build(settings: Settings) -> Any:
        app, kept = FastAPI(), dict[str, tuple[float, dict[str, Any]]]()

        @app.get("/me")
        async def me(request: Request) -> dict[str, Any]:
            user = request.cookies.get("user", "")
            if login_first and user not in known:
                raise HTTPException(403 if user else 401)
            until, value = kept.get(key(user), (0.0, {}))
            if settings.clock() < until:
                return value | {"cached": True}
            if user not in known:
                raise HTTPException(401)
            value = {"user": user, "at": settings.clock()}
            kept[key(user)] = (settings.clock() + 30, value)
            return value | {"cached": False}

        @app.get("/hello")
        async def hello(request: Request) -> Response:
            name = request.cookies.get("user", "whoever you are")
            return Response(f"Hello, {name}", headers={"Cache-Control": "max-age=60"})

        return app

    return build


@pytest.fixture
def judged(tmp_path: Path) -> Callable[..., Report]:
    """Judge such a server by what is one user's own."""
    (tmp_path / "t.yaml").write_text(TARGET)
    target = load_target(str(tmp_path / "t.yaml"))
    wanted = frozenset(run.id for run in plan(SUITE, target, "full").runs if run.check.id in CHECKS)

    def of(build: Any) -> Report:
        with wrapped(lambda app: app, build) as server:
            return server.judge(target=str(tmp_path / "t.yaml"), tier="full", selected=wanted)

    return of


def test_a_key_with_the_user_in_it_is_right_whatever_the_flag_says(judged: Callable[..., Report]) -> None:
    report = judged(app_of(lambda user: f"me:{user}"))
    assert on(report, "users-have-own-answers", "me").outcome == "pass"


def test_a_key_without_the_user_gives_one_what_is_the_others(judged: Callable[..., Report]) -> None:
    verdict = on(judged(app_of(lambda _: "me")), "users-have-own-answers", "me")
    assert (verdict.outcome, verdict.code) == ("fail", "body.unlike")


def test_a_login_that_is_looked_at_after_the_cache_lets_nobody_in(judged: Callable[..., Report]) -> None:
    verdict = on(
        judged(app_of(lambda user: user or "ada", login_first=False)), "users-have-own-answers", "me"
    )
    assert (verdict.outcome, verdict.step) == ("fail", "nobody")


def test_a_second_user_whom_the_server_does_not_know_is_no_fault(judged: Callable[..., Report]) -> None:
    verdict = on(judged(app_of(lambda user: user, known=("ada",))), "users-have-own-answers", "me")
    assert verdict.outcome == "inconclusive"
    assert "GET /me wants a login (403), and does not take what the target file sends" in verdict.message


def test_what_is_said_by_cookie_is_offered_to_all_by_a_lifetime(judged: Callable[..., Report]) -> None:
    report = judged(app_of(str))
    assert on(report, "nobody-has-a-users-answer", "hello").outcome == "pass"
    assert on(report, "per-user-is-not-offered-to-all", "hello").verdict == "warn"
