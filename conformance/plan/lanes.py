"""Suite x Target -> Runs, in lanes, dependencies first. Pure.

Eight phases, one after another. In `read`, `wait` and `joint` every resource is a lane of its own, side by
side; the others are one lane, alone: a server may clear its whole cache at any write, so writes end before
the first miss of a timeline; `keys` tells which resources share an entry before they are read side by side;
timelines that clear do so in step, in `joint`; what else can evict others' entries, `sweep`, runs after that;
`end` is for what ends the first process; and `last` come the lints, which judge all answers that there were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.model import (
    NOWHERE,
    TIERS,
    Asks,
    Check,
    ForAll,
    Phase,
    Resource,
    Run,
    Step,
    Suite,
    Target,
    Tier,
)
from conformance.model.order import Runs, prerequisites

PHASES: Final[tuple[Phase, ...]] = ("read", "write", "keys", "wait", "joint", "sweep", "end", "last")
_ALONE: Final[tuple[Phase, ...]] = ("write", "keys", "sweep", "end", "last")
_NOTHING: Final = Asks()
_UNREAD: Final[Mapping[Phase, Phase]] = {"read": "wait", "write": "sweep"}


@dataclass(frozen=True, slots=True)
class Work:
    """Steps to be executed once on one resource.

    Args:
        shared: whether several checks judge them, each by steps of its own.
        apart: whether they are a table's, of which none has to do with another but for the first.
        kept: whether one entry of the server's cache is to answer all reads, as its runs say.
        wanted: the names of the steps that somebody looks at; None: all.
    """

    id: str
    resource: Resource
    steps: tuple[Step, ...]
    forall: tuple[ForAll, ...]
    shared: bool = False
    apart: bool = False
    kept: bool = False
    wanted: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done.

    Args:
        runs: in the order of the specs; the ones that no resource fits are among them.
        works: by id.
        phases: each a tuple of lanes; each lane a tuple of runs in order.
    """

    runs: Runs
    works: Mapping[str, Work]
    phases: tuple[tuple[tuple[Run, ...], ...], ...]

    def run(self, id_: str) -> Run:
        """The run of that id.

        Raises:
            KeyError: there is none.
        """
        return self.runs.by_id[id_]


def plan(
    suite: Suite,
    target: Target,
    tier: Tier,
    selected: Collection[str] | None = None,
    *,
    explored: bool = False,
) -> Plan:
    """Lay out all runs up to a tier; with `selected` (run ids) only those and what they come after.

    What only a search makes is there where it is `explored`, and in no lane.
    """
    runs = Runs(run for run in _runs(suite, target, tier) if explored or not run.check.explored)
    if selected is not None:
        wanted = _with_prerequisites(runs, selected)
        runs = Runs(run for run in runs if run.id in wanted)
    works = {work: _work(suite, judging) for work, judging in runs.by_work.items() if work}
    return Plan(runs, works, _phases(suite, runs))


def _runs(suite: Suite, target: Target, tier: Tier) -> Iterator[Run]:
    offered = {resource.name: resource.capabilities for resource in target.resources}
    for file in suite.files:
        for check in file.checks:
            if TIERS.index(check.tier) > TIERS.index(tier):
                continue
            needs, without = set(check.needs), set(check.without)
            if check.on is not None:
                needs |= set(suite.timelines[check.on].needs)
                without |= set(suite.timelines[check.on].without)
            fitting = [
                r for r in target.resources if needs <= offered[r.name] and not without & offered[r.name]
            ]
            for resource in fitting:
                id_ = f"{file.name}::{resource.name}::{check.id}"
                work = f"{check.on or check.id}@{resource.name}"
                kept = resource.ttl is not None and _within_a_life(_asks(suite, check))
                yield Run(id_, check, resource, work, kept=kept)
            if not fitting:
                yield Run(f"{file.name}::{NOWHERE}::{check.id}", check, None, "")


def _work(suite: Suite, judging: tuple[Run, ...]) -> Work:
    run = judging[-1]
    assert run.resource is not None  # noqa: S101 - asked of such runs only
    steps = suite.timelines[run.check.on].steps if run.check.on else run.check.steps
    apart = run.check.on is not None and suite.timelines[run.check.on].apart
    if apart:
        judged = {name for each in judging for way in each.check.expects for name in way}
        judged |= {name for each in judging for names in each.check.alone.values() for name in names}
        steps = (steps[0], *(each for each in steps[1:-1] if each.name in judged), steps[-1])
    shared = run.check.on is not None
    return Work(run.work, run.resource, steps, run.check.forall, shared=shared, apart=apart, kept=run.kept)


def _asks(suite: Suite, check: Check) -> Asks:
    return suite.asks.get(check.on or check.id, _NOTHING)


def _within_a_life(asks: Asks) -> bool:
    """Whether none of the steps is there to begin or end an entry; those that a defect pays for don't count.

    Where two keys are compared both have to be cold.
    """
    return not asks.keys and not asks.lives


def _with_prerequisites(runs: Runs, selected: Collection[str]) -> set[str]:
    wanted = set(selected)
    queue = [runs.by_id[each] for each in wanted & runs.by_id.keys()]
    while queue:
        for each in prerequisites(queue.pop(), runs):
            if each.id not in wanted:
                wanted.add(each.id)
                queue.append(each)
    return wanted


def _phases(suite: Suite, runs: Runs) -> tuple[tuple[tuple[Run, ...], ...], ...]:
    phase: dict[str, Phase] = {}
    ordered = _topological(suite, runs)
    for run in ordered:
        if run.resource is None or run.check.explored:
            continue
        own = _asks(suite, run.check).phase if run.check.answers is None else "last"
        if run.resource.ttl is not None:  # reading a resource before its timeline would warm its cache
            own = _UNREAD.get(own, own)
        before = max(
            (PHASES.index(phase[p.id]) for p in prerequisites(run, runs) if p.id in phase), default=0
        )
        if before > PHASES.index(own):
            # Beside others' clears there is nothing to be read.
            alone = own in _ALONE or PHASES[before] == "joint"
            own = PHASES[max(before, PHASES.index("sweep"))] if alone else PHASES[before]
        phase[run.id] = own
    return tuple(tuple(_lanes(name, [r for r in ordered if phase.get(r.id) == name])) for name in PHASES)


def _lanes(phase: str, runs: list[Run]) -> Iterator[tuple[Run, ...]]:
    if not runs:
        return
    if phase in _ALONE:
        yield tuple(runs)
        return
    names = dict.fromkeys(r.resource.name for r in runs if r.resource)
    for name in names:
        yield tuple(r for r in runs if r.resource and r.resource.name == name)


def _topological(suite: Suite, runs: Runs) -> tuple[Run, ...]:
    """Timelines first, then what makes items, then as in the specs; but each after what it comes after.

    What was created is there to be changed, in place of an item of the user's. And of the timelines those
    first that are about a TTL: they begin cold. The lesson's come before what goes beyond it, since some
    things are waited for a few times only.
    """
    placed: dict[str, Run] = {}

    def place(run: Run) -> None:
        if run.id not in placed:
            for each in prerequisites(run, runs):
                place(each)
            placed[run.id] = run

    def first(run: Run) -> bool:
        return not run.check.after and not run.check.on and _asks(suite, run.check).makes

    def cold(run: Run) -> bool:
        if not run.check.on or not _asks(suite, run.check).lives:
            return False
        # What comes after something that needs an entry itself would have that asked for before the others.
        return not any(runs.by_id[each].kept for each in _with_prerequisites(runs, {run.id}))

    def order(run: Run) -> tuple[bool, bool, bool, bool]:
        return not cold(run), run.check.tier != TIERS[0], run.check.on is None, not first(run)

    for run in sorted(runs, key=order):
        place(run)
    return tuple(placed.values())
