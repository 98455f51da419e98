"""The verb `write`: one write to an item of our own, on whatever condition, between two looks at it.

It is sent once, as it is written: nothing is mended behind a check's back, but for servers that want a
condition with each write, which get the one that holds beside it. What was seen before and after
stands beside it, in records of their own. Nobody's data but ours is touched: where no item of ours is to be
had, nothing is written. That a write without a condition is carried out is shown once for each method, before
any with one: what is refused in any case can show nothing of its condition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from conformance.content import edits
from conformance.fields import field_value
from conformance.language import captures
from conformance.language.values import HEADERS, YES, choice, lines_of, with_headers
from conformance.model import MISSING, Effect, Exchange, Headers, Json, Step, StepRecord
from conformance.model.runs import after_of, before_of
from conformance.model.specs import PLAIN
from conformance.sending.ask import How
from conformance.sending.ledger import SUCCESS
from conformance.verbs.base import Argument, Verb, done, not_offered
from conformance.verbs.making import make, no_more, removed
from conformance.verbs.ours import (
    CONDITION,
    Item,
    NothingToShowError,
    creates,
    gone,
    held,
    look,
    new,
    nothing_without,
    owe,
    owe_again,
    shown_to_work,
    unbarred,
)
from conformance.verbs.writes import (
    ACCEPTED,
    GONE,
    JSON,
    not_done,
    send_write,
    token,
    told,
)

if TYPE_CHECKING:
    from conformance.sending.context import Context

_OK: Final = 200
_WANTED: Final = 428
_SILENCED: Final = "if-unmodified-since"
_A_WHILE: Final = 1.2  # seconds, in which a time in the body shows


def _write(step: Step, context: Context) -> StepRecord:
    try:
        unbarred(step, context)
        return _posted(step, context) if step.args.get("method") == "POST" else _written(step, context)
    except NothingToShowError as nothing:
        return nothing.record


def _posted(step: Step, context: Context) -> StepRecord:
    """A create: its conditions are about the list."""
    held(step, context)  # that one can be made without a condition
    why = no_more(context)
    if why:
        raise NothingToShowError(not_offered(step, why))
    plain = context.read()
    if plain.response is None or plain.status != _OK:
        raise NothingToShowError(done(step, [plain]))
    made = make(context, hold=False, headers=filled(step, context, plain))
    if not made.tried:
        raise NothingToShowError(not_offered(step, made.says))
    if made.effect is not None:
        owe(step, context, made)
    return beside(step, context, [plain], made.tried[-1:], [context.read()], effect=Effect("write"))


def _written(step: Step, context: Context) -> StepRecord:
    method, state = step.args.get("method", ""), step.args.get("item", "")
    item = new(step, context) if method == "DELETE" or state == "removed" else held(step, context)
    changes = method != "DELETE" or state == "changed"
    shape = shown_to_work(step, context, item, "" if method == "DELETE" else method) if changes else None
    plain = look(step, context, item)
    seen, value = [plain], None if shape is None else item.shown.get(shape.field)
    if state == "changed" and shape is not None:
        value = edits.edited(value, token(context))
        write = context.resource.writes["change"]
        seen.append(send_write(context, write, item.path, json.loads(shape.body(item, value)), shape.method))
        must(step, context, seen[-1])
        seen.append(look(step, context, item))
    if state == "removed":
        if "headers" in step.args and shape is not None:
            creates(step, context, item, shape)
        seen.append(gone(step, context, item))
    headers, wanted = filled(step, context, plain), _wanted(step, seen[-1])
    if step.args.get("body") == "same":
        before = sent = value if state == "changed" else _sent_last(context, item, value)
    else:
        before, sent = value, None if shape is None else edits.edited(value, token(context))
    if state == "removed" and method != "DELETE":
        owe_again(context, item)
    body = b"" if method == "DELETE" or shape is None else shape.body(item, sent)
    path = item.removal if method == "DELETE" else item.path
    way = method or (shape.method if shape else "PUT")
    insists = shape is not None and shape.insists
    exchange = _sent(step, context, (way, path, body), headers, wanted, insists=insists)
    after = _later(context, item, exchange, seen[-1])
    if (method == "DELETE" or state == "removed") and after.status in GONE:
        removed(context, item.removal, item.id)
    if state == "removed" and "headers" not in step.args and exchange.request.method == "PUT":
        created = exchange.response is None or exchange.status in SUCCESS
        nothing_without(step, created, f"a PUT creates nothing here: {told(exchange)}")
    field = shape.field if shape is not None else ""
    effect = Effect("write", item.id, field, before=before, after=sent, path=path)
    looks = [after, *_control(context, item, seen[-1], after)]
    return beside(step, context, seen, [exchange], looks, effect=effect)


def beside(  # noqa: PLR0913 - what was before, the write, what came after
    step: Step,
    context: Context,
    before: list[Exchange],
    exchanges: list[Exchange],
    after: list[Exchange],
    *,
    effect: Effect,
) -> StepRecord:
    """The record of a write; what was seen around it stands beside it, but for what got no answer."""
    silent = [each for each in (*before, *after) if each.response is None]
    record = done(step, [*exchanges, *silent[:1]], effect=effect)
    steps = context.steps
    steps[before_of(step.name)] = StepRecord(before_of(step.name), exchanges=tuple(before), item=True)
    steps[step.name] = record  # in the order in which it was sent
    steps[after_of(step.name)] = StepRecord(after_of(step.name), exchanges=tuple(after), item=True)
    return record


# ------------------------------------------------------------------ what is sent


def filled(step: Step, context: Context, plain: Exchange) -> Headers:
    """The fields of the step; `plain` is the item's own answer, as it was read first."""

    def last(name: str) -> Exchange | None:
        return plain if name == PLAIN else context.last(name)

    try:
        wanted = captures.fill(dict(step.args.get("headers") or {}), last, context.bound)
    except captures.MissingError as missing:
        says = f"GET {plain.request.path} has no {missing.field}"
        raise NothingToShowError(not_offered(step, says, [plain])) from None
    return lines_of(wanted)


def _wanted(step: Step, newest: Exchange) -> str | None:
    """The tag that holds, for servers that want a condition with each write; None: there is no item."""
    return None if step.args.get("item") == "removed" else field_value(newest.headers, "etag")


def _sent(  # noqa: PLR0913 - of what a request is made
    step: Step,
    context: Context,
    request: tuple[str, str, bytes],
    headers: Headers,
    tag: str | None,
    *,
    insists: bool,
) -> Exchange:
    """The write; as a server takes it that wants a condition: with the one that holds, where there is none.

    Where a condition stands there that If-Match would silence, there is nothing to be seen (9110 13.2.2).
    """
    method, path, body = request
    fields, how = (*(JSON if body else ()), *headers), How(stray="stray" in step.args)
    wants = "bare" not in step.args and field_value(headers, CONDITION) is None
    if not (wants and insists):
        exchange = context.send(method, path, fields, body, how)
        if not wants or exchange.status != _WANTED:
            return exchange
    there = tag is not None and field_value(headers, _SILENCED) is None
    nothing_without(step, there, "the server wants a condition with each write, and refuses this by that")
    return context.send(method, path, (*fields, ("If-Match", tag or "")), body, how)


def _sent_last(context: Context, item: Item, value: Json) -> Json:
    """What the last write of this work to the item has sent: a server may have written down another value."""
    effects = [s.effect for s in context.steps.values() if s.effect is not None and s.effect.kind == "write"]
    return next((e.after for e in reversed(effects) if e.path == item.path and e.after is not MISSING), value)


def must(step: Step, context: Context, exchange: Exchange) -> None:
    """End the step where a write of ours in between was not done."""
    if exchange.status not in SUCCESS:
        raise NothingToShowError(not_done(step, context, "change", [exchange], made_up=False))


def _later(context: Context, item: Item, exchange: Exchange, before: Exchange) -> Exchange:
    """The item after the write, once that has been done."""

    def moved() -> bool:
        now = context.send("GET", item.look)
        return now.status != before.status or now.facts.item != before.facts.item

    if exchange.status == ACCEPTED:
        context.done_later(moved)
    return context.send("GET", item.look)


def _control(context: Context, item: Item, before: Exchange, after: Exchange) -> Iterator[Exchange]:
    """A later look, where the item is as it was and its body is not: does that move by itself?"""
    if before.response is None or after.response is None or before.facts.item != after.facts.item:
        return
    if before.status == after.status and before.response.body != after.response.body:
        why = "a body that moves by itself"
        context.wait_until(after.received_at + _A_WHILE, why)
        yield context.send("GET", item.look)


_ITEM: Final = {
    "changed": ", which somebody else has changed since it was read",
    "removed": ", which is not there any more",
}


def _with(headers: Json) -> str:
    """Fields of a write: in them `plain` is the item's own answer."""
    return captures.in_words(with_headers(headers), {PLAIN: "the item"})


VERBS: Final = (
    Verb(
        "write",
        _write,
        "{method} an item of our own{headers}{body}{item}{bare}{stray}, and GET it before and after",
        (
            Argument("method", choice("POST", "PUT", "PATCH", "DELETE"), "{}", absent="change"),
            Argument("item", choice(*_ITEM), lambda state: _ITEM[state]),
            Argument("headers", HEADERS, _with),
            Argument("body", choice("same"), lambda _: ", to what it is already"),
            Argument("bare", YES, lambda _: ", without a condition though the server may want one"),
            Argument("stray", choice("watch"), ", and watch for bytes that follow the answer", manner=True),
        ),
        phase="write",
        needs="change",
        subject=True,
    ),
)
