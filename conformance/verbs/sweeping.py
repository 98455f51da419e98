"""Verbs that touch every resource: they run alone at the end, or for all at one moment (`flood`, `clear`)."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.model import Effect, Exchange, Round, Step, StepRecord
from conformance.model.runs import calm
from conformance.sending.ask import How
from conformance.verbs.base import Verb, done, not_asked, not_offered, out_of_reach, untestable
from conformance.verbs.keys import keyed, letters
from conformance.verbs.writes import ACCEPTED, is_refusal, not_done, unlisted

if TYPE_CHECKING:
    from conformance.sending.context import Context
    from conformance.servers.server import Server

_KEYS: Final = 60  # a round
_SHORT: Final = 60  # letters of a key
_LENGTHS: Final = (6000, 400, _SHORT)  # letters: many servers refuse a request line of more than 8 KiB
_CONNECTIONS: Final = 2
_LONGEST: Final = 60.0  # seconds, which a busy machine may take for what is done in three
_PACE: Final = 10  # keys, by which it is seen whether that is enough
_LEAST: Final = 3  # rounds, before it is known that memory is calm
_ROUNDS: Final = 20
_WEIGHED: Final = 400  # short keys, by which an entry is weighed
_WEIGHT: Final = (
    1024  # bytes beside its key: so much for each is more than a bounded cache of small values keeps
)
_KEPT: Final = 0.4  # of the letters that were sent, at least so many are still there where entries pile up
_NOISE: Final = 128 * 1024  # bytes: below that, growth is the allocator's affair
_REFUSED: Final = (400, 404, 413, 414, 422, 431)


def _clear(step: Step, context: Context) -> StepRecord:
    """Clear the server's cache by hand."""
    resource, shared = context.resource, context.shared
    # Where it serves as evidence of a stale copy, one that is declared for another resource may do, too.
    declared = [r.writes["clear"] for r in (resource, *shared.target.resources) if "clear" in r.writes]
    write = resource.writes.get("clear") or (declared[0] if declared and step.when else None)
    if write is None:
        return not_offered(step, "the target declares no way to clear the cache")
    if not shared.consent:
        says = "clearing a cache that is not on this machine needs --conformance-allow-writes"
        return not_asked(step, says)
    if write.ask and shared.survey.offers(write.method, write.path) is False:
        return not_offered(step, unlisted(context, write))
    with shared.meeting.turn(shared.cancelled):
        exchange = context.send(write.method, write.path)
    status = exchange.status or 0
    if shared.survey.answers_all(context.json(exchange)):
        says = f"{write.method} {exchange.request.path} was answered {status}, as any request is"
        return not_offered(step, says, [exchange], declared=not write.ask)
    if is_refusal(status):
        return not_done(step, context, "clear", [exchange], write=write)
    if status == ACCEPTED:
        context.done_later(lambda: False)  # a look at it would fill the cache again
    return done(step, [exchange], effect=Effect("clear"))


class _SilentError(Exception):
    """A key got no answer."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self.exchange = exchange


def _flood(step: Step, context: Context) -> StepRecord:
    """Ask for ever new keys, in rounds, until the server's memory stops growing, or has grown all along.

    The keys are as long as the server takes them, so that an entry that is kept weighs more than the
    allocator's noise. A cache that is bounded by the number of its entries looks at first like one that is
    not: where memory has grown all along, short keys tell whether what is kept weighs more than its key;
    else nothing is claimed beyond the keys that were sent.
    """
    server = context.shared.server
    if server is None:
        return out_of_reach(
            step, "the server's memory can only be measured where the suite has started the server"
        )
    first = _longest(context)
    if first.response is None or first.status in _REFUSED:
        says = f"a key of {_SHORT} letters was answered {first.status or 'not at all'}"
        return not_offered(step, says, [_without_key(first)])
    length = len(first.request.target) - len(context.shared.wire.target(keyed(context, "")))
    rounds: list[Round] = []
    asking = _Asking(context, server)
    try:
        while len(rounds) < _ROUNDS and not calm(rounds):
            rounds.append(asking.round(length, _KEYS))
        if not calm(rounds):
            rounds.append(asking.round(_SHORT, _WEIGHED))
    except TimeoutError:
        return untestable(step, f"its answers are too slow to ask for many keys within {_LONGEST:g} s")
    except _SilentError as silent:
        return done(step, [_without_key(first), _without_key(silent.exchange)], rounds=tuple(rounds))
    if not calm(rounds) and rounds[-1].grew < rounds[-1].counts:
        keys = sum(each.keys for each in rounds)
        return untestable(
            step,
            f"memory was not seen to stop growing within {keys} distinct keys; beyond, nothing is claimed",
        )
    return done(step, [_without_key(first)], rounds=tuple(rounds))


class _Asking:
    """Rounds of new keys; the server's memory is read once between two of them.

    Over two connections, so that the server computes the next answer while the last is taken apart here.
    """

    def __init__(self, context: Context, server: Server) -> None:
        self._context, self._server = context, server
        self._until = context.shared.clock.now() + _LONGEST
        self._memory = server.memory()

    def round(self, length: int, keys: int) -> Round:
        """So many new keys of a length, and by how much memory has grown with them.

        Raises:
            TimeoutError: it takes too long.
            _SilentError: one of them got no answer.
        """
        context, before = self._context, self._memory
        paths = [keyed(context, letters(context, length)) for _ in range(keys)]
        context.lane.rest()
        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            list(pool.map(self._ask, (paths[number::_CONNECTIONS] for number in range(_CONNECTIONS))))
        least = length * _KEPT if length > _SHORT else _WEIGHT
        self._memory = self._server.memory()
        return Round(keys, max(_NOISE, int(keys * least)), self._memory - before)

    def _ask(self, paths: Sequence[str]) -> None:
        shared = self._context.shared
        began = shared.clock.now()
        with shared.wire.lane() as lane, shared.clock.lane():
            for number, path in enumerate(paths):
                now = shared.clock.now()
                each = (now - began) / number if number else 0.0
                slow = number == _PACE and each * _KEYS / _CONNECTIONS * _LEAST > _LONGEST
                if slow or now > self._until:
                    raise TimeoutError
                exchange = self._context.send("GET", path, how=How(lane=lane))
                if exchange.response is None:
                    raise _SilentError(exchange)


def _longest(context: Context) -> Exchange:
    """The answer to the longest key that the server takes, or to the shortest that it refuses."""
    for length in _LENGTHS:
        exchange = context.send("GET", keyed(context, letters(context, length)))
        if exchange.response is None or exchange.status not in _REFUSED:
            break
    return exchange


def _without_key(exchange: Exchange) -> Exchange:
    """The exchange with its thousands of letters cut short, for the record."""
    request = replace(exchange.request, target=f"{exchange.request.target[:80]}...")
    return replace(exchange, request=request)


VERBS: Final = (
    Verb(
        "clear",
        _clear,
        "clear the cache by hand",
        phase="sweep",
        needs="clear",
        tried=True,
        joint=True,
        lives=True,
    ),
    Verb(
        "flood", _flood, "ask for many distinct keys and watch the server's memory", phase="sweep", lives=True
    ),
)
