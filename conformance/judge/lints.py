"""A lint x all answers that the run has met from a resource -> Verdict. Pure.

It sends nothing: what is due of an answer is due of every answer. A fail shows the first that broke it and
says how many did. It knows answers, and not what they were asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from msgspec.structs import replace

from conformance.judge.court import Court, made
from conformance.judge.excuses import plain
from conformance.matchers import COMPARISON, Case, first_finding, holds, phrases
from conformance.model import Check, Exchange, Finding, Headers, Record, Request, Run, StepRecord, Verdict
from conformance.model.specs import ANSWER, PLAIN

__all__ = ["judge_answers"]

_OK = 200


@dataclass(frozen=True, slots=True)
class _Met:
    """An answer, and where it stands."""

    work: str
    step: str
    index: int
    exchange: Exchange


def judge_answers(run: Run, record: Record, case: Case, court: Court) -> Verdict:
    """The verdict of a lint.

    Args:
        run: of the lint.
        record: of the plain read that was made for all lints of the resource.
        case: the same as a case.
        court: with the records of all other works.
    """
    check = run.check
    assert check.answers is not None  # noqa: S101 - it is a lint
    met = sorted(_met(run, record, court.records), key=lambda each: each.exchange.sent_at)
    ordinary: dict[tuple[str, Headers], list[Exchange]] = defaultdict(list)
    for each in met:
        if _is_plain(each.exchange):
            ordinary[_asked(each.exchange.request)].append(each.exchange)
    judged, broken = 0, list[tuple[_Met, Finding]]()
    for each in met:
        around = _around(each.exchange, ordinary, case)
        if not holds({ANSWER: check.answers}, around):
            continue
        finding = _finding(check, around)
        if finding is not None and finding.code == COMPARISON:
            continue  # nothing of its kind was answered: that is no fault of this answer
        judged += 1
        if finding is not None:
            broken.append((each, finding))
    if not judged:
        of = phrases(check.answers) if check.answers else "an answer at all"
        says = f"no answer of the run has {of}"
        return made(run, court, "not-applicable", f"not applicable: {says}", cause=says)
    if not broken:
        return made(run, court, "pass", check.title)
    # One that counts in full tells more than one that is a warning at most.
    first, finding = next((b for b in broken if b[1].at_most is None), broken[0])
    request = first.exchange.request
    many = f"in {len(broken)} of {judged} answers, first to" if judged > 1 else "in the answer to"
    says = f"expected {finding.expected}, found {finding.actual} {many} {request.method} {request.target}"
    verdict = made(run, court, "fail", f"{says} ({check.title})", at_most=finding.at_most)
    return replace(
        verdict,
        expected=finding.expected,
        actual=finding.actual,
        mend=check.hint,
        step=first.step,
        index=first.index,
        code=finding.code,
        work="" if first.work == record.work else first.work,
    )


def _finding(check: Check, around: Case) -> Finding | None:
    """Why none of the alternatives holds: the finding of the first."""
    found = [first_finding(each[ANSWER], around.steps[ANSWER], around) for each in check.expects]
    return None if None in found else found[0]


def _met(run: Run, own: Record, records: Mapping[str, Record]) -> Iterator[_Met]:
    """What the server under test has answered in works on the resource; not what a client cache has.

    Nor what a search has made: it comes after every plain verdict.
    """
    assert run.resource is not None  # noqa: S101 - it was executed
    of = f"@{run.resource.name}"
    for work, record in {**records, own.work: own}.items():
        if work.endswith(of) and not record.remark:
            for step in record.steps:
                for index, exchange in enumerate(step.exchanges):
                    if exchange.through is None and exchange.response is not None:
                        yield _Met(work, step.name, index, exchange)


def _is_plain(exchange: Exchange) -> bool:
    return exchange.request.method == "GET" and plain(exchange) and exchange.status == _OK


def _around(exchange: Exchange, ordinary: Mapping[tuple[str, Headers], list[Exchange]], case: Case) -> Case:
    """An answer as a step, beside the ordinary one to the same request that came last before it, or first."""
    steps = {ANSWER: StepRecord(ANSWER, exchanges=(exchange,))}
    same = ordinary.get(_asked(exchange.request))
    if same:
        earlier = bisect_right(same, exchange.sent_at, key=lambda each: each.sent_at)
        steps[PLAIN] = StepRecord(PLAIN, exchanges=(same[max(0, earlier - 1)],))
    return Case(steps, case.resource, case.target, case.remote, case.workers, case.moved)


@lru_cache(maxsize=1 << 12)  # each lint asks it of each request of the run
def _asked(request: Request) -> tuple[str, Headers]:
    return request.representation
