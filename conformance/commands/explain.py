"""A check in prose, for somebody who wants to know what is asked of a server and why.

Pure, but for two files that it reads: which flaws each check catches, and which real servers fail it. It puts
phrases together and has none for a word of its own: each word brings its phrase along.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.claims import CLAIMS
from conformance.errors import UsageError
from conformance.guesses import guessed
from conformance.language import captures, durations
from conformance.language.moves import MOVES, phrase
from conformance.language.strategies import STRATEGIES
from conformance.language.values import DURATION, listed
from conformance.matchers import phrases, phrases_of, references
from conformance.model import (
    ASCENDING,
    CAPABILITIES,
    Check,
    ForAll,
    Json,
    Requirement,
    Step,
    Suite,
)
from conformance.model.citing import citing
from conformance.model.order import level_of
from conformance.model.specs import ANSWER
from conformance.report.text import source_lines
from conformance.verbs import VERBS

__all__ = ["Page", "explain", "find", "flaws_caught", "page", "servers_failing"]

_MOST: Final = 6  # requests of a table that are told
_FEW: Final = 3  # names that are told
_FLAWS: Final = Path(__file__).parents[1] / "load" / "flaws.json"
_SERVERS: Final = Path(__file__).parents[1] / "load" / "servers.json"


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
    return _by_check(_FLAWS)


@functools.cache
def servers_failing() -> Mapping[str, tuple[str, ...]]:
    """Check id -> the real servers that fail it, or are warned; empty where that was never generated."""
    return _by_check(_SERVERS)


def _by_check(path: Path) -> Mapping[str, tuple[str, ...]]:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return {}
    return {check: tuple(names) for check, names in table.items()}


@dataclass(frozen=True, slots=True)
class Page:
    """What there is to say of a check, for whoever builds a server.

    Args:
        level: how hard it binds, and whom.
        rows: what is required, first the row that the check is made for.
        sent: what is asked of the server, a line for each request that matters.
        accepted: what is right, a line for each way to be right.
        more: whether more is asked than `sent` tells.
        asked_of: which resources, and after which checks.
        doubts: where a failure is not counted.
        flaws: of the reference, that it catches.
        servers: that nobody here wrote, and that fail it.
    """

    check: Check
    level: str
    rows: tuple[Requirement, ...]
    sent: tuple[str, ...]
    accepted: tuple[str, ...]
    more: bool
    asked_of: str
    doubts: tuple[str, ...]
    flaws: tuple[str, ...]
    servers: tuple[str, ...]


def page(suite: Suite, check: Check) -> Page:
    """The page of a check."""
    steps = _own(suite, check)
    kept = _telling(steps, check)
    return Page(
        check,
        _levels(check),
        (check.requirement, *check.also),
        tuple(_shortened(list(_sent(check, kept)), apart=bool(check.on and suite.timelines[check.on].apart))),
        tuple(_accepted(check, kept)),
        len(kept) < len(steps),
        f"Asked of each resource of the target with {_offers(check)}",
        tuple(doubt.because for doubt in check.doubts),
        flaws_caught().get(check.id, ()),
        servers_failing().get(check.id, ()),
    )


def explain(suite: Suite, check: Check, *, steps: bool = False) -> Iterator[str]:
    """Everything about a check, line by line: for whoever builds a server, or for who writes checks.

    Args:
        suite: that it is of.
        check: which.
        steps: tell each step, as it is written, and what it stands on.
    """
    told = page(suite, check)
    yield f"{check.id}: {check.title}"
    yield f"  {told.level}; {check.place}"
    yield ""
    for row in told.rows:
        yield from _requirement(row)
    yield ""
    if check.why:
        yield from (f"Why: {check.why}", "")
    yield from _steps(suite, check) if steps else _prose(told)
    yield ""
    yield f"{told.asked_of} ({_needs(check)})"
    for name, shown in check.only_if.items():
        yield f"Applies only where {name} shows: {phrases(shown)}"
    if check.after:
        yield f"Judged once these have passed: {', '.join(check.after)}"
    yield from (f"Not counted as a failure where {because}" for because in told.doubts)
    if check.hint:
        yield from ("", f"If it fails: {check.hint}")
    if told.servers:
        yield from ("", f"Real servers that fail it, as far as they were judged: {', '.join(told.servers)}")
    if told.flaws:
        yield from ("", f"Flaws of the reference that it catches: {', '.join(told.flaws)}")
    if not steps:
        besides = ", with what is asked besides" if told.more else ""
        yield from ("", f"Step by step{besides}: conformance explain {check.id} --steps")


def _prose(told: Page) -> Iterator[str]:
    yield "What is sent:"
    yield from (f"  {line}" for line in told.sent)
    yield "What is accepted:"
    yield from (f"  {line}" for line in told.accepted)


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


def _requirement(requirement: Requirement) -> Iterator[str]:
    yield f"{requirement.id}: {requirement.says}"
    yield from (f"  {line}" for line in source_lines(requirement))


def _needs(check: Check) -> str:
    return ", ".join([*check.needs, *(f"no {name}" for name in check.without)])


def _offers(check: Check) -> str:
    """The resources that a check is asked of, by what they offer."""
    offers = listed([CAPABILITIES[name].phrase for name in check.needs])
    lacks = listed([CAPABILITIES[name].phrase for name in check.without], "or")
    return f"{offers}, and without {lacks}" if check.without else offers


# ------------------------------------------------------------------ what is sent, and what is accepted


def _own(suite: Suite, check: Check) -> tuple[Step, ...]:
    if check.answers is not None:
        return ()
    return suite.timelines[check.on].steps if check.on else check.steps


def _telling(steps: tuple[Step, ...], check: Check) -> tuple[Step, ...]:
    """The steps without which nobody would see what is judged: those that are, and what they rest on."""
    first = check.expects[0] if check.expects else {}
    wanted = {*first, *check.only_if, *(n for each in first.values() for n in references(each))}
    # On a timeline there is much that others judge; steps of its own a check has for a reason.
    wanted |= {step.name for step in steps if step.expect or (check.on is None and not step.when)}
    wanted |= {name for each in check.forall for name, _ in captures.named(list(each.examples))}
    kept: list[Step] = []
    reading = False  # a step that comes later is told, so that a wait before it matters, or a turn
    for step in reversed(steps):
        waits = any(each.takes is DURATION for each, _ in VERBS[step.do].given(step.args))
        rests = waits or VERBS[step.do].turns
        if step.name not in wanted and not (reading and rests and not step.when):
            continue
        reading = not waits
        kept.append(step)
        wanted |= {name for name, _ in captures.named(step.args)} | set(references(step.expect))
        wanted |= {name for _, name in VERBS[step.do].references(step.args)}
    return tuple(reversed(kept))


def _sent(check: Check, kept: tuple[Step, ...]) -> Iterator[str]:
    if check.answers is not None:
        of = f" with {phrases(check.answers)}" if check.answers else ""
        yield f"nothing of its own: every answer{of} of the run from the resource is looked at"
        return
    if check.explored:
        words = ", ".join(CLAIMS[check.claim].moves)
        yield f"with --fuzz, histories that are searched for, of these moves among others: {words}"
        return
    for variable in check.forall:
        yield f"with <{variable.name}> one after another:"
        yield from _examples(variable)
    several = len(kept) > 1
    yield from (f"{step.name}: {_do(step)}".rstrip() if several else _do(step).rstrip() for step in kept)
    yield from _quantities(kept)


def _examples(variable: ForAll) -> Iterator[str]:
    """A line each: many have commas in them."""
    return (f"    {captures.in_words(_written(each))}".rstrip() for each in variable.examples)


def _written(example: Json) -> str:
    """A text as it is, fields as they are sent, texts in a row, keys by their parts."""
    if isinstance(example, Mapping):
        return ", ".join(f"{name}: {value}" for name, value in example.items())
    if isinstance(example, list):
        return ", ".join(" with ".join(each) if isinstance(each, list) else str(each) for each in example)
    return str(example)


def _shortened(lines: list[str], *, apart: bool) -> list[str]:
    """Of the many requests of a table, which are all alike, the first."""
    if not apart or len(lines) <= _MOST:
        return lines
    return [*lines[:_MOST], f"and {len(lines) - _MOST} more like these"]


def _named(names: list[str]) -> str:
    """What a phrase is about, to stand before it."""
    if names == [""]:
        return ""
    return f"{', '.join(names)}: " if len(names) <= _FEW else f"each of the {len(names)}: "


def _accepted(check: Check, kept: tuple[Step, ...]) -> Iterator[str]:
    several = len(kept) > 1
    if check.claim:
        yield f"of every history: {CLAIMS[check.claim].says}"
    # Of a mixture there are too many to tell each.
    known = {} if check.alone else {step.name: step.args for step in kept}

    def said(wanted: Mapping[str, Mapping[str, Json]]) -> str:
        """Steps of which the same is due are told together."""
        alike: dict[str, list[str]] = {}
        for name, each in wanted.items():
            says = phrases_of(each, known[name]) if name in known else phrases(each)
            alike.setdefault(says, []).append("" if name == ANSWER or not several else name)
        return "; ".join(f"{_named(names)}{phrase}" for phrase, names in alike.items())

    yield from (said({step.name: step.expect}) for step in kept if step.expect)
    names = {step.name for step in kept} | {ANSWER}
    ways = [way for way in check.expects if way.keys() <= names]
    yield from (f"{'or ' if index else ''}{said(way)}" for index, way in enumerate(ways))
    if len(ways) < len(check.expects):
        yield "or, where that is not so, what more is asked then shows that it is right after all"


# ------------------------------------------------------------------ step by step


def _steps(suite: Suite, check: Check) -> Iterator[str]:
    yield "What the suite does:"
    if check.answers is not None or check.claim:
        yield from _lint(check) if check.answers is not None else _history(check)
    if check.answers is None and not check.explored:
        yield from _one_by_one(suite, check)


def _one_by_one(suite: Suite, check: Check) -> Iterator[str]:
    steps = suite.timelines[check.on].steps if check.on else check.steps
    judged = {name for alternative in check.expects for name in alternative}
    last = max((i for i, s in enumerate(steps) if s.name in judged), default=len(steps) - 1)
    if check.on and suite.timelines[check.on].apart:
        steps = (steps[0], *(each for each in steps if each.name in judged), steps[-1])
    elif check.on:
        steps = steps[: last + 1]
    for variable in check.forall:
        yield f"  With <{variable.name}> one after another:"
        yield from (f"  {line}" for line in _examples(variable))
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


def _history(check: Check) -> Iterator[str]:
    claim = CLAIMS[check.claim]
    yield f"  Expected of {'every' if check.explored else 'this'} history: {claim.says}."
    if check.explored:
        yield "  With --fuzz it searches for histories of moves that break this, and makes what it finds"
        yield "  small; without, nothing is sent. The moves that it needs, among others:"
        yield from (f"    {word}: {phrase(next(MOVES[word].written()))}" for word in claim.moves)


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
