"""One life for all reads of a check: what the server keeps for a while is there, and lasts for them.

A body that changes since its entry has ended is no fault of the tag. Shell; it knows no expectation.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from conformance.model import StepRecord
from conformance.plan.lanes import Work
from conformance.sending.context import Context
from conformance.verbs import VERBS
from conformance.verbs.settling import may_be_late, too_late, wait_for_new
from conformance.verbs.subjects import prepare

__all__ = ["ENTRY", "begin"]

ENTRY: Final = "its entry"
"""The step before those of a work, where its entry was asked for in vain: no spec can give one this name."""
_MINUTE: Final = 60.0
_SLACK: Final = 1.0  # seconds that the requests themselves may take


def begin(work: Work, context: Context) -> None:
    """What has to be there before the first step: an item of our own, and an entry that lasts."""
    changes = any(VERBS[step.do].subject and not step.when for step in work.steps)
    late = bool(too_late(context)) and any(VERBS[step.do].phase == "write" for step in work.steps)
    if changes and not late:
        own = context.shared.own.get(context.resource.name)
        prepare(context)
        if context.shared.own.get(context.resource.name) is not own and may_be_late(context):
            wait_for_new(context)
    if work.kept and not late:
        _enter(work, context)


def _enter(work: Work, context: Context) -> None:
    """See that an entry is there, of which enough is left; one that is too old is waited out, unread."""
    shared, resource, ttl = context.shared, context.resource, context.resource.ttl
    if ttl is None or resource.name in shared.lacking:
        return
    quantities = context.quantities()
    lasting, moves = _lasting(work, context), shared.clock.moves
    need = lasting + min(_SLACK, ttl / 8)
    since = shared.lives.since(resource)
    if since is None:
        since = _read(context)
    now = shared.clock.now()
    # A tag that holds the minute shows only where one ends meanwhile.
    whole = moves and need > ttl / 2 and (shared.wall + now) % _MINUTE + lasting < _MINUTE
    if since is None or (not whole and now < since + ttl - quantities["m"] - need):
        return
    if not moves and shared.lives.outlived(resource, 2 * (quantities["end"] + quantities["m"])):
        return  # what has not ended when it was due ends no more surely while one waits
    begins = now + quantities["end"] + quantities["m"] / 2
    if moves:  # in the middle of the life, for whichever check of it asks for the minute
        begins += (_MINUTE - min(ttl, _MINUTE) / 2 - shared.wall - begins) % _MINUTE
    context.wait_until(begins, "an entry that lasts for all reads of a check")
    if _read(context) is not None:
        shared.lives.begun(resource)


def _read(context: Context) -> float | None:
    """Make the entry; how old it is at most, or None where it is not there."""
    exchange = context.read()
    context.lacks(exchange)
    if exchange.response is None:
        context.steps[ENTRY] = StepRecord(ENTRY, "read", exchanges=(exchange,))
    return context.shared.lives.since(context.resource)


def _lasting(work: Work, context: Context) -> float:
    """How long the steps of a work take on purpose, those left out that only a defect pays for."""
    quantities, moves = context.quantities(), context.shared.clock.moves
    lasts = 0.0
    for step in work.steps:
        with suppress(KeyError, ValueError):
            lasts += 0.0 if step.when else VERBS[step.do].lasts(step, quantities, moves)
    return lasts
