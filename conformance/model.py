"""The vocabulary of the pipeline: frozen records, no behaviour beyond reading themselves.

Rules of this file: it imports nothing of ours and nothing that can do I/O or read a clock.
Every time is in seconds on the clock of the run (`clocks/`), counted from the run's start.
Header fields stay an ordered tuple of pairs, repeated fields apart, names as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = Any
Headers = tuple[tuple[str, str], ...]
POLICIES: Mapping[str, tuple[str, ...]] = {
    "no-store": (),
    "no-cache": ("no-store",),
    "private": ("no-store", "no-cache"),
    "max-age": ("no-store", "no-cache", "private"),
}
"""The directives of the lesson, and which stricter ones beside them decide instead."""
Level = Literal["MUST", "SHOULD", "MAY"]
Tier = Literal["lesson", "core", "full", "strict"]
TIERS: tuple[Tier, ...] = ("lesson", "core", "full", "strict")
LEVELS: tuple[Level, ...] = ("MUST", "SHOULD", "MAY")

OutcomeName = Literal[
    "pass",
    "fail",
    "blocked",
    "not-applicable",
    "untestable",
    "inconclusive",
    "unreachable",
    "error",
    "deselected",
]
VerdictName = Literal[
    "pass",
    "fail",
    "warn",
    "info",
    "blocked",
    "not-applicable",
    "untestable",
    "inconclusive",
    "unreachable",
    "error",
    "deselected",
]

FaultKind = Literal[
    "refused",  # nothing listens
    "dns",  # the host has no address
    "tls",  # the handshake failed
    "timeout",  # the deadline of the exchange passed
    "reset",  # the connection broke before or within the answer
    "closed",  # closed without (the whole of) an answer
    "too-large",  # past a cap of ours
    "malformed",  # bytes came that are no valid HTTP message
    "cancelled",  # we stopped it: the run's deadline, -x, Ctrl-C
]


# ------------------------------------------------------------------ what was sent and received


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it was sent: `url` is absolute, `body` its bytes."""

    method: str
    url: str
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Body:
    """A body by length and digest; `content` is None where it was too large to be kept.

    Args:
        length: bytes on the wire after the transfer coding is taken off.
        digest: "sha256:" and 32 hex digits (half a SHA-256: to tell bodies apart, not to sign them).
    """

    length: int
    digest: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Response:
    """One final answer.

    Args:
        wire_bytes: head and body as they came, in bytes (interim answers and stray bytes excluded).
        interim: the status codes of the 1xx answers that came first.
        stray: bytes that follow a complete answer that has no body, such as a body after a 304.
    """

    status: int
    reason: str
    version: str
    headers: Headers
    body: Body
    wire_bytes: int
    interim: tuple[int, ...] = ()
    stray: bytes = b""


@dataclass(frozen=True, slots=True)
class WireFault:
    """Why there is no (whole) answer: `says` is a sentence for a person, `raw` the first bytes that came."""

    kind: FaultKind
    says: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it, immutable.

    Args:
        sent_at: when the first byte was about to be sent, seconds on the run's clock.
        received_at: when the last byte of the answer had come (or the fault was noticed).
        connection: which connection of this run carried it, counted from 1 (0: none was made).
        facts: what `observe.py` read from the body; judging never opens the body itself, so that
            a large body need not be kept. Keys: json, members, value, hit, item, items.
        through: the client cache that was asked, or None.
        contact: with `through`: none (answered from the cache), conditional, full.
    """

    request: Request
    response: Response | None
    fault: WireFault | None
    sent_at: float
    received_at: float
    connection: int = 0
    facts: Mapping[str, Json] = field(default_factory=dict)
    through: str | None = None
    contact: Literal["none", "conditional", "full"] | None = None

    @property
    def status(self) -> int | None:
        """The status code, or None where no answer came."""
        return self.response.status if self.response else None

    @property
    def headers(self) -> Headers:
        """The answer's fields; empty where none came."""
        return self.response.headers if self.response else ()


# ------------------------------------------------------------------ what the specs say


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written: the file's name as shown to people, and its 1-based line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One sentence of the lesson or of an RFC.

    Args:
        source: such as "RFC 9110, 13.1.2" or "lesson, Implementing ETag Caching".
        rfc: ids of the register's rows that say the same.
    """

    id: str
    level: Level
    says: str
    source: str
    url: str
    quote: str = ""
    rfc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
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


@dataclass(frozen=True, slots=True)
class Timeline:
    """Steps that run once for each resource and are judged by several checks."""

    id: str
    needs: tuple[str, ...]
    without: tuple[str, ...]
    steps: tuple[Step, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cause that is not the server's fault: where it holds, a fail becomes inconclusive.

    Args:
        when: alternatives; each maps step names to matchers that must all hold.
        retry: whether running the check again can clear it up.
    """

    because: str
    when: tuple[Mapping[str, Mapping[str, Json]], ...]
    retry: bool


@dataclass(frozen=True, slots=True)
class ForAll:
    """One variable of a check: a strategy (`fuzz/`) with the examples that a plain run takes."""

    name: str
    strategy: str
    args: Mapping[str, Json]
    examples: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One entry of a spec file that tests a requirement by steps. The id never changes.

    Args:
        levels: tier -> level: what it counts as when the run goes up to that tier.
        after: ids of checks that must have passed on the same resource, or this one is blocked.
        on: the timeline whose exchanges it judges, or None where it has steps of its own.
        expects: alternatives, of which one must hold; each maps step names to matchers.
        only_if: step name -> matchers that must hold, or the check does not apply.
        unseen: why it is untestable where the step that it judges was left out, or "".
    """

    id: str
    title: str
    requirement: Requirement
    also: tuple[Requirement, ...]
    levels: Mapping[Tier, Level]
    tier: Tier
    needs: tuple[str, ...]
    without: tuple[str, ...]
    after: tuple[str, ...]
    on: str | None
    steps: tuple[Step, ...]
    expects: tuple[Mapping[str, Mapping[str, Json]], ...]
    only_if: Mapping[str, Mapping[str, Json]]
    unseen: str
    forall: tuple[ForAll, ...]
    doubts: tuple[Doubt, ...]
    why: str
    hint: str
    place: Place


@dataclass(frozen=True, slots=True)
class SpecFile:
    """One topic: a file of specs/, its name relative to the folder that holds specs/."""

    name: str
    title: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """Everything that specs/ says. `sha256` is over the files as they lie on disk."""

    files: tuple[SpecFile, ...]
    timelines: Mapping[str, Timeline]
    requirements: Mapping[str, Requirement]
    sha256: str


# ------------------------------------------------------------------ the server under test


@dataclass(frozen=True, slots=True)
class Write:
    """How one kind of write looks on this server.

    Args:
        method: the request method.
        path: may hold "{id}".
        source: "list": the item is taken from the resource's own list; "self": the resource is the item.
        edit: "auto", or the name of the field to change.
        body: a JSON body to send instead, or None.
        ask: whether the server may lack it (then it is found out, and its checks do not apply).
    """

    method: str
    path: str
    source: Literal["list", "self"]
    edit: str
    body: Json
    ask: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the target and what it can do.

    Args:
        ttl: how long the server keeps a value, in seconds, or None.
        value, hit: JSON Pointers (RFC 6901) to the cached value and to the flag that tells a hit.
        resolution: two values made within so many seconds may be equal.
        repeats: a value made anew may equal the one before it; then `hit` alone tells them apart.
        policy: the Cache-Control that it is held to, or None.
        ask: whether the server may lack the whole resource.
    """

    name: str
    read: str
    json: str | None
    members: Mapping[str, str]
    item: str | None
    etag: bool
    ttl: float | None
    value: str | None
    hit: str | None
    resolution: float
    repeats: bool
    policy: str | None
    version: bool
    distinct_from: tuple[str, ...]
    writes: Mapping[str, Write]
    ask: bool
    headers: Headers
    place: Place

    @property
    def capabilities(self) -> frozenset[str]:
        """What a check may name under `needs`."""
        has = {"read"} | set(self.writes)
        flags = {
            "etag": self.etag,
            "ttl": self.ttl is not None,
            "value": self.value is not None,
            "hit": self.hit is not None,
            "policy": self.policy is not None,
            "version": self.version,
            "distinct": bool(self.distinct_from),
            "item": self.item is not None,
            "members": bool(self.members),
            "list": self.json == "array",
        }
        return frozenset(has | {name for name, there in flags.items() if there} | self._policies)

    @property
    def _policies(self) -> set[str]:
        """The one directive that a declared policy is about: the strictest that it has."""
        names = {part.strip().partition("=")[0].lower() for part in (self.policy or "").split(",")}
        return {f"policy-{name}" for name in POLICIES if name in names and names.isdisjoint(POLICIES[name])}


@dataclass(frozen=True, slots=True)
class Target:
    """What the server under test offers.

    Args:
        consent: whether the file itself permits writes to a server that is not on loopback.
        sha256: over the file as it lies on disk, and the overrides.
    """

    name: str
    resources: tuple[Resource, ...]
    consent: bool
    sha256: str

    def resource(self, name: str) -> Resource:
        """The resource of that name.

        Raises:
            KeyError: there is none.
        """
        for each in self.resources:
            if each.name == name:
                return each
        raise KeyError(name)


# ------------------------------------------------------------------ the plan, and what came of it


@dataclass(frozen=True, slots=True)
class Run:
    """One check on one resource; `resource` is None where no resource of the target has what it needs.

    Args:
        id: "specs/conditional.yaml::items::inm-current-is-304", also pytest's node id.
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
    """

    work: str
    steps: tuple[StepRecord, ...]
    bound: Mapping[str, Json]
    started_at: float
    ended_at: float
    clock: str
    attempts: int = 1
    error: str = ""

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
