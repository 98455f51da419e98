"""The verb `write`: one write to an item of our own, on whatever condition, between two looks at it.

It is sent once, as it is written: nothing is mended behind a check's back. What was seen before and after
stands beside it, in records of their own. Nobody's data but ours is touched: where no item of ours is to be
had, nothing is written. That a write without a condition is carried out is shown once for each method, before
any with one: what is refused in any case can show nothing of its condition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.content import edits
from conformance.content.facts import Tracked
from conformance.content.items import find_item, path_of
from conformance.fields import field_value
from conformance.language import captures
from conformance.language.values import HEADERS, YES, choice, with_headers
from conformance.model import Effect, Exchange, Headers, Json, Step, StepRecord, Write
from conformance.model.runs import after_of, before_of
from conformance.model.specs import PLAIN
from conformance.sending.ask import How
from conformance.sending.ledger import SUCCESS, Own, Undo
from conformance.verbs.base import Argument, Verb, done, not_offered
from conformance.verbs.changing import attempt, fields_of, ways
from conformance.verbs.making import Made, make, no_more, removed
from conformance.verbs.subjects import Subject, prepare
from conformance.verbs.writes import (
    ACCEPTED,
    GONE,
    JSON,
    barred,
    not_done,
    send_removal,
    send_write,
    token,
    told,
)

if TYPE_CHECKING:
    from conformance.sending.context import Context

_KINDS: Final = ("create", "change", "remove")
_OK: Final = 200
_CONDITION: Final = "if-match"
_CONDITION_WANTED: Final = 428


class NothingToShowError(Exception):
    """The step can't be done; `record` says why."""

    def __init__(self, record: StepRecord) -> None:
        super().__init__(record.says)
        self.record = record


@dataclass(slots=True)
class Item:
    """An item of ours, as it was seen last.

    Args:
        path: of its change. look: its own route. removal: the path of its removal.
    """

    id: Json
    shown: Mapping[str, Any]
    path: str
    look: str
    removal: str

    @property
    def subject(self) -> Subject:
        """It as what a change is about."""
        return Subject(self.shown, self.path, self.id, self.look, ours=True)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a write has to look like to be taken.

    Args:
        members: of the body. field: which of them is changed.
        insists: whether the server wants a condition in any case.
    """

    method: str
    members: tuple[str, ...]
    field: str
    insists: bool

    def body(self, item: Item, value: Json) -> bytes:
        """The item with that value."""
        return json.dumps({n: item.shown.get(n) for n in self.members} | {self.field: value}).encode()


def _write(step: Step, context: Context) -> StepRecord:
    try:
        unbarred(step, context)
        return _posted(step, context) if step.args.get("method") == "POST" else _written(step, context)
    except NothingToShowError as nothing:
        return nothing.record


def unbarred(step: Step, context: Context) -> None:
    """End the step where writes are not even tried."""
    for kind in _KINDS:
        bar = barred(step, context, kind)
        if bar is not None:
            raise NothingToShowError(bar)


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
        _owe(step, context, made)
    return beside(step, context, [plain], made.tried[-1:], context.read(), effect=Effect("write"))


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
            _creates(step, context, item, shape)
        seen.append(_gone(step, context, item))
    headers = filled(step, context, plain)
    if shape is not None and shape.insists and "bare" not in step.args:
        wanted = field_value(headers, _CONDITION) is not None
        nothing_without(
            step, wanted, "the server wants a condition with each write, and refuses this by that"
        )
    if step.args.get("body") == "same":
        before = sent = _sent_last(context, item, value)
    else:
        before, sent = value, None if shape is None else edits.edited(value, token(context))
    if state == "removed" and method != "DELETE":
        _owe_again(context, item)
    body = b"" if method == "DELETE" or shape is None else shape.body(item, sent)
    path = item.removal if method == "DELETE" else item.path
    exchange = context.send(
        method or (shape.method if shape else "PUT"),
        path,
        (*(JSON if body else ()), *headers),
        body,
        How(stray="stray" in step.args),
    )
    after = _later(context, item, exchange, seen[-1])
    if (method == "DELETE" or state == "removed") and after.status in GONE:
        removed(context, item.removal)
    wants = exchange.status == _CONDITION_WANTED and field_value(headers, _CONDITION) is None
    nothing_without(step, not wants or "bare" in step.args, f"{told(exchange)}: the server wants a condition")
    if state == "removed" and "headers" not in step.args and exchange.request.method == "PUT":
        created = exchange.response is None or exchange.status in SUCCESS
        nothing_without(step, created, f"a PUT creates nothing here: {told(exchange)}")
    field = shape.field if shape is not None else ""
    effect = Effect("write", item.id, field, before=before, after=sent, path=path)
    return beside(step, context, seen, [exchange], after, effect=effect)


def beside(  # noqa: PLR0913 - what was before, the write, what came after
    step: Step,
    context: Context,
    before: list[Exchange],
    exchanges: list[Exchange],
    after: Exchange,
    *,
    effect: Effect,
) -> StepRecord:
    """The record of a write; what was seen around it stands beside it, but for what got no answer."""
    for name, some in ((before_of(step.name), before), (after_of(step.name), [after])):
        context.steps[name] = StepRecord(name, exchanges=tuple(some), item=True)
    silent = [each for each in (*before, after) if each.response is None]
    return done(step, [*exchanges, *silent[:1]], effect=effect)


# ------------------------------------------------------------------ which item


def held(step: Step, context: Context) -> Item:
    """The item of ours that is kept for changes, up to the end of the run."""
    shared, name = context.shared, context.resource.name
    if name not in shared.own:
        prepare(context)
    own = shared.own.get(name)
    if own is None or own.id is None:
        raise NothingToShowError(not_offered(step, shared.left.get(name, "no item of our own could be made")))
    return _item(step, context, own)


def new(step: Step, context: Context) -> Item:
    """An item that is made for this step, which removes it; what is left goes at the end of the work."""
    context.seen = None
    why = no_more(context)
    if why:
        raise NothingToShowError(not_offered(step, why))
    made = make(context, hold=False)
    if made.effect is None:
        record = not_offered(step, made.says) if made.says else not_done(step, context, "create", made.tried)
        raise NothingToShowError(record)
    _owe(step, context, made)
    if made.effect.id is None:
        raise NothingToShowError(not_offered(step, "the id of what was created is not to be seen"))
    return _item(step, context, Own(made.effect.id, made.effect.key, None, made.item))


def _owe(step: Step, context: Context, made: Made) -> None:
    """Note what was made, in a record beside the step: it goes when the work ends."""
    name = f"made for {step.name}"
    context.steps[name] = StepRecord(name, exchanges=tuple(made.tried[-1:]), effect=made.effect)


def _item(step: Step, context: Context, own: Own) -> Item:
    resource = context.resource
    if resource.item is None:
        raise NothingToShowError(not_offered(step, "the target names no route of each item"))
    change, remove = resource.writes["change"], resource.writes["remove"]
    item = Item(
        own.id,
        own.item,
        path_of(change.path, own.id),
        path_of(resource.item, own.id),
        path_of(remove.path, own.id),
    )
    look(step, context, item)
    return item


def look(step: Step, context: Context, item: Item) -> Exchange:
    """The item as its own route shows it now."""
    exchange = context.send("GET", item.look)
    if exchange.response is None:
        raise NothingToShowError(done(step, [exchange]))
    if exchange.status != _OK:
        says = f"GET {item.look}, which the suite has created, was answered {exchange.status}"
        raise NothingToShowError(not_offered(step, says, [exchange]))
    item.shown = {**item.shown, **(find_item(context.json(exchange), item.id) or {})}
    return exchange


# ------------------------------------------------------------------ what works without a condition


def shown_to_work(step: Step, context: Context, item: Item, method: str) -> Shape:
    """How a write is taken that has no condition: tried once for each method, and seen to change the item.

    Where the server insists on a condition, with the one that holds.
    """
    name = f"control {method}".strip()
    if name not in context.steps:
        context.steps[name] = _tried(step, context, item, method)
    record = context.steps[name]
    if record.status != "done" or record.effect is None:
        raise NothingToShowError(not_offered(step, record.says) if record.says else record)
    request = record.exchanges[0].request
    members = tuple(json.loads(request.body))
    insists = field_value(request.headers, _CONDITION) is not None
    context.tracked = Tracked(item.id, record.effect.field)
    return Shape(request.method, members, record.effect.field, insists)


def _tried(step: Step, context: Context, item: Item, method: str) -> StepRecord:
    write = context.resource.writes["change"]
    fields = fields_of(context, write, item.subject)
    some = [
        w for w in ways(context, write, item.subject, fields, None, safe=True) if method in ("", w.method)
    ]
    if not some:
        return not_offered(step, f"the server offers no {method or 'change'} of an item that we know to send")
    tried = attempt(context, write, item.subject, some)
    if tried.effect is None:
        last = tried.exchanges[-1]
        if method not in ("", write.method):
            return not_offered(step, told(last))
        return not_done(step, context, "change", tried.exchanges)
    exchange = tried.exchanges[-1]
    after = look(step, context, item)
    if tried.effect.ignored or after.facts.item is None or after.facts.item.value == tried.effect.before:
        says = f"{told(exchange)}, and GET {item.look} does not show what was written"
        return not_offered(step, says)
    return done(step, [exchange, after], effect=Effect("write", item.id, tried.effect.field, path=item.path))


def _creates(step: Step, context: Context, item: Item, shape: Shape) -> None:
    """That a PUT without a condition creates what was removed: tried once, and undone."""
    name = "control of what is not there"
    if name not in context.steps:
        _gone(step, context, item)
        _owe_again(context, item)
        exchange = context.send("PUT", item.path, JSON, shape.body(item, item.shown.get(shape.field)))
        context.steps[name] = done(step, [exchange])
        if context.send("GET", item.look).status in GONE:
            removed(context, item.removal)
    exchange = context.steps[name].exchanges[0]
    if exchange.status not in SUCCESS:
        says = f"a PUT creates nothing here: {told(exchange)}"
        raise NothingToShowError(not_offered(step, says, [exchange]))


def _gone(step: Step, context: Context, item: Item) -> Exchange:
    """Remove it, and see that it is gone."""
    remove: Write = context.resource.writes["remove"]
    exchange = send_removal(context, remove.method, item.removal)
    if exchange.status not in (*SUCCESS, *GONE):
        raise NothingToShowError(not_done(step, context, "remove", [exchange]))
    if exchange.status == ACCEPTED:
        context.done_later(lambda: context.send("GET", item.look).status in GONE)
    shown = context.send("GET", item.look)
    if shown.status in GONE:
        removed(context, item.removal)
    if shown.response is not None and shown.status not in GONE:
        says = f"GET {item.look} is answered {shown.status} after its removal"
        raise NothingToShowError(not_offered(step, says, [shown]))
    return shown


def _owe_again(context: Context, item: Item) -> None:
    """What was removed may be there again: owed before it is sent, as any create is."""
    remove = context.resource.writes["remove"]
    says = f"remove {item.removal}, which the suite has created"
    context.shared.ledger.owe(item.removal, Undo(remove.method, item.removal, (), b"", says))


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
    return tuple((n, v["raw"] if isinstance(v, Mapping) else v) for n, v in wanted.items())


def _sent_last(context: Context, item: Item, value: Json) -> Json:
    """What the last write of this work to the item has sent: a server may have written down another value."""
    effects = [s.effect for s in context.steps.values() if s.effect is not None and s.effect.kind == "write"]
    return next((e.after for e in reversed(effects) if e.path == item.path and e.field), value)


def nothing_without(step: Step, there: object, says: str) -> None:
    """End the step where something is not there."""
    if not there:
        raise NothingToShowError(not_offered(step, says))


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


_ITEM: Final = {
    "changed": ", which somebody else has changed since it was read",
    "removed": ", which is not there any more",
}

VERBS: Final = (
    Verb(
        "write",
        _write,
        "{method} an item of our own{item}{headers}{body}{bare}{stray}, and GET it before and after",
        (
            Argument("method", choice("POST", "PUT", "PATCH", "DELETE"), "{}", absent="change"),
            Argument("item", choice(*_ITEM), lambda state: _ITEM[state]),
            Argument("headers", HEADERS, with_headers),
            Argument("body", choice("same"), lambda _: ", to what it is already"),
            Argument("bare", YES, lambda _: ", without a condition though the server may want one"),
            Argument("stray", choice("watch"), ", and watch for bytes that follow the answer", manner=True),
        ),
        phase="write",
        needs="change",
        subject=True,
    ),
)
