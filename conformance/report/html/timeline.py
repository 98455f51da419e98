"""The reads of a record on a resource with a TTL -> a drawing of them in percents, and a table. Pure.

A mark's shape tells the value, and whether it is filled that the server calls it kept. It must not know
whether what is drawn is right: it shows what was seen, beside the TTL that the target declares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from conformance.content.facts import is_hit
from conformance.content.summaries import is_summary
from conformance.language.durations import margin
from conformance.model import MISSING, Exchange, Record, Resource, StepRecord, Verdict

__all__ = ["Band", "Event", "Mark", "Row", "Timeline", "timeline"]

SHAPES: Final = ("circle", "square", "triangle", "diamond", "pentagon", "star")
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_STEPS: Final = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400)
_TICKS: Final = 6
_LEFT: Final = 3.0  # percent of the width that stay free, on either side
_WIDE: Final = 5.0  # percent: as much as a mark takes on a phone
_COUNTED: Final = 11.0  # with its count
_NAMED: Final = 30.0  # the name of what else was done
_SHORTEST: Final = 2.0  # percent, of a jump that is drawn
_VALUE: Final = 60  # characters
_NOT_MODIFIED: Final = 304
_MOST_ROWS: Final = 60


@dataclass(frozen=True, slots=True)
class Band:
    """From where to where, in percent of the width."""

    x: float
    end: float

    @property
    def width(self) -> float:
        """How wide it is."""
        return round(self.end - self.x, 2)

    @property
    def middle(self) -> float:
        """Where its middle is."""
        return round((self.x + self.end) / 2, 2)


@dataclass(frozen=True, slots=True)
class Event:
    """A moment, and what is said of it; `level`: how many lines below the axis."""

    x: float
    says: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """Some reads of one step that came out the same, or something else that was done.

    Args:
        at: seconds after the first. letter, shape: of the value, or "".
        answered: "kept", "computed", "not told", or what else came of it.
        age: of the value, at the end of the step, in seconds; None: nobody knows.
        decisive: whether the verdict rests on one of them.
    """

    at: float
    name: str
    count: int
    letter: str
    shape: str
    answered: str
    age: float | None
    decisive: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A row, drawn: how far to the right, and how many marks stand below it."""

    x: float
    level: int
    row: Row


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that is drawn.

    Args:
        lives: from when a value was first seen, as long as its TTL. margins: too close to its end to judge.
        jumps: where the clock was moved. events: what else was done.
        values: letter, shape and (the beginning of) the text of each.
        more: how many rows are left out.
    """

    ttl: float
    margin: float
    moved: bool
    rows: tuple[Row, ...]
    marks: tuple[Mark, ...]
    lives: tuple[Band, ...]
    margins: tuple[Band, ...]
    jumps: tuple[Band, ...]
    events: tuple[Event, ...]
    ticks: tuple[Event, ...]
    values: tuple[tuple[str, str, str], ...]
    more: int = 0

    @property
    def levels(self) -> int:
        """How many marks stand above each other at most."""
        return max(each.level for each in self.marks) + 1


def timeline(record: Record, resource: Resource | None, verdict: Verdict) -> Timeline | None:
    """The drawing; None where the resource has no TTL, or no time passed between reads of its value."""
    if resource is None or resource.ttl is None or not any(s.until for s in record.steps):
        return None
    found = _Reading(resource, verdict)
    for step in record.steps:
        found.step(step)
    rows = found.rows[:_MOST_ROWS]
    if len(found.lives) == 0 or len([row for row in rows if row.letter]) < 2:  # noqa: PLR2004
        return None
    end = (resource.ttl_most or resource.ttl) + resource.stale
    guard = margin(resource.ttl)
    span = max(rows[-1].at, found.lives[0] + end + guard)

    def x(at: float) -> float:
        return round(_LEFT + (100 - 2 * _LEFT) * max(0.0, min(at, span)) / span, 2)

    def band(begins: float, ends: float) -> Band:
        return Band(x(begins), x(ends))

    # A life ends with the next one, where that comes earlier.
    follow = [*found.lives[1:], span]
    lives = [band(at, min(at + end, after)) for at, after in zip(found.lives, follow, strict=True)]
    margins = [
        band(at + resource.ttl - guard, min(at + end + guard, after))
        for at, after in zip(found.lives, follow, strict=True)
        if at + resource.ttl - guard < after
    ]
    jumps = [band(begins, ends) for begins, ends in found.waits] if record.moved else []
    return Timeline(
        resource.ttl,
        guard,
        record.moved,
        tuple(rows),
        tuple(_marks([(x(row.at), row) for row in rows if row.shape])),
        tuple(lives),
        tuple(margins),
        tuple(each for each in jumps if each.width >= _SHORTEST),
        tuple(_events([(x(row.at), row) for row in rows if not row.shape])),
        tuple(Event(x(at), f"{at:g}") for at in _ticks(span)),
        tuple(
            (_LETTERS[i % len(_LETTERS)], SHAPES[i % len(SHAPES)], _told(text))
            for text, i in found.values.items()
        ),
        more=len(found.rows) - len(rows),
    )


def _told(text: str) -> str:
    """A value, as far as there is room for it."""
    value = json.loads(text)
    if is_summary(value):
        value = f"{value['begins']}... ({value['length']} characters)"
    told = value if isinstance(value, str) else text
    return told if len(told) <= _VALUE else f"{told[:_VALUE]}..."


class _Reading:
    """Goes through the steps, and keeps what is to be drawn."""

    def __init__(self, resource: Resource, verdict: Verdict) -> None:
        self._resource = resource
        self._verdict = verdict
        self._start: float | None = None
        self._last = 0.0  # when the last thing ended
        self._value = ""
        self.rows: list[Row] = []
        self.lives: list[float] = []  # when each value was first seen
        self.values: dict[str, int] = {}  # text -> number
        self.waits: list[tuple[float, float]] = []

    def step(self, step: StepRecord) -> None:
        """One step."""
        if step.until and self._start is not None and step.until - self._start > self._last:
            self.waits.append((self._last, step.until - self._start))
        # What was answered alike is kept once: those at the end stand for it.
        alike = step.alike
        for index, exchange in enumerate(step.exchanges):
            if exchange.through is not None:
                continue
            if self._start is None:
                self._start = exchange.sent_at
            decisive = (step.name, index) == (self._verdict.step, self._verdict.index)
            row = self._row(step, exchange, decisive=decisive)
            self._last = exchange.received_at - self._start
            last = index == len(step.exchanges) - 1
            self._add(row, 1 + (alike if last else 0))

    def _add(self, row: Row, count: int) -> None:
        before = self.rows[-1] if self.rows else None
        same = before and (before.name, before.letter, before.answered) == (
            row.name,
            row.letter,
            row.answered,
        )
        if before and same:
            count += before.count
            row = replace(row, at=before.at, decisive=before.decisive or row.decisive)
            self.rows.pop()
        self.rows.append(replace(row, count=count))

    def _row(self, step: StepRecord, exchange: Exchange, *, decisive: bool) -> Row:
        at = exchange.sent_at - (self._start or 0.0)
        if step.other or step.item or exchange.request.method != "GET":
            said = f"{exchange.request.method}: {exchange.status or 'no answer'}"
            return Row(at, step.name, 1, "", "", said, None, decisive)
        value, hit = exchange.facts.value, is_hit(exchange.facts.hit)
        if value is MISSING:
            shape = "bar" if exchange.status == _NOT_MODIFIED else "cross"
            return Row(at, step.name, 1, "", shape, str(exchange.status or "no answer"), None, decisive)
        # What is drawn as one value is equal, and what is drawn as two is not, however much of it is told.
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        if text != self._value or hit is False:
            self.lives.append(at)
            self._value = text
        number = self.values.setdefault(text, len(self.values))
        answered = "not told" if hit is None else "kept" if hit else "computed"
        return Row(
            at,
            step.name,
            1,
            _LETTERS[number % len(_LETTERS)],
            SHAPES[number % len(SHAPES)],
            answered,
            at - self.lives[-1],
            decisive,
        )


def _marks(placed: list[tuple[float, Row]]) -> Iterator[Mark]:
    """Each at the lowest place that is free there."""
    widths = [_COUNTED if row.count > 1 else _WIDE for _, row in placed]
    for (x, row), level in zip(placed, _levels([x for x, _ in placed], widths), strict=True):
        yield Mark(x, level, row)


def _events(placed: list[tuple[float, Row]]) -> Iterator[Event]:
    levels = _levels([x for x, _ in placed], [_NAMED] * len(placed))
    for (x, row), level in zip(placed, levels, strict=True):
        yield Event(x, row.name, level)


def _levels(places: Sequence[float], widths: Sequence[float]) -> Iterator[int]:
    """The lowest level on which each has room."""
    ends: list[float] = []  # of each level, how far to the right it is taken
    for x, width in zip(places, widths, strict=True):
        level = next((i for i, end in enumerate(ends) if x >= end), len(ends))
        if level == len(ends):
            ends.append(0.0)
        ends[level] = x + width
        yield level


def _ticks(span: float) -> Iterator[float]:
    step = next((each for each in _STEPS if span / each <= _TICKS), _STEPS[-1])
    yield from (float(each * step) for each in range(int(span // step) + 1))
