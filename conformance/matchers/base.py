"""What every matcher is made of.

A matcher never raises for what a server sent: an answer that is missing, or nonsense, is a
finding. It raises only where the suite is at fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.fields import field_value
from conformance.model import Exchange, Finding, Json, Resource, StepRecord, Target

REFERRING: Final = frozenset(
    {
        "same-as",
        "differs-from",
        "weakly-same-as",
        "repeats-with",
        "consistent-with",
        "unique-with",
        "fewer-than",
        "no-slower-than",
        "quickest-of",
        "of",
        "not-of",
        "truthful-over",
        "since",
        "some-same-as",
        "never-same-as",
        "not-same-as",
    }
)
STEP_NAME: Final = {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"}


@dataclass(frozen=True, slots=True)
class Case:
    """The surroundings of a judgement.

    Args:
        steps: what has been done so far, by name.
        remote: whether the server is somewhere else than on this machine's loopback.
        workers: how many of the server's workers the suite has started; None: it has not.
    """

    steps: Mapping[str, StepRecord]
    resource: Resource | None
    target: Target
    remote: bool = False
    workers: int | None = None

    def first(self, name: str) -> Exchange | None:
        """The first exchange of a step, or None where it made none."""
        step = self.steps.get(name)
        return step.exchanges[0] if step and step.exchanges else None

    def last(self, name: str) -> Exchange | None:
        """The last exchange of a step, or None where it made none."""
        step = self.steps.get(name)
        return step.exchanges[-1] if step and step.exchanges else None


MatchFunction = Callable[[Json, StepRecord, Case], Finding | None]


@dataclass(frozen=True, slots=True)
class Matcher:
    """One word of the language.

    Args:
        schema: the JSON Schema of its argument.
        says: what it asks for, for the reference and for editors.
        ours: whether it is about our own timing, and not about what the server did.
    """

    name: str
    schema: Mapping[str, Any]
    match: MatchFunction
    says: str
    ours: bool = False


def for_each(judge: Callable[[Json, Exchange, Case], tuple[str, str] | Finding | None]) -> MatchFunction:
    """A matcher that must hold of every exchange of a step; a step without exchanges holds nothing."""

    def match(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
        if not step.exchanges:
            return Finding("an answer", step.says or "none: nothing was asked", step.name)
        for index, exchange in enumerate(step.exchanges):
            if exchange.response is None:
                fault = exchange.fault.says if exchange.fault else "no answer"
                return Finding("an answer", fault, step.name, index)
            found = judge(wanted, exchange, case)
            if isinstance(found, Finding):
                return Finding(
                    found.expected, found.actual, step.name, index, at_most=found.at_most, ours=found.ours
                )
            if found is not None:
                return Finding(*found, step.name, index)
        return None

    return match


def references(wanted: Json) -> Iterator[str]:
    """The names of other steps that an argument refers to."""
    if isinstance(wanted, Mapping):
        for key, value in wanted.items():
            if key in REFERRING:
                yield from [value] if isinstance(value, str) else value
            else:
                yield from references(value)


def shown(exchange: Exchange, name: str) -> str:
    """A field of the answer as it is to be shown, or "none"."""
    value = field_value(exchange.headers, name)
    return "none" if value is None else value
