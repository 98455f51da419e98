"""A class and its grades, as the spreadsheet and the pages show them: one row for each student. Pure.

It must not know a file, nor how a page looks. A name here is what may be shown, a pseudonym where that is
asked for.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from conformance.classroom.names import cell
from conformance.classroom.standing import Standing
from conformance.model import Assignment

__all__ = ["Missed", "Roll", "Row", "as_csv"]

_BINS: Final = 10
_COLUMNS: Final = (
    *("student", "status", "points", "of", "low", "high", "cause", "why", "did_not_start", "mend_first"),
    *("app", "found", "left_out", "looked_at", "isolation", "seconds", "submission", "report"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One student.

    Args:
        page: the path of the student's page.
        standing: None: not graded yet.
    """

    name: str
    page: str
    standing: Standing | None = None

    @property
    def status(self) -> str:
        """In one word."""
        return "not graded yet" if self.standing is None else self.standing.status

    @property
    def points(self) -> str:
        """As they are shown."""
        one = self.standing
        if one is None:
            return "-"
        if one.points is not None:
            return str(one.points)
        return f"{one.low}–{one.high}"  # noqa: RUF001 - a range


@dataclass(frozen=True, slots=True)
class Missed:
    """A check, and how many of those who were graded do not have all of its points."""

    nodeid: str
    title: str
    of: int
    missed: int


@dataclass(frozen=True)
class Roll:
    """All of a class.

    Args:
        notes: what lies among the submissions and is none, as sentences.
    """

    assignment: Assignment
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    @property
    def standings(self) -> list[Standing]:
        """Of those who have one."""
        return [row.standing for row in self.rows if row.standing is not None]

    def those(self, *, withheld: bool = False, down: bool = False, audit: bool = False) -> list[Row]:
        """Rows of which that holds: the grade is withheld; it stands, and nothing started; clocks differ."""
        return [
            row
            for row in self.rows
            if row.standing is not None
            and (
                (withheld and row.standing.status == "withheld" and not row.standing.audit)
                or (down and row.standing.status == "graded" and bool(row.standing.down))
                or (audit and bool(row.standing.audit))
            )
        ]

    @property
    def told(self) -> list[Row]:
        """Rows with something to be said of how the submission was taken."""
        return [r for r in self.rows if r.standing and (r.standing.found or r.standing.left_out)]

    @property
    def looked_at(self) -> list[Row]:
        """Rows that were judged again in real time, whatever came of it."""
        return [row for row in self.rows if row.standing and row.standing.looked_at]

    @property
    def twins(self) -> list[list[Row]]:
        """Students who have handed in the same, byte for byte."""
        by_bytes: dict[str, list[Row]] = {}
        for row in self.rows:
            if row.standing is not None and row.standing.app:
                by_bytes.setdefault(row.standing.submission, []).append(row)
        return [each for each in by_bytes.values() if len(each) > 1]

    @property
    def grades(self) -> list[int]:
        """All points that stand."""
        return sorted(each.points for each in self.standings if each.points is not None)

    @property
    def median(self) -> float | None:
        """The middle one of them."""
        found = self.grades
        half = len(found) // 2
        return None if not found else (found[half] + found[~half]) / 2

    @property
    def bins(self) -> list[tuple[int, int, int]]:
        """The histogram: from, to, how many; the last with what is full."""
        of = self.assignment.of
        width = max(1, math.ceil(of / _BINS))
        found = []
        for low in range(0, of, width):
            high = of if low + width >= of else low + width - 1
            found.append((low, high, sum(low <= each <= high for each in self.grades)))
        return found

    @property
    def missed(self) -> list[Missed]:
        """Every check that counts, what most miss first."""
        graded = [each for each in self.standings if len(each.rows) == len(self.assignment.rows)]
        found = []
        for number, worth in enumerate(self.assignment.rows):
            cells = [each.rows[number] for each in graded if not each.rows[number].open]
            missed = sum(each.points < each.of for each in cells)
            found.append(Missed(worth.nodeid, worth.title or worth.id, len(cells), missed))
        return sorted(found, key=lambda each: -(each.missed / each.of if each.of else 0))


def as_csv(roll: Roll) -> bytes:
    """grades.csv, in UTF-8: nothing in it is a formula, and every row is one line."""
    topics = list(roll.assignment.topics.items())
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_COLUMNS, *(cell(f"topic: {title or file}") for file, title in topics)])
    for row in roll.rows:
        writer.writerow(list(_cells(row, [file for file, _ in topics])))
    return out.getvalue().encode("utf-8", "replace")


def _cells(row: Row, topics: Sequence[str]) -> Iterator[str]:
    one = row.standing
    if one is None:
        yield from (cell(row.name), row.status)
        yield from [""] * (len(_COLUMNS) + len(topics) - 2)
        return
    yield from (cell(row.name), one.status)
    yield "" if one.points is None else cell(one.points)
    yield from map(cell, (one.of, one.low, one.high, one.cause, one.why, one.down, one.first))
    yield from map(cell, (one.app, one.found, _listed(one.left_out), _listed(one.looked_at)))
    yield from map(cell, (one.isolation, one.seconds))
    yield from map(cell, (one.submission, row.page))
    earned = {each.file: each.points for each in one.topics}
    yield from (cell(earned.get(each, 0)) for each in topics)


def _listed(some: Iterable[str]) -> str:
    return "; ".join(some)
