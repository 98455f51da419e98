"""What every write shares: whether it is tried, how it is sent, what a refusal means, how it is undone.

404, 405 and 501 mean "not offered"; any other 4xx that it is offered and refused, to us or as it was
sent, which is told with the server's own words; 5xx is the server's own affair, and is judged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace as varied
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from conformance.content.differences import changed
from conformance.content.facts import is_ours
from conformance.content.items import find_item, find_list, item_id, path_of, same_id
from conformance.fields import field_value
from conformance.model import Effect, EffectKind, Exchange, Headers, Json, Step, StepRecord, Write
from conformance.sending.ask import Ask
from conformance.sending.ledger import SUCCESS, Undo
from conformance.verbs.base import done, not_asked, not_offered, refused
from conformance.verbs.workers import LOOKS

if TYPE_CHECKING:
    from conformance.sending.context import Context

JSON: Final[Headers] = (("Content-Type", "application/json"),)
TRY_ANOTHER: Final = (400, 415, 422)
BROKEN_OFF: Final = b'{"name": "broken ~'
"""JSON that ends in the middle: no server that reads it takes it."""
MISSING_ROUTE: Final = (404, 405, 410, 501)
NOT_THIS_METHOD: Final = (405, 501)
GONE: Final = (404, 410)
ACCEPTED: Final = 202
CLIENT_ERROR: Final = 4  # hundred
TOO_MANY: Final = 429  # a rate limit says nothing of what is offered
NO_LOGIN: Final = (401, 403)
_CONDITION_WANTED: Final = (412, 428)
_TOKEN: Final = "abcdefghijkmnpqrstuvwxyz23456789"  # noqa: S105 - letters that nobody confuses
_TOLD: Final = 300  # characters of what the server says

# ------------------------------------------------------------------ before it is sent


def barred(step: Step, context: Context, kind: str) -> StepRecord | None:
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
    name = f"{resource.name} {kind}"
    if name in shared.refused:
        return refused(step, shared.refused[name])
    lacking = shared.lacking.get(name)
    methods = (write.method, "PATCH") if kind == "change" else (write.method,)
    listed = [shared.survey.offers(method, write.path) for method in methods]
    if lacking is None and write.ask and not any(each is not False for each in listed):
        lacking = unlisted(context, write)
    return None if lacking is None else not_offered(step, lacking, declared=not write.ask)


def unlisted(context: Context, write: Write) -> str:
    """That OpenAPI does not list a write; and what it lists in its place."""
    near = context.shared.survey.near(write.method, write.path)
    says = f"OpenAPI lists no {write.method} {write.path}"
    return f"{says}: you have {near}, and {write.method} {write.path} is asked for" if near else says


def token(context: Context) -> str:
    """A few letters that make a value unlike all others."""
    return "".join(context.random.choices(_TOKEN, k=4))


# ------------------------------------------------------------------ sending


def send_write(context: Context, write: Write, path: str, body: Json, method: str = "") -> Exchange:
    """One write of JSON."""
    look = path if write.source == "list" else context.resource.read
    if context.eve is not None:
        context.eve()
    return _insisted(context, Ask(method or write.method, path, JSON, json.dumps(body).encode()), look)


def send_removal(context: Context, method: str, path: str) -> Exchange:
    """A removal."""
    return _insisted(context, Ask(method, path, (), b""), path)


def put_back_by(context: Context, undo: Undo) -> Exchange:
    """An undo as it stands; where each worker has data of its own, so often that all have got it."""
    ask = Ask(undo.method, undo.path, undo.headers, undo.body)
    exchange = _insisted(context, ask, undo.path)
    if exchange.status == ACCEPTED and undo.look and undo.body:
        context.done_later(lambda: _is_back(context, undo))
    for _ in range(LOOKS - 1 if context.shared.division.why(context.shared.life) else 0):
        again = _insisted(context, ask, undo.path)
        exchange = again if exchange.status not in SUCCESS else exchange
    return exchange


def _is_back(context: Context, undo: Undo) -> bool:
    item, wanted = seen_at(context, undo.look, undo.id) or {}, json.loads(undo.body)
    return all(item.get(name, value) == value for name, value in wanted.items())


def _insisted(context: Context, ask: Ask, look: str) -> Exchange:
    """A write; with If-Match where the server insists on a condition, by the tag that is seen at `look`.

    What is to be removed and is not there is gone, whatever is said of the condition.
    """
    exchange = context.send(ask.method, ask.path, ask.headers, ask.body)
    if exchange.status in _CONDITION_WANTED:
        seen = context.send("GET", look)
        if ask.method == "DELETE" and seen.status in GONE:
            return seen
        tag = field_value(seen.headers, "etag")
        if tag is not None:
            condition = ("If-Match", tag)
            exchange = context.send(ask.method, ask.path, (*ask.headers, condition), ask.body)
    return exchange


# ------------------------------------------------------------------ what a refusal means


def told(exchange: Exchange) -> str:
    """A request and how it was answered, with the server's own words."""
    says = f"{exchange.request.method} {exchange.request.path} was answered {exchange.status}"
    content = (exchange.response.body.content or b"") if exchange.response else b""
    words = " ".join(content.decode("utf-8", "replace").split())
    return f"{says}: {words[:_TOLD]}" if words and exchange.status in TRY_ANOTHER else says


def not_done(  # noqa: PLR0913 - each by name
    step: Step,
    context: Context,
    kind: EffectKind,
    tried: list[Exchange],
    *,
    write: Write | None = None,
    made_up: bool = True,
) -> StepRecord:
    """The record of a write that was not done: not offered, refused, or the server's own failure.

    A value that the check asked for, and that was not `made_up` by us, may be refused for itself,
    which says nothing of later writes. `write` is what was sent, where it is not the resource's own.
    """
    write, shared = write or context.resource.writes[kind], context.shared
    last = _telling(tried, write)
    status, name = last.status or 0, f"{context.resource.name} {kind}"
    if status == TOO_MANY or not is_refusal(status):
        return replace(done(step, [last], effect=Effect(kind)), status="failed")
    if last.facts.login_ended:
        return refused(step, told(last), [last])  # to be judged as that, and no word on the route
    says = told(last)
    if status in MISSING_ROUTE:
        says += _allowed(last, write)
        if write.ask and made_up:
            shared.lacking.setdefault(name, says)
        return not_offered(step, says, [last], declared=not write.ask)
    if status in NO_LOGIN:
        says += (
            ": it wants a login: send one along by -H 'Authorization: Bearer ${TOKEN}', or by headers of the "
            "target file"
        )
    elif not write.ask:
        return not_offered(step, says, [last], declared=True)
    if made_up:
        shared.refused.setdefault(name, says)
    return refused(step, says, [last])


def is_refusal(status: int | None) -> bool:
    """Whether a status says that it was not done, and the server is well."""
    return status in MISSING_ROUTE or (status is not None and status // 100 == CLIENT_ERROR)


def _telling(tried: list[Exchange], write: Write) -> Exchange:
    """Which of the exchanges tells most: a refusal of what the target declares, not of what we made up."""
    declared = [e for e in tried if e.request.method == write.method]
    explained = [e for e in declared if e.status in TRY_ANOTHER]
    if not is_refusal(tried[-1].status):
        return tried[-1]
    return explained[0] if explained else declared[-1] if declared else tried[-1]


def _allowed(exchange: Exchange, write: Write) -> str:
    """What the server has there in place of it, by its Allow field."""
    allowed = {each.strip().upper() for each in (field_value(exchange.headers, "allow") or "").split(",")}
    here = sorted(allowed & {"POST", "PUT", "PATCH", "DELETE"} - {write.method})
    path = exchange.request.path
    if not here:
        return ""
    return f": you have {', '.join(f'{each} {path}' for each in here)}, and {write.method} is asked for"


# ------------------------------------------------------------------ what is owed, and putting it back


def owed(context: Context) -> tuple[str, ...]:
    """Under which keys the ledger may owe what this work has changed."""
    return tuple(s.effect.key for s in context.steps.values() if s.effect is not None and s.effect.key)


def put_all_back(context: Context) -> None:
    """What a work has changed and not restored itself."""
    for undo in context.undos.values():
        put_back(context, undo)
    context.undos.clear()
    keys = owed(context)
    if any(context.shared.ledger.get(key) for key in keys):
        context.shared.ledger.put_back(keys, lambda undo: put_back(context, undo))


def put_back(context: Context, undo: Undo) -> Exchange | None:
    """Send an undo, and compare; None where the item that it is for is not to be found."""
    if undo.mark is not None:
        found = marked(context, undo)
        if found is None:
            return None
        undo = varied(undo, path=path_of(undo.path, found))
    exchange = put_back_by(context, undo)
    if undo.before is not None and exchange.status in SUCCESS:
        _compare(context, undo)
    return exchange


def marked(context: Context, undo: Undo) -> Json:
    """The id of the item that has our mark, where the list shows it by now."""
    field, value = undo.mark or ("", None)
    items = find_list(context.json(context.send("GET", undo.look))) or []
    ours = [i for i in items if isinstance(i, Mapping) and is_ours(i.get(field), value)]
    return item_id(ours[0], items) if len(ours) == 1 else None


def seen_at(context: Context, look: str, id_: Json) -> Mapping[str, Any] | None:
    """The item as it is to be seen at a path: of its own, or of a list."""
    document = context.json(context.send("GET", look))
    items = find_list(document)
    if items is not None and not (id_ is not None and same_id(item_id(document), id_)):
        return next((i for i in items if isinstance(i, Mapping) and same_id(item_id(i, items), id_)), None)
    return find_item(document, id_)


def _compare(context: Context, undo: Undo) -> None:
    found = changed(undo.before or {}, seen_at(context, undo.look, undo.id))
    if found:
        context.shared.ledger.regret(f"{undo.path} is not as it was before the run: {found}")
