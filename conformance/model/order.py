"""What a run comes after, what it counts as, and why it may have no resource. Pure.

Apart from `plan.py` so that judging, which asks all three, needs none of the verbs that a plan
is made of.
"""

from __future__ import annotations

from collections.abc import Collection

from conformance.model.runs import Run
from conformance.model.specs import Check
from conformance.model.words import TIERS, Level, Tier


def level_at(check: Check, tier: Tier) -> Level:
    """What a check counts as when the run goes up to that tier: the last level set on the way there."""
    reached = TIERS[: TIERS.index(tier) + 1]
    return [check.levels[t] for t in reached if t in check.levels][-1]


def prerequisites(run: Run, runs: Collection[Run]) -> tuple[Run, ...]:
    """The runs on the same resource that this one comes after."""
    if not run.check.after or run.resource is None:
        return ()
    name = run.resource.name
    return tuple(r for r in runs if r.check.id in run.check.after and r.resource and r.resource.name == name)


def needed_by(check: Check) -> str:
    """Why no resource fits a check, for people."""
    without = f" and without {', '.join(check.without)}" if check.without else ""
    return f"the target declares no resource with {', '.join(check.needs)}{without}"
