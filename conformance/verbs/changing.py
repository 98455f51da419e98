"""Verbs that change an item: `change`, `restore`, `history`.

Of an item we know neither schema nor keys: it is changed as `edits.py` says, with what OpenAPI wants
besides. What is not ours is changed only to be put back, which is noted before anything is sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.content import edits
from conformance.content.facts import Tracked
from conformance.content.items import find_list, id_name, objects, path_of
from conformance.language.values import Kind, choice
from conformance.model import Effect, Exchange, Json, Step, StepRecord, Write
from conformance.model.runs import writes_of
from conformance.sending.ledger import SUCCESS, Undo
from conformance.verbs.base import Argument, Verb, done, not_offered, untestable
from conformance.verbs.making import first_effect, free_id
from conformance.verbs.settling import settled
from conformance.verbs.subjects import Subject, find, unreplaceable
from conformance.verbs.writes import (
    ACCEPTED,
    BROKEN_OFF,
    GONE,
    JSON,
    MISSING_ROUTE,
    NO_LOGIN,
    NOT_THIS_METHOD,
    TRY_ANOTHER,
    barred,
    is_refusal,
    not_done,
    owed,
    put_back,
    put_back_by,
    seen_at,
    send_write,
    token,
    told,
)

if TYPE_CHECKING:
    from conformance.sending.context import Context


@dataclass(frozen=True, slots=True)
class Way:
    """One body that may be taken: `field` gets `value` in it.

    Args:
        last: whether it is for a server only that took another body and shows the old value: it may have cut
            off all that was new of it.
    """

    field: str
    value: Json
    method: str
    body: Mapping[str, Json]
    last: bool = False


_FAILED: Final = 500
_TOLD: Final = (401, 403, 405, 429, 501)  # what they say holds of any body


@dataclass(slots=True)
class Tried:
    """What was sent, and the effect that the last of it has."""

    exchanges: list[Exchange] = field(default_factory=list)
    effect: Effect | None = None


def change(step: Step, context: Context) -> StepRecord:
    """Change one field of an item, to the value that the step names or to a new one."""
    return barred(step, context, "change") or _changed(step, context, context.fill(step.args.get("to")))


def _changed(step: Step, context: Context, to: Json, only: str = "") -> StepRecord:
    """Change one field: `only` that one, to that value, where they are given."""
    write = context.resource.writes["change"]
    subject = find(context)
    if isinstance(subject, str):
        return not_offered(step, subject, declared=not write.ask)
    fields = [only] if only else fields_of(context, write, subject)
    if not fields:
        return not_offered(step, "the item has no field that we dare to change", declared=not write.ask)
    safe = is_safe(context, write, subject)
    tried = attempt(context, write, subject, list(ways(context, write, subject, fields, to, safe=safe)))
    if tried.effect is not None and tried.effect.ignored:
        return _ignored(step, context, subject, tried)
    if tried.effect is not None:
        return done(step, tried.exchanges[-1:], effect=tried.effect)
    if not tried.exchanges or (not safe and tried.exchanges[-1].status in MISSING_ROUTE):
        return _unsafe(step, context, write, subject, tried.exchanges)
    record = not_done(step, context, "change", tried.exchanges, made_up=to is None and not only)
    # Without an answer, or with a 5xx, the server may have done it all the same: then it is put back.
    is_owed = context.shared.ledger.get(subject.key) is not None
    return replace(record, effect=Effect("change", key=subject.key)) if is_owed else record


def attempt(context: Context, write: Write, subject: Subject, ways: list[Way]) -> Tried:
    """One way after another, up to the first that is taken; of those that are ignored, the first."""
    tried, unknown = Tried(), ""
    body: tuple[str, frozenset[str]] | None = None
    for way in ways:
        here = (way.method, frozenset(way.body))
        if way.method == unknown or body not in (None, here) or (way.last and tried.effect is None):
            continue
        exchange = _sent(context, write, subject, way)
        if body is None:
            tried.exchanges.append(exchange)
        if exchange.status in NOT_THIS_METHOD and way.method != "PATCH" and write.ask:
            unknown = way.method
        elif exchange.status in SUCCESS:
            effect = _effect(context, subject, way, exchange)
            if not effect.ignored:
                return Tried([exchange], effect)
            tried.effect, body = tried.effect or effect, here
        elif exchange.status not in TRY_ANOTHER:
            break
    return tried


def fields_of(context: Context, write: Write, subject: Subject) -> list[str]:
    """Which fields to try: the one that this work has changed before, else the best first."""
    tracked = context.tracked.field if context.tracked else None
    if tracked is not None and tracked in subject.item:
        return [tracked]
    fields = edits.fields_to_edit(subject.item, write.edit)
    wanted = context.shared.survey.bodies.get((write.method, write.path))
    if wanted is None or wanted.known is None:
        return fields
    return [n for n in fields if n in wanted.free] or [n for n in fields if n in wanted.known] or fields


def is_safe(context: Context, write: Write, subject: Subject) -> bool:
    """Whether a PUT loses nothing: it is ours, or all that a PUT wants is to be seen."""
    wanted = context.shared.survey.bodies.get((write.method, write.path))
    hidden = wanted is not None and not wanted.required.keys() <= subject.item.keys()
    return write.method == "PATCH" or subject.ours or (subject.whole and not hidden)


def ways(  # noqa: PLR0913 - what is changed, and how far we may go
    context: Context, write: Write, subject: Subject, fields: list[str], to: Json, *, safe: bool
) -> Iterator[Way]:
    """Likeliest first: the whole item, without its id, with what OpenAPI knows alone, as a PATCH."""
    values = [(n, edits.edited(subject.item[n], token(context)) if to is None else to, False) for n in fields]
    texts = [(n, old) for n in fields if isinstance(old := subject.item[n], str) and old and to is None]
    values += [(n, edits.as_long(old, token(context)), True) for n, old in texts]
    survey = context.shared.survey
    wanted = survey.bodies.get((write.method, write.path))
    required = dict(wanted.required) if wanted else {}
    whole: list[Mapping[str, Json]] = []
    if safe:
        name = id_name(subject.item)
        full = {**required, **subject.item}
        whole = [full, {n: v for n, v in full.items() if n != name}]
        if wanted is not None and wanted.known is not None:
            whole.append({n: v for n, v in full.items() if n in wanted.known})
    tried: list[Mapping[str, Json]] = []
    if write.method != "PATCH" and not (write.ask and survey.offers(write.method, write.path) is False):
        for body in whole:
            if body.keys() not in [each.keys() for each in tried]:
                tried.append(body)
                for n, value, last in values:
                    if n in body:
                        yield Way(n, value, write.method, {**body, n: value}, last)
    if write.method == "PATCH" or survey.offers("PATCH", write.path) is not False:
        partly = survey.bodies.get(("PATCH", write.path))
        more = {n: subject.item[n] for n in (partly.required if partly else {}) if n in subject.item}
        for n, value, last in values:
            yield Way(n, value, "PATCH", {**more, n: value}, last)


def _sent(context: Context, write: Write, subject: Subject, way: Way) -> Exchange:
    """One try. Owed before it is sent: the run may end, or the server fall silent, before the answer."""
    ledger = context.shared.ledger
    old = json.dumps({n: subject.item.get(n, v) for n, v in way.body.items()}).encode()
    says = f"put {way.field!r} of {subject.path} back to {subject.item[way.field]!r}"
    before = None if subject.ours else subject.item
    undo = Undo(way.method, subject.path, JSON, old, says, before, subject.look, subject.id)
    if subject.ours:
        exchange = send_write(context, write, subject.path, way.body, way.method)
        if not is_refusal(exchange.status):
            context.undos.setdefault(subject.path, undo)
        return exchange
    new = ledger.owe(subject.key, undo)
    exchange = send_write(context, write, subject.path, way.body, way.method)
    if new and is_refusal(exchange.status):
        ledger.settled(subject.key)
    return exchange


def _effect(context: Context, subject: Subject, way: Way, exchange: Exchange) -> Effect:
    """What is to be seen from now on: what was sent, or what the server says that it has made of it."""
    before, after = subject.item[way.field], way.value
    past = context.shared.past.setdefault((subject.path, way.field), [])
    past += [each for each in (before,) if each not in past]
    shown = next((e for e in objects(context.json(exchange)) if way.field in e), None)
    answered = None if shown is None else shown[way.field]
    ignored = answered is not None and answered == before and answered != after
    echoed = answered is not None and not ignored and (answered == after or answered not in past)
    earlier = tuple(past)
    if echoed:
        after = answered
    past += [each for each in (way.value, after) if each not in past]
    context.tracked = Tracked(subject.id, way.field)
    effect = Effect("change", subject.id, way.field, before, after, earlier, echoed, ignored, subject.path)
    if exchange.status == ACCEPTED:
        context.done_later(lambda: _is_shown(context, subject, effect))
    return replace(effect, key=subject.key)


def _is_shown(context: Context, subject: Subject, effect: Effect) -> bool:
    found = seen_at(context, context.resource.read, subject.id) or {}
    return effect.field in found and found[effect.field] not in effect.earlier


def _ignored(step: Step, context: Context, subject: Subject, tried: Tried) -> StepRecord:
    """Success, and the old value in the answer: nothing was stored, unless nobody has looked at it at all."""
    write, exchange, effect = (
        context.resource.writes["change"],
        tried.exchanges[-1],
        tried.effect or Effect("change"),
    )
    careless = context.send(exchange.request.method, subject.path, JSON, BROKEN_OFF)
    same = _digest(careless) in (_digest(exchange), _digest(subject.shown))
    if careless.status in SUCCESS and same and _digest(careless):
        says = (
            f"{exchange.request.method} {exchange.request.path} was answered {exchange.status} with the item "
            "as it was, whatever is sent, as GET is: nothing is changed"
        )
        if write.ask:
            context.shared.lacking.setdefault(f"{context.resource.name} change", says)
        return not_offered(step, says, [exchange], declared=not write.ask)
    context.tracked = Tracked(subject.id, effect.field)
    return done(step, [exchange], effect=effect)


def _digest(exchange: Exchange | None) -> str:
    return exchange.digest if exchange is not None else ""


def _unsafe(
    step: Step, context: Context, write: Write, subject: Subject, tried: list[Exchange]
) -> StepRecord:
    """A PUT that would wipe what nobody shows us is not sent.

    Where the target declares it, an item that is not there is asked for: the server's own words help its
    author, but whatever it answers, short of a failure, may be about that item and not about the route. Not
    so where OpenAPI lists no route, or one that is there is not found, either.
    Where the server may lack it, the same with broken JSON tells whether it does.
    """
    says = unreplaceable(write)
    if write.method == "PATCH":
        return untestable(step, says)
    items = [i for i in find_list(context.json(context.read())) or [] if isinstance(i, Mapping)]
    nobody = free_id(context, items)
    without = {n: v for n, v in subject.item.items() if n != id_name(subject.item)}
    if write.ask:
        exchange = context.send(write.method, path_of(write.path, nobody), JSON, BROKEN_OFF)
    else:
        exchange = send_write(context, write, path_of(write.path, nobody), without)
    if exchange.status in SUCCESS:
        remove = context.resource.writes.get("remove")
        made = f"{write.method} {path_of(write.path, nobody)} has created an item"
        if remove is None:
            context.shared.ledger.regret(f"{made}, which stays there: the target names no way to remove it")
        else:
            path = path_of(remove.path, nobody)
            undo = Undo(remove.method, path, (), b"", f"remove {path}")
            context.shared.ledger.owe(undo.path, undo)
    status = exchange.status or 0
    if write.ask:
        # No item, or no route? Where there is a route to the item at all, PATCH was answered 405.
        nowhere = status in GONE and all(e.status in GONE for e in tried)
        is_there = exchange.response is not None and not nowhere and status not in _TOLD
    else:
        unlisted = context.shared.survey.offers(write.method, write.path) is False
        lost = bool(tried) and all(e.status in GONE for e in tried)
        nowhere = status in MISSING_ROUTE and (unlisted or lost)
        answered = exchange.response is not None and status < _FAILED and status not in NO_LOGIN
        is_there = answered and not nowhere
        if nowhere:
            context.shared.lacking.setdefault(f"{context.resource.name} change", told(exchange))
        if is_refusal(status) and status not in GONE:
            says = f"{told(exchange)}; an item that is not there was asked for, since {says}"
    return untestable(step, says) if is_there else not_done(step, context, "change", [exchange])


# ------------------------------------------------------------------ restore, history


def _restore(step: Step, context: Context) -> StepRecord:
    """Put back what this check has changed; its own request, so that the way back can be judged."""
    sent: list[Exchange] = []

    def send(undo: Undo) -> Exchange | None:
        exchange = put_back(context, undo)
        sent.extend([exchange] if exchange is not None else [])
        return exchange

    sent.extend([put_back_by(context, undo) for undo in context.undos.values()])
    context.undos.clear()
    context.shared.ledger.put_back(owed(context), send)
    change = first_effect(context, "change")
    if change is None:
        return done(step, sent, effect=Effect("restore"))
    back = replace(change, kind="restore", before=change.after, after=change.before, earlier=(), echoed=False)
    return done(step, sent, effect=back)


def _history(step: Step, context: Context) -> StepRecord:
    """Several changes of one item, one after another, with a read after each.

    The reads are what is judged; the writes stand in a record of their own beside it.
    """
    bar = barred(step, context, "change")
    if bar is not None:
        return bar
    reads, effect, writes = [context.seen or context.read()], None, list[Exchange]()
    context.steps[writes_of(step.name)] = StepRecord(writes_of(step.name), step.do)
    changes = [(text, "") for text in context.fill(step.args.get("texts", []))]
    if "each" in step.args:
        subject = find(context)
        names = [] if isinstance(subject, str) else edits.kinds(subject.item)
        changes = [(None, name) for name in names]
    for text, name in changes:
        change = _changed(step, context, text, name)
        if name and change.status in ("refused", "not-offered", "missing"):
            continue  # the others are there to be changed
        if change.status != "done" or change.effect is None:
            return change
        writes += change.exchanges
        context.steps[writes_of(step.name)] = StepRecord(
            writes_of(step.name), step.do, exchanges=tuple(writes)
        )
        settled(change, context)
        if name:
            context.read()  # a tag that lags by one read is another check's business
        reads.append(context.read())
        effect = replace(change.effect, kind="history")
    return done(step, reads, effect=effect)


_TEXTS: Final = Kind(
    "TEXTS", {"type": ["array", "string"], "description": "the texts, or a variable that holds them"}
)

VERBS: Final = (
    Verb(
        "change",
        change,
        "change one field of an item{to}",
        # The new value, instead of one that the suite makes up.
        (Argument("to", Kind("VALUE", {}), " to {}"),),
        phase="write",
        needs="change",
        subject=True,
        tried=True,
    ),
    Verb("restore", _restore, "put the item back as it was", phase="write"),
    Verb(
        "history",
        _history,
        "change one field several times, or several once, and GET the resource after each{texts}{each}",
        (
            Argument("texts", _TEXTS, ": {}"),
            Argument("each", choice("field"), ": each {} of it in turn"),
        ),
        phase="write",
        needs="change",
        subject=True,
    ),
)
