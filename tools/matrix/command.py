"""`python -m tools.matrix`: run what is stale, or some flaws, or all; write what came of it, or judge it.

python -m tools.matrix                 run what a change has touched; write the data and the documents
python -m tools.matrix NAME...         the same with these flaws
python -m tools.matrix --all           the same with all; the bounds of by-catch are drawn anew
python -m tools.matrix --check         say what is stale; run nothing, write nothing
python -m tools.matrix --check NAME... run these, and say what is otherwise than committed
python -m tools.matrix --check --all   run all, and trust no digest
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from conformance.errors import ConformanceError
from conformance.guesses import guessed
from conformance.load.specs import load
from conformance.model import Suite
from reference_impl.twisted.flaws import FLAWS, find
from tools.matrix.compare import TRIES, Trial
from tools.matrix.data import DATA, Data, Now, check_of, kept, now, read, stale, text
from tools.matrix.pages import FOLDER, catches, documents
from tools.matrix.runs import Shown, Task, measure
from tools.matrix.which import aimed, runnable

__all__ = ["main", "run", "unfresh"]

_ROOT: Final = Path(__file__).parents[2]
_EACH: Final = 1.9  # seconds of a processor that a flaw takes against all checks
_MOST: Final = 12  # names of stale flaws that are told
_AGAIN: Final = "run python -m tools.matrix"


def main(argv: Sequence[str] | None = None) -> int:
    """Do it; returns the exit status: 1 where something is stale, wrong, or otherwise than it should be."""
    given = _arguments(argv)
    try:
        for name in given.names:
            find(name)
        suite = load()
        _look_at_rows(suite)
    except (ValueError, ConformanceError) as problem:  # a name that there is not, a mistake in a spec
        sys.stderr.write(f"{problem}\n")
        return 2
    data, current = read(), now(suite)
    if given.check and not given.names and not given.all:
        return _said(unfresh(data, current, suite))
    names = runnable(suite) if given.all else given.names
    tasks = tuple(map(Task, names)) if names else stale(data, current)
    forgotten = Data() if given.all and not given.check else data
    begun = time.monotonic()
    if len(tasks) > _MOST:
        about = max(1, round(len(tasks) * _EACH / 60 / (os.cpu_count() or 1)))
        flaws, minutes = _count(len(tasks), "flaw"), _count(about, "minute")
        sys.stdout.write(f"{flaws} to be run: about {minutes} where nothing else runs\n")
        sys.stdout.flush()
    trials = run(tasks, forgotten, suite)
    if tasks:
        sys.stdout.write(f"{_count(len(tasks), 'flaw')} run in {time.monotonic() - begun:.0f} s\n")
    wrong = [line for trial in trials for line in (*trial.wrong, *trial.changed)]
    if given.check:
        return _said([*wrong, *unfresh(data, current, suite)])
    settled = {trial.task: trial.settled for trial in trials if trial.task.flaw in current.flaws}
    after = kept(data, current, settled)
    new = [trial for trial in trials if trial.task.flaw not in data.flaws]
    _tell(trials if len(trials) <= _MOST else new, suite)
    _tell_checks(data, after, suite)
    _write({DATA: text(after), **documents(after, suite)})
    _said(wrong)
    return 1 if any(trial.wrong for trial in trials) else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m tools.matrix",
        description="Runs flaws of the reference against the checks: those named, or what is stale.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a flaw to be run")
    parser.add_argument("--all", action="store_true", help="run all, whatever has changed")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where something is stale")
    given = parser.parse_args(argv)
    if given.names and given.all:
        parser.error("either names or --all")
    return given


def _look_at_rows(suite: Suite) -> None:
    """Refuse a flaw that is to break a row which the register does not have.

    Raises:
        ValueError: with the flaw, the row and what is near.
    """
    for flaw in FLAWS.values():
        for row in flaw.breaks:
            if row not in suite.requirements:
                says = f"the flaw {flaw.name} breaks {row!r}, which is no row of the register"
                raise ValueError(guessed(says, row, suite.requirements))


# ------------------------------------------------------------------ running


def run(tasks: Sequence[Task], data: Data, suite: Suite) -> list[Trial]:
    """Run each task; those that show otherwise than recorded again, since luck is no verdict."""
    tries: dict[Task, list[Shown]] = {task: [] for task in tasks}
    again: Sequence[Task] = tasks
    for _ in range(TRIES):
        found = measure(again)
        for task in again:
            tries[task].append(found[task.flaw])
        trials = [Trial(task, data, suite, tries[task]) for task in tasks]
        again = [trial.task for trial in trials if trial.wrong or trial.changed]
        if not again:
            break
    return trials


# ------------------------------------------------------------------ what is stale


def unfresh(data: Data, current: Now, suite: Suite) -> list[str]:
    """What of the committed files a run would write anew: as sentences. Nothing is run for it."""
    tasks = stale(data, current)
    said = [f"{name}; {_AGAIN}" for name in _reasons(tasks, data, current)]
    if not tasks and text(kept(data, current, {})) != text(data):
        said.append(f"{_name(DATA)} holds what there is no more; {_AGAIN}")
    wanted = documents(data, suite)
    differing = [path for path, made in wanted.items() if not _holds(path, made)]
    said += [f"{_name(path)} is stale; {_AGAIN}" for path in [*differing, *_leftover(wanted)]]
    return said


def _reasons(tasks: Sequence[Task], data: Data, current: Now) -> Iterator[str]:
    whole = [task.flaw for task in tasks if task.checks is None]
    checks = sorted(frozenset[str]().union(*(task.checks or () for task in tasks)))
    if checks:
        yield f"new or changed since the flaws were run: {', '.join(checks)}"
    if whole and data.ground.machinery != current.ground.machinery:
        yield "the suite or the reference has changed since the flaws were run"
    elif whole:
        more = f" and {len(whole) - _MOST} more" if len(whole) > _MOST else ""
        yield f"new or changed since they were run: {', '.join(whole[:_MOST])}{more}"


def _holds(path: Path, made: str) -> bool:
    return path.is_file() and path.read_text("utf-8") == made


def _leftover(wanted: dict[Path, str]) -> list[Path]:
    """Pages of topics that there are no more."""
    return sorted(path for path in FOLDER.glob("*.md") if path not in wanted)


# ------------------------------------------------------------------ telling and writing


def _tell(trials: Sequence[Trial], suite: Suite) -> None:
    """What each flaw fails."""
    for trial in trials:
        name, fails = trial.task.flaw, trial.settled
        targets = aimed(FLAWS[name], suite)
        hit = [each for each in sorted(fails) if check_of(each) in targets]
        rest = [each for each in sorted(fails) if check_of(each) not in targets]
        by = f"; by-catch: {', '.join(rest)}" if rest else ""
        sys.stdout.write(f"{name}: fails {', '.join(hit) or 'no check of what it breaks'}{by}\n")


def _tell_checks(before: Data, data: Data, suite: Suite) -> None:
    """What each check that is new or changed fails under, and which has lost all that it caught."""
    table, digests = catches(data, suite), data.ground.checks
    known = catches(before, suite)
    for id_ in sorted(table):
        lost = [name for name in known.get(id_, ()) if FLAWS[name].counting] if not table[id_] else []
        names = ", ".join(table[id_]) or (
            f"none any more: {', '.join(lost)} count what they are asked, and more is asked of them now"
            if lost
            else "none of the flaws that break its row: it needs one"
        )
        if before.ground.checks.get(id_) != digests.get(id_) or (known[id_] and not table[id_]):
            sys.stdout.write(f"{id_}: fails under {names}\n")


def _write(files: dict[Path, str]) -> None:
    for path, made in files.items():
        if not _holds(path, made):
            path.parent.mkdir(exist_ok=True)
            path.write_text(made, encoding="utf-8")
            sys.stdout.write(f"{_name(path)} is written\n")
    for path in _leftover(files):
        path.unlink()
        sys.stdout.write(f"{_name(path)} is gone\n")


def _said(lines: Sequence[str]) -> int:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    return 1 if lines else 0


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _name(path: Path) -> str:
    return path.relative_to(_ROOT).as_posix()
