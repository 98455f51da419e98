"""What to mend first, and what keeps a run from being judged: chosen here, shown elsewhere. Pure.

It must not know how either looks. Texts are as the run has them: whoever shows them passes them
through `safe`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from conformance.model import GIVEN_UP, Entry, Report
from conformance.report.result import Result, root_of

__all__ = ["REASONS", "Mend", "advice", "first", "first_to_mend", "reasons", "roots", "unanswered"]

REASONS: Final = 10  # that are told
_PRINTED: Final = 30  # lines of what a server that failed has printed


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing to mend.

    Args:
        title: what has to hold.
        says: what is wrong, and in how many checks; 0: in that of `entry`.
        more: how many more sentences there are.
        left: how many checks were not asked any more for its sake.
        then: what to do next, or "".
        waiting: how many checks can't be judged before.
        entry: the check that failed; None: nobody answered.
        output: the last lines of what the server has printed.
    """

    title: str
    says: tuple[tuple[str, int], ...]
    more: int = 0
    left: int = 0
    then: str = ""
    waiting: int = 0
    entry: Entry | None = None
    output: tuple[str, ...] = ()


def roots(report: Report) -> Counter[str]:
    """Node id -> how many checks are blocked by it in the end."""
    by_id = {e.nodeid: e for e in report.judged}
    ends = [(entry, root_of(entry, by_id)) for entry in report.judged]
    return Counter(root.nodeid for entry, root in ends if root is not entry)


def first_to_mend(report: Report, *, strict: bool = False) -> Entry | None:
    """The failure that blocks most others, of several the first; with `strict` else such a warning."""
    blocked = roots(report)
    for name in ("fail", "warn") if strict else ("fail",):
        candidates = [e for e in report.judged if e.verdict.verdict == name]
        if candidates:
            return max(candidates, key=lambda e: blocked[e.nodeid])
    return None


def advice(report: Report, entry: Entry) -> str:
    """What to do about a verdict."""
    return entry.verdict.mend or report.about(entry).hint


def first(report: Report, *, strict: bool = False) -> Mend | None:
    """What to mend first: that every request is answered; else the failure that others wait for."""
    nobody = unanswered(report)
    if nobody:
        return _answering(report, nobody)
    entry = first_to_mend(report, strict=strict)
    if entry is None:
        return None
    return Mend(
        report.about(entry).title,
        ((entry.verdict.message, 0),),
        then=advice(report, entry),
        waiting=roots(report)[entry.nodeid],
        entry=entry,
    )


def unanswered(report: Report) -> list[Entry]:
    """The checks that got no answer."""
    return [e for e in report.judged if e.verdict.outcome == "unreachable"]


def _answering(report: Report, entries: Sequence[Entry]) -> Mend:
    """One diagnosis for all that got no answer."""
    alive = any(e.verdict.outcome in ("pass", "fail") for e in report.judged)
    # What did it first, in the order of the run; what was not asked any more for its sake in one line.
    asked = sorted((e for e in entries if e.verdict.code != GIVEN_UP), key=lambda e: e.order)
    messages = tuple(Counter(e.verdict.message for e in asked or entries).items())
    start = "start your server, see that it answers in a browser or with curl, and run this again"
    if not report.base_url:  # what kept it from starting says what to mend
        start = ""
    look = "look at what your server has printed when these requests came: it failed, or it hangs"
    return Mend(
        f"{'every route' if alive else 'the server'} has to answer",
        messages[:REASONS],
        more=max(0, len(messages) - REASONS),
        left=len(entries) - len(asked) if asked else 0,
        then=next((e.verdict.mend for e in entries if e.verdict.mend), look if alive else start),
        output=tuple(report.output.splitlines()[-_PRINTED:]),
    )


def reasons(report: Report, end: Result) -> list[tuple[str, str, int]]:
    """Why a run that has not failed has not passed, either: sentence, what to do, how many wait for it.

    First what tells what to do.
    """
    found: Counter[tuple[str, str]] = Counter()
    by_id = {e.nodeid: e for e in report.judged}
    for entry in end.unjudged:
        root = root_of(entry, by_id).verdict
        found[root.message, root.mend] += 1
    return [(*told, count) for told, count in sorted(found.items(), key=lambda each: not each[0][1])]
