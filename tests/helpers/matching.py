"""Examples of matchers: what holds, what does not and what is then said."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from conformance.matchers import MATCHERS, Case
from conformance.model import Finding, Json, Resource, StepRecord
from helpers.records import resource, target


@dataclass(frozen=True)
class Example:
    """A matcher's argument and the steps so far, of which the last is judged.

    Args:
        says: (expected, actual) where it does not hold, None where it does.
        index: the exchange that shows it.
    """

    matcher: str
    wanted: Json
    steps: tuple[StepRecord, ...]
    says: tuple[str, str] | None
    index: int = 0
    on: Resource | None = None
    remote: bool = False
    workers: int | None = None
    moved: bool = False

    def finding(self) -> Finding | None:
        """What the matcher says."""
        by_name = {step.name: step for step in self.steps}
        on = self.on or resource()
        case = Case(by_name, on, target(on), self.remote, self.workers, self.moved)
        return MATCHERS[self.matcher].match(self.wanted, self.steps[-1], case)

    def check(self) -> None:
        """Hold the matcher to the example."""
        finding = self.finding()
        assert (finding and (finding.expected, finding.actual)) == self.says
        if finding is not None:
            assert (finding.step in {s.name for s in self.steps}, finding.index) == (True, self.index)


def holds(
    matcher: str, wanted: Json, *steps: StepRecord, on: Resource | None = None, workers: int | None = None
) -> Example:
    """Something of which a matcher finds nothing."""
    return Example(matcher, wanted, steps, None, on=on, workers=workers)


def fails(  # noqa: PLR0913 - by name
    matcher: str,
    wanted: Json,
    *steps: StepRecord,
    says: tuple[str, str],
    index: int = 0,
    on: Resource | None = None,
    workers: int | None = None,
) -> Example:
    """Something that a matcher finds, and what it says of it."""
    return Example(matcher, wanted, steps, says, index, on, workers=workers)


def each(examples: list[Example]) -> pytest.MarkDecorator:
    """A test for each example."""
    ids = [f"{e.matcher}-{'holds' if e.says is None else 'fails'}-{i}" for i, e in enumerate(examples)]
    return pytest.mark.parametrize("example", examples, ids=ids)
