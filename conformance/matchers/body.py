"""Matchers on the body: whether there is one, whether it is the same, whether it is the JSON that is due."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from conformance.content.codings import unread
from conformance.content.differences import moved
from conformance.content.effects import sees_write
from conformance.fields import media_type
from conformance.language.values import COUNT, STEP, STEPS
from conformance.matchers.base import COMPARISON, Case, Find, Form, Found, Matcher, each_answer, no_answer
from conformance.model import MISSING, Body, Effect, Exchange, Finding, Json, StepRecord

_NO_JSON: Final = "json.declared"


def _body(exchange: Exchange) -> Body:
    assert exchange.response is not None  # noqa: S101 - each_answer has made sure
    return exchange.response.body


# ------------------------------------------------------------------ its bytes


@each_answer
def _absent(_: Json, exchange: Exchange, _case: Case) -> Found:
    return ("no body", f"{_body(exchange).length} bytes") if _body(exchange).length else None


@each_answer
def _present(_: Json, exchange: Exchange, _case: Case) -> Found:
    return None if _body(exchange).length else ("a body", "none")


@each_answer
def _at_least(least: Json, exchange: Exchange, _case: Case) -> Found:
    length = _body(exchange).length
    return None if length >= least else (f"a body of {least} bytes or more", f"{length} bytes")


@each_answer
def _names_a_condition(_: Json, exchange: Exchange, _case: Case) -> Found:
    if exchange.facts.wants:
        return None
    length = _body(exchange).length
    return (
        "a body that names the condition to send",
        f"{length} bytes that name none" if length else "no body",
    )


@each_answer
def _same(name: Json, exchange: Exchange, case: Case) -> Found:
    other = case.last(name)
    if other is None or other.response is None:
        return _nothing_beside(name)
    if _body(other).digest == _body(exchange).digest:
        return None
    return f"the same body as before ({name})", f"another: {moved(other, exchange)}"


def _digests(step: StepRecord) -> list[str]:
    return [_body(e).digest for e in step.exchanges if e.status == 200]  # noqa: PLR2004


def _repeats(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    """Some body comes twice: without that, nothing is to be seen of what goes by the body."""
    digests = _digests(step)
    if len(set(digests)) < len(digests):
        return None
    return Finding("two answers with the same body", f"{len(digests)} with other ones each", step.name)


def _drifting(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    """Other bodies now and then, none of which comes back: what it looks like if somebody writes."""
    digests = _digests(step)
    times = [one for one, _ in groupby(digests)]
    if len(set(digests)) < 2:  # noqa: PLR2004
        return Finding("a body that changes now and then", "the same each time", step.name)
    if len(set(times)) < len(times):
        return Finding(
            "bodies that do not come back", "an earlier one that came back after another", step.name
        )
    if len(times) == len(digests):
        return Finding("a body that stays for a while", f"{len(digests)} that all differ", step.name)
    return None


@each_answer
def _differs(name: Json, exchange: Exchange, case: Case) -> Found:
    other = case.last(name)
    if other is None or other.response is None:
        return _nothing_beside(name)
    if _body(other).digest != _body(exchange).digest:
        return None
    return f"another body than before ({name})", "the same body"


def _unlike(names: Json, step: StepRecord, case: Case) -> Finding | None:
    """No answer of the step has a body that one of the others has."""
    others = [(name, e) for name in names if (s := case.steps.get(name)) for e in s.exchanges]
    if not step.exchanges:
        return no_answer(step)
    for index, exchange in enumerate(step.exchanges):
        if exchange.response is None:
            return no_answer(step, index)
        for name, other in others:
            if other.response is not None and _body(other).length and _same_body(other, exchange):
                return Finding(f"another body than that of {name}", "the same one", step.name, index)
    return None


def _same_body(one: Exchange, other: Exchange) -> bool:
    return _body(one).digest == _body(other).digest


def _nothing_beside(name: str) -> Finding:
    return Finding(f"an answer to compare with ({name})", "none", code=COMPARISON)


# ------------------------------------------------------------------ its JSON


@each_answer
def _json(_: Json, exchange: Exchange, case: Case) -> Found:
    if case.resource is not None and case.resource.json is None:
        return None  # the target says nothing of the body
    no_json = _no_json(exchange)
    if no_json is not None:
        return no_json
    kind, due = exchange.facts.json, case.resource.json if case.resource else "any"
    if due == "array" and kind != "array" and exchange.facts.items is None:
        return "a JSON list", f"a JSON {kind}"
    if due == "object" and kind != "object":
        return "a JSON object", f"a JSON {kind}"
    return None


def _no_json(exchange: Exchange) -> Finding | None:
    """Why a body is no JSON, or is not sent as such; or None."""
    media = media_type(exchange.headers)
    if exchange.facts.json == "none":
        seen = exchange.facts.constant or unread(exchange.facts.decoded) or media or "no Content-Type"
        found = f"a body that is not JSON ({seen})"
        return Finding("a JSON body", found if _body(exchange).length else "no body", code=_NO_JSON)
    if media != "application/json" and not media.endswith("+json"):
        return Finding("Content-Type: application/json", media or "none", code=_NO_JSON)
    return None


@each_answer
def _members(_: Json, exchange: Exchange, case: Case) -> Found:
    due = case.resource.members if case.resource else {}
    has = exchange.facts.members
    if has is None:
        return _no_json(exchange) or ("a JSON object", f"a JSON {exchange.facts.json}")
    for name, kind in due.items():
        if name not in has:
            return f"a member {name!r}", f"members {', '.join(map(repr, has)) or 'none at all'}"
        if kind not in ("any", has[name]):
            return f"{name!r} to be a {kind}", f"a {has[name]}"
    return None


# ------------------------------------------------------------------ what it shows of a write


def _shows(*, positive: bool) -> Find:
    """Whether an answer shows the effect of a write: the facts tell how the tracked item looks there."""

    @each_answer
    def find(name: Json, exchange: Exchange, case: Case) -> Found:
        write = case.steps.get(name)
        effect = write.effect if write else None
        if sees_write(exchange, effect) == positive:
            return None
        expected, actual = _in_words(exchange, effect)
        return (expected, actual) if positive else (f"not {expected}", "it is so")

    return find


def _in_words(exchange: Exchange, effect: Effect | None) -> tuple[str, str]:
    item, effect = exchange.facts.item, effect or Effect("change")
    if effect.kind == "create":
        return f"the new item {effect.id!r} to be there", "it is not there"
    if effect.kind == "remove":
        return f"item {effect.id!r} to be gone", "it is still there"
    shown = item is not None and item.value is not MISSING
    found = f"{item.value!r}" if item and shown else f"status {exchange.status} without it"
    return f"{effect.field!r} of item {effect.id!r} to be {effect.after!r}", found


def _not_echoed(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    if step.effect is None or not step.effect.echoed:
        return None
    return Finding("an answer that does not show the write", "one that does", step.name)


def _taken(_: Json, step: StepRecord, _case: Case) -> Finding | None:
    effect = step.effect or Effect("change")
    if not step.exchanges:
        return no_answer(step)
    if not effect.ignored:
        return None
    expected = f"{effect.field!r} to be {effect.after!r} in the answer to the write"
    return Finding(expected, f"{effect.before!r}, as before", step.name)


def _without(name: Json, step: StepRecord, case: Case) -> Finding | None:
    """The answers have the list, and the written item is not on it."""
    write = case.steps.get(name)
    effect = write.effect if write else None
    for index, exchange in enumerate(step.exchanges):
        item = exchange.facts.item
        if item is None or item.there:
            id_ = effect.id if effect else None
            return Finding(f"a list without item {id_!r}", "it is there", step.name, index)
    return None if step.exchanges else no_answer(step)


@each_answer
def _no_more_items(name: Json, exchange: Exchange, case: Case) -> Found:
    other = case.last(name)
    before, now = other.facts.items if other else None, exchange.facts.items
    if before is None or now is None:
        return Finding(f"a list to compare with ({name})", "none", code=COMPARISON)
    return None if now <= before else (f"{before} items at most", str(now))


def _item_known(wanted: Json, step: StepRecord, case: Case) -> Finding | None:
    id_ = step.effect.id if step.effect else None
    known = id_ is not None and case.resource is not None and case.resource.item is not None
    if known is wanted:
        return None
    a, no = "an item with a route of its own", "none"
    return Finding(*((a, no) if wanted else (no, a)), step.name)


MATCHERS: Final = (
    Matcher(
        "body",
        "the body",
        (
            Form("absent", _absent, "no body"),
            Form("present", _present, "a body"),
            Form("at-least", _at_least, "a body of at least {} bytes", COUNT),
            Form("names-a-condition", _names_a_condition, "a body that names the condition to send"),
            Form("same-as", _same, "the same body as {}", STEP),
            Form("differs-from", _differs, "another body than {}", STEP),
            Form("unlike", _unlike, "a body that none of {} has", STEPS),
            Form("repeats", _repeats, "two answers with the same body", among=True),
            Form(
                "drifting", _drifting, "a body that changes now and then, and does not come back", among=True
            ),
        ),
    ),
    Matcher(
        "json",
        "the JSON of the body",
        (Form("declared", _json, "JSON of the type that the target declares"),),
    ),
    Matcher(
        "members",
        "the members of the JSON object",
        (
            Form(
                "declared",
                _members,
                "the members that the target declares, of their types",
                codes=(_NO_JSON,),
            ),
        ),
    ),
    Matcher(
        "shows",
        "what the answer shows of a write",
        (
            Form("of", _shows(positive=True), "what {} has done shows", STEP),
            Form("not-of", _shows(positive=False), "what {} has tried does not show", STEP),
            Form("without", _without, "the item of {} is not on it", STEP),
        ),
    ),
    Matcher(
        "items",
        "how many items the list has",
        (Form("not-more-than", _no_more_items, "no more than in {}", STEP),),
    ),
    Matcher(
        "taken",
        "whether a write has stored something, by its own answer",
        (Form(True, _taken, "an answer that does not show the old value"),),
    ),
    Matcher(
        "echoed",
        "whether the answer to a write shows its effect",
        (Form(False, _not_echoed, "an answer that does not show the write"),),
    ),
    Matcher(
        "item-known",
        "whether the written item can be read by itself",
        (
            Form(True, _item_known, "an item that can be read by itself"),
            Form(False, _item_known, "no item that can be read by itself"),
        ),
    ),
)
