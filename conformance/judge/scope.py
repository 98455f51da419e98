"""Which steps a check has to do with. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from conformance.matchers import MATCHERS, Case, first_finding, references
from conformance.model import Check, Finding, Json, Step

__all__ = ["ended_by", "looked_at", "relevant"]


def relevant(check: Check, plan: tuple[Step, ...], case: Case, *, apart: bool = False) -> frozenset[str]:
    """The names of the steps that may decide a check: its own; on a timeline those up to its last.

    What got no answer on a timeline counts where the check looks at it, and where the timeline ended with
    it; it costs the others nothing. Of several steps that are held against each other, one may be missing.
    Where the steps are `apart`, they have nothing to do with each other: only those count that it looks at.
    """
    names = [step.name for step in plan]
    if check.on is None or not check.expects:
        return frozenset(names)
    judged = [(name, wanted) for each in check.expects for name, wanted in each.items()]
    looked_at = {n for name, wanted in judged for n in (name, *_single(wanted))}
    if apart:
        return frozenset({names[0], *looked_at})
    last = max(names.index(name) for name, _ in judged)
    silent = {n for n, s in case.steps.items() if any(e.fault is not None for e in s.exchanges)}
    ended = set(list(case.steps)[-1:])
    return frozenset(names[: last + 1]) - (silent - looked_at - ended)


def _single(wanted: Mapping[str, Json]) -> Iterator[str]:
    """The steps that expectations can't do without."""
    for name, argument in wanted.items():
        for form, taken in MATCHERS[name].uses(argument):
            if form.takes is not None and not isinstance(taken, list):
                yield from form.takes.names(taken)


def ended_by(check: Check, plan: tuple[Step, ...], case: Case) -> tuple[Step, Finding] | None:
    """The step that a check looks at whose `given` does not hold, so that no more was reached; and why."""
    own = {name for each in check.expects for name in each}
    for step in plan:
        done = case.steps.get(step.name) if step.name in own else None
        if done is not None and done.status == "done" and (unmet := first_finding(step.given, done, case)):
            return step, unmet
    return None


def looked_at(checks: Iterable[Check]) -> frozenset[str] | None:
    """The names of the steps that may decide one of these checks, by names and nothing more; None: all may.

    Whoever does the steps may then leave out what nobody waits for, and learns nothing of what is expected.
    """
    found: set[str] = set()
    for check in checks:
        if not check.expects:
            return None
        ways = (*check.expects, check.only_if, *(way for doubt in check.doubts for way in doubt.when))
        found.update(n for way in ways for name, wanted in way.items() for n in (name, *references(wanted)))
        found.update(name for names in check.alone.values() for name in names)
    return frozenset(found)
