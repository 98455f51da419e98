"""What excuses a finding, and what has no excuse. Pure.

It knows a check's doubts and the exchanges; what outcome follows is said in `verdicts.py`.
"""

from __future__ import annotations

from typing import Final

from conformance.content.facts import is_hit
from conformance.language.doubts import DOUBTS
from conformance.matchers import Case, holds
from conformance.model import MISSING, Check, Doubt, Exchange, Finding, StepRecord

__all__ = ["ENDED", "crashed", "doubted", "entry_ended", "login_ended", "plain", "speaks_for_itself"]

_CRASHED: Final = "write.crashed"
_OF_THE_ANSWER: Final = ("status", "etag.present")
ENDED: Final = DOUBTS["entry-ended"]
_OF_ONE_ENTRY: Final = ("etag.same-as", "etag.still", "body.same-as", "body.repeats", "cache-control.same-as")
"""What may be found since another entry has answered, by its code."""


def doubted(check: Check, case: Case, *, told: bool = False) -> Doubt | None:
    """The first doubt that holds; `told`: of those that another check tells of.

    What comes from outside does not exist where nobody else can be there.
    """
    for doubt in check.doubts:
        alone = case.workers == 1 or (case.workers is not None and doubt.outside == "anybody")
        exists = not (doubt.outside and alone) and (bool(doubt.told_by) or not told)
        if exists and any(holds(condition, case) for condition in doubt.when):
            return doubt
    return None


def entry_ended(finding: Finding, case: Case) -> bool:
    """Whether what was found may come from another entry, and more than one has answered between two writes.

    Another value tells it, or a mark that says so; the first read after a write is answered anew in any case.
    """
    step = case.steps.get(finding.step)
    shown = step.exchanges[finding.index] if step and finding.index < len(step.exchanges) else None
    unmatched = finding.code == "status" and shown is not None and shown.status == 200 and not plain(shown)  # noqa: PLR2004
    if not case.kept or not (unmatched or finding.code in _OF_ONE_ENTRY):
        return False
    reads: list[Exchange] = []
    for record in case.steps.values():
        if record.effect is not None:
            if _of_two_entries(reads):
                return True
            reads = []
        elif not record.item and not record.other:
            reads += [e for e in record.exchanges if e.through is None and e.status == 200]  # noqa: PLR2004
    return _of_two_entries(reads)


def _of_two_entries(reads: list[Exchange]) -> bool:
    values = [e.facts.value for e in reads if e.facts.value is not MISSING]
    return any(value != values[0] for value in values) or any(is_hit(e.facts.hit) is False for e in reads[1:])


def plain(exchange: Exchange) -> bool:
    """Whether it was asked without a condition, by ourselves."""
    names = [name.lower() for name, _ in exchange.request.headers]
    return exchange.through is None and not any(name.startswith("if-") for name in names)


def speaks_for_itself(record: StepRecord, unmet: Finding) -> bool:
    """Whether a `given` that is not met is the server's fault, whatever the check is about.

    A plain read of the resource itself that is not answered as it was before: by a 304 that nobody has
    asked for, by another status, without the tag that it had.
    """
    elsewhere = record.item or record.other or record.effect is not None
    if elsewhere or unmet.code not in _OF_THE_ANSWER or not record.exchanges:
        return False
    exchange = record.exchanges[unmet.index]
    return exchange.request.method == "GET" and plain(exchange) and exchange.response is not None


def login_ended(record: StepRecord) -> int:
    """At which request of the run the server had stopped knowing us, or 0."""
    return next((e.facts.login_ended for e in record.exchanges if e.facts.login_ended), 0)


def crashed(step: StepRecord) -> Finding | None:
    """A write that was answered 5xx: one diagnosis, whatever the check was about."""
    last = step.exchanges[-1] if step.exchanges else None
    if step.status != "failed" or last is None or (last.status or 0) < 500:  # noqa: PLR2004
        return None
    expected = "a 2xx, or a 4xx that says what is wrong"
    return Finding(expected, f"{last.status}", step.name, len(step.exchanges) - 1, code=_CRASHED)
