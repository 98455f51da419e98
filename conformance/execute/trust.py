"""Whether the values of a server age with its moved clock. Shell: it asks the server.

It must not know how a server is started, nor what follows from distrust.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from conformance.clocks import VirtualClock
from conformance.content.facts import is_hit
from conformance.content.moments import follows
from conformance.model import MISSING, Exchange, Resource
from conformance.sending.context import Context, GivenUpError, Shared
from conformance.servers.errors import ServerDied, ServerError

if TYPE_CHECKING:
    from conformance.servers.server import Server

_FAR: Final = 20  # TTLs, at least: so far that no entry of an honest cache is left
_OUTLIVED: Final = "it kept its value although {:g} s were moved"
_SAME: Final = (
    "its value was the same after {:g} s of moved time, though computed anew, and may be told by a clock "
    "that was not moved"
)
_NO_HIT: Final = "its hits ended when the clock was moved by {:g} s, so it goes by several clocks"
_HALF: Final = 30.0  # seconds of a minute
_LOOKS: Final = 3  # a clock that was not moved may pass from one second to the next between two
_Pair = tuple[Exchange, Exchange]


class _UnansweredError(Exception):
    """A read got no answer."""

    def __init__(self, context: Context, exchange: Exchange) -> None:
        super().__init__(context.resource.name)
        self.context, self.exchange = context, exchange


def distrusted(
    shared: Shared, resources: Sequence[Resource], clock: VirtualClock, server: Server
) -> dict[str, str]:
    """Resources that can't be judged by the moved clock, and why that is believed.

    Each is read twice, the clock is moved by 20 TTLs without a read, and so on; where each new value tells
    that move to the second, once is enough. Another value has to come, whatever the flag says: one that stays
    may be told by a clock that did not move. And where there were hits there have to be some still: a cache
    by two clocks, of which one moved, has none any more. A pair of probes just before and just after the TTL
    would distrust exactly the servers that are flawed.

    A resource that does not answer is left to its judgement, and the others are probed on a server that is
    started again, since it may be dead, or hang. Where nothing is marked as computed any more, once it has
    been, the server is started again, too: what serves an old value after its end is judged from cold only.
    """
    if not resources:
        return {}
    with shared.wire.lane() as lane, clock.lane(), suppress(GivenUpError):
        contexts = [Context(shared, lane, each, {}, random.Random(0)) for each in resources]  # noqa: S311
        return _distrusted(contexts, clock, server)
    return {}


def _distrusted(contexts: list[Context], clock: VirtualClock, server: Server) -> dict[str, str]:
    while contexts:
        try:
            pairs = _looks(contexts, clock.jump)
            found = {c.resource.name: why for c in contexts if (why := _why(c, pairs[c.resource.name]))}
            kept = [c for c in contexts if found.get(c.resource.name) in (_OUTLIVED, _SAME)]
            if kept and not server.other_clocks():
                outlived = _outlived(kept, pairs, clock, server)
                found = {name: why for name, why in found.items() if name not in outlived}
            elif any(map(_never_cold, pairs.values())):
                with suppress(ServerError):
                    server.restart()
        except _UnansweredError as silent:
            contexts = [each for each in contexts if each is not silent.context]
            _note(silent, server)
        except ServerDied:
            contexts = []
        else:
            return {name: why.format(_far(contexts)) for name, why in found.items()}
        with suppress(ServerError):  # whoever asks next finds it dead, and says so
            server.restart()
    return {}


def _note(silent: _UnansweredError, server: Server) -> None:
    """A read that was waited for in vain is one that its judgement need not wait for once more."""
    exchange, shared = silent.exchange, silent.context.shared
    if exchange.fault is not None and exchange.fault.kind == "timeout":
        shared.unanswered[silent.context.resource.name] = exchange, server.where()[0]


def _outlived(
    contexts: list[Context], pairs: Mapping[str, list[_Pair]], clock: VirtualClock, server: Server
) -> set[str]:
    """The control: resources whose value has stayed though its text follows the clock that was moved.

    A cold start, with the clock kept ahead, computes another: where that tells the moved time to the second,
    the old one would have told it, too. It has outlived its TTL, unless something else than that clock ends
    it; nothing else was seen.
    """
    first = {c.resource.name: pairs[c.resource.name][0][0] for c in contexts}
    passed = clock.now() - min(each.sent_at for each in first.values())
    clock.jump((_HALF - passed) % (2 * _HALF))  # after whole minutes, seconds could not be told from minutes
    with suppress(ServerError):
        server.restart()
        anew = {c.resource.name: _cold(c) for c in contexts}
        server.restart()  # what never ends is judged from a miss, too
        return {name for name, cold in anew.items() if cold is not None and _tells(first[name], cold)}
    return set()


def _cold(context: Context) -> Exchange | None:
    context.lane.rest()
    exchange = context.read()
    return None if exchange.response is None or is_hit(exchange.facts.hit) else exchange


def _tells(before: Exchange, after: Exchange) -> bool:
    return follows(before.facts.value, after.facts.value, after.sent_at - before.sent_at)


def _looks(contexts: list[Context], jump: Callable[[float], None]) -> dict[str, list[_Pair]]:
    pairs: dict[str, list[_Pair]] = {context.resource.name: [] for context in contexts}
    for _ in range(_LOOKS):
        for context in contexts:
            pairs[context.resource.name].append(_pair(context))
        # What was just read is not to be there when the judging starts: several workers would look as one.
        jump(_far(contexts))
        if all(_surely_moved(each) for each in pairs.values()):
            break
    return pairs


def _far(contexts: list[Context]) -> float:
    """How far the clock is moved: half a minute off whole ones, which shows what tells seconds, too."""
    least = _FAR * max(context.resource.end or 0.0 for context in contexts)
    return least + (_HALF - least) % (2 * _HALF)


def _surely_moved(pairs: list[_Pair]) -> bool:
    """Whether a new value tells the move, so that nothing else has ended the one before."""
    if len(pairs) == 1:
        return False
    (was, before), (after, again) = pairs[-2:]
    hits = [any(is_hit(each.facts.hit) for each in pair) for pair in ((was, before), (after, again))]
    return hits[1] >= hits[0] and _tells(before, after)


def _never_cold(pairs: list[_Pair]) -> bool:
    computed = [any(is_hit(each.facts.hit) is False for each in pair) for pair in pairs]
    return computed[0] and not any(computed[1:])


def _pair(context: Context) -> _Pair:
    """What is kept after a first read, on one connection: so by one worker."""
    context.lane.rest()
    return _answered(context), _answered(context)


def _answered(context: Context) -> Exchange:
    exchange = context.read()
    if exchange.response is None:
        raise _UnansweredError(context, exchange)
    return exchange


def _why(context: Context, pairs: list[_Pair]) -> str:
    """Why a resource is distrusted, or ""."""
    if any(each.facts.value is MISSING for pair in pairs for each in pair):
        return ""  # there is nothing to time
    hits = [any(is_hit(each.facts.hit) for each in pair) for pair in pairs]
    if hits[0] and not any(hits[1:]):
        return _NO_HIT
    for (_, before), after in pairwise(pairs):
        # One that is served once more while a new one is computed is another matter.
        if all(each.facts.value == before.facts.value for each in after):
            computed = is_hit(after[0].facts.hit) is False
            if computed and context.resource.repeats:
                continue
            return _SAME if computed else _OUTLIVED
    return ""
