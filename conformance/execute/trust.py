"""Whether the values of a server age with its moved clock. Shell: it asks the server.

It must not know how a server is started, nor what follows from distrust.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from conformance.content.facts import is_hit
from conformance.model import MISSING, Exchange
from conformance.sending.context import Context
from conformance.servers.errors import ServerDied, ServerError

if TYPE_CHECKING:
    from conformance.servers.server import Server

_FAR: Final = 20  # TTLs: so far that no entry of an honest cache is left
_OUTLIVED: Final = "it kept its value although {:g} s were moved"
_SAME: Final = (
    "its value was the same after {:g} s of moved time, though computed anew, and may be told by a clock "
    "that was not moved"
)
_NO_HIT: Final = "its hits ended when the clock was moved by {:g} s, so it goes by several clocks"


_LOOKS: Final = 3  # a clock that shows seconds may pass from one to the next between two
_Pair = tuple[Exchange, Exchange]


class _UnansweredError(Exception):
    """The argument is the name of the resource whose read got no answer."""


def distrusted(contexts: list[Context], jump: Callable[[float], None], server: Server) -> dict[str, str]:
    """Resources that can't be judged by the moved clock, and why that is believed.

    Each is read twice, the clock is moved by 20 TTLs without a read, and so on. Another value has to come,
    whatever the flag says: one that stays may be told by a clock that did not move. And where there were
    hits there have to be some still: a cache by two clocks, of which one moved, has none any more. A pair of
    probes just before and just after the TTL would distrust exactly the servers that are flawed.

    A resource that does not answer is left to its judgement, and the others are probed on a server that is
    started again, since it may be dead, or hang. Where nothing is marked as computed any more, once it has
    been, the server is started again, too: what serves an old value after its end is judged from cold only.
    """
    while contexts:
        try:
            pairs = _looks(contexts, jump)
            if any(map(_never_cold, pairs.values())):
                with suppress(ServerError):
                    server.restart()
            found = {c.resource.name: _why(c, pairs[c.resource.name]) for c in contexts}
            return {name: why.format(_far(contexts)) for name, why in found.items() if why}
        except _UnansweredError as silent:
            contexts = [each for each in contexts if each.resource.name != str(silent)]
        except ServerDied:
            contexts = []
        with suppress(ServerError):  # whoever asks next finds it dead, and says so
            server.restart()
    return {}


def _looks(contexts: list[Context], jump: Callable[[float], None]) -> dict[str, list[_Pair]]:
    pairs: dict[str, list[_Pair]] = {context.resource.name: [] for context in contexts}
    for _ in range(_LOOKS):
        for context in contexts:
            pairs[context.resource.name].append(_pair(context))
        # What was just read is not to be there when the judging starts: several workers would look as one.
        jump(_far(contexts))
    return pairs


def _far(contexts: list[Context]) -> float:
    return _FAR * max(context.resource.end or 0.0 for context in contexts)


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
        raise _UnansweredError(context.resource.name)
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
