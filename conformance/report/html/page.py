"""A report, and a grade where there is one -> one page that needs nothing else. Pure.

No script, no request: the page's own policy forbids both, and allows the one style sheet by its hash. It
must not know how a verdict comes about, nor what it is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup
from msgspec.structs import replace

from conformance.model import Entry, Later, Report, Tally, VerdictName
from conformance.model.grades import Earned, Grade, TopicPoints
from conformance.report.html.looks import environment
from conformance.report.html.looks import style as looks
from conformance.report.html.views import Views, in_points, link
from conformance.report.mending import REASONS, first, reasons
from conformance.report.public import public
from conformance.report.result import FAILED, PASSED, Result, checks, not_asked, result, root_of
from conformance.report.score import VERDICTS
from conformance.report.summary import by_the_clock, isolated, others, waiting

__all__ = ["html"]

_ROOM: Final = 165_000  # bytes, for checks
# How much of it has to be left for a check to be shown in full, without what was sent, or as one that is
# well; what comes after that is a line.
_LEAVES: Final = {"full": 70_000, "cut": 40_000, "short": 25_000, "line": -_ROOM}
_NOTHING: Final = Tally(counts=dict.fromkeys(VERDICTS, 0))
_TEMPLATES: Final = "report/html"
_TOPIC: Final = ("fail", "unreachable", "error", "inconclusive", "warn")  # what a row of a topic leads to


@dataclass(frozen=True, slots=True)
class Group:
    """Checks of which the same is said."""

    says: str
    entries: tuple[Entry, ...]


def html(report: Report, grade: Grade | None = None, *, strict: bool = False, hidden: bool = False) -> str:
    """The page.

    Args:
        report: of a run; or what a student may see of it by now, of which nothing is hidden any more.
        grade: what it earns, where that is not said in the report.
        strict: whether a SHOULD that does not hold fails, too.
        hidden: whether checks are shown that a student may not see yet.
    """
    report = report if grade is None else replace(report, grade=grade)
    return _Page(report if hidden else public(report), strict=strict).written()


class _Page:
    """Puts the parts together."""

    def __init__(self, report: Report, *, strict: bool) -> None:
        self._report = report
        self._grade = grade = report.grade
        self._strict = strict
        self._views = Views(report, {row.nodeid: row for row in grade.rows} if grade else {})
        self._room = _ROOM
        self._shown: set[str] = set()

    def written(self) -> str:
        """The whole page."""
        report, end = self._report, result(self._report, strict=self._strict)
        style, policy = looks("report/html/page.css")
        mend = first(report, strict=self._strict)
        # In the order of importance, since what comes late may find no room for its exchanges.
        failed = self._cards(sorted(self._of("fail"), key=lambda e: mend is None or e is not mend.entry))
        errors, silent = self._cards(self._of("error")), self._silent()
        unjudged = self._cards(self._unjudged(end))
        warned = self._cards(self._of("warn"))
        passed = [(topic, self._cards(those)) for topic, those in self._by_topic("pass")]
        noted = self._cards(self._of("info"))
        page = environment(_TEMPLATES).get_template("page.html.j2")
        return page.render(
            style=style,
            policy=policy,
            report=report,
            grade=self._grade,
            secret=self._grade.later if self._grade else Later(),
            isolated=isolated(report),
            lost=self._lost(),
            state={PASSED: "pass", FAILED: "fail"}.get(end.code, "open"),
            says=end.says.partition(": ")[0],
            sentence=_sentence(end.says.partition(": ")[2]),
            mend=mend,
            reasons=reasons(report, end)[:REASONS],
            topics=self._topics(),
            failed=failed,
            errors=errors,
            silent=silent,
            unjudged=unjudged,
            warned=warned,
            passed=passed,
            noted=noted,
            blocked=self._blocked(),
            not_applicable=self._groups("not-applicable"),
            untestable=self._groups("untestable"),
            held=not_asked(report),
            clock=by_the_clock(report),
            views=self._views,
            counts=report.counts,
            link=link,
            in_points=in_points,
            why=_sentence(self._grade.why) if self._grade else "",
            checks=checks,
            waiting=waiting,
            sum=lambda groups: sum(len(each.entries) for each in groups),
        )

    # ------------------------------------------------------------------ which checks

    def _of(self, *names: VerdictName) -> list[Entry]:
        return [e for e in self._report.judged if e.verdict.verdict in names]

    def _unjudged(self, end: Result) -> list[Entry]:
        keeping = {e.nodeid for e in end.unjudged if e.verdict.outcome == "untestable"}
        those = [e for e in self._report.judged if e.nodeid in keeping]
        return [*self._of("inconclusive"), *those]

    def _by_topic(self, name: VerdictName) -> list[tuple[str, list[Entry]]]:
        found: dict[str, list[Entry]] = {}
        for entry in self._of(name):
            found.setdefault(self._report.topics.get(entry.file, entry.file), []).append(entry)
        return list(found.items())

    def _groups(self, name: VerdictName) -> list[Group]:
        those = [e for e in self._of(name) if e.nodeid not in self._shown]
        said = f"{name.replace('-', ' ')}: "
        return _grouped(those, lambda e: e.verdict.message.removeprefix(said))

    def _blocked(self) -> list[Group]:
        """What waits for a check that has no card here to stand under."""
        by_id = {e.nodeid: e for e in self._report.judged}
        left = [e for e in self._of("blocked") if root_of(e, by_id).nodeid not in self._shown]
        return _grouped(left, lambda e: f"by {root_of(e, by_id).verdict.cause or root_of(e, by_id).nodeid}")

    def _lost(self) -> list[Earned]:
        """What did not earn all of its points, and has neither a card nor a place under one."""
        rows = self._grade.rows if self._grade else ()
        by_id = {e.nodeid: e for e in self._report.judged}
        told = self._shown | {
            e.nodeid for e in self._of("blocked") if root_of(e, by_id).nodeid in self._shown
        }
        told |= {e.nodeid for e in self._of("unreachable")}
        return [row for row in rows if row.points < row.of and row.nodeid not in told]

    def _silent(self) -> list[tuple[Group, Markup]]:
        """What got no answer: of each sentence the check that came first, where something was sent for it."""
        found = []
        for group in _grouped(
            sorted(self._of("unreachable"), key=lambda e: e.order), lambda e: e.verdict.message
        ):
            head = next((e for e in group.entries if self._report.record(e)), None)
            rest = tuple(e for e in group.entries if e is not head)
            found.append((Group(group.says, rest), self._cards([head])[0] if head else Markup()))
        return found

    def _topics(self) -> list[dict[str, Any]]:
        """A row for each topic of which something counts."""
        earned = {each.file: each for each in self._grade.topics} if self._grade else {}
        rows: list[dict[str, Any]] = []
        if not self._grade and all(e.verdict.outcome == "unreachable" for e in self._report.judged):
            return rows
        for topic in self._report.score.topics:
            those = [e for e in self._report.judged if e.file == topic.file and e.nodeid in self._shown]
            leading = (e for name in _TOPIC for e in those if e.verdict.verdict == name)
            tally, lead = topic.tally, next(leading, None)
            words = others(tally)
            points = earned.pop(topic.file, None)
            if tally.must_of or tally.should_of or words or points:
                rows.append(_row(topic.title, tally, words, points, self._views.anchor(lead) if lead else ""))
        rows += [_row(each.title, _NOTHING, "not in this run", each, "") for each in earned.values()]
        return rows

    # ------------------------------------------------------------------ a check

    def _cards(self, entries: Iterable[Entry]) -> list[Markup]:
        return [self._card(each) for each in entries]

    def _card(self, entry: Entry) -> Markup:
        """A check; of what comes late, or has nothing to be mended, less is shown where room is scarce."""
        self._shown.add(entry.nodeid)
        short = entry.verdict.verdict in ("pass", "info")
        macros: Any = environment(_TEMPLATES).get_template("card.html.j2").module
        for shape in ("short", "line") if short else ("full", "cut", "line"):
            card = self._views.card(entry, drawn=shape in ("full", "short"))
            text: Markup = macros.card(card, shape, self._views)
            left = self._room - len(text.encode("utf-8", "replace"))
            if left >= _LEAVES[shape]:
                break
        self._room = left
        if card.timeline:
            self._views.drew(entry)
        return text


def _row(title: str, tally: Tally, words: str, points: TopicPoints | None, lead: str) -> dict[str, Any]:
    return {"title": title, "tally": tally, "words": words, "points": points, "lead": lead}


def _grouped(entries: Sequence[Entry], says: Callable[[Entry], str]) -> list[Group]:
    """By what is said of them, most first."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(says(entry), []).append(entry)
    groups = [Group(said, tuple(those)) for said, those in found.items()]
    return sorted(groups, key=lambda group: -len(group.entries))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if not text or text.endswith((".", "!", "?")) else ".")
