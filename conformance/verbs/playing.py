"""The verb `play`: one move of a history, as a search draws it and as a counterexample has it written down.

Either sends the very same requests, and no others: a read too many would hide what the next one was to show.
Changed is an item of our own, or a document that is put back. A move that can't be made here is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.content.facts import Tracked
from conformance.content.items import id_name, objects
from conformance.fields import field_value, parse_entity_tag
from conformance.language import moves
from conformance.language.moves import Move
from conformance.language.values import Kind, Known, Offence, choice
from conformance.model import (
    MISSING,
    Effect,
    EffectKind,
    Exchange,
    Headers,
    Json,
    Phase,
    Place,
    Step,
    StepRecord,
)
from conformance.sending.ledger import SUCCESS, Undo
from conformance.verbs.base import Argument, Verb, done
from conformance.verbs.clearing import clear
from conformance.verbs.games import Game, begun, ready
from conformance.verbs.making import make, no_more, removed
from conformance.verbs.ours import (
    Item,
    NothingToShowError,
    Shape,
    held,
    nothing_without,
    owe_again,
)
from conformance.verbs.writes import (
    BROKEN_OFF,
    JSON,
    barred,
    not_done,
    put_all_back,
    send_removal,
    send_write,
)

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = ["BESIDE", "PLAYS", "VERBS", "beside_of", "steps_of", "words_here"]

BESIDE: Final = "beside"
_OK: Final = 200
_DRAWN: Final = Place("a search", 0)
ODD_FIELDS: Final[Mapping[str, str]] = {
    "empty": "",
    "blank": '""',
    "mark": "W/",
    "quote": '"',
    "long": f'"{"l" * 4_000}"',
    "huge": f'"{"h" * 9_000}"',
    "many": ", ".join(f'"m{number}"' for number in range(300)),
    "obs-text": '"\xe9\xff"',
}
"""The fields of `ask` that no server has given a tag for."""
_KINDS: Final = ("create", "change", "remove", "clear")


def beside_of(name: str) -> str:
    """The name of the record of what was sent at once with a move; no spec can write it."""
    return f"{BESIDE} {name}"


def steps_of(history: Sequence[str]) -> tuple[Step, ...]:
    """The moves of a history as steps."""
    return tuple(
        Step("play", f"move-{number}", {"move": move}, {}, {}, {}, (), _DRAWN)
        for number, move in enumerate(history, 1)
    )


def words_here(context: Context) -> list[str]:
    """The words of the moves that can be made on a resource, as far as that is known."""
    resource, step = context.resource, steps_of(["look"])[0]
    able = [move for move in moves.MOVES.values() if set(move.needs) <= resource.capabilities]
    barred_here = {
        kind for kind in _KINDS if kind in resource.writes and barred(step, context, kind) is not None
    }
    moves_time = context.shared.clock.moves
    return [m.word for m in able if not barred_here & set(m.needs) and (moves_time or not m.moved)]


def _play(step: Step, context: Context) -> StepRecord:
    move, words = moves.parse(step.args["move"])
    anew = "begins" in step.args
    if anew:
        put_all_back(context)
        context.game = context.tracked = context.seen = None
    game = context.game if isinstance(context.game, Game) else begun(step, context)
    context.game = game
    try:
        _permitted(step, context, move)
        return replace(PLAYS[move.word](step, context, game, *words), says=step.args["move"], anew=anew)
    except NothingToShowError as nothing:
        says, sent = nothing.record.says, nothing.record.exchanges
        return StepRecord(step.name, step.do, "skipped", says, sent, anew=anew)


def _permitted(step: Step, context: Context, move: Move) -> None:
    """End a move that writes where such writes are not even tried."""
    for kind in _KINDS:
        bar = barred(step, context, kind) if kind in move.needs else None
        if bar is not None:
            raise NothingToShowError(bar)


# ------------------------------------------------------------------ reading


def _get(context: Context, game: Game, at: str, headers: Headers = (), method: str = "GET") -> Exchange:
    path = _path(context, game, at)
    exchange = context.send(method, path, headers)
    tag = field_value(exchange.headers, "etag")
    if tag is not None and exchange.status == _OK and not headers:
        seen = game.tags.setdefault(path, [])
        if seen[-1:] != [tag]:
            seen.append(tag)
    return exchange


def _path(context: Context, game: Game, at: str) -> str:
    if at != "item":
        return context.resource.read
    if game.item is None or not game.item.look:
        raise NothingToShowError(StepRecord("", says="no item of our own is known yet"))
    return game.item.look


def _then(context: Context, game: Game, at: str) -> Iterator[Exchange]:
    """What is read right after a write."""
    if at and not (at == "item" and game.item is None):
        yield _get(context, game, at)


def _look(step: Step, context: Context, game: Game, at: str) -> StepRecord:
    return done(step, [_get(context, game, at)], item=at == "item")


def _head(step: Step, context: Context, game: Game, at: str) -> StepRecord:
    return done(step, [_get(context, game, at, method="HEAD")], item=at == "item")


def _ask(step: Step, context: Context, game: Game, *words: str) -> StepRecord:
    ago, miss, at = words
    face, _, then = at.partition("-") if at.startswith("item") else ("", "", at)
    if miss in ODD_FIELDS:
        field = ODD_FIELDS[miss]
    else:
        seen = game.tags.get(_path(context, game, face), [])
        nothing_without(step, seen, "no tag was seen there yet")
        field = _missed(seen[max(0, len(seen) - 1 - int(ago))], miss)
    asked = [_get(context, game, face, (("If-None-Match", field),))]
    return done(step, [*asked, *([_get(context, game, face)] if then else [])], item=face == "item")


def _missed(tag: str, miss: str) -> str:
    parsed = parse_entity_tag(tag)
    if miss == "exact" or parsed is None:
        return tag
    opaque = parsed.opaque
    changed = {"cut": opaque[:-1], "longer": f"{opaque}x", "swapped": opaque.swapcase()}[miss]
    return tag.replace(f'"{opaque}"', f'"{changed}"')


def _pass(step: Step, context: Context, game: Game, share: str, times: str) -> StepRecord:
    ttl = context.resource.ttl
    if ttl is None or not context.shared.clock.moves:
        raise NothingToShowError(StepRecord(step.name, says="no clock can be moved"))
    until = context.shared.clock.now() + float(share) * ttl
    context.wait_until(until, "the time of a history to pass")
    return done(step, [_get(context, game, "") for _ in range(int(times))], until=until)


# ------------------------------------------------------------------ writing


def _put(step: Step, context: Context, game: Game, state: str, then: str) -> StepRecord:
    return _written(step, context, game, "PUT", state=state, then=then)


def _patch(step: Step, context: Context, game: Game, state: str, then: str) -> StepRecord:
    return _written(step, context, game, "PATCH", state=state, then=then)


def _written(  # noqa: PLR0913 - what is written, and how
    step: Step, context: Context, game: Game, method: str, *, state: str, then: str
) -> StepRecord:
    item, shape = ready(step, context, game, method)
    if game.gone and method != "PUT":
        raise NothingToShowError(StepRecord(step.name, says="what was removed can't be changed in part"))
    value = _state(game, item.shown.get(shape.field), int(state))
    exchange = _send(context, game, item, shape, value)
    effect = _effect(context, game, item, shape, value=value, exchange=exchange)
    return done(step, [exchange, *_then(context, game, then)], effect=effect)


def _send(context: Context, game: Game, item: Item, shape: Shape, value: Json) -> Exchange:
    """A change, owed before it is sent."""
    _owe(context, game, item, shape)
    body = {name: item.shown.get(name) for name in shape.members} | {shape.field: value}
    return send_write(context, context.resource.writes["change"], item.path, body, shape.method)


def _owe(context: Context, game: Game, item: Item, shape: Shape) -> None:
    old = shape.body(item, item.shown.get(shape.field))
    says = f"put {shape.field!r} of {item.path} back to {item.shown.get(shape.field)!r}"
    undo = Undo(shape.method, item.path, JSON, old, says, None, item.look, item.id)
    if game.gone:
        owe_again(context, item)
    elif item.id is None:
        context.shared.ledger.owe(item.path, undo)
    else:
        context.undos.setdefault(item.path, undo)


def _effect(  # noqa: PLR0913 - what was sent, and what came
    context: Context, game: Game, item: Item, shape: Shape, *, value: Json, exchange: Exchange
) -> Effect:
    """What is to be seen from now on: what was sent, or what the server says that it has made of it."""
    shown = next((each for each in objects(context.json(exchange)) if shape.field in each), None)
    # Whether a PUT brings back what was removed is the server's affair, whatever it answers.
    kind: EffectKind = "write" if game.gone else "change"
    key = item.removal if game.gone else item.path if item.id is None else ""
    before, past = item.shown.get(shape.field), game.past
    echo = value if shown is None else shown[shape.field]
    # What it shows of old is no news of what was written.
    echoed = shown is not None and echo != before and echo not in past
    past.append(value)
    return Effect(
        kind, item.id, shape.field, before, echo if echoed else value, echoed=echoed, path=item.look, key=key
    )


def _state(game: Game, old: Json, number: int) -> Json:
    """One of four values that are much alike: the same letters, in another case, backwards, twice."""
    if not isinstance(old, str):
        return old + 1 + number
    letters = game.letters
    like = (letters, letters.upper(), letters[::-1], letters * 2)[number]
    return f"{old.split(' ~', 1)[0][:40]} ~{like}"


def _drop(step: Step, context: Context, game: Game, then: str) -> StepRecord:
    item, _ = ready(step, context, game, context.resource.writes["change"].method)
    nothing_without(step, not game.gone, "it was removed already")
    nothing_without(step, item.removal, "it can't be removed")
    exchange = send_removal(context, context.resource.writes["remove"].method, item.removal)
    if exchange.status in SUCCESS:
        removed(context, item.removal, item.id)
        game.gone = True
    effect = Effect("remove", item.id, path=item.look)
    return done(step, [exchange, *_then(context, game, then)], effect=effect)


def _make(step: Step, context: Context, game: Game, then: str) -> StepRecord:
    nothing_without(step, game.gone, "there is an item of ours")
    why = no_more(context)
    nothing_without(step, not why, why)
    made = make(context, hold=True)
    if made.effect is None:
        raise NothingToShowError(not_done(step, context, "create", made.tried))
    game.gone, game.item = False, held(step, context)
    shape = next(iter(game.shapes.values()))
    value = game.item.shown.get(shape.field, MISSING)
    context.tracked = Tracked(game.item.id, shape.field)
    effect = Effect("create", game.item.id, shape.field, MISSING, value, path=game.item.look)
    return done(step, [*made.tried[-1:], *_then(context, game, then)], effect=effect)


def _spoil(step: Step, context: Context, game: Game, wrong: str, then: str) -> StepRecord:
    item, shape = ready(step, context, game, context.resource.writes["change"].method)
    nothing_without(step, not game.gone, "it was removed")
    body = BROKEN_OFF
    if wrong == "type":
        known = id_name(item.shown)
        numbers = [n for n in shape.members if n != known and isinstance(item.shown.get(n), int | float)]
        nothing_without(step, numbers, "no member has a type that could be wrong")
        changed = _state(game, item.shown.get(shape.field), 0)
        members = {n: item.shown.get(n) for n in shape.members}
        body = json.dumps({**members, shape.field: changed, numbers[-1]: "nobodys"}).encode()
    _owe(context, game, item, shape)
    exchange = context.send(shape.method, item.path, JSON, body)
    key = item.path if item.id is None else ""
    effect = Effect("refuse", item.id, path=item.look, key=key)
    return done(step, [exchange, *_then(context, game, then)], effect=effect)


def _clear(step: Step, context: Context, game: Game, then: str) -> StepRecord:
    exchange = clear(step, context)
    return done(step, [exchange, *_then(context, game, then)], effect=Effect("clear"))


def _both(step: Step, context: Context, game: Game, pair: str) -> StepRecord:
    """Two at once, over two connections: which of them the server takes first is its affair."""
    item, shape = ready(step, context, game, context.resource.writes["change"].method)
    nothing_without(step, not game.gone, "it was removed")
    value, name = _state(game, item.shown.get(shape.field), 3), beside_of(step.name)
    _owe(context, game, item, shape)
    path = context.resource.read if pair == "put-look" else item.look
    with ThreadPoolExecutor(1) as pool:
        body = shape.body(item, value)
        beside = pool.submit(context.send_apart, shape.method, item.path, JSON, body)
        if pair == "put-put":
            other = _state(game, item.shown.get(shape.field), 2)
            mine = _send(context, game, item, shape, other)
            effect = _effect(context, game, item, shape, value=other, exchange=mine)
        else:
            mine, effect = context.send("GET", path), None
        first = beside.result()
    of_first = _effect(context, game, item, shape, value=value, exchange=first)
    context.steps[name] = StepRecord(name, step.do, exchanges=(first,), effect=of_first)
    return done(step, [mine], effect=effect)


# ------------------------------------------------------------------ the table

PLAYS: Final[Mapping[str, Callable[..., StepRecord]]] = {
    "look": _look,
    "head": _head,
    "ask": _ask,
    "put": _put,
    "patch": _patch,
    "drop": _drop,
    "make": _make,
    "spoil": _spoil,
    "clear": _clear,
    "pass": _pass,
    "both": _both,
}
"""What each move does, by its word."""


def _wrong(value: Json, _known: Known) -> Iterator[Offence]:
    try:
        moves.parse(str(value))
    except ValueError as problem:
        yield str(problem), ()


def _phase(value: Json) -> Phase:
    phase: Phase = moves.parse(str(value))[0].phase  # type: ignore[assignment]  # its words are phases
    return phase


_MOVE: Final = Kind("MOVE", {"type": "string", "description": "a move, such as 'put 1 look'"}, wrong=_wrong)

VERBS: Final = (
    Verb(
        "play",
        _play,
        "{move}{begins}",
        (
            Argument("move", _MOVE, lambda value: moves.phrase(str(value)), required=True, phase=_phase),
            Argument("begins", choice("anew"), ", once all is as it was before the moves up to here"),
        ),
        subject=True,
        lives=True,
        searched=True,
    ),
)
