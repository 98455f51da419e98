"""Matchers on a value that the server keeps for a while, and on the flag that tells a hit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from conformance.content.differences import cut_around
from conformance.content.facts import is_hit, json_type
from conformance.content.marks import HEADER
from conformance.content.summaries import is_summary
from conformance.language.durations import margin
from conformance.language.values import FLAG, NUMBER, STEP, STEPS
from conformance.matchers.base import COMPARISON, Case, Find, Form, Matcher, no_answer, seconds
from conformance.model import MISSING, Exchange, Finding, Json, StepRecord

_SHORT: Final = 60  # characters of a value that a message shows
_SEEN_LONG_AGO: Final = 2.0  # seconds: a second of resolution, and one for the margin
_NO_VALUE: Final = "value.present"
_NO_FLAG: Final = "hit.present"
_SEEN: Final = "a value seen before"
"""What stands for the mark of a hit where there is none."""


# ------------------------------------------------------------------ the value


def _present(_: Json, step: StepRecord, case: Case) -> Finding | None:
    pointer = case.resource.value if case.resource else None
    if not step.exchanges:
        found = step.says or "none: nothing was asked"
        return Finding(f"a value at {pointer}", found, step.name, code=_NO_VALUE)
    for index, exchange in enumerate(step.exchanges):
        if exchange.facts.value is MISSING:
            fault = exchange.fault.says if exchange.fault else f"none ({exchange.status})"
            return Finding(f"a value at {pointer}", fault, step.name, index, code=_NO_VALUE)
    return None


def _beside(judge: Callable[[Json, StepRecord, Case], Finding | None]) -> Find:
    """A form that holds the values of a step against the first of another."""

    def find(name: Json, step: StepRecord, case: Case) -> Finding | None:
        other = case.first(name)
        if lacking := _present(name, step, case):
            return lacking
        if other is None or other.facts.value is MISSING:
            return Finding(f"a value to compare with ({name})", "none", step.name, code=COMPARISON)
        return judge(other.facts.value, step, case)

    return find


def _same(before: Json, step: StepRecord, _case: Case) -> Finding | None:
    for index, exchange in enumerate(step.exchanges):
        if exchange.facts.value != before:
            was, found = _apart(before, exchange.facts.value)
            return Finding(f"the value {was} of before", found, step.name, index)
    return None


def _same_on_hits(before: Json, step: StepRecord, _case: Case) -> Finding | None:
    for index, exchange in enumerate(step.exchanges):
        if is_hit(exchange.facts.hit) and exchange.facts.value != before:
            was, found = _apart(before, exchange.facts.value)
            return Finding(f"the value {was} of before", f"{found}, as a hit", step.name, index)
    return None


def _some_same(before: Json, step: StepRecord, _case: Case) -> Finding | None:
    if any(e.facts.value == before for e in step.exchanges):
        return None
    return Finding(f"some answer with the value {_short(before)}", "none", step.name)


def _not_same(before: Json, step: StepRecord, _case: Case) -> Finding | None:
    for index, exchange in enumerate(step.exchanges):
        if exchange.facts.value == before:
            return Finding(f"another value than {_short(before)}", "the same", step.name, index)
    return None


def _differs(before: Json, step: StepRecord, case: Case) -> Finding | None:
    """Equal text is not the same computation: where it was computed anew, the flag alone decides."""
    repeats = [e for e in step.exchanges if e.facts.value == before and is_hit(e.facts.hit) is False]
    if repeats or (case.resource and case.resource.repeats):
        return None
    return _not_same(before, step, case)


def _apart(before: Json, now: Json) -> tuple[str, str]:
    """Two values, cut where they are long so that their first difference can be seen."""
    return cut_around(repr(before), repr(now), _SHORT)


def _short(value: Json) -> str:
    if is_summary(value):
        return f"{value['begins']}... of {value['length']} characters"
    text = repr(value)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."


# ------------------------------------------------------------------ the flag


def _flagged(judge: Callable[[Json, StepRecord, Case], Finding | None]) -> Find:
    """A form on the flags of a step, each of whose answers has one."""

    def find(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
        if not step.exchanges:
            return no_answer(step)
        pointer = case.resource.hit if case.resource else None
        for index, exchange in enumerate(step.exchanges):
            if exchange.facts.hit is MISSING:
                fault = exchange.fault.says if exchange.fault else f"none ({exchange.status})"
                return Finding(f"a flag at {pointer}", fault, step.name, index, code=_NO_FLAG)
        return judge(wanted, step, case)

    return find


@_flagged
def _all(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    for index, exchange in enumerate(step.exchanges):
        if is_hit(exchange.facts.hit) is not wanted:
            return Finding(f"{_name(case)}: {_js(wanted)}", _said(exchange, case), step.name, index)
    return None


@_flagged
def _any(_: Json, _step: StepRecord, _case: Case) -> Finding | None:
    return None


@_flagged
def _boolean(_: Json, step: StepRecord, case: Case) -> Finding | None:
    for index, exchange in enumerate(step.exchanges):
        flag = exchange.facts.hit
        if not isinstance(flag, bool):
            expected = f"{_name(case)} to be true or false"
            return Finding(expected, f"the {json_type(flag)} {flag!r}", step.name, index)
    return None


@_flagged
def _mixed(_: Json, step: StepRecord, case: Case) -> Finding | None:
    """Hits and misses at one moment: what several caches behind one address look like."""
    if case.workers != 1 and {is_hit(e.facts.hit) for e in step.exchanges} >= {True, False}:
        return None
    return Finding(f"answers with {_name(case)}: true and others with false", "only one of them", step.name)


@_flagged
def _at_least_once(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    if any(is_hit(e.facts.hit) is wanted for e in step.exchanges):
        return None
    expected = f"at least one {_name(case)}: {_js(wanted)}"
    return Finding(expected, f"0 of {len(step.exchanges)} answers", step.name)


@_flagged
def _at_most_once(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    count = sum(is_hit(e.facts.hit) is wanted for e in step.exchanges)
    if count <= 1:
        return None
    expected = f"at most one {_name(case)}: {_js(wanted)}"
    return Finding(expected, f"{count} of {len(step.exchanges)} answers", step.name)


@_flagged
def _truthful(names: Json, _step: StepRecord, case: Case) -> Finding | None:
    """The flag against the facts: `false` with a value first seen long ago, within its TTL, is a lie.

    Later the value may be another that only looks the same. And a value that nobody has seen is no lie:
    what is wrong with it is that it is not the one that was kept, or that no miss was ever seen.
    """
    ttl = case.resource.ttl if case.resource else None
    if ttl is None or (case.resource and case.resource.repeats):
        return None
    first_seen: dict[str, Exchange] = {}
    for name in names:
        step = case.steps.get(name)
        for index, exchange in enumerate(step.exchanges if step else ()):
            if MISSING in (exchange.facts.value, exchange.facts.hit):
                continue
            seen = first_seen.setdefault(repr(exchange.facts.value), exchange)
            age, at_most = exchange.sent_at - seen.received_at, exchange.received_at - seen.sent_at
            within = age >= _SEEN_LONG_AGO and at_most < ttl - margin(ttl)
            if is_hit(exchange.facts.hit) is False and within:
                expected = f"{_name(case)}: true, since the value is {seconds(age, case)} old"
                return Finding(expected, _said(exchange, case), name, index)
    return None


def _name(case: Case) -> str:
    place = case.resource.hit if case.resource else None
    return _SEEN if place is None else place.removeprefix(HEADER).rsplit("/", 1)[-1]


def _said(exchange: Exchange, case: Case) -> str:
    return f"{_name(case)}: {_js(exchange.facts.hit)}"


def _js(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _marked(flag: Json) -> str:
    return "marked as cached" if flag else "marked as not cached"


# ------------------------------------------------------------------ ages and lives


def _ages(name: str, step: StepRecord, case: Case) -> tuple[float, list[tuple[float, float]]] | None:
    """The TTL, and how old at most and at least each answer was; None where there is nothing to count from.

    With a miss sent at s and received at r, and a later read sent at s' and received at r', the
    value was made somewhere in s..r and looked up somewhere in s'..r'.
    """
    made, ttl = case.first(name), case.resource.ttl if case.resource else None
    if made is None or ttl is None or not step.exchanges:
        return None
    spans = [(e.received_at - made.sent_at, e.sent_at - made.received_at) for e in step.exchanges]
    return ttl, spans


def _within_ttl(name: Json, step: StepRecord, case: Case) -> Finding | None:
    found = _ages(name, step, case)
    if found is None:
        return Finding("an age to judge by", "none", step.name, code=COMPARISON)
    ttl, spans = found
    for index, (oldest, _) in enumerate(spans):
        if oldest >= ttl - margin(ttl):
            expected = f"an answer within {ttl - margin(ttl):.1f} s of the miss"
            return Finding(expected, f"one {seconds(oldest, case, 2)} after it", step.name, index)
    return None


def _past_ttl(name: Json, step: StepRecord, case: Case) -> Finding | None:
    found = _ages(name, step, case)
    if found is None:
        return Finding("an age to judge by", "none", step.name, code=COMPARISON)
    ttl, spans = found
    surely = (case.resource.end if case.resource and case.resource.end else ttl) + margin(ttl)
    for index, (_, youngest) in enumerate(spans):
        if youngest <= surely:
            expected = f"a read later than {surely:.1f} s after the miss"
            return Finding(expected, f"one {seconds(youngest, case, 2)} after it", step.name, index)
    return None


def _ttl(under: Json, step: StepRecord, case: Case) -> Finding | None:
    ttl = case.resource.ttl if case.resource else None
    return (
        None if ttl is not None and ttl < under else Finding(f"a TTL under {under} s", f"{ttl} s", step.name)
    )


def _has_ttl(_: Json, step: StepRecord, case: Case) -> Finding | None:
    ttl = case.resource.ttl if case.resource else None
    return Finding("a declared TTL", "none", step.name) if ttl is None else None


MATCHERS: Final = (
    Matcher(
        "value",
        "the value that the target points to",
        (
            Form("present", _present, "a cached value"),
            Form("same-as", _beside(_same), "the same value as {}", STEP, (_NO_VALUE,)),
            Form(
                "same-on-hits-as",
                _beside(_same_on_hits),
                "the same value as {} wherever it is marked as cached",
                STEP,
                (_NO_VALUE,),
            ),
            Form("differs-from", _beside(_differs), "another value than {}", STEP, (_NO_VALUE,)),
            Form("not-same-as", _beside(_not_same), "another value than {}", STEP, (_NO_VALUE,)),
            Form(
                "some-same-as", _beside(_some_same), "at least one with the value of {}", STEP, (_NO_VALUE,)
            ),
        ),
        kept=True,
    ),
    Matcher(
        "hit",
        "the flag that tells a hit",
        (
            Form(True, _all, "marked as cached", codes=(_NO_FLAG,)),
            Form(False, _all, "marked as not cached", codes=(_NO_FLAG,)),
            Form("present", _any, "a flag for hits"),
            Form(
                "boolean",
                _boolean,
                "a flag for hits that is true or false, no text and no number",
                codes=(_NO_FLAG,),
            ),
            Form("mixed", _mixed, "hits and misses at one moment", codes=(_NO_FLAG,)),
            Form(
                "at-least-once",
                _at_least_once,
                lambda flag: f"at least one {_marked(flag)}",
                FLAG,
                (_NO_FLAG,),
            ),
            Form(
                "at-most-once", _at_most_once, lambda flag: f"at most one {_marked(flag)}", FLAG, (_NO_FLAG,)
            ),
            Form(
                "truthful-over", _truthful, "marked as cached just where it is, over {}", STEPS, (_NO_FLAG,)
            ),
        ),
        kept=True,
    ),
    Matcher(
        "age",
        "the time since the answer to another step",
        (
            Form(
                "surely-within-ttl-of",
                _within_ttl,
                "surely before the end of the TTL that began with {}",
                STEP,
            ),
            Form("surely-past-ttl-of", _past_ttl, "surely after the end of the TTL that began with {}", STEP),
        ),
        ours=True,
    ),
    Matcher(
        "ttl",
        "the TTL of the resource",
        (Form("under", _ttl, "a TTL under {} s", NUMBER), Form("declared", _has_ttl, "a declared TTL")),
    ),
)
