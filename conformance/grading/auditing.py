"""Who is judged a second time, in real time, and what that does to a grade. Pure, but for what is handed in.

What runs in the server's process can see that its clock is being moved, and answer by that. It can't where
nothing is moved: so a share of the submissions, and whoever imports what such a thing takes, is judged again
by a clock that waits. Where the two differ the grade is withheld, for the instructor to look at; what has led
to the second look costs nobody anything.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from conformance.grading.points import grade
from conformance.model import Assignment, Audit, Earned, Report

__all__ = ["WATCHED", "Submitted", "audited", "imported", "may_be_looked_at", "reasons"]

WATCHED: Final = ("conformance", "ctypes", "gc", "inspect", "time_machine")
"""What it takes to find the clock in the process, or the suite."""
_IMPORTERS: Final = ("__import__", "import_module")
_SILENT: Final = ("unreachable", "blocked", "not-applicable", "untestable", "deselected")
_DRAWN: Final = "it is one of the share that is drawn"


@dataclass(frozen=True, slots=True)
class Submitted:
    """The code of a submission, as far as it can be read.

    Args:
        sources: its files of Python, each with its name. digest: of all of it.
        sealed: what could run and can't be read, each with its bytes: as good a reason as an import.
        unread: what lies there without having been handed in, such as a virtual environment: it is told.
    """

    sources: tuple[tuple[str, bytes], ...] = ()
    digest: str = ""
    sealed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def reasons(assignment: Assignment, submitted: Submitted) -> tuple[str, ...]:
    """Why a submission is to be judged again in real time, as sentences; () where it is not.

    Args:
        assignment: says whether anybody is, and how large a share.
        submitted: the same one is drawn or not, whoever else is in the class.
    """
    if not assignment.audit:
        return ()
    drawn = [_DRAWN] if _is_drawn(assignment, submitted.digest) else []
    found, sealed = [], [f"not read: {each}" for each in submitted.sealed]
    for name, text in submitted.sources:
        try:
            found += [f"{name} imports {each}" for each in imported(text)]
        except (RecursionError, MemoryError):
            sealed.append(f"not read: {name}, {len(text)} bytes")
    return (*drawn, *found, *sealed)


def imported(source: bytes) -> tuple[str, ...]:
    """Which of the watched modules a file of Python imports; what is no Python imports none.

    Raises:
        RecursionError, MemoryError: it is nested too deeply to be read here.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    return tuple(sorted({name.partition(".")[0] for name in _imports(tree)} & set(WATCHED)))


def audited(
    report: Report, assignment: Assignment, submitted: Submitted, in_real_time: Callable[[], Report]
) -> Report:
    """The report of a graded run after a second look, where there is to be one.

    Args:
        report: with its grade.
        assignment: what it was graded by.
        submitted: what was judged.
        in_real_time: judges all of it again, on a server that was started for it, by a clock that waits.
    """
    first, because = report.grade, reasons(assignment, submitted)
    if first is None or not may_be_looked_at(report, assignment):
        return report
    if not because:
        return replace(report, audit=Audit(unread=submitted.unread)) if submitted.unread else report
    again = in_real_time()
    second = grade(again, assignment)
    # A server that did not start, or never answered, in a run for our sake alone tells nothing by that.
    down = all(each.verdict.outcome in _SILENT for each in again.judged)
    both = [(a, b, b.open or down) for a, b in zip(first.rows, second.rows, strict=True)]
    audit = Audit(
        because=because,
        differing=tuple(a.nodeid for a, b, open_ in both if not open_ and _earns(a) != _earns(b)),
        open=tuple(b.nodeid for _, b, open_ in both if open_),
        unread=submitted.unread,
    )
    report = replace(report, audit=audit)
    return replace(report, grade=grade(report, assignment))


def may_be_looked_at(report: Report, assignment: Assignment) -> bool:
    """Whether a graded run is one that a second look could tell something of."""
    graded = report.grade is not None and report.grade.status == "graded"
    return bool(assignment.audit) and graded and report.clock != "real"


def _earns(row: Earned) -> str:
    """All, a part or nothing: what it comes to in points is a matter of rounding."""
    return "a part" if row.verdict == "warn" else "nothing" if row.why else "all"


def _is_drawn(assignment: Assignment, digest: str) -> bool:
    drawn = hashlib.sha256(f"{assignment.seed}:{digest}".encode()).digest()
    return int.from_bytes(drawn[:8]) < assignment.audit * 2**64


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Call) and _name(node.func) in _IMPORTERS:
            told = node.args[0] if node.args else None
            if isinstance(told, ast.Constant) and isinstance(told.value, str):
                yield told.value


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
