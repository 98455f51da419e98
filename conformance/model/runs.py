"""The plan's runs, what was done for each, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from conformance.model.exchanges import Exchange
from conformance.model.specs import Check
from conformance.model.targets import Resource
from conformance.model.words import MISSING, Frozen, Headers, Json, Level, OutcomeName, Safe, VerdictName


class Run(Frozen, frozen=True):
    """One check on one resource; `resource` is None where no resource of the target has what it needs.

    Args:
        id: "specs/if-none-match.yaml::items::inm-current-is-304", also pytest's node id.
        work: the id of the exchanges that it judges: "check@resource" or "timeline@resource".
        kept: whether one entry of the server's cache is to answer all reads of that work.
    """

    id: Safe
    check: Check
    resource: Resource | None
    work: Safe
    kept: bool = False


StepStatus = Literal[
    "done",
    "failed",  # a write that was answered neither 2xx nor a refusal that means "not offered"
    "skipped",  # its `when` did not hold
    "not-offered",  # the server may lack it, and does
    "missing",  # the target declares it, and the server lacks it
    "untestable",  # a means of ours is missing
    "out-of-reach",  # only a server that the suite has started can show it
    "not-asked",  # the user held it back, see `says`
    "lacking",  # an earlier answer has no such field to be sent back, see `lacks`
    "stopped",  # the run ended before it was done
    "refused",  # the server offers it, and refuses it to us
    "broken",  # it could not be done, see `says`
]
EffectKind = Literal["create", "change", "remove", "restore", "refuse", "history", "clear", "write"]


class Effect(Frozen, frozen=True):
    """What a write was to change.

    Args:
        id: the item's, or None where it has none.
        field: the member that was changed, with its value `before` and `after`.
        earlier: values that it had before that, or that were sent: a read that shows one of them is late.
        echoed: whether the answer to the write shows the new value itself.
        ignored: whether it shows the old one, whichever field was to be changed.
        path: of the item. key: under which the ledger owes it, or "" where nothing is owed.
    """

    kind: EffectKind
    id: Json = None
    field: str = ""
    before: Json = MISSING
    after: Json = MISSING
    earlier: tuple[Json, ...] = ()
    echoed: bool = False
    ignored: bool = False
    path: str = ""
    key: str = ""


class CacheRead(Frozen, frozen=True):
    """A read through a client cache: what the oracle needs to say what the cache had to do.

    What the server was asked for it stands in the step's exchanges, before the cache's own answer.

    Args:
        client: the name of the cache's kind. shared: whether it is a shared cache.
        at: when this read was, seconds after the cache's first. reads: when all were, but the first.
        seen: of the cache's first answers the fields that it was shown; None: as they came.
        wall: POSIX time of the run's start, or None where the clock is moved: nobody knows whether
            Date moves with it.
    """

    at: float
    client: Safe = ""
    shared: bool = False
    reads: tuple[float, ...] = ()
    seen: tuple[Headers | None, ...] = ()
    wall: float | None = None


_CALM: Final = 2  # rounds one after the other


class Round(Frozen, frozen=True):
    """A round of new keys: how many, by how many bytes memory grew, and from how many it counts."""

    keys: int
    counts: int
    grew: int


def calm(rounds: Sequence[Round]) -> bool:
    """Whether memory has stopped growing: after a first round, which warms up, two did not make it grow."""
    return len(rounds) > _CALM and all(each.grew < each.counts for each in rounds[-_CALM:])


class StepRecord(Frozen, frozen=True):
    """What one step did; what was asked before what it is about stands in a record of its own, beside it.

    Args:
        name: the step's, or that of `before`, which no spec can write.
        says: why it is not done, as a sentence, or ""; where it is, what was done, if no exchange tells that.
        lacks: the name of the field that an earlier answer has not, or "".
        effect: of a write. cache: of a read through a client cache. rounds: of a flood of keys.
        until: the instant that was waited for.
        alike: how many more answers there were, the same as those beside them but for their time.
        item: whether an item was read, and not the resource itself.
        other: the name of the resource that was read, where it is another than the work's, or was asked by
            somebody else, or for another form: then it is no plain read of it.
        restarted: whether the last answer is of another life of the server than the one before it.
        anew: whether another history begins with it, all that was changed before being put back.
    """

    name: Safe
    do: Safe = "read"
    status: StepStatus = "done"
    says: str = ""
    exchanges: tuple[Exchange, ...] = ()
    effect: Effect | None = None
    cache: CacheRead | None = None
    rounds: tuple[Round, ...] = ()
    until: float = 0.0
    lacks: Safe = ""
    alike: int = 0
    item: bool = False
    other: Safe = ""
    restarted: bool = False
    anew: bool = False


def before_of(name: str) -> str:
    """The name of the record of what was seen before a write; no spec can write it."""
    return f"before {name}"


def after_of(name: str) -> str:
    """The name of the record of what was seen after a write."""
    return f"after {name}"


def writes_of(name: str) -> str:
    """The name of the record of the writes of a step that is judged by its reads; no spec can write it."""
    return f"writes of {name}"


VIRTUAL: Final = "virtual"
"""The name of the clock that is moved: most records have it, so a report leaves it out."""


class Record(Frozen, frozen=True):
    """What one work did: its steps, in order, up to where it had to stop.

    Args:
        work: its id; in report.json "", since the record stands there under it.
        bound: the values of the `forall` variables.
        error: a defect of the suite that broke it off, as one sentence, or "".
        clock: the name of the clock that timed it: the run's may not move a resource's values.
        attempts: how often it was run, when noise made it be repeated.
        crash: how the server died of it, as a sentence, where the suite has started it; or "".
        hangs: whether it had to be ended, since it answered nobody any more.
        remark: what a search has to add to the verdict: the values that it has found.
        log: what the server under test has printed meanwhile, where the suite has started it.
        withheld: variables that it was not given, and of which what it printed speaks.
        elsewhere: the prefix below which its OpenAPI lists a resource that it lacks; or "".
        kept: whether one entry of the server's cache was to answer all reads.
    """

    work: Safe = ""
    steps: tuple[StepRecord, ...] = ()
    bound: Mapping[str, Json] = {}
    started_at: float = 0.0
    clock: Safe = VIRTUAL
    attempts: int = 1
    error: str = ""
    log: str = ""
    remark: str = ""
    crash: str = ""
    hangs: bool = False
    withheld: tuple[str, ...] = ()
    elsewhere: str = ""
    kept: bool = False

    @property
    def moved(self) -> bool:
        """Whether time was moved, so that waiting cost nothing."""
        return self.clock == VIRTUAL

    def step(self, name: str) -> StepRecord | None:
        """The step of that name, or None where the work stopped before it."""
        for each in self.steps:
            if each.name == name:
                return each
        return None


class Finding(Frozen, frozen=True):
    """One expectation that did not hold.

    Args:
        expected: all that is acceptable, as the end of "expected ...".
        actual: what was there instead, as the end of "... found".
        step: the step's name. index: which exchange of the step.
        at_most: the highest level at which it counts, where that is below the check's own.
        code: what kind of finding it is, whatever the sentences say; the row of the matcher's word names it.
    """

    expected: str
    actual: str
    step: str = ""
    index: int = 0
    at_most: Level | None = None
    code: str = ""


class Verdict(Frozen, frozen=True):
    """What the exchanges of a run mean.

    Args:
        message: one sentence, the whole verdict; in report.json "" where it is the title of a pass.
        cause: the named cause of an inconclusive, a not-applicable, ... or of a recognised mistake.
        mend: what to do next: the symptom's advice, or the check's hint.
        step, index: the exchange that shows it, where one does.
        code: of the finding that it rests on, or "".
        work: whose record shows it, where that is not the run's own.
    """

    outcome: OutcomeName
    verdict: VerdictName
    message: str = ""
    expected: str = ""
    actual: str = ""
    cause: str = ""
    mend: str = ""
    step: Safe = ""
    index: int = 0
    code: Safe = ""
    work: Safe = ""
