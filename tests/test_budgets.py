"""An assignment's budget: it reaches the server that it is for, or is refused where none is held to it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from conformance import cli
from conformance.commands.assigning import choose
from conformance.errors import AssignmentError
from conformance.model import Budget
from conformance.options.run import Asked, Serving
from conformance.servers import isolation

BUDGET = "name: x\nbudget:\n  seconds: 90\n  memory: 96 MiB\n  disk: 8 MiB\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has all levels of isolation."""
    levels = tuple(dataclasses.replace(each, lacking=str) for each in isolation.LEVELS)
    monkeypatch.setattr(isolation, "LEVELS", levels)


@pytest.mark.usefixtures("able")
def test_a_budget_reaches_the_server_that_it_is_for() -> None:
    Path("week.yaml").write_text(BUDGET)
    asked = choose("week.yaml").asked(Asked(serving=Serving(app="main:app", isolate="namespaces")), {})
    spec = asked.spec()
    assert spec
    assert spec.budget == Budget(90, 96 << 20, 64, 8 << 20)
    assert asked.deadline == 90


@pytest.mark.usefixtures("able")
@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(
    ("serving", "line", "word", "able_to"),
    [
        (Serving(app="main:app"), 4, "memory", "namespaces or uid"),
        (Serving(app="main:app", isolate="uid"), 5, "disk", "namespaces"),
    ],
)
def test_a_budget_that_is_not_held_is_refused_at_its_line(
    serving: Serving, line: int, word: str, able_to: str, frozen: bool
) -> None:
    Path("week.yaml").write_text(BUDGET)
    name = "week.frozen.json" if frozen else "week.yaml"
    if frozen:
        assert cli.command(["freeze", "week.yaml"]) == 0
        text = Path(name).read_text().splitlines()
        line = next(number for number, each in enumerate(text, 1) if f'"{word}"' in each)
    says = f"{name}:{line}: {word}: no server is held to it at the level of isolation '{serving.isolate}'"
    advice = f"isolate it by {able_to} (--isolate), or leave it out"
    with pytest.raises(AssignmentError, match=re.escape(f"{says}: {advice}")):
        choose(name).asked(Asked(serving=serving), {})


def test_a_budget_binds_no_server_of_somebody_elses() -> None:
    Path("week.yaml").write_text(f"{BUDGET}server: url\n")
    with pytest.raises(AssignmentError, match=r"week\.yaml:2: no budget but seconds binds a server that"):
        choose("week.yaml").asked(Asked("http://127.0.0.1:1"), {})


def test_a_budget_of_seconds_alone_is_held_everywhere() -> None:
    Path("week.yaml").write_text("name: x\nbudget: {seconds: 90}\n")
    assert choose("week.yaml").asked(Asked(serving=Serving(app="main:app")), {}).deadline == 90


@pytest.mark.usefixtures("able")
def test_the_assignment_and_the_reports_of_a_run_are_kept_from_an_isolated_server(tmp_path: Path) -> None:
    asked = Asked(serving=Serving(app="main:app", isolate="uid", apart=("kept",)))
    spec = asked.apart("report.json", None, tmp_path / "week.yaml").spec()
    assert spec
    assert spec.apart == (tmp_path / "kept", tmp_path / "report.json", tmp_path / "week.yaml")
