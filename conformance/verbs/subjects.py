"""Which item a change is about: one of our own where there is one, else one of the user's, read first.

An item of the user's is read at its own route, and put back by what was seen there: a PUT made from
a list wipes whatever the list does not show. Without such a route it is changed by PATCH alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from conformance.content.facts import is_ours
from conformance.content.items import find_item, find_list, item_id, path_of, same_id
from conformance.model import Exchange, Json, Write
from conformance.sending.ledger import Own
from conformance.verbs.making import make
from conformance.verbs.workers import look_round
from conformance.verbs.writes import TOO_MANY, is_refusal

if TYPE_CHECKING:
    from conformance.sending.context import Context

_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Subject:
    """An item, and how far we may go with it.

    Args:
        item: as it is seen.
        path: of its change. look: where it is to be seen.
        ours: whether the suite has created it. whole: whether `item` is all that there is of it.
        shown: the answer of its own route, where it was read there.
    """

    item: Mapping[str, Any]
    path: str
    id: Json
    look: str
    ours: bool = False
    whole: bool = True
    shown: Exchange | None = None

    @property
    def key(self) -> str:
        """Under which the ledger owes its state; "" for ours, whose removal is owed, and comes last."""
        return "" if self.ours else self.path

    @property
    def replaceable(self) -> bool:
        """Whether a PUT may take its place."""
        return self.ours or self.whole


def prepare(context: Context) -> None:
    """Create an item of our own, where that and its removal are offered: before a work, and once for all."""
    shared, resource = context.shared, context.resource
    name = resource.name
    create, remove, change = (resource.writes.get(kind) for kind in ("create", "remove", "change"))
    if create is None or remove is None or change is None or change.source == "self":
        return
    offered = all(
        not each.ask or shared.survey.offers(each.method, each.path) is not False for each in (create, remove)
    )
    barred = name in shared.left or name in shared.own or name in shared.prepared or name in shared.lacking
    denied = any(f"{name} create" in each for each in (shared.lacking, shared.refused))
    if barred or denied or not offered or not shared.consent:
        return
    shared.prepared.add(name)
    made = make(context, hold=True)
    if made.effect is not None:
        shared.prepared.discard(name)
        look_round(context, made.effect)
    context.tracked = None  # it is no write of the work that comes


def unreplaceable(write: Write) -> str:
    """Why an item is not to be replaced: what would be lost can't be put back."""
    return (
        f"{write.method} {write.path} takes the place of an item, and no route shows the whole of one: what "
        f"the list does not show would be lost; offer GET {write.path}, or PATCH"
    )


def find(context: Context) -> Subject | str:
    """The item to change; or why there is none."""
    write = context.resource.writes["change"]
    document = context.json(context.seen or context.read())
    if write.source == "self":
        if not isinstance(document, Mapping):
            return f"GET {context.resource.read} gives no JSON object to change"
        return Subject(document, write.path, None, context.resource.read)
    items = [i for i in find_list(document) or [] if isinstance(i, Mapping)]
    own = _own(context, write, items)
    if own is None and has_gone(context):
        prepare(context)
        items = [i for i in find_list(context.json(context.read())) or [] if isinstance(i, Mapping)]
        own = _own(context, write, items)
    if own is not None:
        return own
    known = [i for i in items if item_id(i, items) is not None]
    if context.tracked is not None:
        known = [i for i in known if same_id(item_id(i, items), context.tracked.id)] or known
    if not known:
        return "the list shows no item with an id"
    id_ = item_id(known[0], items)
    return _of_the_user(context, write, known[0], id_)


def _own(context: Context, write: Write, items: list[Mapping[str, Any]]) -> Subject | None:
    """The item of ours, where the list shows it."""
    own: Own | None = context.shared.own.get(context.resource.name)
    if own is None:
        return None
    for each in items:
        id_ = item_id(each, items)
        mine = (
            same_id(id_, own.id)
            if own.id is not None
            else own.mark and is_ours(each.get(own.mark[0]), own.mark[1])
        )
        if mine and id_ is not None:
            _known(context, own, id_)
            path = path_of(write.path, id_)
            return Subject({**own.item, **each}, path, id_, context.resource.read, ours=True)
    return None


def _known(context: Context, own: Own, id_: Json) -> None:
    """Note the id of an item that its mark has told: the mark goes with the first change of it."""
    shared = context.shared
    if own.id is not None:
        return
    shared.own[context.resource.name] = replace(own, id=id_)
    undo = shared.ledger.get(own.key)
    if undo is not None and undo.mark is not None:
        shared.ledger.settled(own.key)
        shared.ledger.owe(own.key, replace(undo, path=path_of(undo.path, id_), mark=None))


def has_gone(context: Context) -> bool:
    """Whether the item of ours went with an earlier life of the server; then another may be created."""
    shared, name = context.shared, context.resource.name
    own = shared.own.get(name)
    if own is None or own.life == shared.life:
        return False
    del shared.own[name]  # its removal stays owed, in case it is only not shown
    shared.prepared.discard(name)
    return True


def _of_the_user(context: Context, write: Write, entry: Mapping[str, Any], id_: Json) -> Subject:
    """An item of the user's, as its own route shows it; else as the list does."""
    path, shared = path_of(write.path, id_), context.shared
    name = f"{context.resource.name} item"
    if name not in shared.lacking:
        route = context.resource.item or write.path
        look = path_of(route, id_)
        exchange = context.send("GET", look)
        item = find_item(context.json(exchange), id_) if exchange.status == _OK else None
        if item is not None and (same_id(item_id(item), id_) or entry.keys() <= item.keys()):
            return Subject(item, path, id_, look, shown=exchange)
        # A failure or a rate limit says nothing of the route.
        if exchange.status == _OK or (is_refusal(exchange.status) and exchange.status != TOO_MANY):
            shared.lacking[name] = f"GET {look} does not show the item"
    wanted = shared.survey.bodies.get((write.method, write.path))
    # Where OpenAPI tells all members that a PUT has, and the list shows them all, nothing is hidden.
    whole = wanted is not None and wanted.known is not None and wanted.known <= entry.keys()
    return Subject(entry, path, id_, context.resource.read, whole=whole)
