"""Runs of the engine: against the reference with a clock that is moved, or against any URL.

One run each, where `embedded.py` keeps some for all.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from conformance.clocks import VirtualClock
from conformance.execute.engine import Engine
from conformance.execute.options import Options
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import Effect, Entry, Exchange, Place, Record, Report, Step, StepRecord, Verdict
from conformance.plan.lanes import plan
from conformance.sending.context import Context
from conformance.verbs import VERBS
from conformance.verbs.writes import put_back
from conformance.wire import Limits
from reference_impl import serve
from reference_impl.app import build as build_reference
from reference_impl.settings import Settings
from reference_impl.twisted import serve as twisted
from reference_impl.twisted.asgi import Answer, ask, tell
from tools.matrix.clock import MovedClock

__all__ = [
    "BOUND",
    "SUITE",
    "TIMELINE",
    "Embedded",
    "answering",
    "bad",
    "context",
    "counts",
    "done",
    "effect_of",
    "exchanges",
    "fetch",
    "judged",
    "on",
    "only",
    "options",
    "put_back_all",
    "quick",
    "record_of",
    "reference",
    "run",
    "step",
    "wrapped",
]

SUITE = load()
TIMELINE = ("miss-says-so", "hit-within-ttl", "hit-until-ttl", "ttl-ends", "reads-do-not-prolong")
BOUND = 240.0  # seconds; nothing here may take longer: all tiers on a server that answers in 0.1 s take 90


@dataclass
class Embedded:
    """A reference that runs, and the clock in our hands."""

    url: str
    clock: MovedClock

    def options(self, **more: Any) -> Options:
        return options(self.url, **{"clock": lambda: VirtualClock(self.clock.move)} | more)

    def judge(self, **more: Any) -> Report:
        return run(self.options(**more))

    def state(self) -> Any:
        """What the server holds, as far as a client can see: items and the text of the document."""
        return fetch(self.url, "/items/"), fetch(self.url, "/versioned/")["text"]


@contextmanager
def reference(
    *, standing: bool = False, flaw: str = "", variant: str = "", **settings: Any
) -> Iterator[Embedded]:
    clock = MovedClock(standing=standing)
    chosen = Settings(**{"clock": clock, "cost": 0.0, **settings})
    with twisted.start(chosen, flaw, variant) as running:
        yield Embedded(running.url, clock)


def options(url: str, *, target: str = "lesson", overrides: tuple[str, ...] = (), **more: Any) -> Options:
    return Options(url, SUITE, load_target(target, overrides), **more)


def quick(url: str, deadline: float = 0.3, **more: Any) -> Options:
    """Options for a server that may hang: an exchange gives up early, and a TTL is short."""
    return options(url, overrides=("*.ttl=4",), limits=Limits(deadline=deadline), **more)


def run(given: Options) -> Report:
    """A run from its beginning to its end."""
    engine = Engine(given)
    engine.start()
    try:
        assert engine.wait(BOUND), "the run has not ended"
    finally:
        engine.close()
    return engine.report()


# ------------------------------------------------------------------ what came of it


def judged(report: Report, check: str, resource: str = "items") -> Entry:
    found = [e for e in report.judged if e.nodeid.endswith(f"::{resource}::{check}")]
    assert len(found) == 1, f"no run of {check} on {resource}"
    return found[0]


def record_of(report: Report, check: str, resource: str = "items") -> Record:
    """What the verdict on a check of a resource rests on."""
    record = report.record(judged(report, check, resource))
    assert record is not None, f"nothing was sent for {check} on {resource}"
    return record


def on(report: Report, check: str, resource: str = "items") -> Verdict:
    """The verdict on a check of a resource."""
    return judged(report, check, resource).verdict


def only(*checks: str, resource: str = "items", target: str = "lesson") -> frozenset[str]:
    """For `selected`: the runs of these checks on that resource."""
    runs = plan(SUITE, load_target(target), "core").runs
    found = frozenset(
        r.id for r in runs if r.resource and r.resource.name == resource and r.check.id in checks
    )
    assert len(found) == len(checks)
    return found


def counts(report: Report) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in report.judged:
        found[each.verdict.verdict] = found.get(each.verdict.verdict, 0) + 1
    return found


def bad(report: Report, *verdicts: str) -> dict[str, str]:
    """Run id -> message, of the runs with one of these verdicts."""
    return {e.nodeid: e.verdict.message for e in report.judged if e.verdict.verdict in verdicts}


def exchanges(report: Report) -> list[Exchange]:
    """What the verdicts rest on, each exchange once, in the order of sending."""
    found = [x for r in report.records.values() for s in r.steps for x in s.exchanges if x.through is None]
    return sorted(found, key=lambda x: x.sent_at)


def fetch(url: str, path: str, method: str = "GET", body: Any = None) -> Any:
    """The JSON of an answer, asked for without the suite."""
    transport = httpx.HTTPTransport(verify=False)  # no TLS here, and making a context takes its time
    with httpx.Client(transport=transport, timeout=BOUND) as client:
        answer = client.request(method, url + path, json=body)
        return answer.json() if answer.content else None


# ------------------------------------------------------------------ ASGI, between server and app


@contextmanager
def wrapped(
    wrap: Callable[[Any], Any], build: Callable[[Settings], Any] = build_reference, **settings: Any
) -> Iterator[Embedded]:
    """The reference behind an ASGI function of the test's own."""
    clock = MovedClock()
    chosen = Settings(**{"clock": clock, "cost": 0.0, **settings})
    with serve.start(chosen, build=lambda made: wrap(build(made))) as running:
        yield Embedded(running.url, clock)


def answering(change: Callable[[Mapping[str, Any], Callable[[], Any]], Any]) -> Callable[[Any], Any]:
    """An ASGI wrapper: `change` gets the scope and a function for the app's own Answer, and gives an Answer.

    It may be a coroutine function; what it does not ask the app for, the app never sees.
    """

    def wrap(app: Any) -> Any:
        async def outer(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            answer = change(scope, lambda: ask(app, scope, receive))
            if not isinstance(answer, Answer):
                answer = await answer
            await tell(answer, send)

        return outer

    return wrap


# ------------------------------------------------------------------ one step at a time


@contextmanager
def context(url: str, name: str = "items", *, deadline: float = 10.0, **more: Any) -> Iterator[Context]:
    """The surroundings of a step, as the engine makes them."""
    engine = Engine(quick(url, deadline, **more))
    resource = engine.options.target.resource(name)
    lane = engine.wire.lane()
    try:
        yield Context(engine.shared, lane, resource, {}, random.Random(0))  # noqa: S311
    finally:
        engine.close()


def step(do: str, name: str = "", *, given: Any = None, when: Any = (), **args: Any) -> Step:
    return Step(do, name or do, args, given or {}, {}, {}, when, Place("a test", 1))


def done(within: Context, do: str, name: str = "", **args: Any) -> StepRecord:
    """Do one step, and let it stand in the record as `execute` would."""
    what = step(do, name, **args)
    within.steps[what.name] = record = VERBS[do].run(what, within)
    return record


def effect_of(record: StepRecord) -> Effect:
    """What a step has changed, which it has to have."""
    assert record.effect is not None, record.says
    return record.effect


def put_back_all(within: Context) -> list[str]:
    """What the end of a run does; what could not be put back is returned."""
    ledger = within.shared.ledger
    ledger.put_back(ledger.open, lambda undo: put_back(within, undo), final=True)
    return ledger.problems
