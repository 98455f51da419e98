"""Two reports -> what got better or worse between them, check by check. Pure.

It compares verdicts, and nothing that differs from run to run anyway. What only one of the two has judged is
told apart and is neither better nor worse. It must not know how that is shown, see `changed.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from conformance.errors import UsageError
from conformance.model import OUT_OF_REACH, Entry, Report, VerdictName
from conformance.report.result import FAILED, NOT_JUDGED, PASSED

__all__ = ["Change", "Changes", "Way", "baselined", "changes", "way"]

Way = Literal["worse", "better", "other", ""]
"""other: it came out differently, and nobody can say that it is better or worse; "": as it was."""

_WORTH: Final[Mapping[VerdictName, int | None]] = {
    "pass": 2,
    "info": 2,
    "warn": 1,
    "blocked": 0,
    "fail": 0,
    "unreachable": 0,
    "error": 0,
    "not-applicable": None,
    "untestable": None,
    "inconclusive": None,
    "deselected": None,
}
"""How well a check stands; None where that is not known."""
_HOLDS: Final = 2
_BROKEN: Final[tuple[VerdictName, ...]] = ("fail", "unreachable", "error")


@dataclass(frozen=True, slots=True)
class Change:
    """A check that came out differently.

    Args:
        title: what it asks. old, new: its verdicts. message: the new one in a sentence.
    """

    nodeid: str
    title: str
    old: VerdictName
    new: VerdictName
    message: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two reports.

    Args:
        only_old, only_new: how many checks only one of them has judged. same: how many came out as before.
        apart: by what the two were judged otherwise, as sentences; then a change need not be the server's.
        grades: what the two earned, in words; "" for who has no grade.
    """

    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    other: tuple[Change, ...]
    same: int
    only_old: int
    only_new: int
    apart: tuple[str, ...] = ()
    grades: tuple[str, str] = ("", "")


def way(old: VerdictName, new: VerdictName) -> Way:
    """Whether the second verdict on a check is better than the first."""
    before, after = _WORTH[old], _WORTH[new]
    if before is not None and after is not None:
        return "" if old == new or before == after == _HOLDS else _by(after - before)
    if after == _HOLDS:
        return "better"
    if before == _HOLDS or (before is None and new in _BROKEN):
        return "worse"
    return "" if old == new else "other"


def _by(difference: int) -> Way:
    return "better" if difference > 0 else "worse" if difference < 0 else "other"


def changes(old: Report, new: Report) -> Changes:
    """What got better or worse, in the order of the second report."""
    before, after = _by_id(old), _by_id(new)
    found: dict[Way, list[Change]] = {"worse": [], "better": [], "other": [], "": []}
    for nodeid, entry in after.items():
        if nodeid in before:
            a, b = before[nodeid].verdict.verdict, entry.verdict.verdict
            title = new.about(entry).title
            how = way(a, b)
            if how == "worse" and entry.verdict.code == OUT_OF_REACH:
                how = "other"  # a server by its URL is held against one that was started
            found[how].append(Change(nodeid, title, a, b, entry.verdict.message or title))
    return Changes(
        worse=tuple(found["worse"]),
        better=tuple(found["better"]),
        other=tuple(found["other"]),
        same=len(found[""]),
        only_old=len(before.keys() - after.keys()),
        only_new=len(after.keys() - before.keys()),
        apart=tuple(_apart(old, new)),
        grades=(_grade(old), _grade(new)),
    )


def refuse_broken(report: Report, name: str) -> None:
    """Refuse a run that others can't be held against.

    Raises:
        UsageError: it was broken off before it had judged anything, or before its end.
    """
    if report.stopped or not any(True for _ in report.judged):
        raise UsageError(f"{name} is of a run that has not come to its end: nothing can be held against it")


def baselined(code: int, found: Changes) -> int:
    """The exit code of a run that fails on what got worse, and on nothing else that failed before.

    A run that has no result, for whatever reason, has none here either.
    """
    shared = found.same or found.worse or found.better or found.other
    if code not in (PASSED, FAILED, NOT_JUDGED) or not shared:
        return code
    return FAILED if found.worse else PASSED


def _by_id(report: Report) -> dict[str, Entry]:
    return {entry.nodeid: entry for entry in report.judged}


def _apart(old: Report, new: Report) -> list[str]:
    found = []
    for what, a, b in (
        ("version", old.suite_version, new.suite_version),
        ("specs", old.specs_sha256[:12], new.specs_sha256[:12]),
        (
            "target",
            f"{old.target.name} ({old.target.sha256[:12]})",
            f"{new.target.name} ({new.target.sha256[:12]})",
        ),
        ("tier", old.tier, new.tier),
    ):
        if a != b:
            found.append(f"the {what} was {a}, and is {b}")
    for name, report in (("first", old), ("second", new)):
        if report.stopped:
            found.append(f"the {name} run ended early: {report.stopped}")
    return found


def _grade(report: Report) -> str:
    grade = report.grade
    if grade is None:
        return ""
    return f"{grade.points} of {grade.of} points" if grade.status == "graded" else "withheld"
