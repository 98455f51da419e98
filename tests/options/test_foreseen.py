"""Which server a command line will ask for, and which may not start before all is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.options.foreseen import foreseen
from conformance.servers.specs import AppSpec, CommandSpec

APP = ("run", "--app", "main:app")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a target file and checks, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").touch()
    Path("checks").mkdir()
    return tmp_path


def test_what_is_started_is_told_at_a_glance() -> None:
    assert foreseen(APP) == AppSpec("main:app", env={})
    assert foreseen(["run", "--serve", "node a.js"]) == CommandSpec("node a.js", env={})
    assert foreseen([*APP, "--assignment", "week.yaml"]) == AppSpec("main:app", env={})


@pytest.mark.parametrize(
    "words",
    [
        ("run", "http://127.0.0.1:1"),
        ("judge", "report.json"),
        (*APP, "--help"),
        (*APP, "--report", "report.json"),
        (*APP, "--app-dir", "nowhere"),
        (*APP, "--isolate", "auto", "--assignment", "week.yaml"),
        (*APP, "--isolate", "auto", "--assignment=week.yaml"),
    ],
    ids=" ".join,
)
def test_what_may_not_start_at_once_does_not(words: tuple[str, ...]) -> None:
    assert foreseen(words) is None


def test_what_a_run_reads_is_kept_from_an_isolated_server(here: Path) -> None:
    words = [*APP, "--target", "mine.yaml", "--specs", "checks"]
    isolated, free = foreseen([*words, "--isolate", "auto"]), foreseen(words)
    assert isolated
    assert isolated.apart == (here / "mine.yaml", here / "checks")
    assert free
    assert free.apart == (), "who sees all files is not started anew for them"


def test_a_built_in_target_is_no_file(here: Path) -> None:
    (here / "lesson").mkdir()  # such as the package that is judged
    found = foreseen([*APP, "--isolate", "auto"])
    assert found
    assert found.apart == ()
