"""Work x Context -> Record. Shell, and the only sender.

It runs steps in order and never sees an expectation. Conditions (`when`, `given`, `only-if`) it
does read, to leave a step out or to stop where going on makes no sense; what they mean for the
verdict is judged later.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from conformance.execute.awaited import is_awaited, is_idle
from conformance.execute.living import begin
from conformance.language.captures import MissingError
from conformance.matchers import Case, first_finding, holds
from conformance.model import Json, Record, Step, StepRecord
from conformance.plan.lanes import Work
from conformance.sending.context import Context, GivenUpError
from conformance.sending.wholes import Wholes
from conformance.servers.errors import ServerDied
from conformance.verbs import VERBS
from conformance.verbs.base import out_of_reach
from conformance.verbs.behind import mend_what_is_owed
from conformance.verbs.settling import settled, too_late
from conformance.verbs.workers import look_round
from conformance.verbs.writes import put_all_back

_DROPPED: Final = {"closed", "reset", "malformed", "too-large"}
_NOT_TO_BE_HAD: Final = ("not-offered", "not-asked", "missing", "refused", "untestable")


def execute(work: Work, context: Context) -> Record:
    """Run the steps of a work, and put back what they have changed.

    Returns:
        The record up to where it had to stop: a fault, a `given` that does not hold, something not
        offered. A defect of ours is recorded in `error` and never raised.
    """
    clock = context.shared.clock
    started = clock.now()
    error = ""
    try:
        begin(work, context)
        for number, step in enumerate(work.steps):
            if VERBS[step.do].phase == "wait" and not is_awaited(
                work.steps[number:], work.wanted, case_of(context)
            ):
                break
            if not clock.moves and is_idle(step, work.steps[number + 1 :], work.wanted):
                continue
            if not _step(step, context) and not _goes_on(step, work.steps[number + 1 :], work, context):
                break
            if work.resource.name in context.shared.limited:
                break  # whatever else is asked is refused, too
        _look_round(context)
    except (GivenUpError, ServerDied):
        pass  # what has been done stands; why it ends here is known to whoever ended it
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours, and costs nobody a point
        error = f"{type(problem).__name__}: {problem}"
    with suppress(GivenUpError, ServerDied):  # the engine puts back what is still owed
        _put_back(context)
    told = _told(context.steps)
    return Record(work.id, told, context.bound, started, clock.name, error=error, kept=work.kept)


def _look_round(context: Context) -> None:
    """Whether all workers show what the work has written; at its end, since each read may count in it."""
    written = [s for s in context.steps.values() if s.status == "done" and s.effect is not None]
    if written and written[-1].effect is not None:
        look_round(context, written[-1].effect)
    divided = context.shared.division.why(context.shared.life, context.resource.name)
    if divided:
        context.steps.update({s.name: replace(s, status="broken", says=divided) for s in written})


def _told(steps: Mapping[str, StepRecord]) -> tuple[StepRecord, ...]:
    """What is kept of the steps: one that was not due has nothing to tell."""
    kept = (s for s in steps.values() if s.status != "skipped" or s.exchanges or s.says)
    return tuple(replace(each, do=sys.intern(each.do)) for each in kept)  # a default is known by identity


def _step(step: Step, context: Context) -> bool:
    """Run one step; False where the work ends with it."""
    record = _record(step, context)
    context.steps[step.name] = record
    if record.status != "done":
        return record.status == "skipped"
    if any(exchange.response is None for exchange in record.exchanges):
        return False
    return first_finding({**step.given, **step.only_if}, record, case_of(context)) is None


def _record(step: Step, context: Context) -> StepRecord:
    """What comes of a step; nothing that counts, where each worker has data of its own."""
    divided = context.shared.division.why(context.shared.life, context.resource.name)
    return StepRecord(step.name, step.do, "broken", divided) if divided else _tried(step, context)


def _tried(step: Step, context: Context) -> StepRecord:
    case = case_of(context)
    if step.when and not any(holds(condition, case) for condition in step.when):
        return StepRecord(step.name, step.do, "skipped")
    verb = VERBS[step.do]
    if verb.phase == "write" and too_late(context) and not any(s.effect for s in context.steps.values()):
        return out_of_reach(step, too_late(context))
    try:
        record = verb.run(step, context)
        settled(record, context)
    except MissingError as missing:
        return StepRecord(step.name, step.do, "lacking", str(missing), lacks=missing.field)
    except GivenUpError:
        return StepRecord(step.name, step.do, "stopped")
    if verb.tried and step.when and record.status in _NOT_TO_BE_HAD:
        return replace(record, status="skipped")
    return record


def _goes_on(step: Step, later: Sequence[Step], work: Work, context: Context) -> bool:
    """Whether a timeline outlives a step: one connection was dropped, and nothing counts from its answer.

    Where nobody listens any more there is nothing to go on for. What one step of a table can't have, such as
    a date to be sent back, is nothing to the others.
    """
    record = context.steps[step.name]
    faults = {e.fault.kind for e in record.exchanges if e.fault is not None}
    if work.apart:
        return step is not work.steps[0] and faults <= _DROPPED and record.status != "stopped"
    counted = {n for each in later if not each.when for _, n in VERBS[each.do].references(each.args)}
    return work.shared and bool(faults) and faults <= _DROPPED and step.name not in counted


def case_of(context: Context) -> Case:
    """The case as far as it has come."""
    shared = context.shared
    return Case(
        context.steps, context.resource, shared.target, shared.remote, shared.workers, shared.clock.moves
    )


def _put_back(context: Context) -> None:
    """What the work has changed and not restored itself; an item of ours, too, so that each begins alike."""
    context.over = bool  # whatever ends a work, what it has changed is put back
    mend_what_is_owed(context)
    put_all_back(context)


def bind(context: Context, bound: Mapping[str, Json]) -> Context:
    """The same surroundings for another set of values, with nothing done yet."""
    return dataclasses.replace(
        context,
        bound=bound,
        steps={},
        tracked=None,
        clients={},
        behind=[],
        seen=None,
        wholes=Wholes(),
        undos={},
        game=None,
    )
