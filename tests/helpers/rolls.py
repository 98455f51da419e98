"""Classes by hand, of any size: what the spreadsheet and the pages are made of, without a run."""

from __future__ import annotations

from typing import Any

from conformance.classroom.roll import Roll, Row
from conformance.classroom.standing import Cell, Standing
from conformance.grading.opening import default_assignment
from conformance.model import TopicPoints, VerdictName

__all__ = ["HOSTILE", "roll", "row", "standing"]

HOSTILE = '=1+1"><script>alert(1)</script>\n::error::x\x1b[31m\u202e'
VERDICTS: tuple[VerdictName, ...] = (
    *("pass", "pass", "fail", "warn", "blocked", "unreachable", "not-applicable", "untestable"),
    *("inconclusive", "pass"),
)


def standing(seed: int = 0, **more: Any) -> Standing:
    """One of the lesson's assignment: who has a higher seed has less."""
    made = default_assignment()
    rows = []
    for number, worth in enumerate(made.rows):
        verdict = VERDICTS[(number * 7 + seed) % 10] if (number + seed) % 9 < seed % 7 else "pass"
        points = worth.points if verdict == "pass" else worth.points // 2 if verdict == "warn" else 0
        rows.append((worth.topic, Cell(points, worth.points, verdict)))
    topics = tuple(
        TopicPoints(
            file,
            title,
            sum(cell.points for topic, cell in rows if topic == file),
            sum(cell.of for topic, cell in rows if topic == file),
        )
        for file, title in made.topics.items()
    )
    points = sum(cell.points for _, cell in rows)
    fields: dict[str, Any] = {
        "status": "graded",
        "submission": f"{seed:064x}",
        "points": points,
        "low": points,
        "high": points,
        "topics": topics,
        "rows": tuple(cell for _, cell in rows),
        "app": "main:app",
        "isolation": "namespaces",
    }
    return Standing(version=1, freeze="f", how="", of=made.of, **{**fields, **more})


def row(name: str, one: Standing | None) -> Row:
    """A student's."""
    return Row(name, f"students/{name[:20]}/report.html", one)


def roll(count: int = 12, *more: Row, notes: tuple[str, ...] = ()) -> Roll:
    """A class of so many, and these."""
    rows = [row(f"student-{number:03} of a class", standing(number)) for number in range(count)]
    return Roll(default_assignment(), (*rows, *more), notes)
