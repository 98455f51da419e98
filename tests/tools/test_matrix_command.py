"""`python -m tools.matrix`: what it runs, what it says, and when it writes."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from helpers.runs import SUITE

from tools.matrix import command
from tools.matrix.compare import TRIES
from tools.matrix.data import DATA, Data, Now, read
from tools.matrix.pages import INDEX
from tools.matrix.runs import Shown, Task


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is run; each flaw shows what is recorded, and never-miss has a new by-catch."""
    names: list[str] = []
    lines = read().flaws

    def measure(tasks: Sequence[Task]) -> dict[str, Shown]:
        names.extend(task.flaw for task in tasks)
        more = {"never-miss": frozenset({"etag-lasts@items"})}
        return {task.flaw: Shown(lines[task.flaw].fails | more.get(task.flaw, frozenset())) for task in tasks}

    monkeypatch.setattr(command, "measure", measure)
    return names


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What would be written."""
    found: dict[str, str] = {}
    monkeypatch.setattr(command, "_write", lambda files: found.update({p.name: t for p, t in files.items()}))
    return found


def test_a_name_that_there_is_not_gets_the_nearest(
    ran: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["alway-304"]) == 2
    assert "no flaw is called 'alway-304'; did you mean 'always-304'?" in capsys.readouterr().err
    assert ran == []


def test_names_and_all_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["--all", "always-304"])


def test_only_the_flaws_that_are_named_run(
    ran: list[str], written: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["no-etag", "fat-304"]) == 0
    assert ran == ["no-etag", "fat-304"]
    out = capsys.readouterr().out
    assert re.match(r"2 flaws run in \d+ s\n", out)
    assert "no-etag: fails etag-present@items\n" in out
    assert {DATA.name, INDEX.name, "flaws.json"} <= set(written)


def test_a_check_runs_what_differs_again_and_writes_nothing(
    ran: list[str], written: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--check", "never-miss", "no-etag"]) == 1
    assert ran == ["never-miss", "no-etag"] + ["never-miss"] * (TRIES - 1)
    out = capsys.readouterr().out
    assert "never-miss fails etag-lasts on items, as by-catch, and is not recorded to\n" in out
    assert "no-etag" not in out
    assert written == {}


def test_everything_runs_where_that_is_asked(ran: list[str], written: dict[str, str]) -> None:
    command.main(["--check", "--all"])
    assert set(ran) == set(read().flaws)


def test_what_is_stale_is_told_and_nothing_is_run(
    ran: list[str],
    written: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = read()
    lines = {name: line for name, line in data.flaws.items() if name != "no-etag"}
    monkeypatch.setattr(command, "read", lambda: type(data)(data.ground, lines))
    monkeypatch.setattr(command, "now", lambda suite: _as_measured(data))
    assert command.main(["--check"]) == 1
    out = capsys.readouterr().out
    assert "new or changed since they were run: no-etag; run python -m tools.matrix\n" in out
    assert "docs/matrix/contract.md is stale" in out
    assert (ran, written) == ([], {})


def test_what_is_fresh_is_not_run_and_not_told(
    ran: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = read()
    monkeypatch.setattr(command, "now", lambda suite: _as_measured(data))
    assert command.unfresh(data, _as_measured(data), SUITE) == []
    assert command.main([]) == 0
    assert (ran, capsys.readouterr().out) == ([], "")


def _as_measured(data: Data) -> Now:
    return Now(data.ground, {name: line.code for name, line in data.flaws.items()})
