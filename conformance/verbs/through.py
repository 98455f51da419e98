"""`read` with `through`: a real client cache between the step and the server.

Its time is its own: `at` says how many seconds after the first read this one is, and nothing waits.
"""

from __future__ import annotations

from sys import intern
from typing import TYPE_CHECKING

from conformance.clients import ClientCache, NoAnswer, Origin, Send, make_client
from conformance.language import durations
from conformance.model import (
    CacheRead,
    Exchange,
    Headers,
    Request,
    Response,
    Step,
    StepRecord,
)
from conformance.verbs.base import done, untestable

if TYPE_CHECKING:
    from conformance.sending.context import Context


def read_through(step: Step, context: Context) -> StepRecord:
    """One read through the record's client cache of that kind, made at the first."""
    kind = step.args["through"]
    behind: list[Exchange] = []
    client = context.clients.get(kind)
    if client is None:
        client = context.clients[kind] = make_client(kind, _sender(context))
    context.behind = behind
    at = step.args.get("at")
    if at is not None:
        try:
            instant = durations.seconds(str(at), context.quantities(kind))
        except KeyError as missing:
            return untestable(step, f"the answer gives no {missing} to count by")
        client.pass_time(max(0.0, instant - client.age))
    asked_at = context.shared.clock.now()
    wire, path = context.shared.wire, context.found(context.resource)
    try:
        through = client.read(wire.url(path), context.headers(step.args.get("headers")))
    except NoAnswer:
        return done(step, behind, cache=CacheRead(client.age))
    # Without its body: nothing judges that, and what the server sent stands in its own exchange.
    response = Response(through.status, intern(through.reason), through.headers)
    request = Request("GET", wire.target(path))
    # A 304 that the cache can't match makes it ask a second time, in full: the first question counts.
    contact = "conditional" if through.seen and through.seen[0].conditional else through.contact
    now = context.shared.clock.now()
    seen = Exchange(request, response, None, asked_at, now, through=kind, contact=contact)
    return done(step, [*behind, seen], cache=_cache_read(context, client, kind, behind))


def _cache_read(context: Context, client: ClientCache, kind: str, behind: list[Exchange]) -> CacheRead:
    shared = context.shared
    earlier = [s for s in context.steps.values() if s.cache is not None and s.cache.client == kind]
    # What a cache has to do goes by the first answer that it got; of later ones nobody asks what it saw.
    first = not any(e.response is not None for s in earlier for e in s.exchanges)
    shown = client.seen[-len(behind) :] if behind and first else ()
    seen = tuple(
        None if each.headers == exchange.headers else tuple(each.headers)
        for exchange, each in zip(behind, shown, strict=False)
    )
    reads = (*(s.cache.at for s in earlier[1:] if s.cache is not None), client.age)
    wall = None if shared.clock.moves else shared.wall
    return CacheRead(client.age, kind, client.kind.shared, reads, seen, wall)


def _sender(context: Context) -> Send:
    def send(method: str, _url: str, headers: Headers, body: bytes) -> Origin:
        # Interned, so that a report sees that it is as ever, and leaves it out.
        exchange = context.send(intern(method), context.resource.read, headers, body)
        context.behind.append(exchange)
        if exchange.response is None:
            assert exchange.fault is not None  # noqa: S101 - one of the two is there
            raise NoAnswer(exchange.fault)
        response = exchange.response
        return Origin(response.status, response.reason, response.headers, response.body.content or b"")

    return send
