"""What every format tells: the lines of a run with their points, and what it comes to in words. Pure.

The formats differ in where a thing stands and how it is escaped, never in what is told: who may see what,
which verdict earns what, and when there is no grade are decided here. It must not know any format.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from conformance.model import Earned, Entry, Grade, Level, Report, VerdictName
from conformance.report.result import FAILED, PASSED, Result, result
from conformance.report.safe import safe
from conformance.report.summary import first_to_mend
from conformance.report.text import entry_text

__all__ = ["Line", "Sheet", "cut", "fitting", "instant"]

_HELD: Final[tuple[VerdictName, ...]] = ("pass", "warn", "info")
"""Verdicts of what holds, as far as it binds."""
_BROKEN: Final[tuple[VerdictName, ...]] = ("fail", "unreachable")
"""Verdicts of what the server is at fault for."""
_TITLE: Final = 200  # characters
_SENTENCE: Final = 500
_EVIDENCE: Final = 10_000
_NOTHING: Final = "No grade: nothing was to be graded in this run; an assignment says what counts"
_LATER: Final = "A check that is shown later has to pass before this one can be judged."
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One check of a run, as it is told to people: every text is one line that may be shown anywhere.

    Args:
        nodeid: also where no entry stands for it, since a grade has it and the run has not.
        entry: of the report, or None.
        name: its title, with the resource that it was asked of. topic: the title of its file.
        message: the verdict in one sentence. advice: what to do next, or "".
        points, of: earned and to be earned; None where it does not count for the grade.
        hidden: when a student may see it, or "".
        fails: whether it is a failure: with `strict`, a warning is one.
    """

    nodeid: str
    entry: Entry | None
    name: str
    topic: str
    verdict: VerdictName
    level: Level
    message: str
    advice: str = ""
    points: int | None = None
    of: int | None = None
    hidden: str = ""
    fails: bool = False

    @property
    def worth(self) -> str:
        """Its points in words; "" where it does not count."""
        return "" if self.of is None else f"{self.points} of {self.of} points"

    @property
    def holds(self) -> bool:
        """Whether it passes, a warning included unless that is a failure."""
        return self.verdict in _HELD and not self.fails


@dataclass(frozen=True)
class Sheet:
    """A run and what it earned, for a format to be written of.

    Args:
        strict: whether a warning is a failure.
        env: the variables that the format asks for, `Format.env`.
    """

    report: Report
    strict: bool = False
    env: Mapping[str, str] = field(default_factory=dict)

    # ---------------------------------------------------------------- the run as a whole

    @property
    def grade(self) -> Grade | None:
        """What it earned; None where nothing was to be graded."""
        return self.report.grade

    @functools.cached_property
    def result(self) -> Result:
        """What the run comes to."""
        return result(self.report, strict=self.strict)

    @property
    def graded(self) -> Grade | None:
        """The grade, where it may stand."""
        graded = self.grade is not None and self.grade.status == "graded" and self.grade.points is not None
        return self.grade if graded else None

    @property
    def points(self) -> str:
        """The grade in words; "" where nothing was to be graded."""
        grade = self.grade
        if grade is None:
            return ""
        if self.graded is not None:
            return f"{grade.points} of {grade.of} points"
        between = f", between {grade.low} and {grade.high} of {grade.of} points" if grade.high else ""
        return f"No grade{between}: {_quiet(grade.why, _SENTENCE) or 'it is withheld'}"

    @property
    def grading(self) -> str:
        """The grade in words, or that there is none: for formats that are there to carry one."""
        return self.points or _NOTHING

    @property
    def says(self) -> str:
        """What the run comes to, in a sentence that names no check which is to be shown later."""
        if self._hidden.keys() & {each.nodeid for each in self.result.unjudged}:
            return "Not judged: nothing failed, but checks that have to hold could not be judged."
        return _quiet(self.result.says, 2 * _SENTENCE)

    @property
    def headline(self) -> str:
        """The points, or what the run comes to."""
        return self.points or self.says

    @property
    def trouble(self) -> str:
        """Why nobody may take the run for a pass or a fail of the whole, or ""."""
        if self.grade is not None and self.graded is None:
            return self.points
        return "" if self.result.code in (PASSED, FAILED) else self.says

    @property
    def started(self) -> datetime:
        """When it started, in UTC; where the report does not tell, the beginning of time."""
        try:
            told = datetime.fromisoformat(self.report.started)
        except ValueError:
            return _EPOCH
        try:
            return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
        except OverflowError:
            return _EPOCH

    @property
    def ended(self) -> datetime:
        """When it ended."""
        seconds = self.report.seconds
        try:
            return self.started + timedelta(seconds=max(seconds, 0.0) if math.isfinite(seconds) else 0.0)
        except OverflowError:
            return self.started

    # ---------------------------------------------------------------- its lines

    @functools.cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every check that was asked for, in the order of the specs; then what only the grade has."""
        earned = {} if self.grade is None else {row.nodeid: row for row in self.grade.rows}
        entries = self.report.entries
        asked = [e for e in entries if e.verdict.outcome != "deselected" or e.nodeid in earned]
        there = {e.nodeid for e in entries}
        return (
            *(self._line(e, earned.get(e.nodeid)) for e in asked),
            *(self._absent(row) for row in earned.values() if row.nodeid not in there),
        )

    @functools.cached_property
    def shown(self) -> tuple[Line, ...]:
        """What anybody may see. What is hidden is one line, which tells no more than its points."""
        hidden = [line for line in self.lines if line.hidden]
        open_ = tuple(line for line in self.lines if not line.hidden)
        if not hidden:
            return open_
        points, of = sum(line.points or 0 for line in hidden), sum(line.of or 0 for line in hidden)
        return (
            *open_,
            Line(
                nodeid="conformance::hidden",
                entry=None,
                name=f"Checks that are shown later ({len(hidden)})",
                topic="Shown later",
                verdict="info",
                level="MUST",
                message=f"{points} of {of} points; which checks these are is shown later",
                points=points,
                of=of,
            ),
        )

    def told(self, *verdicts: VerdictName) -> tuple[Line, ...]:
        """The lines that anybody may see, of these verdicts."""
        return tuple(line for line in self.shown if line.verdict in verdicts)

    @property
    def failing(self) -> tuple[Line, ...]:
        """What anybody may see of the failures."""
        return tuple(line for line in self.shown if line.fails)

    @property
    def first(self) -> Line | None:
        """What to mend first; None where there is nothing, or it is to be shown later."""
        entry = first_to_mend(self.report, strict=self.strict)
        found = None if entry is None else next((e for e in self.shown if e.entry is entry), None)
        return found or next(iter(self.failing), None)

    def evidence(self, line: Line) -> str:
        """All that there is to say of a line, in several lines, each of which may be shown anywhere."""
        head = [line.name, *([line.worth] if line.worth else [])]
        whole = [*head, line.message, *([f"Next: {line.advice}"] if line.advice else [])]
        waits = line.entry is not None and line.entry.verdict.cause in self._hidden
        if line.entry is None or waits:
            return "\n".join(whole)
        told = [_quiet(each) for each in entry_text(self.report, line.entry).split("\n")]
        text = "\n".join([*head, *told])
        return text if len(text) <= _EVIDENCE else f"{text[:_EVIDENCE]}[...]"

    def seconds(self, line: Line) -> float:
        """How long the exchanges took that a line rests on."""
        record = None if line.entry is None else self.report.record(line.entry)
        if record is None:
            return 0.0
        took = (e.received_at - e.sent_at for step in record.steps for e in step.exchanges)
        return min(math.fsum(each for each in took if 0 <= each < math.inf), 1e9)

    @staticmethod
    def clean(text: str) -> str:
        """Any text of the report as one line that may be shown anywhere."""
        return _quiet(text, _SENTENCE)

    # ---------------------------------------------------------------- parts

    @functools.cached_property
    def _hidden(self) -> Mapping[str, str]:
        return {} if self.grade is None else {row.nodeid: row.hidden_until for row in self.grade.hidden}

    def _topic(self, file: str) -> str:
        return self.report.topics.get(file, file)

    def _absent(self, row: Earned) -> Line:
        """Of a check that counts, and that the run has not."""
        return Line(
            nodeid=_quiet(row.nodeid),
            entry=None,
            name=_quiet(row.title or row.nodeid, _TITLE),
            topic=_quiet(self._topic(row.topic), _TITLE),
            verdict=row.verdict,
            level="MUST",
            message=_quiet(row.why, _SENTENCE) or "the run has no such check",
            points=row.points,
            of=row.of,
            hidden=row.hidden_until,
            fails=row.verdict in _BROKEN,
        )

    def _line(self, entry: Entry, row: Earned | None) -> Line:
        report, verdict = self.report, entry.verdict
        asked = report.about(entry)
        where = f" ({entry.resource})" if entry.resource else ""
        waits = verdict.cause in self._hidden
        told = _LATER if waits else verdict.message or asked.title
        advice = "" if waits or verdict.verdict in ("pass", "info") else verdict.mend
        if not advice and verdict.verdict in ("fail", "warn"):
            advice = asked.hint
        strictly = verdict.verdict == "warn" and self.strict
        return Line(
            nodeid=_quiet(entry.nodeid),
            entry=entry,
            name=_quiet(asked.title, _TITLE) + _quiet(where, _TITLE),
            topic=_quiet(self._topic(entry.file), _TITLE),
            verdict=verdict.verdict,
            level=asked.level,
            message=_quiet(told, _SENTENCE),
            advice=_quiet(advice, _SENTENCE),
            points=None if row is None else row.points,
            of=None if row is None else row.of,
            hidden="" if row is None else row.hidden_until,
            fails=verdict.verdict in _BROKEN or strictly,
        )


def _quiet(text: str, most: int = 0) -> str:
    """One line that neither a terminal nor a CI runner obeys, also where a line of theirs begins with it."""
    shown = safe(text, most)
    return shown.replace("::", ":\\x3a", 1) if shown.lstrip().startswith("::") else shown


def instant(moment: datetime) -> str:
    """A moment in UTC as 2026-06-01T14:33:08Z."""
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z"


def fitting(most: int, ways: Iterable[Callable[[], bytes]]) -> bytes:
    """What the first of some ways to write makes that is no longer than `most`; the most telling first."""
    made = b""
    for way in ways:
        made = way()
        if len(made) <= most:
            break
    return made


def cut(lines: tuple[Line, ...], most: int) -> Iterator[Line]:
    """At most so many lines: failures before all else, in their order."""
    if len(lines) <= most:
        return iter(lines)
    kept = {id(line) for line in sorted(lines, key=lambda line: line.holds)[:most]}
    return (line for line in lines if id(line) in kept)
