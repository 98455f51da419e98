"""Matchers on the entity tag. Tags are opaque: compared, never taken apart (RFC 9110 8.8.3)."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Final

from conformance.fields import field_values, parse_entity_tag, tags_match_weakly
from conformance.matchers.base import STEP_NAME, Case, Matcher
from conformance.model import Exchange, Finding, Json, StepRecord

_UNQUOTED_IS_STRONG: Final = False


def tag_of(exchange: Exchange) -> str | None:
    """The ETag field as it came, or None; of several the first, which the matcher `quoted` reports."""
    values = field_values(exchange.headers, "etag")
    return values[0] if values else None


def is_weak(tag: str) -> bool:
    """Whether a tag is marked weak; what is no valid tag is taken by its bytes, so as a strong one."""
    parsed = parse_entity_tag(tag)
    return parsed.weak if parsed else _UNQUOTED_IS_STRONG


def _etag(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    if not step.exchanges:
        return Finding("an answer", step.says or "none: nothing was asked", step.name)
    if isinstance(wanted, dict) and not wanted.keys() & _RELATIONS.keys():
        return _among(wanted, step, case)
    for index, exchange in enumerate(step.exchanges):
        if exchange.response is None:
            fault = exchange.fault.says if exchange.fault else "no answer"
            return Finding("an answer", fault, step.name, index)
        found = _one(wanted, exchange, case)
        if found is not None:
            return Finding(found.expected, found.actual, step.name, index, at_most=found.at_most)
    return None


def _one(wanted: Json, exchange: Exchange, case: Case) -> Finding | None:
    tag = tag_of(exchange)
    if wanted == "absent":
        return None if tag is None else Finding("no ETag", f"ETag: {tag}")
    if tag is None:
        return Finding("an ETag", "none")
    if wanted == "present":
        return None if tag else Finding("an ETag", "an empty one")
    if wanted == "quoted":
        return _quoted(exchange)
    ((relation, name),) = wanted.items()
    other = case.last(name)
    before = tag_of(other) if other else None
    if other is None or other.response is None or before is None:
        return Finding(f"an ETag to compare with ({name})", "none")
    return _RELATIONS[relation](tag, before, exchange, other)


def _quoted(exchange: Exchange) -> Finding | None:
    values = field_values(exchange.headers, "etag")
    if len(values) > 1:
        return Finding("one ETag", f"{len(values)}: {', '.join(values)}")
    if parse_entity_tag(values[0]) is None:
        return Finding('an ETag in double quotes, such as "a1b2" or W/"a1b2"', f"ETag: {values[0]}")
    return None


def _same(tag: str, before: str, _exchange: Exchange, _other: Exchange) -> Finding | None:
    return None if tag == before else Finding(f"the same ETag as before, {before}", f"ETag: {tag}")


def _weakly_same(tag: str, before: str, _exchange: Exchange, _other: Exchange) -> Finding | None:
    return None if tags_match_weakly(tag, before) else Finding(f"the ETag {before}", f"ETag: {tag}")


def _differs(tag: str, before: str, _exchange: Exchange, _other: Exchange) -> Finding | None:
    if not tags_match_weakly(tag, before):
        return None
    # RFC 9110 8.8.1: a weak validator ought to change when old copies are no longer acceptable;
    # only the server knows when that is, so an unchanged weak tag is a warning.
    at_most: Final = "SHOULD" if is_weak(tag) else None
    return Finding(f"another ETag than {before}", f"the same, {tag}", at_most=at_most)


def _repeats(tag: str, before: str, exchange: Exchange, other: Exchange) -> Finding | None:
    if _digest(exchange) == _digest(other) and tag != before:
        return Finding(f"the ETag {before} again, since the body is the same to the byte", f"ETag: {tag}")
    return None


def _consistent(tag: str, before: str, exchange: Exchange, other: Exchange) -> Finding | None:
    same_tag, same_body = tags_match_weakly(tag, before), _digest(exchange) == _digest(other)
    if same_tag and not same_body:
        at_most: Final = "SHOULD" if is_weak(tag) else None
        return Finding("a new ETag with the new body", f"the old ETag {tag} with it", at_most=at_most)
    if same_body and not same_tag:
        return Finding("the old ETag with the old body", f"a new ETag {tag} with it")
    return None


_RELATIONS: Final = {
    "same-as": _same,
    "weakly-same-as": _weakly_same,
    "differs-from": _differs,
    "repeats-with": _repeats,
    "consistent-with": _consistent,
}


def _among(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    """Relations within one step's exchanges, and with those of other steps."""
    named = [(step.name, i, e) for i, e in enumerate(step.exchanges)]
    for name in wanted.get("unique-with", ()):
        other = case.steps.get(name)
        named[:0] = [(name, i, e) for i, e in enumerate(other.exchanges)] if other else []
    tagged = [(n, i, e, tag) for n, i, e in named if e.status == 200 and (tag := tag_of(e)) is not None]  # noqa: PLR2004
    if len(tagged) < 2:  # noqa: PLR2004 - one tag agrees with anything
        return Finding("two or more answers with an ETag", str(len(tagged) or "none"), step.name)
    if wanted.get("one-to-one"):
        for (_, _, one, tag), (name, index, two, other_tag) in pairwise(tagged):
            found = _consistent(other_tag, tag, two, one)
            if found is not None:
                return Finding(found.expected, found.actual, name, index, at_most=found.at_most)
    unique = wanted.get("one-to-one") or "unique-with" in wanted
    for (_, _, one, tag), (name, index, two, other_tag) in combinations(tagged, 2):
        same_body = _digest(one) == _digest(two)
        if wanted.get("stable") and same_body and tag != other_tag:
            expected = f"the ETag {tag} again, since the body is the same to the byte"
            return Finding(expected, f"ETag: {other_tag}", name, index)
        if unique and not same_body and tag == other_tag and not is_weak(tag):
            return Finding("another ETag for another body", f"the strong ETag {tag} on both", name, index)
    return None


def _digest(exchange: Exchange) -> str:
    return exchange.response.body.digest if exchange.response else ""


MATCHERS: Final = (
    Matcher(
        "etag",
        {
            "anyOf": [
                {"enum": ["present", "absent", "quoted"]},
                {
                    "type": "object",
                    "properties": {
                        **dict.fromkeys(_RELATIONS, STEP_NAME),
                        "stable": {"const": True},
                        "one-to-one": {"const": True},
                        "unique-with": {"type": "array", "items": STEP_NAME},
                    },
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                },
            ]
        },
        _etag,
        "present, absent, quoted; a relation to the tag of another step; stable: equal bytes carry "
        "equal tags; unique-with: different bytes carry different strong tags; one-to-one: from one "
        "answer to the next, tag and bytes change together or not at all",
    ),
)
