"""Matchers on the body: whether there is one, whether it is the same, whether it is the JSON that is due."""

from __future__ import annotations

from typing import Final

from conformance.fields import media_type
from conformance.matchers.base import STEP_NAME, Case, Matcher, for_each
from conformance.model import MISSING, Effect, Exchange, Finding, Json, StepRecord


def _body(wanted: Json, exchange: Exchange, case: Case) -> tuple[str, str] | None:
    assert exchange.response is not None  # noqa: S101 - for_each has made sure
    body = exchange.response.body
    size = f"{body.length} bytes"
    if wanted == "absent":
        return None if body.length == 0 else ("no body", size)
    if wanted == "present":
        return None if body.length else ("a body", "none")
    if "at-least" in wanted:
        least = wanted["at-least"]
        return None if body.length >= least else (f"a body of {least} bytes or more", size)
    name = wanted.get("same-as") or wanted["differs-from"]
    other = case.last(name)
    if other is None or other.response is None:
        return f"an answer to compare with ({name})", "none"
    same = other.response.body.digest == body.digest
    if "same-as" in wanted:
        return None if same else (f"the same body as before ({name})", f"another body of {size}")
    return (f"another body than before ({name})", "the same body") if same else None


def _json(wanted: Json, exchange: Exchange, case: Case) -> tuple[str, str] | None:
    kind = exchange.facts.json
    due = case.resource.json if wanted == "declared" and case.resource else None
    if kind == "none":
        length = exchange.response.body.length if exchange.response else 0
        media = media_type(exchange.headers) or "no Content-Type"
        return "a JSON body", f"a body that is not JSON ({media})" if length else "no body"
    media = media_type(exchange.headers)
    if media != "application/json" and not media.endswith("+json"):
        return "Content-Type: application/json", media or "none"
    if due == "array" and kind != "array" and exchange.facts.items is None:
        return "a JSON list", f"a JSON {kind}"
    if due == "object" and kind != "object":
        return "a JSON object", f"a JSON {kind}"
    return None


def _members(_wanted: Json, exchange: Exchange, case: Case) -> tuple[str, str] | None:
    due = case.resource.members if case.resource else {}
    has = exchange.facts.members
    if has is None:
        return _json("any", exchange, case) or ("a JSON object", f"a JSON {exchange.facts.json}")
    for name, kind in due.items():
        if name not in has:
            return f"a member {name!r}", f"members {', '.join(map(repr, has)) or 'none at all'}"
        if kind not in ("any", has[name]):
            return f"{name!r} to be a {kind}", f"a {has[name]}"
    return None


def _shows(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    """Whether an answer shows the effect of a write: the facts tell how the tracked item looks there."""
    positive = "of" in wanted
    write = case.steps.get(wanted.get("of") or wanted["not-of"])
    effect = write.effect if write else None
    if not step.exchanges:
        return Finding("an answer that shows the write", "nothing was asked", step.name)
    for index, exchange in enumerate(step.exchanges):
        if exchange.response is None:
            return Finding("an answer", exchange.fault.says if exchange.fault else "none", step.name, index)
        if sees_write(exchange, effect) != positive:
            expected, actual = _shows_words(exchange, effect, positive=positive)
            return Finding(expected, actual, step.name, index)
    return None


def sees_write(exchange: Exchange, effect: Effect | None) -> bool:
    """Whether this answer shows what a write was to change."""
    item, kind = exchange.facts.item, effect.kind if effect else None
    if kind == "remove":
        return exchange.status in (404, 410) or (item is not None and not item.there)
    if effect is None or item is None or not item.there:
        return False
    return kind == "create" or bool(item.value is not MISSING and item.value == effect.after)


def _shows_words(exchange: Exchange, effect: Effect | None, *, positive: bool) -> tuple[str, str]:
    item, effect = exchange.facts.item, effect or Effect("change")
    if effect.kind == "create":
        what = f"the new item {effect.id!r} to be there", "it is not there"
    elif effect.kind == "remove":
        what = f"item {effect.id!r} to be gone", "it is still there"
    else:
        due = f"{effect.field!r} of item {effect.id!r} to be {effect.after!r}"
        shown = item is not None and item.value is not MISSING
        what = due, f"{item.value!r}" if item and shown else f"status {exchange.status} without it"
    return what if positive else (f"not {what[0]}", "it is so")


def _echoed(wanted: Json, step: StepRecord, _case: Case) -> Finding | None:
    if (step.effect is not None and step.effect.echoed) is wanted:
        return None
    does, does_not = "an answer that shows the write", "an answer that does not"
    return Finding(*((does, does_not) if wanted else (does_not, does)), step.name)


def _item_known(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    id_ = step.effect.id if step.effect else None
    known = id_ is not None and case.resource is not None and case.resource.item is not None
    if known is wanted:
        return None
    a, no = "an item with a route of its own", "none"
    return Finding(*((a, no) if wanted else (no, a)), step.name)


MATCHERS: Final = (
    Matcher("echoed", {"type": "boolean"}, _echoed, "whether the answer to a write shows its effect"),
    Matcher("item-known", {"type": "boolean"}, _item_known, "whether the written item can be read by itself"),
    Matcher(
        "body",
        {
            "anyOf": [
                {"enum": ["absent", "present"]},
                {
                    "type": "object",
                    "properties": {
                        "same-as": STEP_NAME,
                        "differs-from": STEP_NAME,
                        "at-least": {"type": "integer", "minimum": 1},
                    },
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": False,
                },
            ]
        },
        for_each(_body),
        "absent, present, the same bytes as those of another step, or at least so many bytes",
    ),
    Matcher(
        "json",
        {"enum": ["any", "declared"]},
        for_each(_json),
        "the body is JSON; `declared`: of the type that the target declares",
    ),
    Matcher(
        "members",
        {"enum": ["declared"]},
        for_each(_members),
        "the JSON object has the members that the target declares, of their types",
    ),
    Matcher(
        "shows",
        {
            "type": "object",
            "properties": {"of": STEP_NAME, "not-of": STEP_NAME},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        },
        _shows,
        "the answer shows (or not) what the write of another step has done",
    ),
)
