"""What the moves of a history are about: the item or document that they change, and how that is written.

It is made before the first move. How a change is taken is found out once in a run, and put back, so that no
request of it stands between the moves. A document is the user's: what can't be put back is not written to.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from conformance.content.differences import changed
from conformance.content.facts import Tracked
from conformance.fields import field_value
from conformance.model import Json, Step, StepRecord
from conformance.verbs.base import done, not_offered
from conformance.verbs.changing import attempt, fields_of, is_safe, ways
from conformance.verbs.ours import CONDITION, Item, NothingToShowError, Shape, held
from conformance.verbs.subjects import Subject
from conformance.verbs.writes import NOT_THIS_METHOD, barred, put_back, token

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = ["Game", "begun", "compare", "ready"]

_LIVES: Final = 2
_MINUTE: Final = 60.0
_SECOND: Final = 7.0
_OK: Final = 200
_BEFORE: Final = "as it was before"


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
    except NothingToShowError as nothing:
        if _first(step, context, "an item", nothing.record):
            context.shared.prepared.discard(context.resource.name)  # so that the next history asks again
        return None


def _first(step: Step, context: Context, what: str, record: StepRecord) -> bool:
    """Whether this has come to nothing for the first time: after one bad moment it is asked again."""
    key = (context.resource.name, f"{step.do} {what}, at first")
    return context.shared.shapes.setdefault(key, record) is record


def _shaped(step: Step, context: Context, own: Item | None, method: str) -> StepRecord:
    """How a change by this method is written: found out in a run, and put back; twice, if first in vain."""
    key = (context.resource.name, f"{step.do} {method}")
    record = context.shared.shapes.get(key)
    if record is None:
        record, sure = _tried(step, context, own, method)
        if sure or not _first(step, context, method, record):
            context.shared.shapes[key] = record
    return record


def _tried(step: Step, context: Context, own: Item | None, method: str) -> tuple[StepRecord, bool]:
    """What comes of a try, and whether another could come to nothing else."""
    ledger, write = context.shared.ledger, context.resource.writes["change"]
    subject = own.subject if own is not None else _document(context)
    if subject is None or (own is None and write.source != "self"):
        return not_offered(step, "there is nothing that may be changed"), False
    fields, problems = fields_of(context, write, subject), len(ledger.problems)
    safe = own is not None or (is_safe(context, write, subject) and not _hides(context, subject))
    some = [each for each in ways(context, write, subject, fields, None, safe=safe) if each.method == method]
    tried = attempt(context, write, subject, some)
    taken = tried.effect is not None and not tried.effect.ignored
    for undo in context.undos.values():
        put_back(context, undo)
    context.undos.clear()
    if subject.key and ledger.get(subject.key) is not None:
        ledger.put_back((subject.key,), lambda each: put_back(context, each))
    if len(ledger.problems) > problems or (subject.key and ledger.get(subject.key) is not None):
        return not_offered(step, "what is changed of it can't be put back", tried.exchanges), True
    if taken:
        if subject.key and subject.shown is not None:
            context.shared.shapes.setdefault((context.resource.name, _BEFORE), done(step, [subject.shown]))
        return done(step, tried.exchanges[-1:], effect=tried.effect), True
    last = tried.exchanges[-1].status if tried.exchanges else None
    record = not_offered(step, f"no {method} of it is taken", tried.exchanges)
    return record, not some or last in NOT_THIS_METHOD


def _hides(context: Context, subject: Subject) -> bool:
    """Whether a PUT of a document may have members that GET does not show: they would be lost for good."""
    write = context.resource.writes["change"]
    wanted = context.shared.survey.bodies.get((write.method, write.path))
    return wanted is not None and wanted.known is not None and not wanted.known <= subject.item.keys()


def _document(context: Context) -> Subject | None:
    """A document that is its own item; it is the user's, so what is changed of it is owed."""
    exchange, resource = context.read(), context.resource
    document, write = context.json(exchange), resource.writes["change"]
    if exchange.status != _OK or not isinstance(document, Mapping):
        return None
    return Subject(document, write.path, None, resource.read, shown=exchange)


def compare(context: Context) -> None:
    """Tell where a document of the user's that was put back is not as it was before the first history."""
    record = context.shared.shapes.get((context.resource.name, _BEFORE))
    before = context.json(record.exchanges[0]) if record is not None else None
    owed = context.shared.ledger.get(context.resource.writes["change"].path) if record is not None else None
    if isinstance(before, Mapping) and owed is None:
        exchange = context.read()
        after = context.json(exchange)
        found = changed(before, after if isinstance(after, Mapping) else None)
        if found and exchange.status == _OK:
            says = f"{context.resource.read} is not as it was before the run: {found}"
            context.shared.ledger.regret(says)


def ready(step: Step, context: Context, game: Game, method: str) -> tuple[Item, Shape]:
    """What is changed, and how."""
    write = context.resource.writes["change"]
    shape = game.shapes.get(write.method if write.source == "self" else method)
    if game.item is None or shape is None:
        raise NothingToShowError(StepRecord(step.name, says=f"no {method} of it is taken"))
    context.tracked = Tracked(game.item.id, shape.field)
    return game.item, shape
