"""A lint x all answers that the run has met from a resource -> Verdict. Pure.

It sends nothing: what is due of an answer is due of every answer. A fail shows the first that broke it and
says how many did. It knows answers, and not what they were asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from conformance.judge.court import Court, made
from conformance.judge.excuses import plain
from conformance.matchers import COMPARISON, Case, first_finding, phrases
from conformance.model import Check, Exchange, Finding, Headers, Json, Record, Run, StepRecord, Verdict
from conformance.model.specs import ANSWER, PLAIN

__all__ = ["judge_answers"]

_OK = 200


@dataclass(frozen=True, slots=True)
class _Met:
    """An answer, where it stands, and what is looked at with it."""

    work: str
    step: str
    index: int
    exchange: Exchange
    around: Case


class _Answers:
    """All answers from a resource; what was seen of them for one lint is known to the next."""

    def __init__(self, met: Sequence[_Met]) -> None:
        self._met = met
        self._seen: dict[str, dict[int, bool]] = {}

    def of(self, wanted: Mapping[str, Json]) -> Iterator[_Met]:
        """Those of which all of that holds."""
        seen_of = self._seen.setdefault
        every = [({name: each}, seen_of(f"{name} {each!r}", {})) for name, each in wanted.items()]
        for number, met in enumerate(self._met):
            for one, seen in every:
                held = seen.get(number)
                if held is None:
                    held = first_finding(one, met.around.steps[ANSWER], met.around) is None
                    seen[number] = held
                if not held:
                    break
            else:
                yield met


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
    answers: _Answers | None = court.sorted.get(id(record))
    if answers is None:
        answers = court.sorted[id(record)] = _Answers(_met(run, record, case, court.records))
    judged, broken = 0, list[tuple[_Met, Finding]]()
    for each in answers.of(check.answers):
        finding = _finding(check, each.around)
        if finding is not None and finding.code == COMPARISON:
            continue  # nothing of its kind was answered: that is no fault of this answer
        judged += 1
        if finding is not None:
            broken.append((each, finding))
    if not judged:
        of = phrases(check.answers) if check.answers else "an answer at all"
        says = f"no answer of the run has {of}"
        none = made(run, court, "not-applicable", f"not applicable: {says}", cause=says)
        return replace(none, expected=of, actual="no such answer")
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


def _met(run: Run, own: Record, case: Case, records: Mapping[str, Record]) -> list[_Met]:
    """What the server under test has answered in works on the resource, in the order in which it was asked.

    Not what a client cache has; nor what a search has made, which comes after every plain verdict.
    """
    assert run.resource is not None  # noqa: S101 - it was executed
    of = f"@{run.resource.name}"
    found = [
        (work, step.name, index, exchange)
        for work, record in {**records, own.work: own}.items()
        if work.endswith(of) and not record.remark
        for step in record.steps
        for index, exchange in enumerate(step.exchanges)
        if exchange.through is None and exchange.response is not None
    ]
    found.sort(key=lambda each: each[-1].sent_at)
    ordinary: dict[tuple[str, Headers], list[Exchange]] = defaultdict(list)
    for *_, exchange in found:
        if _is_plain(exchange):
            ordinary[exchange.request.representation].append(exchange)
    return [_Met(*each, _around(each[-1], ordinary, case)) for each in found]


def _is_plain(exchange: Exchange) -> bool:
    return exchange.request.method == "GET" and plain(exchange) and exchange.status == _OK


def _around(exchange: Exchange, ordinary: Mapping[tuple[str, Headers], list[Exchange]], case: Case) -> Case:
    """An answer as a step, beside the ordinary one to the same request that came last before it, or first."""
    steps = {ANSWER: StepRecord(ANSWER, exchanges=(exchange,))}
    same = ordinary.get(exchange.request.representation)
    if same:
        earlier = bisect_right(same, exchange.sent_at, key=lambda each: each.sent_at)
        steps[PLAIN] = StepRecord(PLAIN, exchanges=(same[max(0, earlier - 1)],))
    return Case(steps, case.resource, case.target, case.remote, case.workers, case.moved)
