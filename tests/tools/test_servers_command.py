"""tools.servers.command: what makes a run red, and what is only told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.servers.errors import ServerError
from tools.servers import command
from tools.servers.expecting import Behaviour
from tools.servers.getting import Got, NotHere
from tools.servers.judging import Finding, Outcome
from tools.servers.table import Row

ROW = Row("A server", "serve", {"page": {}}, name="a")
STAR = Finding("inm-star", "page", "fail", "expected 304, found 200")


def outcome(*findings: Finding) -> Outcome:
    return Outcome("1.0", {"if-none-match": {"pass": 3}}, findings)


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> list[Outcome | Exception]:
    """What comes of each run, to be filled in; nothing is installed, started or written."""
    coming: list[Outcome | Exception] = []

    def judge(_row: Row, _got: Got) -> Outcome:
        found = coming.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(command, "rows", lambda: {"a": ROW})
    monkeypatch.setattr(command, "get", lambda _row: Got("1.0", {}))
    monkeypatch.setattr(command, "judge", judge)
    monkeypatch.setattr(command, "known", lambda _row: [Behaviour("why", "source", {"inm-star": "B06"})])
    monkeypatch.setattr("signal.signal", lambda *_: None)
    return coming


Out = pytest.CaptureFixture[str]


def test_what_fails_as_expected_is_green(outcomes: list[Outcome | Exception], capsys: Out) -> None:
    outcomes.append(outcome(STAR))
    assert command.main([]) == 0
    assert "ok    a 1.0: 3 pass, 0 fail, 0 warn" in capsys.readouterr().out


def test_a_new_failure_is_red_and_told_in_full(outcomes: list[Outcome | Exception], capsys: Out) -> None:
    outcomes.append(outcome(STAR, Finding("ims-junk", "page", "fail", "expected 200, found 304")))
    assert command.main([]) == 1
    assert "page::ims-junk is new: fail: expected 200, found 304" in capsys.readouterr().out


def test_a_failure_that_did_not_come_is_red(outcomes: list[Outcome | Exception], capsys: Out) -> None:
    outcomes.append(outcome())
    assert command.main([]) == 1
    assert "page::inm-star is expected to fail, and does not" in capsys.readouterr().out


def test_what_is_not_the_same_each_time_is_red(outcomes: list[Outcome | Exception], capsys: Out) -> None:
    outcomes += [outcome(STAR), outcome(STAR), outcome()]
    assert command.main(["--times", "3"]) == 1
    assert "page::inm-star: fail in 2 of 3 runs" in capsys.readouterr().out


def test_a_server_that_does_not_start_is_red(outcomes: list[Outcome | Exception], capsys: Out) -> None:
    outcomes.append(ServerError("the server exited with status 1"))
    assert command.main([]) == 1
    assert "RED   a 1.0: the server exited with status 1" in capsys.readouterr().out


def test_what_can_not_be_installed_is_told_and_not_red(
    outcomes: list[Outcome | Exception], monkeypatch: pytest.MonkeyPatch, capsys: Out
) -> None:
    there: Iterator[bool] = iter([True, False])

    def get(_row: Row) -> Got:
        if next(there):
            return Got("1.0", {})
        raise NotHere("npm is not here")

    monkeypatch.setattr(command, "rows", lambda: {"a": ROW, "b": ROW})
    monkeypatch.setattr(command, "get", get)
    outcomes.append(outcome(STAR))
    assert command.main([]) == 0
    assert "----  a: not installed: npm is not here" in capsys.readouterr().out


def test_a_run_that_has_judged_nothing_is_no_pass(
    outcomes: list[Outcome | Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def get(_row: Row) -> Got:
        raise NotHere("no network")

    monkeypatch.setattr(command, "get", get)
    assert command.main([]) == 1
    assert not outcomes


def test_an_unknown_name_is_told(outcomes: list[Outcome | Exception], capsys: Out) -> None:
    assert command.main(["b"]) == 2
    assert "no server 'b'" in capsys.readouterr().err
    assert not outcomes
