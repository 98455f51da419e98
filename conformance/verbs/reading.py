"""Verbs that read: `read` and `read-miss`, and the timed ones, `wait`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import TYPE_CHECKING, Final

from conformance.content.facts import is_hit
from conformance.content.items import find_list, item_id, path_of, same_id
from conformance.content.moments import follows
from conformance.language import durations
from conformance.language.values import (
    DURATION,
    HEADERS,
    STEP,
    TEXT,
    VARIABLE,
    YES,
    Kind,
    choice,
    with_headers,
)
from conformance.model import MISSING, Exchange, Headers, Json, Resource, Step, StepRecord
from conformance.sending.ask import How
from conformance.verbs.audience import USERS, asked_by
from conformance.verbs.base import Argument, Verb, before, done, not_offered, untestable
from conformance.verbs.keys import keyed, letters
from conformance.verbs.standins import STAND_INS, stand_in
from conformance.verbs.writes import TOO_MANY

if TYPE_CHECKING:
    from conformance.sending.context import Context

_TOGETHER: Final = 8  # connections of a burst
_FAILED: Final = 500
_LONGER: Final = 4.0  # seconds
_EXPIRIES: Final = 3  # how often a warm cache is waited out before it counts as one that never misses


def _read(step: Step, context: Context) -> StepRecord:
    resource = context.resource
    if resource.name in context.shared.lacking:
        return not_offered(step, context.shared.lacking[resource.name])
    if "through" in step.args:
        # Not at the top: whoever plans reads the rows of the verbs, and needs no client caches.
        from conformance.verbs.through import read_through  # noqa: PLC0415

        return read_through(step, context)
    headers = context.headers(step.args.get("headers"), step.args.get("fields"))
    where = step.args.get("of", "")
    if where == "distinct":
        resource = context.shared.target.resource(resource.distinct_from[0])
    new = where == _NEW
    item, apart = where in ("item", "other-item"), where in STAND_INS
    path, why_not = _found(context, resource, where)
    if path is None:
        return not_offered(step, why_not)
    user = str(step.args.get("user", ""))
    if user:
        resource = asked_by(resource, user)
    times = int(context.fill(step.args.get("times", 1)))
    method = step.args.get("method", "GET")
    if step.args.get("together"):
        exchanges = _burst(context, method, path, headers, times)
    else:
        fresh, stray = step.args.get("connection") == "fresh", step.args.get("stray") == "watch"
        slowly = bool(step.args.get("slowly"))
        login = where != "protected"
        how = How(resource, fresh, stray, user=user, slowly=slowly, follow=not apart, login=login)
        exchanges = _one_by_one(
            times, lambda: context.send(method, path, headers, how=how), _last_at(step, context)
        )
    if method == "HEAD" and exchanges[-1].status in (405, 501):
        return not_offered(step, f"HEAD was answered {exchanges[-1].status}", exchanges)
    # An answer to HEAD has no body to be looked at, and what fields choose may look otherwise.
    if not (item or apart or new) and method == "GET" and not user and "fields" not in step.args:
        lacking = context.lacks(exchanges[0], resource)
        if lacking is not None:
            return not_offered(step, lacking, exchanges)
    told = _told(exchanges) if step.args.get("keep") else exchanges
    other = resource.name if new or resource is not context.resource else ""
    return done(step, told, alike=len(exchanges) - len(told), item=item, other=other)


def _told(exchanges: list[Exchange]) -> list[Exchange]:
    """Of many answers those that say something: of each row of answers alike, the first and the last."""
    rows = (tuple(row) for _, row in groupby(exchanges, key=_but_for_time))
    return [each for row in rows for each in (row[:1] if len(row) == 1 else (row[0], row[-1]))]


def _but_for_time(exchange: Exchange) -> tuple[object, ...]:
    headers = tuple(each for each in exchange.headers if each[0].lower() not in ("date", "age"))
    return exchange.status, exchange.fault, headers, exchange.digest, exchange.facts


def _found(context: Context, resource: Resource, where: str) -> tuple[str | None, str]:
    """The path to read; None, and why there is none: nothing stands in for a resource that is not there."""
    if where in STAND_INS and resource.ask:
        lacking = context.lacks(context.seen or context.read(), resource)
        if lacking is not None:
            return None, lacking
    says = f"the target names no route of {_WHERE.get(where, where)}, or its id is not known"
    return _path(context, resource, where), says


def _path(context: Context, resource: Resource, where: str) -> str | None:
    """The path to read; None where an item is meant, and there is no way to it."""
    if where in STAND_INS:
        return stand_in(context, resource, where)
    if where == _NEW:
        return keyed(context, letters(context))
    if where not in ("item", "other-item"):
        return resource.read
    id_ = context.tracked.id if context.tracked else None
    if where == "other-item":
        id_ = _other(context, id_)
    known = resource.item is not None and id_ is not None
    return path_of(resource.item, id_) if known and resource.item else None


def _other(context: Context, id_: Json) -> Json:
    """The id of an item that the list shows, and that is not the one that was written."""
    items = find_list(context.json(context.seen or context.read())) or []
    ids = [item_id(each, items) for each in items]
    return next((each for each in ids if each is not None and not same_id(each, id_)), None)


def _one_by_one(
    times: int, send: Callable[[], Exchange], before_the_last: Callable[[Exchange], None]
) -> list[Exchange]:
    """So many exchanges, up to one that gets no answer, or meets a rate limit that is not waited out."""
    exchanges: list[Exchange] = []
    while len(exchanges) < times and all(_goes_on(e) for e in exchanges[-1:]):
        if exchanges and len(exchanges) == times - 1:
            before_the_last(exchanges[0])
        exchanges.append(send())
    return exchanges


def _goes_on(last: Exchange) -> bool:
    """Whether a server that has answered so is asked again: one that hangs is not, on and on."""
    return last.response is not None and last.status != TOO_MANY


def _last_at(step: Step, context: Context) -> Callable[[Exchange], None]:
    """Waits for the last of several reads, where it is to be so long after the first."""

    def wait(first: Exchange) -> None:
        if "spread" in step.args:
            pause = _spread(step, context.quantities(), context.shared.clock.moves)
            context.wait_until(first.received_at + pause, "a second to pass between reads")

    return wait


def _spread(step: Step, quantities: Mapping[str, float], _moves: bool) -> float:
    """How long the last of several reads is after the first."""
    return durations.within(durations.seconds(str(step.args.get("spread", "0 s")), {}), quantities)


def _burst(context: Context, method: str, path: str, headers: Headers, times: int) -> list[Exchange]:
    """Several requests at once, each thread on a connection of its own."""
    context.lane.rest()
    with ThreadPoolExecutor(min(times, _TOGETHER)) as pool:
        return list(pool.map(lambda _: context.send_apart(method, path, headers), range(times)))


def _read_miss(step: Step, context: Context) -> StepRecord:
    """Read until the server says that it has computed the value anew; wait a warm cache out unread.

    Reading while waiting would keep an entry alive whose life is prolonged by reads.
    """
    quantities = context.quantities()
    _leave_the_tick(context, quantities)
    last = context.read()
    lacking = context.lacks(last)
    if lacking is not None:
        return not_offered(step, lacking, [last])
    if context.resource.hit is None:
        return _unmarked_miss(step, context, last)
    if (last.status or 0) >= _FAILED:  # is that what is kept?
        failed, last = last, context.read()
        before(step, context, [failed, last] if is_hit(last.facts.hit) else [failed])
    for _ in range(_EXPIRIES):
        if not is_hit(last.facts.hit):
            break
        pause = quantities["end"] + quantities["m"] / 2
        context.wait_until(last.received_at + pause, "the cache to run out: it was warm")
        _leave_the_tick(context, quantities)
        last = context.read()
    return done(step, [last])


def _unmarked_miss(step: Step, context: Context, last: Exchange) -> StepRecord:
    """A value that was surely computed by our read, where no mark says so: another one came after the TTL.

    Its text has to be another at each computation, or it would tell nothing later: seen by its seconds, or by
    three lives in a row.
    """
    quantities, lives, first = context.quantities(), 0, last
    for waited in range(1, _EXPIRIES + 1):
        why = "its TTL to end, since no mark tells when its value was computed"
        # Each time a little longer: after whole minutes, seconds could not be told from minutes.
        pause = quantities["end"] + quantities["m"] / 2 + _LONGER * (waited - 1)
        context.wait_until(last.received_at + pause, why)
        _leave_the_tick(context, quantities)
        last = context.read()
        value = last.facts.value
        if last.response is None or value is MISSING:
            return done(step, [last])
        if is_hit(last.facts.hit):  # the same again: it is kept too long, or its text repeats
            lives = 0
            continue
        lives += 1
        if lives == _EXPIRIES or follows(first.facts.value, value, last.sent_at - first.sent_at):
            return done(step, [last])
        first = last
    return untestable(
        step, "its value does not show when it was computed: declare `hit`, or a value that moves"
    )


def _leave_the_tick(context: Context, quantities: Mapping[str, float]) -> None:
    """Begin a life where one that ends with a tick of the wall clock is surely too short.

    A cache by buckets of time (`int(time.time() // ttl)`) looks right from a read that comes just after one.
    """
    ttl, now = quantities["ttl"], context.shared.clock.now()
    begins, ends = quantities["w"] + quantities["m"] / 2, ttl - quantities["m"] / 2
    since = (context.shared.wall + now) % ttl
    if not begins <= since <= ends:
        context.wait_until(now + (begins - since) % ttl, "a tick of the clock to be past")


def _wait(step: Step, context: Context) -> StepRecord:
    quantities, wanted = context.quantities(), step.args["for"]
    try:
        pause = _pause(step, quantities, context.shared.clock.moves)
    except KeyError as missing:
        return untestable(step, f"there is no {missing} to wait by")
    last = context.last(step.args["after"])
    if last is None:
        return untestable(step, f"{step.args['after']} made no exchange to count from")
    # What must still be fresh is counted from the request, what must be gone from the answer; and the answer
    # to what comes next has to be there in time, however long this server takes for one.
    start = last.sent_at - _takes(context) if "-" in str(wanted) else last.received_at
    why = step.args.get("why") or _why(str(wanted), context.resource)
    if start + pause > context.shared.clock.now():
        context.wait_until(start + pause, why)
    return done(step, [], until=start + pause)


def _takes(context: Context) -> float:
    """How long the latest answer took."""
    latest = [e for step in context.steps.values() for e in step.exchanges[-1:]]
    return latest[-1].received_at - latest[-1].sent_at if latest else 0.0


def _pause(step: Step, quantities: Mapping[str, float], moves: bool) -> float:
    """How many seconds a `wait` takes: longer ones, where time is moved, still lie within a life.

    Raises:
        KeyError: it names a quantity that there is not.
    """
    if not moves or "moved" not in step.args:
        return durations.seconds(str(step.args["for"]), quantities)
    return durations.within(durations.seconds(str(step.args["moved"]), quantities), quantities)


def _why(wanted: str, resource: Resource) -> str:
    if "ttl" not in wanted and "end" not in wanted:
        return "a little time to pass"
    ttl = f"its TTL of {resource.ttl:g} s"
    if "+" in wanted:
        return f"{ttl} to end"
    return f"{ttl} to be nearly over" if "-" in wanted else f"half of {ttl}"


_CACHES: Final = {"private-cache": "a private client cache", "shared-cache": "a shared client cache"}
_NEW: Final = "new-key"
_WHERE: Final = {
    "item": "the item that was written",
    "other-item": "an item that was not written",
    "distinct": "the resource that has another key",
    _NEW: "the resource under a key that nobody has asked for",
    **STAND_INS,
}
_TIMES: Final = Kind(
    "COUNT",
    {
        "anyOf": [
            {"type": "integer", "minimum": 1, "maximum": 1000},
            {"type": "string", "pattern": r"^\{[a-z][a-z0-9-]*\}$"},
        ],
        "description": "how often: a number from 1 to 1000, or a variable such as '{n}'",
    },
)

VERBS: Final = (
    Verb(
        "read",
        _read,
        "{method} {of}{user}{headers}{fields}{times}{spread}{together}{connection}{keep}{through}{at}{stray}"
        "{slowly}",
        (
            Argument("method", choice("HEAD", "OPTIONS", "PROPFIND"), "{}", absent="GET"),
            Argument(
                "of",
                choice(*_WHERE),
                lambda of: _WHERE[of],
                absent="the resource",
                # It warms another resource, which a timeline of that one would not bear.
                phase=lambda of: "keys" if of == "distinct" else "",
            ),
            Argument("user", choice(*USERS), lambda user: f" as {USERS[user][0]}"),
            Argument("headers", HEADERS, with_headers),
            Argument("fields", VARIABLE, " with the fields {}"),
            Argument("times", _TIMES, ", {} times", manner=True),
            Argument("spread", DURATION, ", the last {} after the first", manner=True),
            Argument("together", YES, " at once", phase="sweep", manner=True),
            Argument("connection", choice("fresh"), ", on a new connection", manner=True),
            Argument(
                "keep",
                choice("different"),
                ", of answers alike in a row the first and the last kept",
                manner=True,
            ),
            Argument(
                "through",
                choice(*_CACHES),
                lambda kind: f", through {_CACHES[kind]}",
                phase="wait",  # a client cache takes its time to be imported; there it costs nobody any
            ),
            Argument("at", DURATION, ", when {} have passed for it"),
            Argument("stray", choice("watch"), ", and watch for bytes that follow the answer", manner=True),
            Argument("slowly", YES, ", its last header line a moment after the others", manner=True),
        ),
        lasts=_spread,
    ),
    Verb(
        "read-miss",
        _read_miss,
        "GET the resource until its value is computed anew",
        needs="ttl",
        phase="wait",
        asks="read",
        lives=True,
    ),
    Verb(
        "wait",
        _wait,
        "wait until {for}{moved} after {after}{why}{for-next}",
        (
            Argument("for", DURATION, "{}", required=True),
            Argument("after", STEP, "{}", required=True),
            Argument("why", TEXT, ", for {}"),
            Argument("moved", DURATION, " ({} where the clock can be moved)"),
            Argument("for-next", YES, " (in real time only where the next is looked at)", for_next=True),
        ),
        phase="wait",
        lasts=_pause,
    ),
)
