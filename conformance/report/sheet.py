"""What every format tells: the lines of a run with their points, and what it comes to in words. Pure.

The formats differ in where a thing stands and how it is escaped, never in what is told: who may see what,
which verdict earns what, and when there is no grade are decided here. It must not know any format.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from conformance.model import Earned, Entry, Grade, Level, Report, VerdictName
from conformance.report.mending import first
from conformance.report.public import hidden_now, public
from conformance.report.result import FAILED, HELD, PASSED, Result, result
from conformance.report.safe import safe
from conformance.report.summary import isolated
from conformance.report.text import entry_text

__all__ = ["LATER", "Line", "Sheet", "cut", "fitting", "instant"]

_BROKEN: Final[tuple[VerdictName, ...]] = ("fail", "unreachable")
"""Verdicts of what the server is at fault for."""
_TITLE: Final = 200  # characters
_SENTENCE: Final = 500
_EVIDENCE: Final = 10_000
_NOTHING: Final = "No grade: nothing was to be graded in this run; an assignment says what counts"
LATER: Final = "conformance::hidden"
"""The node id of the line that stands for all that is hidden."""
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
        return self.verdict in HELD and not self.fails


@dataclass(frozen=True)
class Sheet:
    """A run and what it earned, for a format to be written of.

    Args:
        whole: all of it, for the instructor, and for who hides things by itself.
        strict: whether a warning is a failure.
        env: the variables that the format asks for, `Format.env`.
        now: when it is shown, for what is hidden until a date; None: before any.
    """

    whole: Report
    strict: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None

    @functools.cached_property
    def report(self) -> Report:
        """What a student may see of it: all else of a sheet is of this, but for `hidden`."""
        return public(self.whole, self.now)

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
            return f"{grade.points} of {grade.of} points{self._later(' so far')}"
        between = f", between {grade.low} and {grade.high} of {grade.of} points" if grade.high else ""
        return f"No grade{between}: {_quiet(grade.why, _SENTENCE) or 'it is withheld'}"

    def _later(self, so_far: str) -> str:
        """What is not shown yet, in words; "" where that is nothing."""
        grade = self.grade
        return f"{so_far} ({grade.later.of} more are shown later)" if grade and grade.later.checks else ""

    @property
    def how(self) -> str:
        """How it was judged, in a line; on what the suite has started, by which level that was isolated."""
        report = self.report
        parts = [f"tier {report.tier}", f"seed {report.seed}", f"suite {self.clean(report.suite_version)}"]
        return ", ".join([*parts, *([self.isolated] if self.isolated else [])])

    @property
    def isolated(self) -> str:
        """By which level the server was isolated; "" where the suite has not started it."""
        return isolated(self.report)

    @property
    def grading(self) -> str:
        """The grade in words, or that there is none: for formats that are there to carry one."""
        return self.points or _NOTHING

    @property
    def says(self) -> str:
        """What the run comes to, in a sentence."""
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
        return self._lines(self.report)

    @functools.cached_property
    def hidden(self) -> tuple[Line, ...]:
        """The lines of what is not to be seen yet, for a format that is shown to nobody before."""
        grade = self.whole.grade
        rows = {} if grade is None else {row.nodeid: row for row in hidden_now(grade.rows, self.now)}
        untils = {row.id: row.hidden_until for row in rows.values()}
        there = {line.nodeid for line in self.lines}
        secret = [line for line in self._lines(self.whole) if line.nodeid not in there]
        return tuple(replace(e, hidden=untils.get(e.nodeid.rpartition("::")[2], "published")) for e in secret)

    @functools.cached_property
    def shown(self) -> tuple[Line, ...]:
        """The same, and one line for all that is hidden, which tells how much that is and no more."""
        later = None if self.grade is None else self.grade.later
        if later is None or not later.checks:
            return self.lines
        return (
            *self.lines,
            Line(
                nodeid=LATER,
                entry=None,
                name=f"Checks that are shown later ({later.checks})",
                topic="Shown later",
                verdict="info",
                level="MUST",
                message=f"worth {later.of} points, which do not count here; all of it is shown later",
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
        """What to mend first, as the page and the terminal name it; None where there is nothing."""
        mend = first(self.report, strict=self.strict)
        if mend is None:
            return None
        if mend.entry is not None:
            return next(line for line in self.lines if line.entry is mend.entry)
        return Line(
            nodeid="conformance::answers",
            entry=None,
            name=_quiet(mend.title[:1].upper() + mend.title[1:], _TITLE),
            topic="",
            verdict="unreachable",
            level="MUST",
            message=_quiet(mend.says[0][0] if mend.says else "nothing was answered", _SENTENCE),
            advice=_quiet(mend.then, _SENTENCE),
            fails=True,
        )

    def evidence(self, line: Line) -> str:
        """All that there is to say of a line, in several lines, each of which may be shown anywhere."""
        head = [line.name, *([line.worth] if line.worth else [])]
        whole = [*head, line.message, *([f"Next: {line.advice}"] if line.advice else [])]
        if line.entry is None:
            return "\n".join(whole)
        told = [_quiet(each) for each in entry_text(self._report_of(line), line.entry).split("\n")]
        text = "\n".join([*head, *told])
        return text if len(text) <= _EVIDENCE else f"{text[:_EVIDENCE]}[...]"

    def seconds(self, line: Line) -> float:
        """How long the exchanges took that a line rests on."""
        record = None if line.entry is None else self._report_of(line).record(line.entry)
        if record is None:
            return 0.0
        took = (e.received_at - e.sent_at for step in record.steps for e in step.exchanges)
        return min(math.fsum(each for each in took if 0 <= each < math.inf), 1e9)

    @staticmethod
    def clean(text: str) -> str:
        """Any text of the report as one line that may be shown anywhere."""
        return _quiet(text, _SENTENCE)

    # ---------------------------------------------------------------- parts

    def _report_of(self, line: Line) -> Report:
        """The report that has its record."""
        return self.whole if line.hidden else self.report

    def _lines(self, report: Report) -> tuple[Line, ...]:
        earned = {} if report.grade is None else {row.nodeid: row for row in report.grade.rows}
        asked = [e for e in report.entries if e.verdict.outcome != "deselected" or e.nodeid in earned]
        there = {e.nodeid for e in report.entries}
        return (
            *(self._line(e, earned.get(e.nodeid)) for e in asked),
            *(self._absent(row) for row in earned.values() if row.nodeid not in there),
        )

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
            fails=row.verdict in _BROKEN,
        )

    def _line(self, entry: Entry, row: Earned | None) -> Line:
        report, verdict = self.report, entry.verdict
        asked = report.about(entry)
        where = f" ({entry.resource})" if entry.resource else ""
        told = verdict.message or asked.title
        advice = "" if verdict.verdict in ("pass", "info") else verdict.mend
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
