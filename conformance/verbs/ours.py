"""An item of our own for a conditional write: which one, and how a write is taken that has no condition.

Nobody's data but ours is touched: where no item of ours is to be had, the step ends here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from conformance.content.facts import Tracked
from conformance.content.items import find_item, path_of
from conformance.fields import field_value
from conformance.model import Effect, Exchange, Json, Step, StepRecord, Write
from conformance.sending.ledger import SUCCESS, Own, Undo
from conformance.verbs.base import done, not_offered
from conformance.verbs.changing import attempt, fields_of, ways
from conformance.verbs.making import Made, make, no_more, removed
from conformance.verbs.subjects import Subject, has_gone, prepare
from conformance.verbs.writes import ACCEPTED, GONE, JSON, barred, not_done, send_removal, told

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = [
    "CONDITION",
    "Item",
    "NothingToShowError",
    "Shape",
    "creates",
    "gone",
    "held",
    "look",
    "new",
    "nothing_without",
    "owe",
    "owe_again",
    "shown_to_work",
    "unbarred",
]

_KINDS: Final = ("create", "change", "remove")
_OK: Final = 200
CONDITION: Final = "if-match"


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


def unbarred(step: Step, context: Context) -> None:
    """End the step where writes are not even tried."""
    for kind in _KINDS:
        bar = barred(step, context, kind)
        if bar is not None:
            raise NothingToShowError(bar)


def nothing_without(step: Step, there: object, says: str) -> None:
    """End the step where something is not there."""
    if not there:
        raise NothingToShowError(not_offered(step, says))


# ------------------------------------------------------------------ which item


def held(step: Step, context: Context) -> Item:
    """The item of ours that is kept for changes, up to the end of the run."""
    shared, name = context.shared, context.resource.name
    if has_gone(context) or name not in shared.own:
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
    owe(step, context, made)
    if made.effect.id is None:
        raise NothingToShowError(not_offered(step, "the id of what was created is not to be seen"))
    return _item(step, context, Own(made.effect.id, made.effect.key, None, made.item))


def owe(step: Step, context: Context, made: Made) -> None:
    """Note what was made, in a record beside the step: it goes when the work ends."""
    name = f"made for {step.name}"
    context.steps[name] = StepRecord(name, exchanges=tuple(made.tried[-1:]), effect=made.effect)


def _item(step: Step, context: Context, own: Own) -> Item:
    resource = context.resource
    if resource.item is None:
        raise NothingToShowError(not_offered(step, "the target names no route of each item"))
    change, remove = resource.writes["change"], resource.writes["remove"]
    return Item(
        own.id,
        own.item,
        path_of(change.path, own.id),
        path_of(resource.item, own.id),
        path_of(remove.path, own.id),
    )


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
    shapes, key = context.shared.shapes, (context.resource.name, method)
    record = context.steps.get(name) or shapes.get(key)
    if record is None:
        record = context.steps[name] = replace(_tried(step, context, item, method), name=name)
    if record.status == "done":
        shapes[key] = record
    if record.status != "done" or record.effect is None:
        raise NothingToShowError(replace(record, name=step.name))
    request = record.exchanges[0].request
    members = tuple(json.loads(request.body))
    insists = field_value(request.headers, CONDITION) is not None
    context.tracked = Tracked(item.id, record.effect.field)
    return Shape(request.method, members, record.effect.field, insists)


def _tried(step: Step, context: Context, item: Item, method: str) -> StepRecord:
    write = context.resource.writes["change"]
    look(step, context, item)
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


def creates(step: Step, context: Context, item: Item, shape: Shape) -> None:
    """That a PUT without a condition creates what was removed: tried once, and undone."""
    name = "control of what is not there"
    if name not in context.steps:
        gone(step, context, item)
        owe_again(context, item)
        exchange = context.send("PUT", item.path, JSON, shape.body(item, item.shown.get(shape.field)))
        context.steps[name] = StepRecord(name, exchanges=(exchange,))
        if context.send("GET", item.look).status in GONE:
            removed(context, item.removal, item.id)
    exchange = context.steps[name].exchanges[0]
    if exchange.status not in SUCCESS:
        says = f"a PUT creates nothing here: {told(exchange)}"
        raise NothingToShowError(not_offered(step, says, [exchange]))


def gone(step: Step, context: Context, item: Item) -> Exchange:
    """Remove it, and see that it is gone."""
    remove: Write = context.resource.writes["remove"]
    exchange = send_removal(context, remove.method, item.removal)
    if exchange.status not in (*SUCCESS, *GONE):
        raise NothingToShowError(not_done(step, context, "remove", [exchange]))
    if exchange.status == ACCEPTED:
        context.done_later(lambda: context.send("GET", item.look).status in GONE)
    shown = context.send("GET", item.look)
    if shown.status in GONE:
        removed(context, item.removal, item.id)
    if shown.response is not None and shown.status not in GONE:
        says = f"GET {item.look} is answered {shown.status} after its removal"
        raise NothingToShowError(not_offered(step, says, [shown]))
    return shown


def owe_again(context: Context, item: Item) -> None:
    """What was removed may be there again: owed before it is sent, as any create is."""
    remove = context.resource.writes["remove"]
    says = f"remove {item.removal}, which the suite has created"
    context.shared.ledger.owe(item.removal, Undo(remove.method, item.removal, (), b"", says))
