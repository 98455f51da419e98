"""Report x frozen assignment -> Grade. Pure, and the only place that knows what earns what.

What can be earned is the assignment's alone, whatever a server offers: only a pass earns its points, and a
warning its share. Whatever else a server does, or does not, earns nothing; so doing less never earns more.
Nor does anything that holds of the refusals of a resource that is not there, such as how they write dates.
What is not the server's doing leaves a row open, and a grade with an open row is withheld, with its range.

Parts of points are rounded once all is known, by the largest remainder, so that it does not matter which
checks they are lost by; and of what is hidden apart, so that nothing that is shown tells of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from conformance.grading.document import digest
from conformance.grading.shares import rounded
from conformance.grading.stalling import overran, stalls
from conformance.judge.codes import LATE, STOPPED, whose
from conformance.judge.verdicts import REFUSED
from conformance.model import (
    NOT_ASKED,
    NOT_DECLARED,
    OUT_OF_REACH,
    Assignment,
    Earned,
    Entry,
    Exchange,
    Grade,
    OutcomeName,
    Report,
    TopicPoints,
    VerdictName,
    Withheld,
    Worth,
)
from conformance.report.result import root_of
from conformance.report.withholding import forbidden

__all__ = ["grade", "is_open", "why_not"]

_NOTHING: Final = Fraction(0)
_OTHERWISE: Final = "judged again in real time, it came out otherwise"
_UNAUDITED: Final = "it was to be judged again in real time, and that came to no end"
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

    points: Fraction
    why: str = ""
    cause: Withheld = ""


def grade(report: Report, assignment: Assignment) -> Grade:
    """What a run earns. It rests on nothing but its arguments: the same two give the same grade."""
    by_id = {entry.nodeid: entry for entry in report.judged}
    unfit, gone, share = why_not(report, assignment), _not_there(report), Fraction(*assignment.share)
    differing = () if report.audit is None else report.audit.differing
    rulings = [
        _Ruling(_NOTHING, unfit or _OTHERWISE, "policy")
        if unfit or row.nodeid in differing
        else _of_what_is_there(_ruling(row, by_id.get(row.nodeid), by_id, report, share), row, gone)
        for row in assignment.rows
    ]
    whole = _whole(assignment.rows, rulings)
    rows = tuple(
        _earned(row, points, ruling, by_id)
        for row, points, ruling in zip(assignment.rows, whole, rulings, strict=True)
    )
    low = sum(row.points for row in rows)
    high = low + sum(row.of - row.points for row in rows if row.open)
    cause, why = _withheld(report, rows, unfit)
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
    """Whether noise keeps it from being known what a check earns: to try it again may tell.

    It also may where the server seems to stall: one that others keep busy does not look otherwise.
    """
    by_id = {each.nodeid: each for each in report.judged}
    root = root_of(entry, by_id)
    late = root.verdict.outcome == "inconclusive" and root.verdict.code == LATE
    return late or _ruling(Worth(entry.nodeid, 1), entry, by_id, report, Fraction(0)).cause == "noise"


# ------------------------------------------------------------------ a row


def _ruling(
    row: Worth, entry: Entry | None, by_id: Mapping[str, Entry], report: Report, share: Fraction
) -> _Ruling:
    """What is due for a check; `share`: of its points, for a warning."""
    if entry is None:
        return _Ruling(_NOTHING, _LEFT_OUT, "policy")
    verdict = entry.verdict
    if verdict.outcome == "blocked":
        return _blocked(entry, by_id, report)
    if verdict.verdict == "warn":
        return _Ruling(row.points * share, f"a warning earns {share} of its points: {verdict.message}")
    if verdict.outcome == "pass" or verdict.verdict == "info":
        return _Ruling(Fraction(row.points))  # what a server need not do, it can't do wrong
    return _Ruling(_NOTHING, *_lost(entry, report))


def _lost(entry: Entry, report: Report) -> tuple[str, Withheld]:
    """Why a verdict earns nothing, or what keeps that open."""
    verdict, outcome = entry.verdict, entry.verdict.outcome
    if outcome == "untestable" and verdict.code == OUT_OF_REACH:
        first = _failed_beside(entry, report)
        if first:
            return f"it shows once {first} holds: {verdict.cause or verdict.message}", ""
    before, cause = _LOST.get((outcome, verdict.code)) or _LOST[outcome, ""]
    why = before.replace("{}", verdict.cause or verdict.message) or verdict.message
    own = _its_own_doing(entry, report) if outcome == "inconclusive" else ""
    return (f"{why}; {own}", "") if own else (why, cause)


def _failed_beside(entry: Entry, report: Report) -> str:
    """The first check that failed in the same work, so that the rest may not have come about; or ""."""
    beside = (e for e in report.judged if e.work and e.work == entry.work and e.verdict.outcome == "fail")
    return next((each.nodeid for each in beside), "")


def _blocked(entry: Entry, by_id: Mapping[str, Entry], report: Report) -> _Ruling:
    """Nothing, under what it is blocked by in the end; or as open as that is."""
    root = root_of(entry, by_id)
    if root.verdict.outcome in ("blocked", "pass"):
        return _Ruling(
            _NOTHING, f"blocked by {entry.verdict.cause}, which this run does not tell of", "policy"
        )
    if root.verdict.outcome in ("error", "inconclusive", "untestable"):
        why, cause = _lost(root, report)
        return _Ruling(_NOTHING, f"blocked by {root.nodeid}: {why}", cause)
    return _Ruling(_NOTHING, f"blocked by {root.nodeid}: {root.verdict.message}")


def _of_what_is_there(ruling: _Ruling, row: Worth, gone: Mapping[str, str]) -> _Ruling:
    """The same, but nothing where the resource is not there at all."""
    request = gone.get(row.nodeid.split("::")[1], "")
    if not (ruling.points and request):
        return ruling
    return _Ruling(_NOTHING, f"it holds of nothing: {request} was never answered with success")


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


def _its_own_doing(entry: Entry, report: Report) -> str:
    """Why it is the server's own doing that a check is inconclusive; "" where it is not, or nobody knows.

    Nobody does where the suite has not started the server.
    """
    code = entry.verdict.code
    if report.server == "url":
        return ""
    if code == STOPPED:
        return overran(report)
    if code == LATE:
        return stalls(report.record(entry))
    return _ITS_OWN if whose(code) == "own" else ""


def _whole(rows: Iterable[Worth], rulings: Iterable[_Ruling]) -> list[int]:
    """The points in whole numbers, by the largest remainder; of what is hidden by themselves."""
    both = list(zip(rows, rulings, strict=True))
    made = [0] * len(both)
    for hidden in (False, True):
        places = [place for place, (row, _) in enumerate(both) if bool(row.hidden_until) is hidden]
        for place, points in zip(places, rounded([both[p][1].points for p in places]), strict=True):
            made[place] = points
    return made


def _earned(row: Worth, points: int, ruling: _Ruling, by_id: Mapping[str, Entry]) -> Earned:
    entry = by_id.get(row.nodeid)
    verdict: VerdictName = "deselected" if entry is None else entry.verdict.verdict
    return Earned(
        nodeid=row.nodeid,
        id=row.id,
        title=row.title,
        topic=row.topic,
        points=points,
        of=row.points,
        verdict=verdict,
        why=ruling.why,
        open=bool(ruling.cause),
        cause=ruling.cause,
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


def _withheld(report: Report, rows: Sequence[Earned], unfit: str) -> tuple[Withheld, str]:
    """What forbids the grade to stand, and that as a sentence."""
    if unfit:
        return "policy", unfit
    errors = sum(entry.verdict.outcome == "error" for entry in report.judged)
    cause, why = forbidden(rows, errors, report.stopped)
    if cause:
        return cause, why
    audit = report.audit
    unaudited = audit is not None and bool(audit.because) and len(audit.open) == len(rows)
    return ("noise", _UNAUDITED) if unaudited else ("", "")
