"""What stands before a run: whether anything is sent for it at all. Pure.

It knows the verdicts of others, and no record.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from msgspec.structs import replace

from conformance.judge.court import Court, made
from conformance.language.doubts import DOUBTS
from conformance.matchers import MATCHERS
from conformance.model import CAPABILITIES, NOT_DECLARED, Check, Json, Run, Verdict
from conformance.model.order import Runs, lacking, level_at, needed_by, prerequisites

__all__ = ["DROPPED", "before"]

DROPPED: Final = "answer.dropped"
"""The code of a verdict on a connection that was dropped."""
_DISTINCT: Final = "distinct"  # the capability of those that compare two keys
_TIMED: Final = frozenset(name for name, capability in CAPABILITIES.items() if capability.timed)
_VALUE: Final = "value"  # the matcher by which one life is told from the next
_ITEM: Final = "item"  # the capability of those that are asked of an item at its own route
_GONE: Final = ("value.same-as", "value.same-on-hits-as", "hit.true")  # codes: it is not kept (so long)
_COPY: Final = 304


def before(run: Run, court: Court) -> Verdict | None:
    """The verdict that stands before anything is sent, or None where the run has to be executed."""
    if run.resource is None:
        says = f"not applicable: {needed_by(run.check, court.target)}"
        names = lacking(run.check, court.target) or (" and ".join(run.check.needs) + " together",)
        return replace(made(run, court, "not-applicable", says, cause=", ".join(names)), code=NOT_DECLARED)
    if court.down:
        return replace(made(run, court, "unreachable", court.down), mend=court.mend)
    earlier = [(p, court.verdicts[p.id]) for p in prerequisites(run, court.runs) if p.id in court.verdicts]
    for prerequisite, verdict in earlier:
        # What does not apply to this server says nothing against going on; the check finds out itself. Nor
        # does a dropped connection of the same timeline, where each has steps of its own.
        dropped = verdict.code == DROPPED and prerequisite.work == run.work
        apart = _of_a_list_alone(run, verdict, court)
        if verdict.outcome not in ("pass", "not-applicable") and not dropped and not apart:
            return _behind(run, court, prerequisite, verdict)
    other = _shared_entry(run, court) or _no_life(run, court)
    return _behind(run, court, other, court.verdicts[other.id]) if other is not None else None


def _of_a_list_alone(run: Run, verdict: Verdict, court: Court) -> bool:
    """Whether what stands in the way is about the list, and the run is about an item that has its own route.

    A new item that is on another page of the list can be read, changed and removed all the same. What comes
    right after a check of the list asks that, too.
    """
    if verdict.outcome != "blocked":
        return False
    seen: set[str] = set()
    while verdict.outcome == "blocked" and verdict.cause in court.verdicts and verdict.cause not in seen:
        seen.add(verdict.cause)
        verdict = court.verdicts[verdict.cause]
    lists = (doubt.because for doubt in DOUBTS.values() if doubt.of_lists)
    return _ITEM in run.check.needs and verdict.outcome == "inconclusive" and verdict.cause in lists


def _behind(run: Run, court: Court, first: Run, verdict: Verdict) -> Verdict:
    """Blocked by another run, whose finding has to be mended first."""
    says = f"blocked by {first.check.id}: {verdict.message}"
    return replace(made(run, court, "blocked", says, cause=first.id), mend=verdict.mend)


def _shared_entry(run: Run, court: Court) -> Run | None:
    """The run that has found that a resource has no entry of its own.

    Then nothing more is asked of it: each read would be one of the other's entry, whose life is being timed.
    """
    resource = run.resource
    if resource is None or not resource.distinct_from or run.check.answers is not None:
        return None
    for other in Runs.of(court.runs).by_resource.get(resource.name, ()):
        if _DISTINCT in other.check.needs and other.id != run.id:
            verdict = court.verdicts.get(other.id)
            if verdict is not None and verdict.outcome == "fail":
                return other
    return None


def _no_life(run: Run, court: Court) -> Run | None:
    """The run that has found that an entry does not live as long as it is to, where this run rests on one.

    Nobody knows then when the next one begins, so what such a run meets would be luck. What does more with a
    life than to time it, such as to clear it, only needs one that is there until then.
    """
    more = _of_lives(run) and not _times_a_life(run, court)
    if run.resource is None or not (more or (run.kept and _of_one_state(run.check))):
        return None
    for other in Runs.of(court.runs).by_resource.get(run.resource.name, ()):
        if _times_a_life(other, court):
            cause = _root(other, court)
            if cause is not None and (not more or court.verdicts[cause.id].code in _GONE):
                return cause
    return None


def _of_one_state(check: Check) -> bool:
    """Whether it holds answers against each other: by what it expects, or by the tag of one in the next."""
    wanted = [each for way in check.expects for each in way.values()]
    wanted += [each for step in check.steps for each in (step.expect, step.given, step.only_if)]
    return any(
        MATCHERS[name].compares(argument) or (name == "status" and _COPY in _listed(argument))
        for each in wanted
        for name, argument in each.items()
    )


def _listed(argument: Json) -> Collection[Json]:
    return argument if isinstance(argument, list) else (argument,)


def _times_a_life(run: Run, court: Court) -> bool:
    """Whether it judges that a value is kept, and for how long, and asks nothing else of the server."""
    binds = level_at(run.check, court.target, court.tier) != "MAY"
    return _of_lives(run) and binds and _TIMED.issuperset(run.check.needs)


def _of_lives(run: Run) -> bool:
    """Whether it judges by their values a timeline on which they begin and end."""
    judged = any(_VALUE in wanted for each in run.check.expects for wanted in each.values())
    return run.check.on is not None and not run.kept and judged


def _root(run: Run, court: Court) -> Run | None:
    """The run that has failed, where that is this one, or what it is blocked by in the end; or None.

    What the server need not do, such as to keep a value for as long as it may, blocks nothing here.
    """
    by_id = Runs.of(court.runs).by_id
    seen: set[str] = set()
    while run.id in court.verdicts and run.id not in seen:
        verdict = court.verdicts[run.id]
        if verdict.outcome == "fail":
            return run if verdict.verdict != "info" else None
        if verdict.outcome != "blocked" or verdict.cause not in by_id:
            return None
        seen.add(run.id)
        run = by_id[verdict.cause]
    return None
