"""A check in prose, for somebody who wants to know what is asked of a server and why.

Pure, but for one file that it reads: which flaws each check catches. It puts phrases together and has
none for a word of its own: each word brings its phrase along.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from conformance.errors import UsageError
from conformance.guesses import guessed
from conformance.language import captures, durations
from conformance.language.strategies import STRATEGIES
from conformance.language.values import DURATION, listed
from conformance.matchers import phrases
from conformance.model import ASCENDING, CAPABILITIES, Check, Requirement, Step, Suite, Target, Tier
from conformance.model.citing import citing
from conformance.model.order import level_at, level_of
from conformance.model.specs import ANSWER
from conformance.plan.lanes import plan
from conformance.report.text import source_lines
from conformance.verbs import VERBS

__all__ = ["explain", "find", "flaws_caught", "listing"]

_FLAWS: Final = Path(__file__).parent / "load" / "flaws.json"


def find(suite: Suite, name: str) -> tuple[Check, ...]:
    """The check of that id or node id, or the checks that judge a requirement.

    Raises:
        UsageError: there is none; with what is near, or why a requirement has none.
    """
    checks = {check.id: check for file in suite.files for check in file.checks}
    id_ = name.rpartition("::")[2].partition("[")[0]
    if id_ in checks:
        return (checks[id_],)
    row = suite.requirements.get(name.upper())
    if row is not None:
        judging = tuple(citing(suite)[row.id].values())
        if judging:
            return judging
        raise UsageError(f"nothing judges {row.id} ({row.says}): {row.unchecked or 'not yet'}")
    says = guessed(f"no check is called {name!r}", id_, checks, most=3, cutoff=0.5)
    raise UsageError(f"{says} (conformance list shows all)")


@functools.cache
def flaws_caught() -> Mapping[str, tuple[str, ...]]:
    """Check id -> the flaws of the reference that it catches; empty where that was never generated."""
    try:
        table = json.loads(_FLAWS.read_text(encoding="utf-8"))
    except OSError:
        return {}
    return {check: tuple(names) for check, names in table.items()}


def explain(suite: Suite, check: Check) -> Iterator[str]:
    """Everything about a check, line by line."""
    yield f"{check.id}: {check.title}"
    yield f"  {_levels(check)}; {check.place}"
    yield ""
    yield from _requirement(check.requirement)
    for each in check.also:
        yield from _requirement(each)
    yield ""
    yield f"Why: {check.why}"
    yield ""
    yield "What the suite does:"
    yield from _steps(suite, check)
    yield ""
    yield from _conditions(check)
    yield f"If it fails: {check.hint}"
    flaws = flaws_caught().get(check.id, ())
    if flaws:
        yield ""
        yield f"Flaws of the reference that it catches: {', '.join(flaws)}"


def _levels(check: Check) -> str:
    """What it counts as: where the lesson asks for more or less than the register, both are told."""
    anywhere = level_of(check.ground)
    if anywhere == check.level:
        return check.level
    harder = ASCENDING.index(anywhere) > ASCENDING.index(check.level)
    later = f", {anywhere} from the tier {check.ground.tier} on" if harder else ""
    return (
        f"{check.level} where the target claims the lesson's contract{later}; "
        f"{anywhere} on any other ({check.ground.id})"
    )


def listing(suite: Suite, target: Target, tier: Tier) -> Iterator[str]:
    """All checks up to a tier in columns, and the resources that each is asked of."""
    rows = [("CHECK", "LEVEL", "TIER", "REQUIREMENT", "NEEDS", "ASKED OF")]
    asked: dict[str, list[str]] = {}
    for run in plan(suite, target, tier).runs:
        asked.setdefault(run.check.id, []).extend([run.resource.name] if run.resource else [])
    for check in (c for file in suite.files for c in file.checks if c.id in asked):
        needs = ", ".join([*check.needs, *(f"no {name}" for name in check.without)])
        resources = ", ".join(asked[check.id]) or f"none of {target.name}"
        first, last = level_at(check, target, check.tier), level_at(check, target, tier)
        level = first if first == last else f"{first}, then {last}"
        rows.append((check.id, level, check.tier, check.requirement.id, needs, resources))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _requirement(requirement: Requirement) -> Iterator[str]:
    yield f"{requirement.id}: {requirement.says}"
    yield from (f"  {line}" for line in source_lines(requirement))


def _conditions(check: Check) -> Iterator[str]:
    needs = [*check.needs, *(f"no {name}" for name in check.without)]
    yield f"Asked of each resource of the target with {_offers(check)} ({', '.join(needs)})"
    for name, wanted in check.only_if.items():
        yield f"Applies only where {name} shows: {phrases(wanted)}"
    if check.after:
        yield f"Judged once these have passed: {', '.join(check.after)}"
    for doubt in check.doubts:
        yield f"Not counted as a failure where {doubt.because}"
    yield ""


def _offers(check: Check) -> str:
    """The resources that a check is asked of, by what they offer."""
    offers = listed([CAPABILITIES[name].phrase for name in check.needs])
    lacks = listed([CAPABILITIES[name].phrase for name in check.without], "or")
    return f"{offers}, and without {lacks}" if check.without else offers


# ------------------------------------------------------------------ steps


def _steps(suite: Suite, check: Check) -> Iterator[str]:
    if check.answers is not None:
        yield from _lint(check)
        return
    steps = suite.timelines[check.on].steps if check.on else check.steps
    judged = {name for alternative in check.expects for name in alternative}
    last = max((i for i, s in enumerate(steps) if s.name in judged), default=len(steps) - 1)
    if check.on and suite.timelines[check.on].apart:
        steps = (steps[0], *(each for each in steps if each.name in judged), steps[-1])
    elif check.on:
        steps = steps[: last + 1]
    for variable in check.forall:
        examples = ", ".join(captures.in_words(str(e)) for e in variable.examples)
        yield f"  With <{variable.name}> one after another: {examples}"
        yield f"  (with --fuzz, found by searching: {STRATEGIES[variable.strategy]})"
    for number, step in enumerate(steps, 1):
        yield f"  {number}. {step.name}: {_do(step)}{_when(step)}"
        given = {**step.given, **step.only_if}
        if given:
            yield f"     Needed, or nothing can be judged: {phrases(given)}."
        if step.expect:
            yield f"     Expected: {phrases(step.expect)}."
    yield from _quantities(steps)
    if check.on:
        yield "  (Other checks judge the same steps; they are run once for all.)"
    for index, alternative in enumerate(check.expects):
        said = "; ".join(f"{name}: {phrases(wanted)}" for name, wanted in alternative.items())
        yield f"  {'Or of' if index else 'Expected of'} {said}."


def _lint(check: Check) -> Iterator[str]:
    of = f" with {phrases(check.answers)}" if check.answers else ""
    yield f"  It looks at every answer{of} of the run from the resource, and sends nothing of its own"
    yield "  (but one plain GET, where nothing else was asked of it)."
    for index, each in enumerate(check.expects):
        yield f"  {'Or' if index else 'Expected of each'}: {phrases(each[ANSWER])}."


def _do(step: Step) -> str:
    return captures.in_words(VERBS[step.do].said(step.args))


def _quantities(steps: Sequence[Step]) -> Iterator[str]:
    """What the names in durations mean, where some step waits by them."""
    given = [each for step in steps for each in VERBS[step.do].given(step.args)]
    terms = [
        t for argument, value in given if argument.takes is DURATION for t in durations.parse(str(value))
    ]
    names = {name for _, name in terms if name}
    if names:
        meant = "; ".join(f"{name} is {says}" for name, says in durations.NAMES.items() if name in names)
        yield f"  ({meant}.)"


def _when(step: Step) -> str:
    if not step.when:
        return ""
    ways = [" and ".join(f"{name}: {phrases(wanted)}" for name, wanted in way.items()) for way in step.when]
    return f" (only if {'; or if '.join(ways)})"
