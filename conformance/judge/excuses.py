"""What excuses a finding, and what has no excuse. Pure.

It knows a check's doubts and the exchanges; what outcome follows is said in `verdicts.py`.
"""

from __future__ import annotations

from typing import Final

from conformance.matchers import Case, holds
from conformance.model import Check, Doubt, Exchange, Finding, StepRecord

__all__ = ["crashed", "doubted", "login_ended", "plain", "speaks_for_itself"]

_CRASHED: Final = "write.crashed"
_OF_THE_ANSWER: Final = ("status", "etag.present")


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
