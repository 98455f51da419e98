"""A grade in words: what was earned, by topic, and what cost the others their points. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.model import Grade
from conformance.report.result import checks
from conformance.report.safe import safe

__all__ = ["grade_lines", "headline"]

_LINE: Final = 500  # characters of one sentence
_MOST: Final = 12  # checks that are listed


def headline(grade: Grade) -> str:
    """The grade in a sentence."""
    later = grade.later.checks
    so_far = f" so far; {checks(later)} worth {grade.later.of} more are shown later" if later else ""
    if grade.status == "graded":
        return f"Grade: {grade.points} of {grade.of} points{so_far} ({safe(grade.assignment)})."
    between = f"between {grade.low} and {grade.high}" if grade.low < grade.high else f"{grade.low}"
    why = safe(grade.why, _LINE)
    return f"Grade: withheld, {between} of {grade.of} points, since {why} ({safe(grade.assignment)})."


def grade_lines(grade: Grade) -> Iterator[str]:
    """The grade, its topics, and what has lost points."""
    yield headline(grade)
    width = max((len(topic.title) for topic in grade.topics), default=0)
    for topic in grade.topics:
        yield f"  {safe(topic.title):<{width}} {topic.points:>4} of {topic.of}"
    lost = [row for row in grade.rows if row.points < row.of]
    first = sorted((row for row in lost if row.verdict != "blocked"), key=lambda row: row.points - row.of)
    for row in first[:_MOST]:
        yield f"  {'open' if row.open else 'lost'}: {row.of - row.points}, {safe(row.nodeid)}"
        yield f"      {safe(row.why, _LINE)}"
    rest = [*first[_MOST:], *(row for row in lost if row.verdict == "blocked")]
    if rest:
        what = "that wait for these" if len(first) <= _MOST else "more"
        yield f"  and {sum(row.of - row.points for row in rest)} points of {checks(len(rest))} {what}"
