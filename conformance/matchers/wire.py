"""Matchers on what a client library hides: stray bytes, sizes, times, and who answered."""

from __future__ import annotations

from typing import Final

from conformance.fields import answered_by_cache
from conformance.language.values import COUNT, STEP, STEPS, Kind, listed
from conformance.matchers.base import COMPARISON, Case, Find, Form, Found, Matcher, each_answer, no_answer
from conformance.model import Exchange, Finding, Json, StepRecord
from conformance.model.runs import calm

# A busy machine delays one exchange by tens of milliseconds, and all by twice as long now and then.
_SLACK: Final = 0.020  # seconds
_TIMES: Final = 2
_QUICKEST: Final = Kind(
    "{among: [STEP, ...], no-slower-than: STEP}",
    {
        "type": "object",
        "properties": {"among": STEPS.schema, "no-slower-than": STEP.schema},
        "required": ["among", "no-slower-than"],
        "additionalProperties": False,
    },
    steps=True,
)


@each_answer
def _redirect(_: Json, exchange: Exchange, _case: Case) -> Found:
    to = exchange.facts.redirected
    return ("no redirect", f"one to {to}") if to else None


@each_answer
def _stray(_: Json, exchange: Exchange, _case: Case) -> Found:
    stray = exchange.response.stray if exchange.response else b""
    return (f"no body after the {exchange.status}", f"{len(stray)} bytes: {stray[:40]!r}") if stray else None


@each_answer
def _bytes(name: Json, exchange: Exchange, case: Case) -> Found:
    other = case.last(name)
    if other is None or other.response is None or exchange.response is None:
        return Finding("an answer to compare with", "none", code=COMPARISON)
    mine, theirs = exchange.response.wire_bytes, other.response.wire_bytes
    return None if mine < theirs else (f"fewer than the {theirs} bytes of the 200", f"{mine} bytes")


def _quickest(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    """The quickest counts, and by as much as the others differ from it, no difference means anything."""
    other = case.last(wanted["no-slower-than"])
    if other is None or other.response is None or not step.exchanges:
        return Finding("an answer to compare with", "none", step.name, code=COMPARISON)
    alike = [case.steps[name] for name in wanted["among"] if name in case.steps]
    took = [e.received_at - e.sent_at for each in (step, *alike) for e in each.exchanges]
    theirs, mine = other.received_at - other.sent_at, min(took)
    noise = max(took) - mine
    if mine <= _TIMES * theirs + _SLACK + noise:
        return None
    return Finding(f"no longer than the miss, {theirs * 1000:.1f} ms", f"{mine * 1000:.1f} ms", step.name)


def _of_quickest(wanted: Json) -> str:
    return f"the quickest of it, {listed(wanted['among'])} takes no more time than {wanted['no-slower-than']}"


def _by_cache(_: Json, step: StepRecord, case: Case) -> Finding | None:
    if not step.exchanges:
        return no_answer(step)
    if case.resource is not None and case.resource.http_cache and not case.remote:
        return Finding(
            "an answer of a cache in front", "one of the server, which keeps whole answers", step.name
        )
    if any(answered_by_cache(exchange.headers) for exchange in step.exchanges):
        return None
    return Finding("an answer of a cache in front", "no sign of one", step.name)


def _remote(_: Json, step: StepRecord, case: Case) -> Finding | None:
    return None if case.remote else Finding("a server elsewhere", "not so", step.name)


def _growth(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    rounds = step.rounds
    if calm(rounds):
        return None
    grew = sum(each.grew for each in rounds) / 1024
    keys = sum(each.keys for each in rounds)
    return Finding("memory that stops growing", f"{grew:.0f} KiB more after {keys} distinct keys", step.name)


def _workers(least: Json, step: StepRecord, case: Case) -> Finding | None:
    """How many workers answer, where the suite has started them."""
    if case.workers is not None and case.workers >= least:
        return None
    return Finding(f"{least} workers or more", f"{case.workers or 'an unknown number'}", step.name)


def _unknown_workers(_: Json, step: StepRecord, case: Case) -> Finding | None:
    """Whether more than one may answer: the suite has not started the server."""
    if case.workers is None:
        return None
    return Finding("an unknown number of workers", f"{case.workers}", step.name)


def _clock(wanted: str) -> Find:
    def find(_: Json, step: StepRecord, case: Case) -> Finding | None:
        found = "moved" if case.moved else "real"
        return None if found == wanted else Finding(f"{wanted} time", f"{found} time", step.name)

    return find


MATCHERS: Final = (
    Matcher(
        "redirect",
        "whether another path answers",
        (Form("none", _redirect, "no redirect to another path"),),
    ),
    Matcher(
        "stray",
        "bytes that follow an answer without a body",
        (Form("none", _stray, "no bytes after the answer"),),
    ),
    Matcher(
        "bytes",
        "the bytes of head and body on the wire",
        (Form("fewer-than", _bytes, "fewer bytes than {}", STEP),),
    ),
    Matcher(
        "time",
        "the time that the answer took",
        (Form("quickest", _quickest, _of_quickest, _QUICKEST),),
    ),
    Matcher(
        "answered-by-cache",
        "whether a field tells of a cache in front",
        (Form(True, _by_cache, "an answer of a cache in front"),),
    ),
    Matcher(
        "remote",
        "whether the server is on this machine",
        (Form(True, _remote, "a server that is not on this machine"),),
    ),
    Matcher(
        "growth",
        "the server's memory under new keys",
        (Form("bounded", _growth, "memory that stops growing"),),
    ),
    Matcher(
        "workers",
        "how many workers of the server the suite has started",
        (
            Form("at-least", _workers, "at least {} workers that the suite has started", COUNT),
            Form("unknown", _unknown_workers, "a server that the suite has not started"),
        ),
    ),
    Matcher(
        "clock",
        "whether time is moved, or waited for",
        (
            Form("moved", _clock("moved"), "time that is moved"),
            Form("real", _clock("real"), "time that is waited for"),
        ),
    ),
)
