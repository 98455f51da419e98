"""What stands before a run: whether anything is sent for it at all. Pure.

It knows the verdicts of others, and no record.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from conformance.judge.court import Court, made
from conformance.model import Run, Verdict
from conformance.model.order import needed_by, prerequisites

__all__ = ["DROPPED", "before"]

DROPPED: Final = "answer.dropped"
"""The code of a verdict on a connection that was dropped."""
_DISTINCT: Final = "distinct"  # the capability of those that compare two keys


def before(run: Run, court: Court) -> Verdict | None:
    """The verdict that stands before anything is sent, or None where the run has to be executed."""
    if run.resource is None:
        return made(run, court, "not-applicable", f"not applicable: {needed_by(run.check)}")
    if court.down:
        return replace(made(run, court, "unreachable", court.down), mend=court.mend)
    earlier = [(p, court.verdicts[p.id]) for p in prerequisites(run, court.runs) if p.id in court.verdicts]
    for prerequisite, verdict in earlier:
        # What does not apply to this server says nothing against going on; the check finds out itself. Nor
        # does a dropped connection of the same timeline, where each has steps of its own.
        dropped = verdict.code == DROPPED and prerequisite.work == run.work
        if verdict.outcome not in ("pass", "not-applicable") and not dropped:
            return _behind(run, court, prerequisite, verdict)
    shared = _shared_entry(run, court)
    return _behind(run, court, shared, court.verdicts[shared.id]) if shared is not None else None


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
    for other in court.runs:
        if other.resource == resource and _DISTINCT in other.check.needs and other.id != run.id:
            verdict = court.verdicts.get(other.id)
            if verdict is not None and verdict.outcome == "fail":
                return other
    return None
