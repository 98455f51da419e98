"""Records built by hand: what a run leaves behind, without a server, a socket or a clock."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from conformance.judge.court import Court
from conformance.judge.verdicts import judge
from conformance.load.laying import laid_out
from conformance.model import (
    Body,
    Check,
    Doubt,
    Exchange,
    Facts,
    Json,
    Level,
    Place,
    Record,
    Request,
    Requirement,
    Resource,
    Response,
    Run,
    SpecFile,
    Step,
    StepRecord,
    Suite,
    Target,
    Tier,
    Timeline,
    Verdict,
    WireFault,
    Write,
)
from conformance.model.exchanges import NO_BODY

PLACE = Place("specs/by-hand.yaml", 1)
RULE = Requirement("LES06", "MUST", "it holds", "the lesson", "")
NO_ANSWER = WireFault("timeout", "no answer within 10 s")


def exchange(  # noqa: PLR0913 - what a test says of an answer, by name
    status: int | None = 200,
    body: bytes = b"[]",
    *,
    etag: str | None = None,
    cc: str | Sequence[str] | None = None,
    headers: Sequence[tuple[str, str]] = (),
    at: float = 0.0,
    took: float = 0.01,
    fault: WireFault = NO_ANSWER,
    media: str | None = None,
    method: str = "GET",
    path: str = "/items/",
    stray: bytes = b"",
    size: int = 300,
    sent: Sequence[tuple[str, str]] = (),
    **more: Any,
) -> Exchange:
    """One request and its answer; `status` None: there was none, for the reason `fault`.

    Args:
        cc: the Cache-Control lines. media: the Content-Type.
        sent: the fields of the request.
        size: the bytes on the wire.
        more: fields of Exchange (connection, through, contact), and of Facts.
    """
    fields = [("ETag", etag)] if etag is not None else []
    fields += [("Cache-Control", line) for line in ([cc] if isinstance(cc, str) else cc or ())]
    fields += [("Content-Type", media)] if media is not None else []
    own = {name: more.pop(name) for name in ("connection", "through", "contact") if name in more}
    digest = hashlib.sha256(body).hexdigest()[:16]
    response = None
    if status is not None:
        kept = Body(len(body), digest, body) if body else NO_BODY
        response = Response(status, "", (*fields, *headers), kept, size, stray=stray)
    return Exchange(
        Request(method, path, tuple(sent)),
        response,
        None if response else fault,
        at,
        at + took,
        facts=Facts(**more),
        **own,
    )


def done(name: str, *exchanges: Exchange, do: str = "read", **more: Any) -> StepRecord:
    """The record of a step that was done; `more` are fields of StepRecord."""
    return StepRecord(name, do, exchanges=exchanges, **more)


def skipped(name: str) -> StepRecord:
    """The record of a step whose `when` did not hold."""
    return StepRecord(name, "read", "skipped")


def step(name: str, *, do: str = "read", when: Any = (), **more: Any) -> Step:
    """One step of a check; `given`, `only_if`, `expect` by name, every other argument is the verb's."""
    said = {key: more.pop(key, {}) for key in ("given", "only_if", "expect")}
    return Step(do, name, more, **said, when=tuple(when), place=PLACE)


def check(
    id_: str = "a-check",
    *steps: Step,
    level: Level = "MUST",
    tier: Tier = "lesson",
    doubts: Sequence[Doubt] = (),
    **more: Any,
) -> Check:
    """A check with the given steps; `more` are fields of Check."""
    fields: dict[str, Any] = {
        "title": "A GET is answered as it is due",
        "requirement": RULE,
        "also": (),
        "needs": ("read",),
        "without": (),
        "after": (),
        "on": None,
        "answers": None,
        "expects": (),
        "only_if": {},
        "unseen": "",
        "forall": (),
        "why": "Because.",
        "hint": "Mend it.",
        "place": PLACE,
    }
    fields |= more
    fields.setdefault("ground", replace(fields["requirement"], level=level))
    return Check(id=id_, level=level, tier=tier, steps=steps, doubts=tuple(doubts), **fields)


def resource(name: str = "items", **more: Any) -> Resource:
    """A resource that can only be read; `more` are fields of Resource."""
    return Resource(name, **{"read": f"/{name}/", "place": PLACE, "json": "array", **more})


def timed(name: str = "time", ttl: float = 30, **more: Any) -> Resource:
    """A resource whose value is kept for a while."""
    fields = {"ttl": ttl, "value": "/time", "hit": "/cached", "json": "object"}
    return resource(name, **{**fields, **more})


def writes(*kinds: str) -> dict[str, Write]:
    """The writes of a resource, by kind."""
    return {kind: Write("PUT", "/items/{id}", "list") for kind in kinds}


def target(*resources: Resource) -> Target:
    """A target with these resources, which claims the lesson's contract."""
    return Target("by-hand", resources or (resource(),), sha256="", contract="lesson")


def suite(*checks: Check, timelines: Sequence[Timeline] = (), file: str = "specs/by-hand.yaml") -> Suite:
    """A suite of one file."""
    return laid_out(Suite((SpecFile(file, "By hand", checks),), {t.id: t for t in timelines}, {}, ""))


def timeline(
    id_: str, *steps: Step, needs: Sequence[str] = ("ttl",), without: Sequence[str] = ()
) -> Timeline:
    """A timeline of these steps."""
    return Timeline(id_, tuple(needs), tuple(without), steps, PLACE)


def run(of: Check, on: Resource | None = None) -> Run:
    """The run of a check on a resource."""
    on = on or resource()
    id_ = f"specs/by-hand.yaml::{on.name}::{of.id}"
    return Run(id_, of, on, f"{of.on or of.id}@{on.name}")


def record(*steps: StepRecord, error: str = "") -> Record:
    """What a work did."""
    return Record("work", steps, {}, error=error)


def court(
    *runs: Run,
    verdicts: Mapping[str, Verdict] | None = None,
    tier: Tier = "lesson",
    timelines: Sequence[Timeline] = (),
    **more: Any,
) -> Court:
    """The surroundings of a judgement over these runs."""
    of = suite(*(r.check for r in runs), timelines=timelines)
    return Court(of, target(), tier, runs, verdicts or {}, **more)


def expecting(expect: Mapping[str, Json] | None = None, **more: Any) -> Check:
    """A check of one step, `answer`, that expects this of it; `more` are fields of Check."""
    return check("a-check", step("answer", expect=expect or {"status": 200}), **more)


def verdict(
    of: Check,
    *steps: StepRecord,
    on: Resource | None = None,
    others: Sequence[tuple[Run, Verdict]] = (),
    **surroundings: Any,
) -> Verdict:
    """The verdict on a check whose steps left these records."""
    mine = run(of, on)
    verdicts = {other.id: each for other, each in others}
    around = court(mine, *(other for other, _ in others), verdicts=verdicts, **surroundings)
    return judge(mine, record(*steps), around)


def failed(message: str = "expected this, found that", mend: str = "") -> Verdict:
    """A verdict of another check that has failed."""
    return Verdict("fail", "fail", message, mend=mend)
