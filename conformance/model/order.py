"""What a run comes after, what it counts as, and why it may have no resource. Pure.

Apart from `plan/` so that judging, which asks all three, needs none of the verbs that a plan
is made of.
"""

from __future__ import annotations

from collections.abc import Collection

from conformance.model.runs import Run
from conformance.model.specs import Check, Requirement
from conformance.model.targets import CAPABILITIES, Target
from conformance.model.words import ASCENDING, ROW_TIERS, Level, Tier


def level_of(row: Requirement) -> Level:
    """How hard a row of the register binds any server: one that is worth recording only binds none."""
    return "MAY" if row.tier == "info" else row.level


def level_at(check: Check, target: Target, tier: Tier) -> Level:
    """What a check counts as on a target when the run goes up to that tier.

    Where the target claims a contract, the harder of what that asks and what the register asks, which counts
    there once the run goes as far as the tier of its row. Anywhere else the register alone.
    """
    anywhere = level_of(check.ground)
    if not target.contract:
        return anywhere
    reached = ROW_TIERS.index(check.ground.tier) <= ROW_TIERS.index(tier)
    return max(check.level, anywhere, key=ASCENDING.index) if reached else check.level


def prerequisites(run: Run, runs: Collection[Run]) -> tuple[Run, ...]:
    """The runs on the same resource that this one comes after."""
    if not run.check.after or run.resource is None:
        return ()
    name = run.resource.name
    return tuple(r for r in runs if r.check.id in run.check.after and r.resource and r.resource.name == name)


def lacking(check: Check, target: Target) -> tuple[str, ...]:
    """What a check needs and no resource of the target has, by the names of capabilities.

    Empty where each is there, but none has all of them.
    """
    offered = frozenset[str]().union(*(each.capabilities for each in target.resources))
    return tuple(name for name in check.needs if name not in offered)


def needed_by(check: Check, target: Target) -> str:
    """Why no resource fits a check, for people; and how to declare what has to be declared for it."""
    without = f" and without {', '.join(check.without)}" if check.without else ""
    absent = (CAPABILITIES[name] for name in lacking(check, target))
    how = "".join(f"; a resource that can, says so by {each.declared}" for each in absent if each.declared)
    return f"the target declares no resource with {', '.join(check.needs)}{without}{how}"
