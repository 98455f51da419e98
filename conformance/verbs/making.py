"""Verbs on items of our own: `create` and `remove`.

What the suite has created it removes, and nothing else. The first item is kept, to be changed by
other checks; a second one is created only after it was seen that one can be removed, so that
where it can't, one is left at most, and told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from msgspec.structs import replace

from conformance.content import edits
from conformance.content.facts import Tracked, is_ours
from conformance.content.items import find_list, id_name, item_id, objects, path_of, same_id
from conformance.fields import field_value
from conformance.model import MISSING, Effect, EffectKind, Exchange, Headers, Json, Step, StepRecord, Write
from conformance.sending.ledger import SUCCESS, Own, Undo
from conformance.verbs.base import Verb, done, not_offered
from conformance.verbs.writes import (
    ACCEPTED,
    GONE,
    JSON,
    TRY_ANOTHER,
    barred,
    marked,
    not_done,
    put_back,
    seen_at,
    send_removal,
    send_write,
    token,
    unlisted,
)

if TYPE_CHECKING:
    from conformance.sending.context import Context

_FAR: Final = (100_000, 1_000_000)
_TAKEN: Final = 409  # whatever is there of it, nothing was created
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_NOTHING: Final = "the list shows no item to model a new one on"


@dataclass(slots=True)
class Made:
    """What came of a create: `effect` and `item` where it was done, else what `says` why it was none."""

    tried: list[Exchange] = field(default_factory=list)
    effect: Effect | None = None
    says: str = ""
    item: Mapping[str, Json] = field(default_factory=dict)


# ------------------------------------------------------------------ create


def _create(step: Step, context: Context) -> StepRecord:
    bar = barred(step, context, "create")
    if bar is not None:
        return bar
    write, name = context.resource.writes["create"], context.resource.name
    why = no_more(context)
    if why:
        return not_offered(step, why)
    made = make(context, hold=name not in context.shared.removable)
    if made.effect is not None:
        return done(step, made.tried[-1:], effect=made.effect)
    if made.says:
        if write.ask:
            context.shared.lacking.setdefault(f"{name} create", made.says)
        return not_offered(step, made.says, made.tried[-1:], declared=not write.ask)
    return not_done(step, context, "create", made.tried)


def no_more(context: Context) -> str:
    """Why no other item may be created, or ""; one that is there goes first, which shows that it can."""
    shared, name = context.shared, context.resource.name
    own = shared.own.get(name)
    if name in shared.left or own is None or name in shared.removable:
        return shared.left.get(name, "")
    undo = shared.ledger.get(own.key)
    exchange = put_back(context, undo) if undo is not None else None
    if exchange is None:
        shared.left[name] = "an item that was created is not to be found again, so no more are created"
    elif exchange.status in (*SUCCESS, *GONE):
        removed(context, own.key, own.id)
    else:
        came = f"{exchange.request.method} {exchange.request.path} was answered {exchange.status}"
        shared.left[name] = f"an item that was created can't be removed ({came}), so no more are created"
    return shared.left.get(name, "")


def removed(context: Context, key: str, id_: Json) -> None:
    """Note that an item of ours is gone, and with it what was to be put back of it: PUT may create."""
    shared, name = context.shared, context.resource.name
    shared.ledger.settled(key)
    shared.removable.add(name)
    change = context.resource.writes.get("change")
    if change is not None and id_ is not None:
        context.undos.pop(path_of(change.path, id_), None)
    own = shared.own.get(name)
    if own is not None and own.key == key:
        del shared.own[name]


def make(context: Context, *, hold: bool, headers: Headers = ()) -> Made:
    """Create an item; with `hold` it is kept for the changes of other checks, up to the end of the run.

    With `headers` it is sent as it is written, whatever the server insists on.
    """
    write, made = context.resource.writes["create"], Made()
    items = _items(context)
    for body, mark in _new_items(context, write, items):
        if headers:
            exchange = context.send(write.method, write.path, (*JSON, *headers), json.dumps(body).encode())
        else:
            exchange = send_write(context, write, write.path, body)
        made.tried.append(exchange)
        if exchange.status in (*TRY_ANOTHER, _TAKEN):
            continue
        if exchange.status not in SUCCESS:
            return made
        made.says = _no_create(context, exchange, items)
        if not made.says:
            made.item = _echoed(context, exchange, body, mark)
            made.effect = _made(context, exchange, items, made.item, mark, hold=hold)
        return made
    made.says = "" if made.tried else _NOTHING
    return made


def _items(context: Context) -> list[Mapping[str, Any]]:
    """The items that the list shows now."""
    seen = context.seen or context.read()
    return [i for i in find_list(context.json(seen)) or [] if isinstance(i, Mapping)]


def _no_create(context: Context, exchange: Exchange, items: list[Mapping[str, Any]]) -> str:
    """Why an answer of success is none to a create: it is the list itself, or what any request gets."""
    document = context.json(exchange)
    says = f"{exchange.request.method} {exchange.request.path} was answered {exchange.status}"
    shown = find_list(document)
    if (
        shown is not None
        and items
        and [item_id(i, shown) for i in shown] == [item_id(i, items) for i in items]
    ):
        return f"{says} with the list as it was, as GET is: nothing was created"
    if context.shared.survey.answers_all(document):
        return f"{says}, as any request is: nothing was created"
    return ""


def _made(  # noqa: PLR0913 - the answer, and what it is the answer to
    context: Context,
    exchange: Exchange,
    items: list[Mapping[str, Any]],
    item: Mapping[str, Json],
    mark: tuple[str, Json] | None,
    *,
    hold: bool,
) -> Effect:
    id_ = _new_id(context, exchange, items, mark)
    name, value = mark or (None, None)
    context.tracked = Tracked(id_, name, value)
    shared, resource = context.shared, context.resource
    key = _owe_removal(context, resource.writes["create"], id_, mark)
    remove = resource.writes.get("remove")
    path = path_of(remove.path, id_) if id_ is not None and remove is not None else ""
    if hold or resource.name in shared.left:
        shared.own[resource.name] = Own(id_, key, mark, item, shared.life)
    if exchange.status == ACCEPTED:
        context.done_later(lambda: _shown(context, id_, mark))
    effect = Effect("create", id_, name or "", after=MISSING if mark is None else value, path=path)
    return replace(effect, key="" if hold else key)


def _shown(context: Context, id_: Json, mark: tuple[str, Json] | None) -> bool:
    if id_ is not None:
        return seen_at(context, context.resource.read, id_) is not None
    return marked(context, Undo("", "", (), b"", "", look=context.resource.read, mark=mark)) is not None


def _echoed(
    context: Context, exchange: Exchange, body: Mapping[str, Json], mark: tuple[str, Json] | None
) -> Mapping[str, Json]:
    """All that is known of a new item: what was sent, and what the answer shows of it."""
    for each in objects(context.json(exchange)):
        if mark is not None and is_ours(each.get(mark[0]), mark[1]):
            return {**body, **each}
    return body


# ------------------------------------------------------------------ what a new item looks like


def _new_items(
    context: Context, write: Write, items: list[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Json], tuple[str, Json] | None]]:
    """Bodies of a create, likeliest first, each with the (field, value) by which the item is known."""
    if write.body is not None:
        yield write.body, None
        return
    wanted = context.shared.survey.bodies.get((write.method, write.path))
    required = dict(wanted.required) if wanted else {}
    model = items[0] if items else None
    if model is None and not required:
        return
    shown = model or {}
    whole = {**shown, **required, **shown}  # in the order of what is shown, whose first member may be its id
    name = id_name(whole, items)
    without = {n: v for n, v in whole.items() if n != name}
    if name in required:  # whoever creates an item names it
        without = {**without, name: free_id(context, items)}
    fields = edits.fields_to_edit(without, write.edit)
    if wanted and wanted.known is not None:
        fields = [n for n in fields if n in wanted.free] or [n for n in fields if n in wanted.known] or fields
    for each in fields:
        yield _edited(context, without, each)
    if wanted and wanted.known is not None:
        known = {n: v for n, v in without.items() if n in wanted.known}
        for each in [n for n in fields if n in known]:
            yield _edited(context, known, each)
    for each in fields[:1]:  # some APIs want the id from the client
        body, mark = _edited(context, whole, each)
        yield (body if name is None else {**body, name: free_id(context, items)}), mark
    if not fields and required:
        yield required, None


def _edited(
    context: Context, body: Mapping[str, Json], name: str
) -> tuple[Mapping[str, Json], tuple[str, Json]]:
    value = edits.edited(body[name], token(context))
    return {**body, name: value}, (name, value)


def free_id(context: Context, items: list[Mapping[str, Any]]) -> Json:
    """An id that nobody has: not the next one, since the list may be a page of many."""
    ids = [item_id(i, items) for i in items]
    numbers = [i for i in ids if isinstance(i, int)]
    if numbers:
        return max(numbers) + context.random.randrange(*_FAR)
    return _like(next((i for i in ids if isinstance(i, str)), ""), context)


def _like(text: str, context: Context) -> str:
    """An id in the form of another: a UUID, or the same with a number of its own at its end."""
    if _UUID.fullmatch(text):
        return str(UUID(int=context.random.getrandbits(128), version=4))
    number = f"{context.random.randrange(*_FAR)}"
    found = re.fullmatch(r"(.*?)\d+(\D*)", text)
    return f"{found[1]}{number}{found[2]}" if found else f"made-{token(context)}"


# ------------------------------------------------------------------ which one it is, and that it goes again


def _new_id(
    context: Context, exchange: Exchange, items: list[Mapping[str, Any]], mark: tuple[str, Json] | None
) -> Json:
    """From the answer, where that shows the item; from Location; or from the list that has grown.

    Never an id that was there before, nor one that may be of a job that is to create the item later.
    """
    known = [item_id(i, items) for i in items]
    name = id_name(items[0], items) if items else None

    def new(found: Json) -> bool:
        return found is not None and not any(same_id(found, each) for each in known)

    shown = list(objects(context.json(exchange)))
    ours = [each for each in shown if mark is not None and is_ours(each.get(mark[0]), mark[1])]
    for each in (*ours, *(shown[:1] if exchange.status != ACCEPTED else ())):
        found = each.get(name) if name in each else item_id(each)
        if new(found):
            return found
    found = _located(context, exchange, items)
    if new(found):
        return found
    now = [i for i in find_list(context.json(context.read())) or [] if isinstance(i, Mapping)]
    marks = [i for i in now if mark is not None and is_ours(i.get(mark[0]), mark[1])]
    return next((i for each in (*marks, *now) if new(i := item_id(each, now))), None)


def _located(context: Context, exchange: Exchange, items: list[Mapping[str, Any]]) -> Json:
    """The id in Location, where that is the path of an item, and not of a job."""
    resource = context.resource
    location = urlsplit(field_value(exchange.headers, "location") or "").path.rstrip("/")
    if not location:
        return None
    routes = [resource.item or "", *(w.path for w in resource.writes.values() if "{id}" in w.path)]
    for route in filter(None, routes):
        before, _, after = route.partition("{id}")
        found = re.fullmatch(f".*{re.escape(before)}([^/]+){re.escape(after).rstrip('/')}", location)
        if found:
            number = found[1].isdigit() and any(isinstance(item_id(i, items), int) for i in items)
            return int(found[1]) if number else found[1]
    return None


def _owe_removal(context: Context, write: Write, id_: Json, mark: tuple[str, Json] | None) -> str:
    """Note that it is to be removed; where it can't be, no more are created."""
    resource, shared = context.resource, context.shared
    ledger, remove = shared.ledger, resource.writes.get("remove")
    says = f"what {write.method} {write.path} has created stays there"
    why = ""
    if remove is None:
        why = "the target names no way to remove it"
    elif remove.ask and shared.survey.offers(remove.method, remove.path) is False:
        why = unlisted(context, remove)
    elif id_ is None and mark is None:
        why = "its id is not to be seen"
    if why or remove is None:
        shared.left[resource.name] = f"{says}: {why}; so no more are created"
        ledger.regret(f"{says}: {why}")
        return ""
    if id_ is None:
        key = f"{write.method} {write.path} {mark}"
        says = f"remove what {write.method} {write.path} has created"
        ledger.owe(key, Undo(remove.method, remove.path, (), b"", says, look=resource.read, mark=mark))
        return key
    path = path_of(remove.path, id_)
    ledger.owe(path, Undo(remove.method, path, (), b"", f"remove {path}, which the suite has created"))
    return path


# ------------------------------------------------------------------ remove


def _remove(step: Step, context: Context) -> StepRecord:
    """Remove what an earlier `create` of this check has made, and nothing else."""
    bar = barred(step, context, "remove")
    if bar is not None:
        return bar
    write = context.resource.writes["remove"]
    made = first_effect(context, "create")
    if made is None or made.id is None:
        return not_offered(step, "nothing that the suite created is there to be removed")
    exchange = send_removal(context, write.method, made.path)
    if exchange.status not in SUCCESS:
        return not_done(step, context, "remove", [exchange])
    removed(context, made.path, made.id)
    if exchange.status == ACCEPTED:
        context.done_later(lambda: seen_at(context, context.resource.read, made.id) is None)
    return done(step, [exchange], effect=Effect("remove", made.id, path=made.path))


def first_effect(context: Context, kind: EffectKind) -> Effect | None:
    """What the first write of that kind in this work was to change."""
    effects = (s.effect for s in context.steps.values() if s.effect is not None)
    return next((each for each in effects if each.kind == kind), None)


VERBS: Final = (
    Verb("create", _create, "create an item", phase="write", needs="create", makes=True),
    Verb("remove", _remove, "remove the item that was created", phase="write", needs="remove"),
)
