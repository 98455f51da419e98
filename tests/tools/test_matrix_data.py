"""Which measurements are stale, and what is kept of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tools.matrix.data import Data, Ground, Line, Now, kept, read, stale, text
from tools.matrix.runs import Task

GROUND = Ground("m1", {"quoted": "q1", "lasts": "l1"})
NOW = Now(GROUND, {"bare": "b1", "odd": "o1"})
DATA = Data(GROUND, {"bare": Line("b1", frozenset({"quoted@items"})), "odd": Line("o1", frozenset())})
NEW = Ground("m1", {**GROUND.checks, "new": "n1"})


def checks(**digests: str) -> Now:
    return replace(NOW, ground=replace(GROUND, checks={**GROUND.checks, **digests}))


@pytest.mark.parametrize(
    ("current", "tasks"),
    [
        (NOW, ()),
        (replace(NOW, flaws={**NOW.flaws, "bare": "b2"}), (Task("bare"),)),
        (replace(NOW, flaws={**NOW.flaws, "third": "t1"}), (Task("third"),)),
        (replace(NOW, flaws={"odd": "o1"}), ()),
        (replace(NOW, ground=replace(GROUND, machinery="m2")), (Task("bare"), Task("odd"))),
        (checks(new="n1"), (Task("bare", frozenset({"new"})), Task("odd", frozenset({"new"})))),
        (checks(quoted="q2"), (Task("bare", frozenset({"quoted"})), Task("odd", frozenset({"quoted"})))),
        (replace(NOW, ground=replace(GROUND, checks={"quoted": "q1"})), ()),
        (
            replace(checks(new="n1"), flaws={"bare": "b2", "odd": "o1"}),
            (Task("bare"), Task("odd", frozenset({"new"}))),
        ),
    ],
)
def test_only_what_a_change_touches_is_stale(current: Now, tasks: tuple[Task, ...]) -> None:
    assert stale(DATA, current) == tasks


def test_nothing_measured_is_all_stale() -> None:
    assert stale(Data(), NOW) == (Task("bare"), Task("odd"))


def test_when_all_was_run_nothing_is_stale() -> None:
    current = replace(NOW, ground=NEW)
    tasks = stale(DATA, current)
    after = kept(DATA, current, {task: frozenset({"new@items"}) for task in tasks})
    assert after.ground == NEW
    assert after.flaws["bare"] == Line("b1", frozenset({"quoted@items", "new@items"}))
    assert stale(after, current) == ()


def test_a_flaw_that_was_run_alone_is_fresh_and_the_others_are_not() -> None:
    current = replace(NOW, ground=NEW)
    after = kept(DATA, current, {Task("bare"): frozenset({"new@items"})})
    assert stale(after, current) == (Task("odd", frozenset({"new"})),)
    assert after.flaws["bare"].fails == {"new@items"}


def test_a_flaw_that_was_run_on_a_change_is_stale_when_that_is_taken_back() -> None:
    after = kept(DATA, replace(NOW, ground=NEW), {Task("bare"): frozenset({"new@items"})})
    assert stale(after, NOW) == (Task("bare"),)


def test_a_run_on_the_ground_of_all_needs_no_ground_of_its_own() -> None:
    assert kept(DATA, NOW, {Task("bare"): frozenset()}).flaws["bare"] == Line("b1", frozenset())


def test_what_there_is_no_more_is_left_out() -> None:
    current = Now(Ground("m1", {"lasts": "l1"}), {"bare": "b1"})
    assert kept(DATA, current, {}) == Data(current.ground, {"bare": Line("b1", frozenset())})


def test_the_file_has_a_line_for_each_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "measured.json"
    data = replace(DATA, flaws={**DATA.flaws, "own": Line("x1", frozenset({"b@r", "a@r"}), "ground")})
    path.write_text(text(data))
    assert read(path) == data
    assert '"own": {"code": "x1", "ground": "ground", "fails": ["a@r", "b@r"]}' in text(data).splitlines()


def test_without_a_file_nothing_is_known(tmp_path: Path) -> None:
    assert read(tmp_path / "none.json") == Data()
