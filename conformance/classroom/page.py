"""A class -> two pages that need nothing else. Pure.

Students by topics, with what the instructor is to look at first; and students by checks. No script and no
request, as of the page of a single report, whose looks they share. It must not know how a grade comes about.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.classroom.roll import Roll
from conformance.classroom.standing import Cell, Standing
from conformance.model import VerdictName
from conformance.report.html.looks import environment, style

__all__ = ["LETTERS", "SAYS", "pages"]

_WORST: Final = 10  # checks that most miss, on the first page
_NOTES: Final = 300  # rows of each list
_SHARES: Final = ((1.0, "A"), (0.75, "B"), (0.5, "C"), (0.0, "D"))
"""From which share of the points on a letter stands, the first that fits; nothing at all is E."""
_GRADES: Final = (("A", "all"), ("B", "75 % and more"), ("C", "half and more"), ("D", "less"), ("E", "none"))
LETTERS: Final[Mapping[VerdictName, str]] = {
    "pass": "P",
    "info": "P",
    "warn": "W",
    "fail": "F",
    "blocked": "B",
    "unreachable": "X",
    "not-applicable": "N",
    "untestable": "R",
    "inconclusive": "I",
    "error": "?",
    "deselected": "?",
}
SAYS: Final = {
    "P": "passes",
    "W": "warning",
    "F": "fails",
    "B": "blocked by another",
    "X": "no answer",
    "N": "not offered",
    "R": "refused",
    "I": "moves by itself",
    "?": "open",
}


@dataclass(frozen=True, slots=True)
class Share:
    """A cell of the table of topics."""

    points: int
    of: int

    @property
    def letter(self) -> str:
        """By the share that was earned."""
        if not self.points:
            return "E"
        return next(letter for least, letter in _SHARES if self.points >= least * self.of)


class Some:
    """A list of which a page shows so many, and how many there are."""

    def __init__(self, all_: Sequence[object]) -> None:
        self._all = all_

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[object]:
        return iter(self._all[:_NOTES])

    @property
    def more(self) -> int:
        """How many are not shown."""
        return max(0, len(self._all) - _NOTES)


def pages(roll: Roll) -> dict[str, bytes]:
    """The pages, by the names of their files."""
    sheet, policy = style("report/html/page.css", "classroom/class.css")
    made: dict[str, Any] = {
        "style": sheet,
        "policy": policy,
        "roll": roll,
        "of": roll.assignment.of,
        "counts": _counts(roll),
    }
    topics = list(roll.assignment.topics.items())
    first = environment().get_template("classroom/class.html.j2")
    second = environment().get_template("classroom/checks.html.j2")
    return {
        "index.html": first.render(
            **made,
            topics=topics,
            shares=lambda standing: _shares(standing, [file for file, _ in topics]),
            withheld=Some(roll.those(withheld=True)),
            audit=Some(roll.those(audit=True)),
            down=Some(roll.those(down=True)),
            told=Some(roll.told),
            twins=Some(roll.twins),
            looked_at=Some(roll.looked_at),
            notes=Some(roll.notes),
            missed=[each for each in roll.missed if each.missed][:_WORST],
            bars=_bars(roll),
            legend=_GRADES,
        ).encode("utf-8", "replace"),
        "checks.html": second.render(
            **made, letter=_letter, legend=SAYS.items(), missed={e.nodeid: e for e in roll.missed}
        ).encode("utf-8", "replace"),
    }


def _counts(roll: Roll) -> dict[str, int]:
    found = {"students": len(roll.rows), "graded": 0, "withheld": 0}
    for each in roll.standings:
        found[each.status] += 1
    return found | {"left": len(roll.rows) - len(roll.standings)}


def _shares(standing: Standing, files: list[str]) -> list[Share | None]:
    """By topic; None where a topic has nothing to be earned."""
    by_file = {each.file: Share(each.points, each.of) for each in standing.topics}
    return [by_file.get(each) for each in files]


def _letter(cell: Cell) -> str:
    return "?" if cell.open else LETTERS[cell.verdict]


def _bars(roll: Roll) -> list[dict[str, Any]]:
    """The bars of the histogram, in units of its drawing."""
    most = max((count for *_, count in roll.bins), default=0)
    return [
        {
            "low": low,
            "high": high,
            "count": count,
            "x": 4 + 56 * number,
            "height": math.ceil(100 * count / most) if most else 0,
        }
        for number, (low, high, count) in enumerate(roll.bins)
    ]
