"""A run -> the same with the grade that it comes to in the end: what every door that grades calls.

First what it earns, then what noise has left open again, then a second look in real time, where the
assignment wants that. It knows no server and no folder: how a run is made, and what was submitted, is
handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from conformance.grading.again import graded
from conformance.grading.auditing import Submitted, audited, may_be_looked_at
from conformance.model import Assignment, Report

__all__ = ["Means", "settled"]


@dataclass(frozen=True, slots=True)
class Means:
    """What it takes to look again.

    Args:
        again: judges some checks, by their node ids, on a server that was started for them.
        in_real_time: judges all of it so, by a clock that waits.
        submitted: what was judged, where there is something to look through: read only where it is needed.
    """

    again: Callable[[Collection[str]], Report]
    in_real_time: Callable[[], Report]
    submitted: Callable[[], Submitted] | None = None


def settled(report: Report, assignment: Assignment, means: Means | None) -> Report:
    """The report with its grade; without means by nothing but what it holds."""
    report = graded(report, assignment, None if means is None else means.again)
    if means is None or means.submitted is None or not may_be_looked_at(report, assignment):
        return report
    return audited(report, assignment, means.submitted(), means.in_real_time)
