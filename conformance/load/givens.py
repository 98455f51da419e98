"""Facts that a check takes as given, and the checks that judge them. Pure.

A `given` that is not met says nothing of a check's own subject. Where another check judges that very
fact, it has to come first: then what the server does wrong is told once, by the check that is about
it, and blocks the rest. A fact that nobody judges needs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from conformance.language import captures
from conformance.matchers import MATCHERS
from conformance.model import TIERS, Check, Json, Place, Step, Suite
from conformance.verbs import VERBS

__all__ = ["Orphan", "orphans"]

Fact = tuple[str, str]
"""What is asked, and what is seen of the answer; the names of steps are left out of both."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A `given` that rests on what others judge, in a check that does not come after them.

    Args:
        wanted: the name of the matcher. owners: ids of the checks that judge it.
    """

    check: Check
    place: Place
    wanted: str
    owners: tuple[str, ...]


def orphans(suite: Suite, own: Collection[str] = ()) -> Iterator[Orphan]:
    """All in the steps that a check has of its own; those of a timeline are what its checks have in common.

    Checks in files of the user's own judge what ours may take as given all the same.

    `after` names only checks that there are, and goes round in no circle.
    """
    checks = {check.id: check for file in suite.files for check in file.checks}
    judged: dict[Fact, list[Check]] = {}
    for check in (c for c in checks.values() if c.place.file not in own):
        for fact in _judged(suite, check):
            judged.setdefault(fact, []).append(check)
    ways = {id_: _way(id_, checks) for id_ in checks}
    for check in checks.values():
        for step in check.steps:
            for name, argument in step.given.items():
                found = (c for fact in _facts(step, name, argument) for c in judged.get(fact, ()))
                owners = [c.id for c in found if c is not check and _everywhere(c, check, suite)]
                others = [o for o in owners if check.id not in ways[o]]  # who comes later owns nothing here
                if others and not ways[check.id] & {*owners}:
                    yield Orphan(check, step.place, name, tuple(dict.fromkeys(others)))


def _judged(suite: Suite, check: Check) -> Iterator[Fact]:
    steps = {s.name: s for s in (suite.timelines[check.on].steps if check.on else check.steps)}
    for step in check.steps:
        yield from (fact for name, wanted in step.expect.items() for fact in _facts(step, name, wanted))
    for alternative in check.expects if check.answers is None else ():  # no step's, but any answer's
        for step_name, expected in alternative.items():
            for name, wanted in expected.items():
                yield from _facts(steps[step_name], name, wanted)


def _facts(step: Step, name: str, wanted: Json) -> Iterator[Fact]:
    question = json.dumps(VERBS[step.do].question(step.args), sort_keys=True)
    asked = captures.PATTERN.sub(lambda m: f"<{m[2]}>", question)
    matcher = MATCHERS[name]
    for form, argument in matcher.uses(wanted):
        refers = form.takes is not None and form.takes.steps
        yield asked, matcher.code(form) + ("" if refers or form.takes is None else json.dumps(argument))


def _way(id_: str, checks: Mapping[str, Check]) -> frozenset[str]:
    """Everything that a check comes after."""
    found: set[str] = set()
    queue = [id_]
    while queue:
        for each in checks[queue.pop()].after:
            if each not in found:
                found.add(each)
                queue.append(each)
    return frozenset(found)


def _everywhere(owner: Check, check: Check, suite: Suite) -> bool:
    """Whether the owner is asked wherever the check is."""

    def terms(of: Check) -> tuple[set[str], set[str]]:
        line = suite.timelines[of.on] if of.on else None
        return {*of.needs, *(line.needs if line else ())}, {*of.without, *(line.without if line else ())}

    (needs, without), (own_needs, own_without) = terms(owner), terms(check)
    return (
        TIERS.index(owner.tier) <= TIERS.index(check.tier) and needs <= own_needs and without <= own_without
    )
