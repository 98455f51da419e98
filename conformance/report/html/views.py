"""A check of a report -> what the page shows of it. Pure.

It must not know how anything looks: templates do. Texts are as the report has them; they become tame on
their way into the page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.model import Entry, Exchange, Report
from conformance.model.grades import Earned
from conformance.report.evidence import (
    Evidence,
    Shown,
    came,
    curl,
    evidence,
    left_out,
    once_more,
    sent,
    server_of,
    started_first,
)
from conformance.report.html.differing import Piece, differing
from conformance.report.html.looks import LONGEST
from conformance.report.html.timeline import Timeline, timeline
from conformance.report.mending import advice
from conformance.report.result import root_of
from conformance.report.summary import explaining
from conformance.report.text import LOG_LINES, source_of

__all__ = ["LONGEST", "Card", "Source", "Step", "Views", "in_points", "link"]

_URL: Final = re.compile(r"https?://[^\s\"'<>]+")
_ODD: Final = re.compile(r"[^A-Za-z0-9]+")
_TELLING: Final = ("if-", "range:", "accept")  # fields of a request that choose its answer
_CURLS: Final = 4
_NAME: Final = 150  # characters of an id in the page


@dataclass(frozen=True, slots=True)
class Source:
    """A requirement, and where it is from."""

    id: str
    says: str
    source: str
    url: str
    quote: str


@dataclass(frozen=True, slots=True)
class Step:
    """An exchange: what is said above it, and its lines."""

    left_out: str
    hooked: tuple[str, ...]
    name: str
    decisive: bool
    sent: tuple[str, ...]
    came: tuple[str, ...]

    @property
    def brief(self) -> tuple[str, str]:
        """Both in a line each."""
        condition = [line for line in self.sent[1:] if line.lower().startswith(_TELLING)]
        first = self.sent[0].removesuffix(" HTTP/1.1")
        return ", ".join([first, *condition]), " ".join(self.came[:1]).removeprefix("HTTP/1.1 ")


@dataclass(frozen=True, slots=True)
class Card:
    """All that is shown of one check.

    Args:
        anchor: its id in the page. state: its verdict.
        about: whether the requirement has to do with it: not where nobody answers, or the suite fails.
        waiting: those that can't be judged before it.
        curls: command lines; started: whether a server has to be started for them.
        more: the command that explains it.
        points, because: what it earned, and why not all of it.
        timeline, same_reads: its reads, or the anchor of the check that shows them.
    """

    anchor: str
    state: str
    title: str
    resource: str
    nodeid: str
    level: str
    message: str
    about: bool
    sources: tuple[Source, ...]
    expected: tuple[Piece, ...]
    actual: tuple[Piece, ...]
    steps: tuple[Step, ...]
    rest: int
    moved: bool
    started: bool
    curls: tuple[str, ...]
    log: tuple[str, ...]
    why: str
    then: str
    more: str
    timeline: Timeline | None
    waiting: tuple[Entry, ...]
    points: str
    because: str
    same_reads: str


def link(url: str) -> str:
    """A URL that may be followed, or "": any other scheme could do more than show a page."""
    return url if _URL.fullmatch(url) else ""


def in_points(row: Earned) -> str:
    """What a check earned."""
    return f"{row.points} of {row.of} {'point' if row.of == 1 else 'points'}"


class Views:
    """Makes cards of the checks of one report, each drawing once."""

    def __init__(self, report: Report, earned: Mapping[str, Earned]) -> None:
        self._report = report
        self._earned = earned
        self._resources = {each.name: each for each in report.target.resources}
        files: dict[str, Counter[str]] = {}
        for entry in report.judged:
            files.setdefault(entry.work, Counter())[entry.file] += 1
        # The topic that a work is there for, of all whose checks judge it.
        self._home = {work: those.most_common(1)[0][0] for work, those in files.items()}
        self._drawn: dict[str, str] = {}  # work -> the anchor of the check that shows its reads
        self._waiting: dict[str, list[Entry]] = {}
        by_id = {e.nodeid: e for e in report.judged}
        for entry in report.judged:
            root = root_of(entry, by_id)
            if root is not entry:
                self._waiting.setdefault(root.nodeid, []).append(entry)
        self._where, self._ended = server_of(report)
        self._anchors: dict[str, str] = {}
        taken: set[str] = set()
        for entry in report.entries:
            name = plain = "c-" + _ODD.sub("-", entry.nodeid.removeprefix("specs/")).strip("-")[:_NAME]
            while name in taken:
                name = f"{plain}-{len(taken)}"
            taken.add(name)
            self._anchors[entry.nodeid] = name

    def anchor(self, entry: Entry) -> str:
        """The id of a check in the page: of letters, digits and hyphens."""
        return self._anchors[entry.nodeid]

    def said(self, entry: Entry) -> str:
        """The sentence of a verdict, without what the page says beside it."""
        verdict, title = entry.verdict, self.title(entry)
        if verdict.expected and verdict.outcome == "fail":
            return verdict.cause
        return verdict.message.removesuffix(f" ({title})") if verdict.message != title else ""

    def title(self, entry: Entry) -> str:
        """What its check asks, in a few words."""
        return self._report.about(entry).title

    def points(self, entry: Entry) -> str:
        """What it earned, in words; "" where it does not count."""
        row = self._earned.get(entry.nodeid)
        return in_points(row) if row else ""

    def waiting_for(self, entry: Entry) -> tuple[Entry, ...]:
        """The checks that can't be judged before this one."""
        return tuple(self._waiting.get(entry.nodeid, ()))

    def card(self, entry: Entry, *, drawn: bool = True) -> Card:
        """What is shown of a check; `drawn`: with the drawing of its reads."""
        report, verdict = self._report, entry.verdict
        asked, record = report.about(entry), report.record(entry)
        seen = evidence(record, verdict) if record else Evidence()
        about = verdict.outcome not in ("unreachable", "error")
        expected, actual = differing(verdict.expected, verdict.actual) if verdict.expected else ([], [])
        name, row = self.anchor(entry), self._earned.get(entry.nodeid)
        # Each failure shows the reads with the one that decides; of what has passed one check shows them.
        reads = timeline(record, self._resources.get(entry.resource), verdict) if drawn and record else None
        broken = verdict.verdict in ("fail", "warn", "inconclusive")
        home = self._home.get(entry.work) == entry.file
        there = self._drawn.get(entry.work, "") if reads and not broken else ""
        then = verdict.mend or (advice(report, entry) if verdict.verdict in ("fail", "warn") else "")
        return Card(
            anchor=name,
            state=verdict.verdict,
            title=asked.title,
            resource=entry.resource,
            nodeid=entry.nodeid,
            level=asked.level,
            message=self.said(entry),
            about=about,
            sources=tuple(_sources(report, (asked.requirement, *asked.also))) if about else (),
            expected=tuple(expected),
            actual=tuple(actual),
            steps=tuple(self._step(each) for each in seen.shown),
            rest=seen.rest,
            moved=bool(record and record.moved),
            started=self._ended and not report.starts,
            curls=self._curls(seen),
            log=tuple(record.log.splitlines()[-LOG_LINES:]) if record else (),
            why=asked.why if about else "",
            then=then,
            more=explaining(entry) if about else "",
            timeline=reads if broken or (home and not there) else None,
            waiting=self.waiting_for(entry),
            points=self.points(entry),
            because=row.why if row and row.why not in (verdict.message, verdict.cause) else "",
            same_reads=there,
        )

    def drew(self, entry: Entry) -> None:
        """The page shows the reads that this check rests on."""
        self._drawn.setdefault(entry.work, self.anchor(entry))

    def _step(self, shown: Shown) -> Step:
        of_all = f" {shown.number} of {shown.times}" if shown.times > 1 else ""
        return Step(
            left_out(shown),
            shown.hooked,
            f"{shown.name}{of_all}, {shown.after:.2f} s after the start",
            shown.decisive,
            tuple(sent(shown.exchange)),
            tuple(came(self._report, shown.exchange)),
        )

    def _curls(self, seen: Evidence) -> tuple[str, ...]:
        """A line for each exchange that is shown, up to what is to be sent again; each once.

        Where that is one and the same, its time is the point. A server that has ended is started first.
        """
        asked: list[Exchange] = [each.exchange for each in seen.shown if each.exchange.through is None]
        lines = [curl(each, self._where) for each in [*asked, *([seen.last] if seen.last else [])]]
        kept = tuple(dict.fromkeys(line for line in lines if 0 < len(line) <= LONGEST))[-_CURLS:]
        if len(kept) == 1:
            return once_more(self._report, seen) or kept
        return (*started_first(self._report), *kept) if kept else ()


def _sources(report: Report, names: Iterable[str]) -> Iterator[Source]:
    for place, name in enumerate(names):
        row = report.requirements[name]
        if place == 0 or row.url:
            yield Source(row.id, row.says, source_of(row), link(row.url), row.quote)
