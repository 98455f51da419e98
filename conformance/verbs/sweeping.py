"""Verbs that touch every resource, and so run alone at the end: `clear`, `flood`."""

from __future__ import annotations

from dataclasses import replace
from string import ascii_lowercase
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from conformance.model import Exchange, Json, Step, StepRecord
from conformance.verbs.base import NOT_OFFERED, Verb, done, not_offered, untestable

if TYPE_CHECKING:
    from conformance.context import Context

_KEYS: Final = 400  # a round
_KEY_LENGTH: Final = 4000  # letters: many servers refuse a request line of more than 8 KiB
_ROUNDS: Final = 8
_KEPT: Final = 0.4  # of the letters that were sent, at least so many are still there where entries pile up
_TOO_LONG: Final = (400, 404, 413, 414, 422, 431)


def _clear(step: Step, context: Context) -> StepRecord:
    """Clear the server's cache by hand."""
    resource, shared = context.resource, context.shared
    write = resource.writes.get("clear")
    if write is None:
        return not_offered(step, "the target declares no way to clear the cache", [], declared=False)
    if not shared.consent:
        says = "clearing a cache that is not on this machine needs --conformance-allow-writes"
        return untestable(step, says)
    if write.ask and shared.survey.offers(write.method, write.path) is False:
        says = f"OpenAPI lists no {write.method} {write.path}"
        return not_offered(step, says, [], declared=False)
    exchange = context.send(write.method, write.path)
    if exchange.status in NOT_OFFERED:
        path = urlsplit(exchange.request.url).path
        says = f"{write.method} {path} was answered {exchange.status}"
        return not_offered(step, says, [exchange], declared=not write.ask)
    return done(step, [exchange], {"kind": "clear"})


def _flood(step: Step, context: Context) -> StepRecord:
    """Ask for ever new keys, in rounds, until the server's memory stops growing, or has grown all along.

    The keys are long, so that an entry that is kept weighs more than the allocator's noise.
    """
    hosted = context.shared.hosted
    if hosted is None:
        return untestable(
            step, "the server's memory can only be measured where the suite has started the server"
        )
    resource = context.resource
    path = resource.keys or f"{resource.read}{'&' if '?' in resource.read else '?'}conformance={{key}}"
    rounds: list[dict[str, Json]] = []
    asked: list[Exchange] = []
    before = hosted.memory()
    for _ in range(_ROUNDS):
        for _ in range(_KEYS):
            key = "".join(context.random.choices(ascii_lowercase, k=_KEY_LENGTH))
            asked[1:] = [context.send("GET", path.replace("{key}", key))]
            if asked[-1].response is None:
                return done(step, asked, {"rounds": rounds})
            if asked[-1].status in _TOO_LONG:
                says = f"a key of {_KEY_LENGTH} letters was answered {asked[-1].status}"
                return not_offered(step, says, [_without_key(e) for e in asked[-1:]], declared=False)
        after = hosted.memory()
        rounds.append({"keys": _KEYS, "offered": _KEYS * _KEY_LENGTH, "grew": after - before})
        if after - before < _KEYS * _KEY_LENGTH * _KEPT:
            break
        before = after
    return done(step, [_without_key(e) for e in asked], {"rounds": rounds})


def _without_key(exchange: Exchange) -> Exchange:
    """The exchange with its thousands of letters cut short, for the record."""
    request = replace(exchange.request, url=f"{exchange.request.url[:80]}...")
    return replace(exchange, request=request)


VERBS: Final = (
    Verb("clear", _clear, "clear the cache by hand", {}, phase="sweep", needs="clear"),
    Verb("flood", _flood, "ask for many distinct keys and watch the server's memory", {}, phase="sweep"),
)
