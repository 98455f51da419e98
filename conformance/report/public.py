"""A report -> what a student may see of it at some moment: the one place that says what is hidden. Pure.

Whatever shows a run to people shows what this makes: every format, the page, the terminal. What is hidden is
left out with all that it would change: its checks, also where they do not count; the points of the whole and
of its topic, and whether they stand; what others wait for it. How many checks that are, and how much they are
worth, is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from msgspec.structs import replace

from conformance.model import Earned, Entry, Grade, Later, Report, TopicPoints, Worth
from conformance.report.document import rescored
from conformance.report.result import root_of
from conformance.report.withholding import forbidden

__all__ = ["LATER", "beside", "hidden_now", "public", "revealed", "secrets", "until"]

_TOLD: Final = ("message", "cause", "mend", "expected", "actual")  # of a verdict
Row = TypeVar("Row", Worth, Earned)

LATER: Final = "a check that is shown later"
"""In place of a check that is hidden, where another waits for it."""


def public(report: Report, now: datetime | None = None) -> Report:
    """What a student may see of a report.

    Args:
        report: of a run, with a grade or without one.
        now: when they see it; None: before whatever moment something is hidden until.
    """
    grade = report.grade
    hidden = {} if grade is None else {row.nodeid: row for row in hidden_now(grade.rows, now)}
    if grade is None or not any(row.hidden_until for row in grade.rows):
        return report if report.audit is None else replace(report, audit=None)
    secret = secrets(grade.rows, (each.nodeid for each in report.entries), now)
    by_id = {each.nodeid: each for each in report.judged}
    entries = tuple(_masked(each, secret, by_id) for each in report.entries if each.nodeid not in secret)
    rests_on = {work for each in entries for work in (each.work, each.verdict.work)}
    return rescored(
        replace(
            report,
            entries=entries,
            records={work: record for work, record in report.records.items() if work in rests_on},
            audit=None,
            grade=_of_the_rest(grade, hidden, secret, report),
        )
    )


def beside(before: Report, report: Report, now: datetime | None = None, *, to_all: bool = False) -> Report:
    """What of an earlier report may be held against this one: nothing that is hidden in either.

    Args:
        before: the earlier one.
        report: this one.
        now: the moment at which it is told.
        to_all: whether for somebody who may see all of it.
    """
    before = revealed(before) if to_all else before
    hidden = {each.nodeid for each in report.entries} - {each.nodeid for each in public(report, now).entries}
    before = public(before, now)
    return replace(before, entries=tuple(each for each in before.entries if each.nodeid not in hidden))


def revealed(report: Report) -> Report:
    """The report of which nothing is hidden: for who may see all of it, whenever it is."""
    grade = report.grade
    if grade is None:
        return report
    return replace(report, grade=replace(grade, rows=tuple(map(_shown, grade.rows))))


def hidden_now(rows: Iterable[Row], now: datetime | None = None) -> tuple[Row, ...]:
    """Those that a student may not see at that moment."""
    return tuple(row for row in rows if _is_hidden(row.hidden_until, now))


def secrets(rows: Sequence[Row], nodeids: Iterable[str], now: datetime | None = None) -> frozenset[str]:
    """Of these node ids those that a student may not see, and those of rows that are hidden.

    The same check elsewhere, where it does not count, would tell what the hidden one is about.
    """
    hidden = hidden_now(rows, now)
    shown = {row.nodeid for row in rows} - {row.nodeid for row in hidden}
    ids = {row.id for row in hidden}
    also = {each for each in nodeids if each.rpartition("::")[2] in ids and each not in shown}
    return frozenset(also | {row.nodeid for row in hidden})


def until(told: str) -> datetime | None:
    """The moment that an assignment names, in UTC where it names no other zone; None where it names none."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_hidden(told: str, now: datetime | None) -> bool:
    """Whether it still is: what is `due` or `published`, a platform knows, and nobody here."""
    moment = until(told) if told else None
    return bool(told) and (moment is None or now is None or now < moment)


def _masked(entry: Entry, secret: Collection[str], by_id: Mapping[str, Entry]) -> Entry:
    """An entry that does not tell which hidden check it waits for, in the end or on the way."""
    verdict = entry.verdict
    if verdict.cause not in secret and root_of(entry, by_id).nodeid not in secret:
        told = {name: _unnamed(getattr(verdict, name), secret) for name in _TOLD}
        return replace(entry, verdict=replace(verdict, **told))
    cause = LATER if verdict.cause in secret else verdict.cause
    return replace(entry, verdict=replace(verdict, cause=cause, message=f"blocked: by {LATER}", mend=""))


def _of_the_rest(
    grade: Grade, hidden: Mapping[str, Earned], secret: Collection[str], report: Report
) -> Grade:
    """The grade of what is shown, as if there were no more: it stands or is withheld by that alone."""
    rows = tuple(
        replace(row, why=_why(row.why, secret)) for row in map(_shown, grade.rows) if row.nodeid not in hidden
    )
    low = sum(row.points for row in rows)
    cause, why = ("", "") if grade.status == "graded" else (grade.cause, grade.why)
    if cause and not _of_the_run(grade, report):
        judged = [each for each in report.judged if each.nodeid not in secret]
        cause, why = forbidden(rows, _errors(judged), report.stopped)
    return replace(
        grade,
        status="withheld" if cause else "graded",
        of=sum(row.of for row in rows),
        points=None if cause else low,
        low=low,
        high=low + sum(row.of - row.points for row in rows if row.open),
        cause=cause,
        why=why,
        rows=rows,
        topics=tuple(_topics(grade.topics, rows)),
        later=Later(len(hidden), sum(row.of for row in hidden.values())),
    )


def _of_the_run(grade: Grade, report: Report) -> bool:
    """Whether it is withheld for what is no check's, such as that the run has not come to its end."""
    if all(row.open and row.why == grade.why for row in grade.rows):
        return True
    return not any(row.open for row in grade.rows) and not _errors(report.judged)


def _errors(entries: Iterable[Entry]) -> int:
    return sum(each.verdict.outcome == "error" for each in entries)


def _why(text: str, secret: Collection[str]) -> str:
    """Why a row is worth less; what waits for one of them does not tell what that one says either."""
    return (
        f"blocked by {LATER}" if any(_named(name).search(text) for name in secret) else _unnamed(text, secret)
    )


def _unnamed(text: str, secret: Collection[str]) -> str:
    """A text that names none of them, neither by node id nor by id."""
    for name in secret:
        for each in (name, name.rpartition("::")[2]):
            text = _named(each).sub(LATER, text) if each in text else text
    return text


def _named(name: str) -> re.Pattern[str]:
    """That name, and not another one, which is called the same and more."""
    return re.compile(rf"(?<![\w/.:-]){re.escape(name)}(?![\w-])")


def _shown(row: Earned) -> Earned:
    """A row of which nothing is hidden any more, whoever looks."""
    return replace(row, hidden_until="")


def _topics(topics: Iterable[TopicPoints], rows: Iterable[Earned]) -> Iterable[TopicPoints]:
    by_topic: dict[str, list[Earned]] = {}
    for row in rows:
        by_topic.setdefault(row.topic, []).append(row)
    for each in topics:
        those = by_topic.get(each.file, [])
        if those:
            points, of = sum(row.points for row in those), sum(row.of for row in those)
            yield replace(each, points=points, of=of)
