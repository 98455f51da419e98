"""What the specs say: requirements, checks and their steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from conformance.model.words import Frozen, Json, Level, Phase, RowTier, Safe, Tier


class Place(Frozen, frozen=True):
    """Where something was written: the file's name as shown to people, and its 1-based line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Requirement(Frozen, frozen=True):
    """One sentence of the lesson or of an RFC.

    Args:
        source: such as "RFC 9110, section 13.1.2" or "the lesson, Implementing ETag Caching".
        rfc: of a row of the lesson: ids of the rows that say the same for every server.
        tier: who ought to meet it.
        topic: the name of the file of specs/ that its checks stand in.
        unchecked: why no request can show it, or "".
    """

    id: Safe
    level: Level
    says: Safe
    source: Safe
    url: Safe
    quote: Safe = ""
    rfc: tuple[Safe, ...] = ()
    tier: RowTier = "lesson"
    topic: Safe = ""
    unchecked: Safe = ""

    @property
    def derived(self) -> bool:
        """Whether it follows from its source, without a sentence there that says it."""
        return self.source.startswith("derived ")


class Step(Frozen, frozen=True):
    """One step of a check: what to do (`verbs/`), and what to expect of it (`matchers/`).

    Args:
        do: a name of VERBS.
        name: what other steps call it (`as`), unique within the steps.
        args: the verb's own arguments, as written.
        given: must hold, or the check can't be judged (it can't fail for it).
        only_if: must hold, or the check does not apply to this server.
        expect: must hold, or the check fails.
        when: step name -> matchers; the step is left out unless all hold.
    """

    do: str
    name: str
    args: Mapping[str, Json]
    given: Mapping[str, Json]
    only_if: Mapping[str, Json]
    expect: Mapping[str, Json]
    when: tuple[Mapping[str, Mapping[str, Json]], ...]
    place: Place


class Timeline(Frozen, frozen=True):
    """Steps that run once for each resource and are judged by several checks.

    Args:
        apart: whether it is a table: a plain read first and last, and between them steps that have nothing to
            do with each other.
    """

    id: Safe
    needs: tuple[str, ...]
    without: tuple[str, ...]
    steps: tuple[Step, ...]
    place: Place
    apart: bool = False


class Doubt(Frozen, frozen=True):
    """A cause that is not the server's fault: where it holds, a fail becomes inconclusive.

    Args:
        because: it as a sentence, the `cause` of the verdict.
        when: alternatives; each maps step names to matchers that must all hold.
        retry: whether running the check again can clear it up.
        outside: who it comes from. "anybody": other clients, or what stands in front; there is none where
            the suite has started the server. "workers": others of the same server; there are none where it
            has started one. "": the server itself, or time.
        own: whether it is the server's own doing: where the suite has started the server, a grade does not
            excuse it.
        told_by: the id of the check that tells it as a finding of its own; the others are blocked by that.
        of_lists: whether it says nothing of an item that is read at its own route.
    """

    name: Safe
    because: str
    when: tuple[Mapping[str, Mapping[str, Json]], ...]
    retry: bool = False
    outside: Literal["", "anybody", "workers"] = ""
    told_by: Safe = ""
    own: bool = False
    of_lists: bool = False


class ForAll(Frozen, frozen=True):
    """One variable of a check: a strategy (`fuzz/`) with the examples that a plain run takes."""

    name: str
    strategy: str
    examples: tuple[Json, ...]


class Check(Frozen, frozen=True):
    """One entry of a spec file that tests a requirement by steps. The id never changes.

    Args:
        ground: the row of the register that says the same of every server, whether or not it claims a
            contract; a row of the lesson that no other says is its own.
        level: what it counts as on a target that claims the contract of its requirement.
        after: ids of checks that must have passed on the same resource, or this one is blocked.
        on: the timeline whose exchanges it judges, or None where it has steps of its own.
        answers: of a lint: which answers of the run to a resource it is about, by matchers; None: it is none.
        expects: alternatives, of which one must hold; each maps step names to matchers.
        only_if: step name -> matchers that must hold, or the check does not apply.
        unseen: why it is untestable where the step that it judges was left out, or "".
        claim: of an exploration: what has to hold of every history (`claims/`), or "". With steps, that one
            history is played; without, histories are searched for, where somebody asks for that.
        alone: of a mixture: for each of its steps those that send one of its conditions alone. Only where
            these are answered rightly does the mixture count, since one cause is to be told once.
    """

    id: Safe
    title: Safe
    requirement: Requirement
    also: tuple[Requirement, ...]
    ground: Requirement
    level: Level
    tier: Tier
    needs: tuple[str, ...]
    without: tuple[str, ...]
    after: tuple[str, ...]
    on: Safe | None
    answers: Mapping[str, Json] | None
    steps: tuple[Step, ...]
    expects: tuple[Mapping[str, Mapping[str, Json]], ...]
    only_if: Mapping[str, Mapping[str, Json]]
    unseen: Safe
    forall: tuple[ForAll, ...]
    doubts: tuple[Doubt, ...]
    why: Safe
    hint: Safe
    place: Place
    alone: Mapping[Safe, tuple[Safe, ...]] = {}
    claim: Safe = ""

    @property
    def explored(self) -> bool:
        """Whether only a search makes the histories that it is about."""
        return bool(self.claim) and not self.steps


PLAIN: Final = "plain"
"""What the plain read is called by which a lint holds an answer against an ordinary one."""
ANSWER: Final = "answer"
"""What an answer that a lint judges is called."""
ANSWERS: Final = "answers"
"""The timeline of all lints: one plain read, for a resource of which nothing else was asked."""


class SpecFile(Frozen, frozen=True):
    """One topic: a file of specs/, its name relative to the folder that holds specs/."""

    name: Safe
    title: Safe
    checks: tuple[Check, ...]


class Asks(Frozen, frozen=True):
    """What steps ask of whoever lays them out, as the rows of their verbs have it.

    Args:
        phase: the most demanding that one of them names.
        lives: whether one is there to begin or end an entry of the server's cache, not counting those that
            only a defect pays for.
        keys: whether two keys are compared.
        makes: whether one makes what others are about.
    """

    phase: Phase = "read"
    lives: bool = False
    keys: bool = False
    makes: bool = False


class Suite(Frozen, frozen=True):
    """Everything that specs/ says.

    Args:
        asks: of each timeline and each check with steps of its own, by id; `load/laying.py` makes it.
        sha256: over the files as they lie on disk.
        topics: the names that files may have, in the order of the files; some have no file yet.
    """

    files: tuple[SpecFile, ...]
    timelines: Mapping[str, Timeline]
    requirements: Mapping[str, Requirement]
    sha256: Safe
    topics: tuple[Safe, ...] = ()
    asks: Mapping[Safe, Asks] = {}
