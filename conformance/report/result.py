"""Verdicts -> the result of a run: passed, failed or not judged, why, and the exit code. Pure.

The one place that says what a run comes to: the command and the plugin exit with its code, and every
summary begins with its sentence. Green means judged: where a MUST that applies could not be judged, the
run has not passed, whatever else holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.model import NOT_ASKED, OUT_OF_REACH, Entry, Report, VerdictName
from conformance.report.safe import safe

__all__ = [
    "FAILED",
    "HELD",
    "INTERRUPTED",
    "NOTHING",
    "NOT_JUDGED",
    "OURS",
    "PASSED",
    "Result",
    "checks",
    "could_not_be_judged",
    "not_asked",
    "result",
    "root_of",
]

PASSED: Final = 0
FAILED: Final = 1
INTERRUPTED: Final = 2
OURS: Final = 3
NOTHING: Final = 5
NOT_JUDGED: Final = 7  # pytest keeps 0 to 6 for itself

HELD: Final[tuple[VerdictName, ...]] = ("pass", "warn", "info")
"""Verdicts of what holds, as far as it binds."""
_REASON: Final = 300  # characters


@dataclass(frozen=True, slots=True)
class Result:
    """What a run comes to.

    Args:
        code: the exit code.
        says: the first line of a summary.
        unjudged: the entries of a MUST that keep it from being judged.
        nobody: whether nothing is known, since nobody answered.
    """

    code: int
    says: str
    unjudged: tuple[Entry, ...] = ()
    nobody: bool = False


def result(report: Report, *, strict: bool = False) -> Result:
    """What a run comes to; with `strict` a SHOULD that does not hold fails, too."""
    bound = [e for e in report.judged if report.about(e).level == "MUST"]
    broken = [
        e for e in report.judged if e.verdict.verdict == "fail" or (strict and e.verdict.verdict == "warn")
    ]
    binding = ("MUST", "SHOULD") if strict else ("MUST",)
    silent = [e for e in report.judged if e.verdict.outcome == "unreachable"]
    broken += [e for e in silent if report.about(e).level in binding]
    end = _cut_short(report, broken)
    if end is None and broken:
        end = _silence(report) or Result(FAILED, _failed(report, broken))
    return end or _left_open(report, bound) or Result(PASSED, _passed(report, bound))


def _cut_short(report: Report, broken: Sequence[Entry]) -> Result | None:
    """A run that says nothing of the server as a whole."""
    if not report.judged and not (report.stopped and not report.entries):  # of a run that has not begun
        return Result(NOTHING, "Not judged: no check was selected, so nothing is known of this server.")
    ours = report.counts["error"]
    if ours:
        says = f"Not judged: the suite itself failed in {checks(ours)}, which is no fault of the server's."
        return Result(OURS, says)
    if report.stopped:
        until = f"; {checks(len(broken))} had failed by then" if broken else ""
        return Result(
            INTERRUPTED, f"Not judged: the run ended early, {safe(report.stopped, _REASON)}{until}."
        )
    return None


def _left_open(report: Report, bound: Sequence[Entry]) -> Result | None:
    """Nothing has failed; is enough known to call it a pass? What waits for another is as unknown as that."""
    unjudged = tuple(e for e in bound if e.verdict.outcome == "blocked" or could_not_be_judged(report, e))
    if unjudged:
        return Result(NOT_JUDGED, _not_judged(report, unjudged, len(_applying(bound))), unjudged)
    if any(e.verdict.verdict in HELD for e in report.judged):
        return None
    if any(e.verdict.outcome == "unreachable" for e in report.judged):
        return _silence(report)
    return Result(NOT_JUDGED, "Not judged: nothing has passed, since nothing applies to this server.")


def could_not_be_judged(report: Report, entry: Entry) -> bool:
    """Whether a verdict is wanting: a doubt keeps it open, or the server refuses what a MUST is judged by.

    What only a server that the suite starts can show is wanting nowhere.
    """
    verdict = entry.verdict
    refused = verdict.outcome == "untestable" and verdict.code != OUT_OF_REACH
    return verdict.outcome == "inconclusive" or (refused and report.about(entry).level == "MUST")


def not_asked(report: Report) -> dict[str, int]:
    """What the user held back: why, and how many checks it left unasked."""
    found: dict[str, int] = {}
    for entry in report.judged:
        if entry.verdict.code == NOT_ASKED:
            found[entry.verdict.cause] = found.get(entry.verdict.cause, 0) + 1
    return found


def root_of(entry: Entry, by_id: Mapping[str, Entry]) -> Entry:
    """What an entry is blocked by in the end; itself, where it is not. A circle, which no run makes, ends."""
    here, way = entry, {entry.nodeid}
    while here.verdict.outcome == "blocked" and here.verdict.cause in by_id and here.verdict.cause not in way:
        here = by_id[here.verdict.cause]
        way.add(here.nodeid)
    return here


# ------------------------------------------------------------------ sentences


def _silence(report: Report) -> Result | None:
    """Nobody has answered anything."""
    if any(e.verdict.outcome not in ("unreachable", "not-applicable") for e in report.judged):
        return None
    says = f"Failed: the server did not {'answer' if report.base_url else 'start'}."
    return Result(FAILED, says, nobody=True)


def _failed(report: Report, broken: Sequence[Entry]) -> str:
    silent, waiting = sum(e.verdict.outcome == "unreachable" for e in broken), report.counts["blocked"]
    failed = len(broken) - silent
    parts = [f"{checks(failed)} {'does' if failed == 1 else 'do'} not hold"] if failed else []
    parts += [f"{checks(silent)} got no answer"] if silent else []
    parts += [f"{checks(waiting)} can't be judged before"] if waiting else []
    return f"Failed: {', '.join(parts)}."


def _not_judged(report: Report, entries: Sequence[Entry], of: int) -> str:
    by_id = {e.nodeid: e for e in report.judged}
    first = sorted(entries, key=lambda e: not e.verdict.mend)  # what tells what to do
    roots = [root_of(e, by_id) for e in first]
    reasons = dict.fromkeys(_reason(e) for e in roots if e.verdict.outcome != "blocked")
    reasons = reasons or dict.fromkeys(_reason(e) for e in roots)
    others = len(reasons) - 1
    more = f", and {others} more {_plural(others, 'reason')}" if others else ""
    what = f"{len(entries)} of {of} checks that have to hold could not be judged"
    return f"Not judged: nothing failed, but {what}: {safe(next(iter(reasons)), _REASON)}{more}."


def _reason(entry: Entry) -> str:
    verdict = entry.verdict
    if verdict.outcome == "blocked":
        return verdict.message
    return verdict.cause or verdict.message.removeprefix("could not be judged: ")


def _passed(report: Report, bound: Sequence[Entry]) -> str:
    applying, warned = sum(e.verdict.outcome == "pass" for e in bound), report.counts["warn"]
    what = (
        f"all {applying} checks that have to hold do" if applying > 1 else "the check that has to hold does"
    )
    what = what if applying else "nothing that has to hold was asked, and the rest holds"
    return f"Passed: {what}" + (f"; {warned} {_plural(warned, 'warning')}." if warned else ".")


def _applying(entries: Sequence[Entry]) -> list[Entry]:
    return [e for e in entries if e.verdict.outcome != "not-applicable"]


def checks(count: int) -> str:
    """So many checks, in words."""
    return f"{count} {_plural(count, 'check')}"


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
