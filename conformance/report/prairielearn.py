"""PrairieLearn's results.json for an external grader. Pure.

PrairieLearn takes a score that is missing for 0 unless the result says that it can't be graded: so without
a grade it says `gradable: false`, which costs the student no attempt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

from conformance.report.jsontext import json_bytes
from conformance.report.sheet import LATER, Line, Sheet, cut, fitting

__all__ = ["MOST_BYTES", "write"]

MOST_BYTES: Final = 1_000_000
"""PrairieLearn refuses a larger file."""
_FEW: Final = 50  # tests that fit, whatever their sentences hold


def write(sheet: Sheet) -> bytes:
    """The bytes of the file."""
    told = (e for e in sheet.shown if e.of is not None or e.fails or e.nodeid == LATER or e.verdict == "warn")
    lines = list(told)
    few = tuple(cut(tuple(lines), _FEW))
    ways = (
        partial(_made, sheet, lines, whole=True),
        partial(_made, sheet, lines),
        partial(_made, sheet, few),
    )
    return fitting(MOST_BYTES, ways)


def _made(sheet: Sheet, lines: Sequence[Line], *, whole: bool = False) -> bytes:
    grade = sheet.graded
    # Nothing to be earned is no 0 either.
    gradable = grade is not None and grade.points is not None and grade.of > 0
    document: dict[str, Any] = {"gradable": gradable}
    if gradable and grade is not None and grade.points is not None:
        document["score"] = min(max(grade.points / grade.of, 0.0), 1.0)
    else:
        document["format_errors"] = [sheet.grading]
    document |= {
        "message": f"{sheet.grading}. {sheet.says}",
        "output": "\n".join(_first(sheet)),
        # One test without both numbers would switch the table off for all.
        "tests": [_test(sheet, line, whole=whole) for line in lines] if gradable else [],
    }
    return json_bytes(document)


def _first(sheet: Sheet) -> Iterator[str]:
    first = sheet.first
    if first is not None:
        yield f"First to mend: {first.name}"
        yield first.message
        if first.advice:
            yield f"Next: {first.advice}"
    yield f"How it was judged: {sheet.how}"


def _test(sheet: Sheet, line: Line, *, whole: bool) -> dict[str, Any]:
    return {
        "name": line.name,
        "description": line.topic,
        "points": line.points or 0,
        "max_points": line.of or 0,
        "message": line.message,
        "output": sheet.evidence(line) if whole and line.verdict != "pass" else "",
    }
