"""What is committed of the measurements, and which of it is stale. Pure but for reading one file.

One line for each flaw: the digest of its code, and what failed. What all lines rest on stands once, at the
top: the digests of the machinery and of each check. Where single flaws have been run since, on a ground other
than that, their lines name it, until all the others follow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from conformance.model import Suite
from tools.matrix.digests import of_checks, of_flaw, of_machinery
from tools.matrix.runs import Task
from tools.matrix.which import runnable

__all__ = ["DATA", "Data", "Ground", "Line", "Now", "check_of", "kept", "now", "read", "stale", "text"]

DATA: Final = Path(__file__).parents[2] / "docs" / "matrix" / "measured.json"


@dataclass(frozen=True, slots=True)
class Ground:
    """What results rest on besides the flaw: the digests of the machinery, and of each check."""

    machinery: str = ""
    checks: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """One for all of them."""
        whole = json.dumps([self.machinery, dict(self.checks)], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured of a flaw.

    Args:
        code: the digest of the flaw.
        fails: "check@resource" of what failed.
        ground: the digest of what it was measured on, where that is not the ground of the whole; or "".
    """

    code: str
    fails: frozenset[str]
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Data:
    """All that was measured."""

    ground: Ground = field(default_factory=Ground)
    flaws: Mapping[str, Line] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Now:
    """What results would rest on if they were measured now; `flaws`: name -> the digest of its code."""

    ground: Ground
    flaws: Mapping[str, str]


def now(suite: Suite) -> Now:
    """The digests of the working tree."""
    return Now(
        Ground(of_machinery(), of_checks(suite)), {name: of_flaw(name, suite) for name in runnable(suite)}
    )


# ------------------------------------------------------------------ what is stale


def stale(data: Data, current: Now) -> tuple[Task, ...]:
    """What has to be run: a flaw against the checks that are new or changed, or against all of them."""
    tasks = (_task(name, data, current) for name in current.flaws)
    return tuple(task for task in tasks if task is not None)


def _task(name: str, data: Data, current: Now) -> Task | None:
    line = data.flaws.get(name)
    if line is None or line.code != current.flaws[name]:
        return Task(name)
    if line.ground:
        return None if line.ground == current.ground.digest else Task(name)
    if data.ground.machinery != current.ground.machinery:
        return Task(name)
    before = data.ground.checks
    changed = frozenset(id_ for id_, digest in current.ground.checks.items() if before.get(id_) != digest)
    return Task(name, changed) if changed else None


def kept(data: Data, current: Now, tasks: Mapping[Task, frozenset[str]]) -> Data:
    """The data with what these tasks have settled to fail; what there is no more is left out."""
    done = {task.flaw: _run(task, fails, data, current) for task, fails in tasks.items()}
    lines = {**data.flaws, **done}
    present = {name: _of_present_checks(lines[name], current) for name in current.flaws if name in lines}
    if stale(replace(data, flaws=present), current):
        return Data(data.ground, present)
    return Data(current.ground, {name: replace(line, ground="") for name, line in present.items()})


def _run(task: Task, fails: frozenset[str], data: Data, current: Now) -> Line:
    """The line of a flaw that was run; of the checks that it was not run against, what is known of them."""
    before = data.flaws[task.flaw].fails if task.checks is not None else frozenset[str]()
    others = frozenset(each for each in before if check_of(each) not in (task.checks or ()))
    own = current.ground.digest if current.ground != data.ground else ""
    return Line(current.flaws[task.flaw], fails | others, own)


def _of_present_checks(line: Line, current: Now) -> Line:
    return replace(line, fails=frozenset(f for f in line.fails if check_of(f) in current.ground.checks))


def check_of(failed: str) -> str:
    """The id of the check in "check@resource"."""
    return failed.partition("@")[0]


# ------------------------------------------------------------------ the file


def read(path: Path = DATA) -> Data:
    """What is committed; nothing, where it is not there."""
    if not path.is_file():
        return Data()
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    lines = {
        name: Line(each["code"], frozenset(each["fails"]), each.get("ground", ""))
        for name, each in found["flaws"].items()
    }
    return Data(Ground(found["machinery"], found["checks"]), lines)


def text(data: Data) -> str:
    """The file's text: a line for each check and each flaw, sorted: changes can be read and merged."""
    flaws = {name: _row(line) for name, line in data.flaws.items()}
    return (
        "{\n"
        f'"machinery": {json.dumps(data.ground.machinery)},\n'
        f'"checks": {{\n{_lines(data.ground.checks)}\n}},\n'
        f'"flaws": {{\n{_lines(flaws)}\n}}\n'
        "}\n"
    )


def _row(line: Line) -> dict[str, Any]:
    ground = {"ground": line.ground} if line.ground else {}
    return {"code": line.code, **ground, "fails": sorted(line.fails)}


def _lines(table: Mapping[str, Any]) -> str:
    return ",\n".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in sorted(table.items()))
