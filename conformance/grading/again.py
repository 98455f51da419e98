"""What noise has left open is judged again, alone and from a cold start, before a grade is withheld for it.

It knows no server: how a run is made is handed in. A verdict that is no noise takes the place of the one that
was, and its records stand in the report beside those of the first run, under names of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from msgspec.structs import replace

from conformance.grading.points import grade, is_open
from conformance.model import Assignment, Entry, Report
from conformance.report.document import rescored
from conformance.report.result import root_of

__all__ = ["graded", "merged", "noisy"]

Judge = Callable[[Collection[str]], Report]
"""Judges some checks, by their node ids, on a server that was started for them."""


def graded(report: Report, assignment: Assignment, judge_again: Judge | None) -> Report:
    """The report with its grade, once noise was tried again as often as the assignment says.

    Without anybody to judge again, as where a saved report is graded, what is open stays so.
    """
    retries = assignment.retries if judge_again is not None and not report.stopped else 0
    for number in range(1, retries + 1):
        open_ = noisy(report, assignment)
        if not open_ or judge_again is None:
            break
        again = judge_again(open_)
        report = merged(report, again, number)
        if again.stopped:
            break
    return replace(report, grade=grade(report, assignment))


def noisy(report: Report, assignment: Assignment) -> tuple[str, ...]:
    """The node ids of what counts and is open by noise, and of what that is blocked by in the end."""
    by_id = {entry.nodeid: entry for entry in report.judged}
    counting = [by_id[row.nodeid] for row in assignment.rows if row.nodeid in by_id]
    return tuple(dict.fromkeys(name for each in counting for name in _open(each, by_id, report)))


def _open(entry: Entry, by_id: dict[str, Entry], report: Report) -> Iterator[str]:
    if is_open(entry, report):
        yield root_of(entry, by_id).nodeid
        yield entry.nodeid


def _is_settled(entry: Entry, again: Report) -> bool:
    """Whether another run tells what a check earns.

    Not where the server did not start or answer there, nor behind what was not judged anew: what kept a check
    from being judged in a run that was made for our sake alone costs nobody a point.
    """
    root = root_of(entry, {each.nodeid: each for each in again.judged})
    return not is_open(entry, again) and root.verdict.outcome not in ("blocked", "unreachable")


def merged(report: Report, again: Report, number: int) -> Report:
    """The report with the verdicts of another run in place of its own, where that has settled them."""
    there = {entry.nodeid for entry in report.judged}
    better = {e.nodeid: e for e in again.judged if e.nodeid in there and _is_settled(e, again)}
    renamed = {work: f"{work} (again, {number})" for work in again.records}
    last = max((entry.order for entry in report.entries), default=0) + 1

    def entry(each: Entry) -> Entry:
        new = better.get(each.nodeid)
        if new is None:
            return each
        verdict = replace(new.verdict, work=renamed.get(new.verdict.work, new.verdict.work))
        return replace(new, verdict=verdict, work=renamed.get(new.work, new.work), order=last + new.order)

    entries = tuple(map(entry, report.entries))
    rests_on = {name for each in entries for name in (each.work, each.verdict.work)}
    records = {
        renamed[work]: replace(record, work=renamed[work])
        for work, record in again.records.items()
        if renamed[work] in rests_on
    }
    return rescored(
        replace(
            report,
            entries=entries,
            records={**report.records, **records},
            bodies={**report.bodies, **again.bodies},
            seconds=report.seconds + again.seconds,
            problems=tuple(dict.fromkeys((*report.problems, *again.problems))),
            output=again.output or report.output,
        )
    )
