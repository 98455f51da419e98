"""A server that starts early is taken by whoever asks for the same, and else ended."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from conformance import cli
from conformance.execute import starting
from conformance.execute.starting import Early
from conformance.servers.errors import ServerError
from conformance.servers.specs import AppSpec


class _Started:
    """Stands for a server: whether it was stopped."""

    def __init__(self, spec: Any) -> None:
        self.spec = spec
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[_Started]:
    """What was started, in order."""
    all_: list[Any] = []

    def start_soon(spec: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if spec.app == "broken:app":
            future.set_exception(ServerError("it does not start"))
            return future
        all_.append(_Started(spec))
        future.set_result(all_[-1])
        return future

    monkeypatch.setattr(starting, "start_soon", start_soon)
    return all_


def test_who_asks_for_the_same_takes_what_has_begun(started: list[Any]) -> None:
    early = Early(AppSpec("main:app"))
    assert early.take(AppSpec("main:app")).result() is started[0]
    early.close()
    assert [each.stopped for each in started] == [False]


def test_who_asks_for_another_gets_it_and_the_first_is_ended(started: list[Any]) -> None:
    early = Early(AppSpec("main:app"))
    assert early.take(AppSpec("main:app", workers=2)).result() is started[1]
    early.close()
    assert [each.stopped for each in started] == [True, False]


def test_what_nobody_takes_and_did_not_even_start_is_no_trouble(started: list[Any]) -> None:
    Early(AppSpec("broken:app")).close()
    Early(None).close()
    assert started == []


@pytest.mark.parametrize(
    ("words", "apps"),
    [
        ("run --app main:app", ["main:app"]),
        ("run --tier lesson --app=main:app --set items.ttl=4", ["main:app"]),
        ("run --app main:app --help", []),
        ("run --app main", []),
        ("run --app", []),
        ("run --workers many --app main:app", []),
        ("run http://localhost:1", []),
        ("explain --app main:app", []),
        ("", []),
    ],
)
def test_only_a_run_that_names_an_app_starts_it_early(
    words: str, apps: list[str], started: list[_Started], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "app", lambda **_: 0)  # typer, which reads the rest
    assert cli.command(words.split()) == 0
    assert [each.spec.app for each in started] == apps
    assert all(each.stopped for each in started)
