"""Matchers on a value that the server keeps for a while, and on the flag that tells a hit."""

from __future__ import annotations

from typing import Final

from conformance.content.facts import is_hit, json_type
from conformance.language.durations import margin
from conformance.matchers.base import STEP_NAME, Case, Matcher
from conformance.model import MISSING, Exchange, Finding, Json, StepRecord

_SHORT: Final = 60  # characters of a value that a message shows
_SEEN_LONG_AGO: Final = 2.0  # seconds: a second of resolution, and one for the margin


def _value(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    pointer = case.resource.value if case.resource else None
    for index, exchange in enumerate(step.exchanges):
        if exchange.facts.value is MISSING:
            fault = exchange.fault.says if exchange.fault else f"none ({exchange.status})"
            return Finding(f"a value at {pointer}", fault, step.name, index)
    if not step.exchanges:
        return Finding(f"a value at {pointer}", step.says or "none: nothing was asked", step.name)
    if wanted == "present":
        return None
    ((relation, name),) = wanted.items()
    other = case.first(name)
    if other is None or other.facts.value is MISSING:
        return Finding(f"a value to compare with ({name})", "none", step.name)
    return _RELATIONS[relation](other.facts.value, step, case)


def _same(before: Json, step: StepRecord, _case: Case) -> Finding | None:
    for index, exchange in enumerate(step.exchanges):
        if exchange.facts.value != before:
            found = _short(exchange.facts.value)
            return Finding(f"the value {_short(before)} of before", found, step.name, index)
    return None


def _some_same(before: Json, step: StepRecord, _case: Case) -> Finding | None:
    if any(e.facts.value == before for e in step.exchanges):
        return None
    return Finding(f"some answer with the value {_short(before)}", "none", step.name)


def _never_same(before: Json, step: StepRecord, case: Case) -> Finding | None:
    return None if _some_same(before, step, case) else Finding("no such value", _short(before), step.name)


def _not_same(before: Json, step: StepRecord, _case: Case) -> Finding | None:
    for index, exchange in enumerate(step.exchanges):
        if exchange.facts.value == before:
            return Finding(f"another value than {_short(before)}", "the same", step.name, index)
    return None


def _differs(before: Json, step: StepRecord, case: Case) -> Finding | None:
    if case.resource and case.resource.repeats:
        return None  # where a fresh value may equal the old one, the flag alone decides
    return _not_same(before, step, case)


def _short(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."


_RELATIONS: Final = {
    "same-as": _same,
    "differs-from": _differs,
    "not-same-as": _not_same,
    "some-same-as": _some_same,
    "never-same-as": _never_same,
}


def _hit(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    if not step.exchanges:
        return Finding("an answer", step.says or "none: nothing was asked", step.name)
    pointer = case.resource.hit if case.resource else None
    for index, exchange in enumerate(step.exchanges):
        if exchange.facts.hit is MISSING:
            fault = exchange.fault.says if exchange.fault else f"none ({exchange.status})"
            return Finding(f"a flag at {pointer}", fault, step.name, index)
    if isinstance(wanted, bool):
        return _all(wanted, step, case)
    if isinstance(wanted, str):
        return _FORMS[wanted](step, case)
    ((relation, argument),) = wanted.items()
    return (
        _truthful(argument, case) if relation == "truthful-over" else _count(relation, argument, step, case)
    )


def _all(wanted: bool, step: StepRecord, case: Case) -> Finding | None:
    for index, exchange in enumerate(step.exchanges):
        if is_hit(exchange.facts.hit) is not wanted:
            return Finding(f"{_name(case)}: {_js(wanted)}", _said(exchange, case), step.name, index)
    return None


def _count(relation: str, argument: bool, step: StepRecord, case: Case) -> Finding | None:
    count = sum(is_hit(e.facts.hit) is argument for e in step.exchanges)
    of_all = f"{count} of {len(step.exchanges)} answers"
    if relation == "at-least-once" and count == 0:
        return Finding(f"at least one {_name(case)}: {_js(argument)}", of_all, step.name)
    if relation == "at-most-once" and count > 1:
        return Finding(f"at most one {_name(case)}: {_js(argument)}", of_all, step.name)
    return None


def _boolean(step: StepRecord, case: Case) -> Finding | None:
    for index, exchange in enumerate(step.exchanges):
        flag = exchange.facts.hit
        if not isinstance(flag, bool):
            expected = f"{_name(case)} to be true or false"
            return Finding(expected, f"the {json_type(flag)} {flag!r}", step.name, index)
    return None


def _mixed(step: StepRecord, case: Case) -> Finding | None:
    """Hits and misses at one moment: what several caches behind one address look like."""
    if case.workers != 1 and {is_hit(e.facts.hit) for e in step.exchanges} >= {True, False}:
        return None
    return Finding(f"answers with {_name(case)}: true and others with false", "only one of them", step.name)


_FORMS: Final = {"boolean": _boolean, "mixed": _mixed}


def _truthful(names: list[str], case: Case) -> Finding | None:
    """The flag against the facts: `false` with a value that was first seen long ago is a lie.

    `true` with a value that nobody has seen is one too, but only where nobody else can have asked:
    where the suite has started the server, with one worker. A burst counts as one moment.
    """
    if case.resource and case.resource.repeats:
        return None
    first_seen: dict[str, float] = {}
    alone = case.workers == 1
    for name in names:
        step = case.steps.get(name)
        every = enumerate(step.exchanges if step else ())
        flagged = [(index, e) for index, e in every if MISSING not in (e.facts.value, e.facts.hit)]
        computed = {repr(e.facts.value) for _, e in flagged if is_hit(e.facts.hit) is False}
        for index, exchange in flagged:
            key = repr(exchange.facts.value)
            if alone and is_hit(exchange.facts.hit) and key not in first_seen and key not in computed:
                expected = f"{_name(case)}: false, since nobody has seen this value before"
                return Finding(expected, _said(exchange, case), name, index)
            age = exchange.sent_at - first_seen.setdefault(key, exchange.received_at)
            if is_hit(exchange.facts.hit) is False and age >= _SEEN_LONG_AGO:
                expected = f"{_name(case)}: true, since the value is {age:.1f} s old"
                return Finding(expected, _said(exchange, case), name, index)
    return None


def _age(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    """Whether an answer came early or late enough to prove anything about the end of a TTL.

    With a miss sent at s and received at r, and a later read sent at s' and received at r', the
    value was made somewhere in s..r and looked up somewhere in s'..r'.
    """
    made, ttl = case.first(wanted["since"]), case.resource.ttl if case.resource else None
    if made is None or ttl is None or not step.exchanges:
        return Finding("an age to judge by", "none", step.name)
    m = margin(ttl)
    for index, exchange in enumerate(step.exchanges):
        oldest, youngest = exchange.received_at - made.sent_at, exchange.sent_at - made.received_at
        if wanted["is"] == "surely-below-ttl" and oldest >= ttl - m:
            expected = f"an answer within {ttl - m:.1f} s of the miss"
            return Finding(expected, f"one {oldest:.2f} s after it", step.name, index)
        if wanted["is"] == "surely-above-ttl" and youngest <= ttl + m:
            expected = f"a read later than {ttl + m:.1f} s after the miss"
            return Finding(expected, f"one {youngest:.2f} s after it", step.name, index)
    return None


def _ttl(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    ttl = case.resource.ttl if case.resource else None
    if ttl is not None and ttl < wanted["under"]:
        return None
    return Finding(f"a TTL under {wanted['under']} s", f"{ttl} s", step.name)


def _name(case: Case) -> str:
    return (case.resource.hit or "/hit").rsplit("/", 1)[-1] if case.resource else "hit"


def _said(exchange: Exchange, case: Case) -> str:
    return f"{_name(case)}: {_js(exchange.facts.hit)}"


def _js(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


MATCHERS: Final = (
    Matcher(
        "value",
        {
            "anyOf": [
                {"enum": ["present"]},
                {
                    "type": "object",
                    "properties": dict.fromkeys(_RELATIONS, STEP_NAME),
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                },
            ]
        },
        _value,
        "the value that the target points to: present, or how it relates to that of another step",
    ),
    Matcher(
        "hit",
        {
            "anyOf": [
                {"type": "boolean"},
                {"enum": list(_FORMS)},
                {
                    "type": "object",
                    "properties": {
                        "at-least-once": {"type": "boolean"},
                        "at-most-once": {"type": "boolean"},
                        "truthful-over": {"type": "array", "items": STEP_NAME, "minItems": 1},
                    },
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                },
            ]
        },
        _hit,
        "the flag that tells a hit: true or false, a JSON boolean, mixed (hits and misses in one burst), "
        "true to fact over some steps, or at least or at most once in a burst",
    ),
    Matcher(
        "age",
        {
            "type": "object",
            "properties": {"since": STEP_NAME, "is": {"enum": ["surely-below-ttl", "surely-above-ttl"]}},
            "required": ["since", "is"],
            "additionalProperties": False,
        },
        _age,
        "the answer came surely before, or surely after, the TTL that began with another step",
        ours=True,
    ),
    Matcher(
        "ttl",
        {
            "type": "object",
            "properties": {"under": {"type": "number"}},
            "required": ["under"],
            "additionalProperties": False,
        },
        _ttl,
        "the resource's TTL is under so many seconds",
    ),
)
