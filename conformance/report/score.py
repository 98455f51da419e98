"""Verdicts -> score. Pure, and the only place that knows what a verdict is worth.

A pass or a warn or a fail counts by the level of its row: MUST and SHOULD apart, MAY not at all.
`blocked` and `unreachable` earn nothing and stay in the denominator; `not-applicable`,
`untestable` and `deselected` leave it. Where the suite itself failed, or something could not be
judged, there is no score at all: a grade that may be wrong is withheld, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, get_args

from conformance.model import VerdictName

if TYPE_CHECKING:  # document.py makes the entries and shows their score
    from conformance.report.document import Entry

VERDICTS: Final[tuple[VerdictName, ...]] = get_args(VerdictName)
_COUNTED: Final = ("pass", "fail", "blocked", "unreachable", "inconclusive", "error")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the rows that count have passed, and how many of each verdict there are."""

    must_passed: int = 0
    must_of: int = 0
    should_passed: int = 0
    should_of: int = 0
    counts: Mapping[VerdictName, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the document."""
        return {
            "must": {"passed": self.must_passed, "of": self.must_of},
            "should": {"passed": self.should_passed, "of": self.should_of},
            "counts": dict(self.counts),
        }


@dataclass(frozen=True, slots=True)
class Topic:
    """The tally of one file of specs/."""

    file: str
    title: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Score:
    """The whole of it.

    Args:
        withheld: why the numbers may not be taken for a grade, or "".
    """

    topics: tuple[Topic, ...]
    total: Tally
    withheld: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in the document."""
        return {
            "withheld": self.withheld,
            "total": self.total.to_json(),
            "topics": [{"file": t.file, "title": t.title, **t.tally.to_json()} for t in self.topics],
        }


def tally(entries: Iterable[Entry]) -> Tally:
    """Count what counts."""
    numbers = {("MUST", True): 0, ("MUST", False): 0, ("SHOULD", True): 0, ("SHOULD", False): 0}
    counts: dict[VerdictName, int] = dict.fromkeys(VERDICTS, 0)
    for entry in entries:
        counts[entry.verdict.verdict] += 1
        if entry.verdict.outcome in _COUNTED and entry.level != "MAY":
            numbers[entry.level, entry.verdict.outcome == "pass"] += 1
    must, should = numbers["MUST", True], numbers["SHOULD", True]
    return Tally(must, must + numbers["MUST", False], should, should + numbers["SHOULD", False], counts)


def score(entries: tuple[Entry, ...], stopped: str) -> Score:
    """The score by topic, in the order of the specs."""
    files = dict.fromkeys((e.file, e.topic) for e in entries)
    topics = tuple(Topic(f, title, tally(e for e in entries if e.file == f)) for f, title in files)
    total = tally(entries)
    return Score(topics, total, _withheld(total, stopped))


def _withheld(total: Tally, stopped: str) -> str:
    if total.counts["error"]:
        return f"the suite itself failed in {total.counts['error']} of the checks"
    if stopped:
        return f"the run ended early: {stopped}"
    if total.counts["inconclusive"]:
        return f"{total.counts['inconclusive']} of the checks could not be judged"
    return ""
