"""`--only` and `--skip`: words that people know -> the runs that are asked for. Pure.

A word is a check's id, a node id, a topic, a row of the register, a level or a resource, with * and ? in it.
What a run comes after is done all the same, and not shown: see `plan(selected=...)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from conformance.errors import UsageError
from conformance.guesses import guessed
from conformance.model import TIERS, Level, Run, Suite, Target, Tier
from conformance.model.order import level_at
from conformance.plan.lanes import plan

__all__ = ["ACCEPTED", "chosen", "topic"]

Names = Mapping[str, frozenset[str]]
Words = Sequence[str]

ACCEPTED = "a check (inm-*), a topic (if-none-match), a row (LES06, B0*), a level (MUST) or a resource"


def topic(file: str) -> str:
    """specs/cache-control.yaml -> cache-control."""
    return re.sub(r"\.ya?ml$", "", file.rpartition("/")[2])


def chosen(  # noqa: PLR0913 - what there is, and what is asked of it
    suite: Suite, target: Target, tier: Tier, only: Words, skip: Words, *, explored: bool = False
) -> frozenset[str] | None:
    """The ids of the runs up to a tier that are asked for; None where all are.

    Args:
        suite: whose checks there are.
        target: that they are asked of.
        tier: how far it goes.
        only: words, several of them with commas between.
        skip: likewise; what is skipped is so whatever `only` says.
        explored: whether there are explorations, too.

    Raises:
        UsageError: a word names nothing. What is skipped may also be of a tier beyond.
    """
    asked, left = _words(only), _words(skip)
    if not (asked or left):
        return None
    names = _called(suite, target, tier, explored=explored)
    wanted: set[str] = set() if asked else set(names)
    for word in asked:
        those = _found(word, names)
        if not those:
            raise UsageError(_unknown(word, suite, target, tier, names))
        wanted |= those
    for word in left:
        those = _found(word, names)
        if not (those or _found(word, _called(suite, target, TIERS[-1]))):
            raise UsageError(_unknown(word, suite, target, tier, names))
        wanted -= those
    return frozenset(wanted)


def _called(suite: Suite, target: Target, tier: Tier, *, explored: bool = True) -> Names:
    """Run id -> all that the run is called by, in lower case."""
    runs = plan(suite, target, tier, explored=explored).runs
    return {run.id: frozenset(_names(run, level_at(run.check, target, tier))) for run in runs}


def _words(given: Words) -> list[str]:
    return [word.strip() for each in given for word in each.split(",") if word.strip()]


def _names(run: Run, level: Level) -> Iterator[str]:
    """All that a run is called by, in lower case."""
    check = run.check
    rows = (check.requirement, check.ground, *check.also)
    of = (run.id, check.id, topic(run.id.partition("::")[0]), level, *(row.id for row in rows))
    yield from (name.lower() for name in of)
    if run.resource is not None:
        yield run.resource.name.lower()


def _found(word: str, names: Names) -> set[str]:
    pattern = word.lower()
    return {id_ for id_, called in names.items() if any(fnmatchcase(name, pattern) for name in called)}


def _unknown(word: str, suite: Suite, target: Target, tier: Tier, names: Names) -> str:
    """That a word names nothing, and what may have been meant."""
    beyond = next((each for each in TIERS if _found(word, _called(suite, target, each))), None)
    if beyond is not None:
        return f"the tier {tier} has no check that is called {word!r}; the tier {beyond} has"
    known = {name for called in names.values() for name in called if "::" not in name}
    resources = ", ".join(each.name for each in target.resources)
    says = f"no check is called {word!r}; accepted is {ACCEPTED} of the target ({resources})"
    return guessed(says, word.lower(), known)
