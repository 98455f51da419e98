"""Verdicts -> score. Pure, and the only place that knows what a verdict is worth.

A pass or a warn or a fail counts by the level of its row: MUST and SHOULD apart, MAY not at all.
`blocked` and `unreachable` earn nothing and stay in the denominator; `not-applicable`,
`untestable` and `deselected` leave it. Where the suite itself failed, or something could not be
judged (`result.py` says what that is), there is no score at all: a grade that may be wrong is withheld,
never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, get_args

from conformance.model import Entry, Report, Score, Tally, Topic, VerdictName
from conformance.report.result import could_not_be_judged

__all__ = ["VERDICTS", "score", "tally"]

VERDICTS: Final[tuple[VerdictName, ...]] = get_args(VerdictName)
_COUNTED: Final = ("pass", "fail", "blocked", "unreachable", "inconclusive", "error")


def tally(report: Report, entries: Iterable[Entry]) -> Tally:
    """Count what counts."""
    numbers = {("MUST", True): 0, ("MUST", False): 0, ("SHOULD", True): 0, ("SHOULD", False): 0}
    counts: dict[VerdictName, int] = dict.fromkeys(VERDICTS, 0)
    for entry in entries:
        counts[entry.verdict.verdict] += 1
        level = report.about(entry).level
        if entry.verdict.outcome in _COUNTED and level != "MAY":
            numbers[level, entry.verdict.outcome == "pass"] += 1
    must, should = numbers["MUST", True], numbers["SHOULD", True]
    return Tally(must, must + numbers["MUST", False], should, should + numbers["SHOULD", False], counts)


def score(report: Report) -> Score:
    """The score by topic, in the order of the specs, and in all."""
    by_file: dict[str, list[Entry]] = {}
    for entry in report.entries:
        by_file.setdefault(entry.file, []).append(entry)
    topics = tuple(
        Topic(file, report.topics.get(file, file), tally(report, those)) for file, those in by_file.items()
    )
    total = tally(report, report.entries)
    return Score(topics, total, _withheld(report, total))


def _withheld(report: Report, total: Tally) -> str:
    if total.counts["error"]:
        return f"the suite itself failed in {total.counts['error']} of the checks"
    if report.stopped:
        return f"the run ended early: {report.stopped}"
    open_ = sum(could_not_be_judged(report, e) for e in report.judged)
    return f"{open_} of the checks could not be judged" if open_ else ""
