"""What the moves of a history are about: the item or document that they change, and how that is written.

It is made before the first move. How a change is taken is tried once in a run, and put back, so that no
request of it stands between the moves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.content.facts import Tracked
from conformance.fields import field_value
from conformance.model import Json, Step, StepRecord
from conformance.verbs.base import done, not_offered
from conformance.verbs.changing import attempt, fields_of, is_safe, ways
from conformance.verbs.ours import CONDITION, Item, NothingToShowError, Shape, held
from conformance.verbs.subjects import Subject
from conformance.verbs.writes import barred, put_back, token

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = ["Game", "begun", "ready"]

_LIVES: Final = 2
_MINUTE: Final = 60.0
_SECOND: Final = 7.0


@dataclass(slots=True)
class Game:
    """How far the moves of one history have come.

    Args:
        item: what is changed; `gone`: it was removed.
        shapes: method -> how a change is written.
        letters: what this history's values are made of. past: those that were written.
        tags: path -> the tags that were seen there, in order.
    """

    item: Item | None = None
    gone: bool = False
    shapes: dict[str, Shape] = field(default_factory=dict)
    letters: str = ""
    past: list[Json] = field(default_factory=list)
    tags: dict[str, list[str]] = field(default_factory=dict)


def begun(step: Step, context: Context) -> Game:
    """A game before its first move: how a change is written was seen by then, and is put back."""
    game, end, clock = Game(letters=f"abc{token(context)}"), context.resource.end, context.shared.clock
    if end is not None and clock.moves:  # what an earlier history has left is over
        begins = clock.now() + _LIVES * end + 1
        # At one second of a minute, so that what goes by ticks of the clock does so in each history alike.
        begins += (_SECOND - context.shared.wall - begins) % _MINUTE
        context.wait_until(begins, "a value of an earlier history to end")
    write = context.resource.writes.get("change")
    if write is None or barred(step, context, "change") is not None:
        return game
    own = None if write.source == "self" else _own(step, context)
    for method in dict.fromkeys((write.method, *(("PATCH",) if own is not None else ()))):
        record = _shaped(step, context, own, method)
        if record.status == "done" and record.effect is not None:
            sent, effect = json.loads(record.exchanges[0].request.body), record.effect
            insists = field_value(record.exchanges[0].request.headers, CONDITION) is not None
            game.shapes[method] = Shape(method, tuple(sent), effect.field, insists)
            shown = {**sent, effect.field: effect.before}
            game.item = game.item or own or Item(None, shown, write.path, context.resource.read, "")
    return game


def _own(step: Step, context: Context) -> Item | None:
    try:
        return held(step, context)
    except NothingToShowError:
        return None


def _shaped(step: Step, context: Context, own: Item | None, method: str) -> StepRecord:
    """How a change by this method is written: tried once in a run, and put back."""
    shapes, write = context.shared.shapes, context.resource.writes["change"]
    key = (context.resource.name, f"{step.do} {method}")
    if key in shapes:
        return shapes[key]
    subject = own.subject if own is not None else _document(context)
    if subject is None or (own is None and write.source != "self"):
        return shapes.setdefault(key, not_offered(step, "there is nothing that may be changed"))
    fields = fields_of(context, write, subject)
    # A document is the user's: what a PUT of it wants and GET hides would be lost, and can't be put back.
    safe = own is not None or is_safe(context, write, subject)
    some = [each for each in ways(context, write, subject, fields, None, safe=safe) if each.method == method]
    tried = attempt(context, write, subject, some)
    record = not_offered(step, f"no {method} of it is taken", tried.exchanges)
    if tried.effect is not None and not tried.effect.ignored:
        record = done(step, tried.exchanges[-1:], effect=tried.effect)
    for undo in context.undos.values():
        put_back(context, undo)
    context.undos.clear()
    if subject.key and context.shared.ledger.get(subject.key) is not None:
        context.shared.ledger.put_back((subject.key,), lambda each: put_back(context, each))
    return shapes.setdefault(key, record)


def _document(context: Context) -> Subject | None:
    """A document that is its own item; it is the user's, so what is changed of it is owed."""
    document, write = context.json(context.read()), context.resource.writes["change"]
    return (
        Subject(document, write.path, None, context.resource.read) if isinstance(document, Mapping) else None
    )


def ready(step: Step, context: Context, game: Game, method: str) -> tuple[Item, Shape]:
    """What is changed, and how."""
    write = context.resource.writes["change"]
    shape = game.shapes.get(write.method if write.source == "self" else method)
    if game.item is None or shape is None:
        raise NothingToShowError(StepRecord(step.name, says=f"no {method} of it is taken"))
    context.tracked = Tracked(game.item.id, shape.field)
    return game.item, shape
