"""What a run comes after, what it counts as, and why it may have no resource. Pure.

Apart from `plan/` so that judging, which asks all three, needs none of the verbs that a plan
is made of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from conformance.model.runs import Run
from conformance.model.specs import Check, Requirement
from conformance.model.targets import CAPABILITIES, Target
from conformance.model.words import ASCENDING, ROW_TIERS, Level, Tier

K = TypeVar("K")
V = TypeVar("V")


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


class Runs(tuple[Run, ...]):  # noqa: SLOT001 - what is found is kept
    """The runs of a plan, in the order of the specs, and found by what each is asked for, again and again."""

    @classmethod
    def of(cls, runs: Iterable[Run]) -> Runs:
        """These runs; the very same where they are such already."""
        return runs if isinstance(runs, Runs) else cls(runs)

    @cached_property
    def by_id(self) -> Mapping[str, Run]:
        """Run id -> the run."""
        return {run.id: run for run in self}

    @cached_property
    def by_work(self) -> Mapping[str, tuple[Run, ...]]:
        """Work -> the runs that judge it."""
        return _grouped((run.work, run) for run in self)

    @cached_property
    def by_resource(self) -> Mapping[str, tuple[Run, ...]]:
        """The name of a resource -> the runs on it."""
        return _grouped((run.resource.name, run) for run in self if run.resource is not None)

    @cached_property
    def by_check(self) -> Mapping[tuple[str, str], tuple[tuple[int, Run], ...]]:
        """The name of a resource, and the id of a check -> its runs, each with its place."""
        placed = enumerate(self)
        return _grouped(((run.resource.name, run.check.id), (at, run)) for at, run in placed if run.resource)


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    found: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


def prerequisites(run: Run, runs: Collection[Run]) -> tuple[Run, ...]:
    """The runs on the same resource that this one comes after."""
    if not run.check.after or run.resource is None:
        return ()
    name, placed = run.resource.name, Runs.of(runs).by_check
    found = (each for id_ in set(run.check.after) for each in placed.get((name, id_), ()))
    return tuple(earlier for _, earlier in sorted(found, key=lambda each: each[0]))


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
