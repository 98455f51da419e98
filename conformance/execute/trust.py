"""Whether the values of a server age with its moved clock. Shell: it asks the server.

It must not know how a server is started, nor what follows from distrust.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.content.facts import is_hit
from conformance.model import MISSING, Exchange
from conformance.sending.context import Context
from conformance.servers.errors import ServerDied, ServerError

if TYPE_CHECKING:
    from conformance.servers.server import Server

_FAR: Final = 20  # TTLs: so far that no entry of an honest cache is left


class _UnansweredError(Exception):
    """The argument is the name of the resource whose read got no answer."""


def distrusted(contexts: list[Context], jump: Callable[[float], None], server: Server) -> dict[str, str]:
    """Resources whose values do not age with the moved clock, and why that is believed.

    Each is read, the clock is moved by 20 TTLs without a read, and each is read again: then another
    value, or a miss, has to come. A pair of probes just before and just after the TTL would distrust
    exactly the servers that are flawed. A resource that does not answer is left to its judgement, and
    the others are probed on a server that is started again, since it may be dead, or hang.
    """
    while contexts:
        try:
            return _compared(contexts, jump)
        except _UnansweredError as silent:
            contexts = [each for each in contexts if each.resource.name != str(silent)]
        except ServerDied:
            contexts = []
        with suppress(ServerError):  # whoever asks next finds it dead, and says so
            server.restart()
    return {}


def _compared(contexts: list[Context], jump: Callable[[float], None]) -> dict[str, str]:
    firsts = [_answered(context) for context in contexts]
    ttl = max((context.resource.ttl or 0.0 for context in contexts), default=0.0)
    if not ttl:
        return {}
    jump(_FAR * ttl)
    seconds = [_answered(context) for context in contexts]
    # What was just read is not to be there when the judging starts: several workers would look as one.
    jump(_FAR * ttl)
    return {
        context.resource.name: "its value outlived 20 TTLs of moved time, so real time was waited for"
        for context, first, second in zip(contexts, firsts, seconds, strict=True)
        if _unmoved(first, second)
    }


def _answered(context: Context) -> Exchange:
    context.lane.rest()
    exchange = context.read()
    if exchange.response is None:
        raise _UnansweredError(context.resource.name)
    return exchange


def _unmoved(first: Exchange, second: Exchange) -> bool:
    if MISSING in (first.facts.value, second.facts.value):
        return False  # there is nothing to time
    miss = is_hit(second.facts.hit) is False
    return not miss and first.facts.value == second.facts.value
