"""The plan's runs, what was done for each, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from conformance.model.exchanges import Exchange
from conformance.model.specs import Check
from conformance.model.targets import Resource
from conformance.model.words import Json, Level, OutcomeName, VerdictName


@dataclass(frozen=True, slots=True)
class Run:
    """One check on one resource; `resource` is None where no resource of the target has what it needs.

    Args:
        id: "specs/if-none-match.yaml::items::inm-current-is-304", also pytest's node id.
        work: the id of the exchanges that it judges: its own id, or "timeline@resource".
    """

    id: str
    check: Check
    resource: Resource | None
    work: str


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What one step did.

    Args:
        status: done; skipped (its `when` did not hold); not-offered (the server lacks it);
            untestable (a means of ours is missing); refused (no consent); broken (a fault, see `says`).
        notes: facts of the verb, JSON: for a write the field, its value before and after, ...
    """

    name: str
    do: str
    status: Literal["done", "skipped", "not-offered", "untestable", "broken"]
    says: str
    exchanges: tuple[Exchange, ...]
    notes: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """What one work did: its steps, in order, up to where it had to stop.

    Args:
        bound: the values of the `forall` variables.
        error: a defect of the suite that broke it off, as one sentence, or "".
        attempts: how often it was run, when noise made it be repeated.
        clock: the name of the clock that timed it.
        crash: how the server died of it, as a sentence, where the suite has started it; or "".
        remark: what a search has to add to the verdict: the values that it has found.
        log: what the server under test has printed meanwhile, where the suite has started it.
    """

    work: str
    steps: tuple[StepRecord, ...]
    bound: Mapping[str, Json]
    started_at: float
    ended_at: float
    clock: str
    attempts: int = 1
    error: str = ""
    log: str = ""
    remark: str = ""
    crash: str = ""

    def step(self, name: str) -> StepRecord | None:
        """The step of that name, or None where the work stopped before it."""
        for each in self.steps:
            if each.name == name:
                return each
        return None


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation that did not hold.

    Args:
        expected: all that is acceptable, as the end of "expected ...".
        actual: what was there instead, as the end of "... found".
        step: the step's name. index: which exchange of the step.
        at_most: the highest level at which it counts, where that is below the check's own.
        ours: the suite contradicts itself here; an error, and never the server's fault.
    """

    expected: str
    actual: str
    step: str = ""
    index: int = 0
    at_most: Level | None = None
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the exchanges of a run mean.

    Args:
        message: one sentence, the whole verdict.
        cause: the named cause of an inconclusive, a not-applicable, ... or of a recognised mistake.
        mend: what to do next: the symptom's advice, or the check's hint.
        step, index: the exchange that shows it, where one does.
    """

    outcome: OutcomeName
    verdict: VerdictName
    message: str
    expected: str = ""
    actual: str = ""
    cause: str = ""
    mend: str = ""
    step: str = ""
    index: int = 0
