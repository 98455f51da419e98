"""Report x frozen assignment -> Grade. Pure, and the only place that knows what earns what.

What can be earned is the assignment's alone, whatever a server offers: only a pass earns its points, and a
warning its share. Whatever else a server does, or does not, earns nothing; so doing less never earns more.
Nor does anything that holds of the refusals of a resource that is not there, such as how they write dates.
What is not the server's doing leaves a row open, and a grade with an open row is withheld, with its range.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.grading.document import digest
from conformance.judge.unjudged import LATE, STOPPED
from conformance.judge.verdicts import REFUSED
from conformance.language.doubts import DOUBTS
from conformance.matchers import MATCHERS
from conformance.model import (
    NOT_ASKED,
    NOT_DECLARED,
    Assignment,
    Earned,
    Entry,
    Exchange,
    Grade,
    OutcomeName,
    Report,
    TopicPoints,
    Verdict,
    VerdictName,
    Withheld,
    Worth,
)
from conformance.report.result import checks, root_of

__all__ = ["grade", "is_open", "why_not"]

_FIRST: Final[tuple[Withheld, ...]] = ("suite", "policy", "noise")  # what is told, where it is several
_LEFT_OUT: Final = "this run has left it out"
_ITS_OWN: Final = "on a server that the suite has started, that is its own doing"
_LOST: Final[Mapping[tuple[OutcomeName, str], tuple[str, Withheld]]] = {
    ("fail", ""): ("", ""),
    ("unreachable", ""): ("", ""),
    ("error", ""): ("", "suite"),
    ("deselected", ""): (_LEFT_OUT, "policy"),
    ("not-applicable", ""): ("what it is about is not there: {}", ""),
    ("not-applicable", NOT_DECLARED): ("the target does not declare it: {}", ""),
    ("not-applicable", NOT_ASKED): ("it was held back: {}", "policy"),
    ("untestable", ""): ("a means was wanting: {}", "policy"),
    ("untestable", REFUSED): ("the server refuses it: {}", ""),
    ("inconclusive", ""): ("", "noise"),
}
"""Outcome, code -> why it earns nothing ({}: the cause; "": as the verdict says), and what leaves it open."""


@dataclass(frozen=True, slots=True)
class _Ruling:
    """What is due for a verdict: the points, why, and what keeps that open, if anything does."""

    points: int
    why: str = ""
    cause: Withheld = ""


def grade(report: Report, assignment: Assignment) -> Grade:
    """What a run earns. It rests on nothing but its arguments: the same two give the same grade."""
    by_id = {entry.nodeid: entry for entry in report.judged}
    unfit, gone = why_not(report, assignment), _not_there(report)
    rulings = [
        _Ruling(0, unfit, "policy")
        if unfit
        else _of_what_is_there(_ruling(row, by_id.get(row.nodeid), by_id, report), row, gone)
        for row in assignment.rows
    ]
    rows = tuple(_earned(row, ruling, by_id) for row, ruling in zip(assignment.rows, rulings, strict=True))
    low = sum(row.points for row in rows)
    high = low + sum(row.of - row.points for row in rows if row.open)
    cause, why = _withheld(report, rulings, unfit)
    return Grade(
        status="withheld" if cause else "graded",
        of=assignment.of,
        cause=cause,
        why=why,
        points=None if cause else low,
        low=low,
        high=high,
        rows=rows,
        topics=tuple(_by_topic(rows, assignment.topics)),
        assignment=assignment.name,
        freeze=digest(assignment),
        seed=report.seed,
    )


def why_not(report: Report, assignment: Assignment) -> str:
    """Why a run can't have the grade that the assignment was frozen for, or "".

    The clock, the seed and where the server was may differ; by what it was judged may not.
    """
    by = assignment.by
    if report.specs_sha256 != by.specs:
        return (
            f"the run was judged by the specs {report.specs_sha256[:12]} of version {report.suite_version}, "
            f"and the assignment was frozen by {by.specs[:12]} of version {by.suite}"
        )
    if report.suite_version != by.suite:
        return f"the run was judged by version {report.suite_version}, the assignment frozen by {by.suite}"
    if report.target.sha256 != by.target:
        return (
            f"the run was judged as the target {report.target.name!r} ({report.target.sha256[:12]}), and the "
            f"assignment was frozen for {assignment.target!r} as it was then ({by.target[:12]})"
        )
    if report.tier != assignment.tier:
        return f"the run went up to the tier {report.tier}, and the assignment is about {assignment.tier}"
    return ""


def is_open(entry: Entry, report: Report) -> bool:
    """Whether noise keeps it from being known what a check earns: to try it again may tell."""
    by_id = {each.nodeid: each for each in report.judged}
    return _ruling(Worth(entry.nodeid, 1), entry, by_id, report).cause == "noise"


# ------------------------------------------------------------------ a row


def _ruling(row: Worth, entry: Entry | None, by_id: Mapping[str, Entry], report: Report) -> _Ruling:
    if entry is None:
        return _Ruling(0, _LEFT_OUT, "policy")
    verdict = entry.verdict
    if verdict.outcome == "blocked":
        return _blocked(entry, by_id, report)
    if verdict.verdict == "warn":
        return _Ruling(row.warned, f"a warning earns {row.warned} of {row.points}: {verdict.message}")
    if verdict.outcome == "pass" or verdict.verdict == "info":
        return _Ruling(row.points)  # what a server need not do, it can't do wrong
    return _Ruling(0, *_lost(verdict, report))


def _lost(verdict: Verdict, report: Report) -> tuple[str, Withheld]:
    """Why a verdict earns nothing, or what keeps that open."""
    outcome = verdict.outcome
    before, cause = _LOST.get((outcome, verdict.code)) or _LOST[outcome, ""]
    why = before.replace("{}", verdict.cause or verdict.message) or verdict.message
    if outcome == "inconclusive" and not _is_noise(verdict, report):
        return f"{why}; {_ITS_OWN}", ""
    return why, cause


def _blocked(entry: Entry, by_id: Mapping[str, Entry], report: Report) -> _Ruling:
    """Nothing, under what it is blocked by in the end; or as open as that is."""
    root = root_of(entry, by_id)
    if root.verdict.outcome in ("blocked", "pass"):
        return _Ruling(0, f"blocked by {entry.verdict.cause}, which this run does not tell of", "policy")
    if root.verdict.outcome in ("error", "inconclusive", "untestable"):
        why, cause = _lost(root.verdict, report)
        return _Ruling(0, f"blocked by {root.nodeid}: {why}", cause)
    return _Ruling(0, f"blocked by {root.nodeid}: {root.verdict.message}")


def _of_what_is_there(ruling: _Ruling, row: Worth, gone: Mapping[str, str]) -> _Ruling:
    """The same, but nothing where the resource is not there at all."""
    request = gone.get(row.nodeid.split("::")[1], "")
    if not (ruling.points and request):
        return ruling
    return _Ruling(0, f"it holds of nothing: {request} was never answered with success")


def _not_there(report: Report) -> dict[str, str]:
    """The resources that no read has found -> how they were asked for."""
    found: dict[str, bool] = {}
    for work, record in report.records.items():
        name = work.partition("@")[2].partition(" ")[0]
        reads = [e for step in record.steps if not (step.item or step.other) for e in step.exchanges]
        if reads:
            found[name] = found.get(name, False) or any(map(_succeeds, reads))
    asked = {each.name: f"GET {each.read}" for each in report.target.resources}
    return {name: asked[name] for name, there in found.items() if not there and name in asked}


def _succeeds(exchange: Exchange) -> bool:
    answered = exchange.response is not None and 200 <= exchange.response.status < 300  # noqa: PLR2004
    return answered and exchange.request.method == "GET"


def _is_noise(verdict: Verdict, report: Report) -> bool:
    """Whether an inconclusive comes from outside the server, or from our own timing.

    Where the suite has not started the server, nobody knows.
    """
    word = verdict.code.partition(".")[0]
    if report.workers is None or verdict.code in (LATE, STOPPED):
        return True
    if word in MATCHERS and MATCHERS[word].ours:
        return True
    doubts = [doubt for doubt in DOUBTS.values() if doubt.because == verdict.cause]
    return any(not doubt.own for doubt in doubts)


def _earned(row: Worth, ruling: _Ruling, by_id: Mapping[str, Entry]) -> Earned:
    entry = by_id.get(row.nodeid)
    verdict: VerdictName = "deselected" if entry is None else entry.verdict.verdict
    return Earned(
        nodeid=row.nodeid,
        id=row.id,
        title=row.title,
        topic=row.topic,
        points=ruling.points,
        of=row.points,
        verdict=verdict,
        why=ruling.why,
        open=bool(ruling.cause),
        hidden_until=row.hidden_until,
    )


# ------------------------------------------------------------------ all rows


def _by_topic(rows: Iterable[Earned], titles: Mapping[str, str]) -> Iterable[TopicPoints]:
    by_topic: dict[str, list[Earned]] = {}
    for row in rows:
        by_topic.setdefault(row.topic, []).append(row)
    for topic, those in by_topic.items():
        points, of = sum(row.points for row in those), sum(row.of for row in those)
        yield TopicPoints(topic, titles.get(topic, topic), points, of)


def _withheld(report: Report, rulings: Iterable[_Ruling], unfit: str) -> tuple[Withheld, str]:
    """What forbids the grade to stand, and that as a sentence."""
    if unfit:
        return "policy", unfit
    ours = sum(entry.verdict.outcome == "error" for entry in report.judged)
    if ours:
        return "suite", f"the suite itself failed in {checks(ours)}"
    open_ = [ruling for ruling in rulings if ruling.cause]
    for cause in _FIRST:
        those = [ruling for ruling in open_ if ruling.cause == cause]
        if those:
            early = f"; the run ended early: {report.stopped}" if report.stopped else ""
            verb = "is" if len(open_) == 1 else "are"
            return cause, f"{checks(len(open_))} {verb} open ({those[0].why}{early})"
    return "", ""
