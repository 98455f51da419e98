"""Verbs that change something: `change`, `create`, `remove`, `restore`, `refuse`, `history`.

What the suite did not create it changes only to put it back, and never removes. An item of which
we know neither schema nor keys is changed as `edits.py` says; what the server refuses after all
that is "not offered", with the reason, and never a failure. 5xx is the server's own affair and
is judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from msgspec.structs import replace

from conformance.content import edits
from conformance.content.facts import Tracked, find_list, id_name, item_id
from conformance.fields import field_value
from conformance.language.values import Kind
from conformance.model import Effect, EffectKind, Exchange, Headers, Json, Step, StepRecord, Write
from conformance.sending.ledger import Undo
from conformance.verbs.base import Argument, Verb, done, not_asked, not_offered

if TYPE_CHECKING:
    from conformance.sending.context import Context

_JSON: Final[Headers] = (("Content-Type", "application/json"),)
_TRY_ANOTHER: Final = (400, 422)
_NOT_THIS_METHOD: Final = (405, 501)
_CLIENT_ERROR: Final = 4  # hundred
_TOO_MANY: Final = 429  # a rate limit says nothing of what is offered
_CONDITION_WANTED: Final = (412, 428)
_SUCCESS: Final = (200, 201, 202, 204, 205, 303)
_TOKEN: Final = "abcdefghijkmnpqrstuvwxyz23456789"  # noqa: S105 - letters that nobody confuses


def _barred(step: Step, context: Context, kind: str) -> StepRecord | None:
    """Why this kind of write is not even tried, or None."""
    resource, shared = context.resource, context.shared
    write = resource.writes.get(kind)
    if write is None:
        return not_offered(step, f"the target declares no {kind}")
    if resource.name in shared.lacking:
        return not_offered(step, shared.lacking[resource.name])
    if not shared.consent:
        return not_asked(
            step, "writes to a server that is not on this machine need --conformance-allow-writes"
        )
    lacking = shared.lacking.get(f"{resource.name} {kind}")
    methods = (write.method, "PATCH") if kind == "change" else (write.method,)
    listed = [shared.survey.offers(method, write.path) for method in methods]
    if lacking is None and write.ask and not any(each is not False for each in listed):
        lacking = f"OpenAPI lists no {write.method} {write.path}"
    return None if lacking is None else not_offered(step, lacking, declared=not write.ask)


def _send(context: Context, write: Write, path: str, body: Json, method: str = "") -> Exchange:
    """One write on a connection of its own; with If-Match where the server insists on a condition."""
    content = json.dumps(body).encode()
    exchange = context.send(method or write.method, path, _JSON, content)
    if exchange.status in _CONDITION_WANTED:
        seen = context.send("GET", path if write.source == "list" else context.resource.read)
        tag = field_value(seen.headers, "etag")
        if tag is not None:
            exchange = context.send(method or write.method, path, (*_JSON, ("If-Match", tag)), content)
    return exchange


def _token(context: Context) -> str:
    return "".join(context.random.choices(_TOKEN, k=4))


# ------------------------------------------------------------------ change


def _change(step: Step, context: Context) -> StepRecord:
    return _barred(step, context, "change") or _changed(step, context, context.fill(step.args.get("to")))


def _changed(step: Step, context: Context, to: Json) -> StepRecord:
    write = context.resource.writes["change"]
    found = _subject(context, write)
    if isinstance(found, str):
        return not_offered(step, found, declared=not write.ask)
    item, path, id_ = found
    if context.tracked is not None and context.tracked.field:
        fields = [context.tracked.field]
    else:
        fields = edits.fields_to_edit(item, write.edit)
    if not fields:
        return not_offered(step, "the item has no field that we dare to change", declared=not write.ask)
    tried: list[Exchange] = []
    unknown = ""
    for field, value, method, body in _attempts(context, write, item, fields, to):
        if method == unknown:
            continue
        # Owed before it is sent: the run may end, or the server fall silent, before the answer.
        old = json.dumps({name: item[name] for name in body}).encode()
        says = f"put {field!r} of {path} back to {item[field]!r}"
        new = context.shared.ledger.owe(path, Undo(method, path, _JSON, old, says))
        exchange = _send(context, write, path, body, method)
        tried.append(exchange)
        refused = exchange.status is not None and exchange.status // 100 == _CLIENT_ERROR
        if new and refused:
            context.shared.ledger.settled(path)
        if exchange.status in _TRY_ANOTHER:
            continue
        if exchange.status in _NOT_THIS_METHOD and method != "PATCH" and write.ask:
            unknown = method
            continue
        if exchange.status not in _SUCCESS:
            break
        context.tracked = Tracked(id_, field)
        echo = context.json(exchange)
        echoed = isinstance(echo, Mapping) and echo.get(field) == value
        effect = Effect("change", id_, field, item[field], value, echoed, path, path)
        return done(step, tried[-1:], effect=effect)
    told = [e for e in tried if e.request.method == unknown] or tried  # not that PATCH is no help, either
    record = _refused(step, context, "change", told, made_up=to is None)
    # Without an answer, or with a 5xx, the server may have done it all the same: then it is put back.
    owed = context.shared.ledger.get(path) is not None
    return replace(record, effect=Effect("change", key=path)) if owed else record


def _attempts(
    context: Context, write: Write, item: Mapping[str, Any], fields: list[str], to: Json
) -> Iterator[tuple[str, Json, str, Json]]:
    """(field, new value, method, body), likeliest first: the whole item, without its id, as a PATCH."""
    ways = [(field, edits.edited(item[field], _token(context)) if to is None else to) for field in fields]
    for field, value in ways:
        yield field, value, write.method, edits.bodies(item, field, value)[0]
    for field, value in ways:
        whole, without_id = edits.bodies(item, field, value)
        if whole != without_id:
            yield field, value, write.method, without_id
    if write.method != "PATCH":
        for field, value in ways:
            yield field, value, "PATCH", {field: value}


def _subject(context: Context, write: Write) -> tuple[Mapping[str, Any], str, Json] | str:
    """The item to change, its path and id; or why there is none."""
    exchange = context.read()
    document = context.json(exchange)
    if write.source == "self":
        if not isinstance(document, Mapping):
            return f"GET {context.resource.read} gives no JSON object to change"
        return document, write.path, None
    items = find_list(document) or []
    known = [i for i in items if isinstance(i, Mapping) and item_id(i) is not None]
    if context.tracked is not None:
        known = [i for i in known if item_id(i) == context.tracked.id] or known
    if not known:
        return "the list shows no item with an id"
    id_ = item_id(known[0])
    return known[0], write.path.replace("{id}", quote(str(id_), safe="")), id_


def _refused(
    step: Step, context: Context, kind: EffectKind, tried: list[Exchange], *, made_up: bool = True
) -> StepRecord:
    """Not offered, by its status; a 5xx is the server's, and is judged by its last answer.

    A value that the check asked for, and that was not `made_up` by us, may be refused for itself,
    which says nothing of later writes.
    """
    write, last = context.resource.writes[kind], tried[-1]
    if last.status is not None and last.status // 100 == _CLIENT_ERROR:
        says = f"{last.request.method} {last.request.path} was answered {last.status}"
        if write.ask and made_up and last.status != _TOO_MANY:
            context.shared.lacking.setdefault(f"{context.resource.name} {kind}", says)
        return not_offered(step, says, tried[-1:], declared=not write.ask)
    return replace(done(step, tried[-1:], effect=Effect(kind)), status="failed")


# ------------------------------------------------------------------ create, remove, restore


def _create(step: Step, context: Context) -> StepRecord:
    barred = _barred(step, context, "create")
    if barred is not None:
        return barred
    write = context.resource.writes["create"]
    items = _items(context)
    tried: list[Exchange] = []
    for body in _new_items(context, write, items):
        exchange = _send(context, write, write.path, body)
        tried.append(exchange)
        if exchange.status in _TRY_ANOTHER:
            continue
        if exchange.status not in _SUCCESS:
            break
        id_ = _new_id(context, exchange, items)
        context.tracked = Tracked(id_, None)
        path = _owe_removal(context, write, id_)
        effect = Effect("create", id_, path=path, key=path)
        return done(step, tried[-1:], effect=effect)
    if not tried:
        return not_offered(step, "the list shows no item to model a new one on", declared=not write.ask)
    return _refused(step, context, "create", tried)


def _items(context: Context) -> list[Mapping[str, Any]]:
    """The items that the list shows now."""
    return [i for i in find_list(context.json(context.read())) or [] if isinstance(i, Mapping)]


def _new_items(context: Context, write: Write, items: list[Mapping[str, Any]]) -> Iterator[Json]:
    if write.body is not None:
        yield write.body
    elif items:
        fields = edits.fields_to_edit(items[0], write.edit)
        for field in fields:
            value = edits.edited(items[0][field], _token(context))
            yield edits.bodies(items[0], field, value)[1]
        for field in fields[:1]:  # some APIs want the id from the client
            whole, _ = edits.bodies(items[0], field, edits.edited(items[0][field], _token(context)))
            name = id_name(items[0])
            yield whole if name is None else whole | {name: _free_id(context, items)}


def _free_id(context: Context, items: list[Mapping[str, Any]]) -> Json:
    ids = [item_id(i) for i in items]
    numbers = [i for i in ids if isinstance(i, int)]
    return max(numbers) + 1 if numbers else f"conformance-{_token(context)}"


def _new_id(context: Context, exchange: Exchange, items: list[Mapping[str, Any]]) -> Json:
    """From the body, from Location, or from the list that has grown; never an id that was there before."""
    known = {item_id(i) for i in items}
    echo = context.json(exchange)
    location = urlsplit(field_value(exchange.headers, "location") or "").path.rstrip("/")
    last = location.rsplit("/", 1)[-1]
    number = last.isdigit() and any(isinstance(i, int) for i in known)
    for found in (item_id(echo), int(last) if number else last or None):
        if found is not None and found not in known:
            return found
    now = find_list(context.json(context.read())) or []
    return next((item_id(i) for i in now if item_id(i) not in known), None)


def _owe_removal(context: Context, write: Write, id_: Json) -> str:
    ledger, remove = context.shared.ledger, context.resource.writes.get("remove")
    if remove is None or id_ is None:
        why = "its id is not to be seen" if id_ is None else "the target names no way to remove it"
        ledger.regret(f"what {write.method} {write.path} has created stays there: {why}")
        return ""
    path = remove.path.replace("{id}", quote(str(id_), safe=""))
    ledger.owe(path, Undo(remove.method, path, (), b"", f"remove {path}, which the suite has created"))
    return path


def _remove(step: Step, context: Context) -> StepRecord:
    """Remove what an earlier `create` of this check has made, and nothing else."""
    barred = _barred(step, context, "remove")
    if barred is not None:
        return barred
    write = context.resource.writes["remove"]
    made = _effect(context, "create")
    if made is None or made.id is None:
        return not_offered(step, "nothing that the suite created is there to be removed")
    path = made.path
    exchange = context.send(write.method, path)
    if exchange.status in _CONDITION_WANTED:
        tag = field_value(context.send("GET", path).headers, "etag")
        exchange = context.send(write.method, path, (("If-Match", tag),) if tag else ())
    if exchange.status not in _SUCCESS:
        return _refused(step, context, "remove", [exchange])
    context.shared.ledger.settled(path)
    return done(step, [exchange], effect=Effect("remove", made.id, path=path))


def _restore(step: Step, context: Context) -> StepRecord:
    """Put back what this check has changed; its own request, so that the way back can be judged."""
    sent: list[Exchange] = []

    def send(undo: Undo) -> Exchange:
        exchange = put_back(context, undo)
        sent.append(exchange)
        return exchange

    context.shared.ledger.put_back(owed(context), send)
    change = _effect(context, "change")
    if change is None:
        return done(step, sent, effect=Effect("restore"))
    back = replace(change, kind="restore", before=change.after, after=change.before)
    return done(step, sent, effect=back)


def _effect(context: Context, kind: EffectKind) -> Effect | None:
    """What the first write of that kind in this work was to change."""
    effects = (s.effect for s in context.steps.values() if s.effect is not None)
    return next((each for each in effects if each.kind == kind), None)


def owed(context: Context) -> tuple[str, ...]:
    """Under which keys the ledger may owe what this work has changed."""
    return tuple(s.effect.key for s in context.steps.values() if s.effect is not None and s.effect.key)


def put_back(context: Context, undo: Undo) -> Exchange:
    """Send an undo; with If-Match where the server insists on a condition."""
    exchange = context.send(undo.method, undo.path, undo.headers, undo.body)
    if exchange.status in _CONDITION_WANTED:
        tag = field_value(context.send("GET", undo.path).headers, "etag")
        if tag is not None:
            exchange = context.send(undo.method, undo.path, (*undo.headers, ("If-Match", tag)), undo.body)
    return exchange


# ------------------------------------------------------------------ refuse, history


def _refuse(step: Step, context: Context) -> StepRecord:
    """A write that has to be refused: its JSON is broken off in the middle."""
    kind = "change" if "change" in context.resource.writes else "create"
    barred = _barred(step, context, kind)
    if barred is not None:
        return barred
    write = context.resource.writes[kind]
    path = write.path
    if kind == "change":
        found = _subject(context, write)
        if isinstance(found, str):
            return not_offered(step, found)
        path = found[1]
        # A server that takes it after all may have emptied the item.
        whole = json.dumps(dict(found[0])).encode()
        undo = Undo(write.method, path, _JSON, whole, f"put {path} back as it was")
        context.shared.ledger.owe(path, undo)
    items = [] if kind == "change" else _items(context)
    exchange = context.send(write.method, path, _JSON, b'{"name": "conformance ~')
    if exchange.status is not None and exchange.status // 100 == _CLIENT_ERROR:
        context.shared.ledger.settled(path)
    if exchange.status in (401, 403, 404, 405, 415, 501):
        says = f"{write.method} {path} was answered {exchange.status}"
        return not_offered(step, says, [exchange], declared=not write.ask)
    if exchange.status in _SUCCESS:
        says = "malformed JSON is taken, so nothing is refused"
        record = not_offered(step, says, [exchange])
        if kind == "create":
            path = _owe_removal(context, write, _new_id(context, exchange, items)) or path
        return replace(record, effect=Effect("refuse", key=path))
    return done(step, [exchange], effect=Effect("refuse", key=path))


def _history(step: Step, context: Context) -> StepRecord:
    """Several changes of one item, one after another, with a read after each; only the reads are kept."""
    barred = _barred(step, context, "change")
    if barred is not None:
        return barred
    reads = [context.read()]
    for text in context.fill(step.args["texts"]):
        change = _changed(step, context, text)
        if change.status != "done" or change.effect is None:
            return change
        reads.append(context.read())
        effect = replace(change.effect, kind="history")
    return done(step, reads, effect=effect)


_TEXTS: Final = Kind(
    "TEXTS", {"type": ["array", "string"], "description": "the texts, or a variable that holds them"}
)

VERBS: Final = (
    Verb(
        "change",
        _change,
        "change one field of an item{to}",
        # The new value, instead of one that the suite makes up.
        (Argument("to", Kind("VALUE", {}), " to {}"),),
        phase="write",
        needs="change",
    ),
    Verb("create", _create, "create an item", phase="write", needs="create"),
    Verb("remove", _remove, "remove the item that was created", phase="write", needs="remove"),
    Verb("restore", _restore, "put the item back as it was", phase="write"),
    Verb("refuse", _refuse, "send a write with malformed JSON, which has to be refused", phase="write"),
    Verb(
        "history",
        _history,
        "change one field several times, and GET the resource after each{texts}",
        (Argument("texts", _TEXTS, ": {}", required=True),),
        phase="write",
        needs="change",
    ),
)
