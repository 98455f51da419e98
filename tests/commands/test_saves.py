"""conformance.commands.saves: what is a save, and what is not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from conformance.commands.saves import Saves
from conformance.errors import UsageError


def test_without_the_extra_it_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    with pytest.raises(UsageError, match=r"pip install 'cache-conformance\[watch\]'"):
        Saves([])


@pytest.fixture
def saves(tmp_path: Path) -> Iterator[Saves]:
    pytest.importorskip("watchfiles")
    target = tmp_path / "target.json"
    target.touch()
    with closing(Saves([tmp_path], [target])) as made:
        yield made


def test_what_a_server_is_written_in_counts_and_what_it_writes_itself_does_not(
    saves: Saves, tmp_path: Path
) -> None:
    counting = ["main.py", "inner/app.ts", ".env", "target.json"]
    others = ["data.db", "app.log", "items.json", "main.pyc"]
    assert [name for name in (*counting, *others) if saves.counts(tmp_path / name)] == counting


def test_a_save_comes_with_the_file(saves: Saves, tmp_path: Path) -> None:
    # Written until it is seen: the watcher may not look yet when it is written first.
    for number in range(1000):
        (tmp_path / "main.py").write_text(f"x = {number}\n")
        if saves:
            break
        saves._closed.wait(0.02)  # noqa: SLF001
    assert next(iter(saves)) == {tmp_path / "main.py"}


class Dying:
    """watchfiles, which sees one save and then ends."""

    def __init__(self, problem: Exception | None = None) -> None:
        self._problem = problem

    @staticmethod
    def DefaultFilter() -> Callable[[Any, str], bool]:  # noqa: N802 - as it is called
        return lambda _change, _path: True

    def watch(self, *_: Path, **_more: Any) -> Iterator[set[tuple[int, str]]]:
        yield {(1, "/x/main.py")}
        if self._problem is not None:
            raise self._problem


@pytest.mark.parametrize(
    ("problem", "says"),
    [
        (OSError("OS file watch limit reached"), r"\(OSError: OS file watch limit reached\): see to that"),
        (None, r"watchfiles has ended \(without saying why\)"),
    ],
)
def test_nobody_waits_for_a_watcher_that_has_died(
    problem: Exception | None, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", Dying(problem))
    with closing(Saves([tmp_path])) as made:
        coming = iter(made)
        assert next(coming) == {Path("/x/main.py")}
        with pytest.raises(UsageError, match=says):
            next(coming)
