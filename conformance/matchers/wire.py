"""Matchers on what a client library hides: stray bytes, sizes, times, and who answered."""

from __future__ import annotations

from typing import Final

from conformance.fields import answered_by_cache
from conformance.matchers.base import STEP_NAME, Case, Matcher, for_each
from conformance.model import Exchange, Finding, Json, StepRecord

# A busy machine delays one exchange by tens of milliseconds, and all by twice as long now and then.
_SLACK: Final = 0.020  # seconds
_TIMES: Final = 2


def _stray(_wanted: Json, exchange: Exchange, _case: Case) -> tuple[str, str] | None:
    stray = exchange.response.stray if exchange.response else b""
    if not stray:
        return None
    return f"no body after the {exchange.status}", f"{len(stray)} bytes: {stray[:40]!r}"


def _bytes(wanted: Json, exchange: Exchange, case: Case) -> tuple[str, str] | None:
    other = case.last(wanted["fewer-than"])
    if other is None or other.response is None or exchange.response is None:
        return "an answer to compare with", "none"
    mine, theirs = exchange.response.wire_bytes, other.response.wire_bytes
    return None if mine < theirs else (f"fewer than the {theirs} bytes of the 200", f"{mine} bytes")


def _time(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    """The quickest counts, and by as much as the others differ from it, no difference means anything."""
    other = case.last(wanted["no-slower-than"])
    if other is None or other.response is None or not step.exchanges:
        return Finding("an answer to compare with", "none", step.name)
    alike = [case.steps[name] for name in wanted.get("quickest-of", ()) if name in case.steps]
    took = [e.received_at - e.sent_at for each in (step, *alike) for e in each.exchanges]
    theirs, mine = other.received_at - other.sent_at, min(took)
    noise = max(took) - mine
    if mine <= _TIMES * theirs + _SLACK + noise:
        return None
    return Finding(f"no longer than the miss, {theirs * 1000:.1f} ms", f"{mine * 1000:.1f} ms", step.name)


def _by_cache(wanted: Json, step: StepRecord, _case: Case) -> Finding | None:
    if not step.exchanges:
        return Finding("an answer", step.says or "none: nothing was asked", step.name)
    for index, exchange in enumerate(step.exchanges):
        by = answered_by_cache(exchange.headers)
        if by is not None:
            return None if wanted else Finding("an answer of the server itself", by, step.name, index)
    return Finding("an answer of a cache in front", "no sign of one", step.name) if wanted else None


def _remote(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    if case.remote is wanted:
        return None
    return Finding("a server elsewhere" if wanted else "a server on this machine", "not so", step.name)


def _redirect(_wanted: Json, exchange: Exchange, _case: Case) -> tuple[str, str] | None:
    to = exchange.facts.redirected
    return ("no redirect", f"one to {to}") if to else None


def _growth(_wanted: Json, step: StepRecord, _case: Case) -> Finding | None:
    """Bounded: some round of new keys did not make the server's memory grow by what counts."""
    rounds = step.rounds
    if rounds and rounds[-1].grew < rounds[-1].counts:
        return None
    grew = sum(each.grew for each in rounds) / 1024
    keys = sum(each.keys for each in rounds)
    return Finding("memory that stops growing", f"{grew:.0f} KiB more after {keys} distinct keys", step.name)


def _workers(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    """How many workers answer, where the suite has started them."""
    if case.workers is not None and case.workers >= wanted["at-least"]:
        return None
    return Finding(
        f"{wanted['at-least']} workers or more", f"{case.workers or 'an unknown number'}", step.name
    )


MATCHERS: Final = (
    Matcher("growth", {"enum": ["bounded"]}, _growth, "the server's memory stops growing under new keys"),
    Matcher(
        "workers",
        {
            "type": "object",
            "properties": {"at-least": {"type": "integer", "minimum": 1}},
            "required": ["at-least"],
            "additionalProperties": False,
        },
        _workers,
        "the suite has started so many workers of the server",
    ),
    Matcher("redirect", {"enum": ["none"]}, for_each(_redirect), "the path answers itself, to the slash"),
    Matcher("stray", {"enum": ["none"]}, for_each(_stray), "no bytes follow an answer that has no body"),
    Matcher(
        "bytes",
        {
            "type": "object",
            "properties": {"fewer-than": STEP_NAME},
            "required": ["fewer-than"],
            "additionalProperties": False,
        },
        for_each(_bytes),
        "head and body take fewer bytes on the wire than those of another step",
    ),
    Matcher(
        "time",
        {
            "type": "object",
            "properties": {
                "no-slower-than": STEP_NAME,
                "quickest-of": {"type": "array", "items": STEP_NAME, "minItems": 1},
            },
            "required": ["no-slower-than"],
            "additionalProperties": False,
        },
        _time,
        "the quickest answer took no longer than that of another step, as far as noise lets that be seen",
    ),
    Matcher("answered-by-cache", {"type": "boolean"}, _by_cache, "a field tells of a cache in front"),
    Matcher("remote", {"type": "boolean"}, _remote, "whether the server is somewhere else than on loopback"),
)
