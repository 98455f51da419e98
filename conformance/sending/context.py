"""The surroundings of a step at work: one resource, one lane, the run's clock.

Shell. Knows how a request is sent, repeated and observed; knows no expectation and no verdict.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import msgspec

from conformance.clocks.base import Clock
from conformance.content import facts as observe
from conformance.fields import age_in_front, field_value, parse_cache_control, parse_delta_seconds
from conformance.language import captures, durations
from conformance.language.values import lines_of
from conformance.model import MISSING, Exchange, Headers, Json, Resource, StepRecord, Target
from conformance.sending.ask import PLAIN, Ask, How, slash_only
from conformance.sending.division import Division
from conformance.sending.gate import Gate
from conformance.sending.keeping import Keeping
from conformance.sending.ledger import Ledger, Own, Undo
from conformance.sending.lives import Lives
from conformance.sending.logins import Logins
from conformance.sending.meeting import Meeting
from conformance.sending.seen import Seen
from conformance.sending.survey import Survey
from conformance.sending.wholes import Wholes
from conformance.wire import Lane, Wire

if TYPE_CHECKING:
    from conformance.clients import ClientCache
    from conformance.servers.server import Server

_PATIENCE: Final = 10.0  # seconds of Retry-After that are waited for in all, for one resource
_LATER: Final = 2.0  # seconds of real time that what was accepted to be done later (202) has
_GLANCE: Final = 0.2  # seconds between two looks at it
_TIMEOUTS: Final = 2  # a resource that has not answered so often is given up
WHOLE_SECONDS_BELOW: Final = 10.0


class GivenUpError(Exception):
    """The resource does not answer any more, or the run is being cancelled; the record ends here."""


@dataclass(slots=True)
class Shared:
    """What all lanes of a run share.

    Args:
        paths: resource -> the path it was found at, where a redirect differs only in the slash.
        lacking: resource, or resource and kind of write -> why the server does not offer it.
        refused: resource and kind of write -> how the server has refused it, though it offers it.
        own: resource -> the item of ours that is kept for its changes, up to the end of the run.
        prepared: resources for which one was to be created.
        removable: resources of which a created item was removed, so that more may be created.
        left: resource -> why a created item can't be removed; no more are created there.
        past: (path, field) -> the values that were there, or were sent, so far.
        shapes: (resource, method) -> how a write that has no condition was seen to be taken.
        patience: resource -> seconds of its rate limit that were waited for.
        limited: resources whose rate limit asks for more than that; they are asked no more.
        timeouts: resource -> how often it has not answered.
        unanswered: resource -> its plain read that was waited for in vain before anything of it was judged,
            and what the server was doing.
        logins: whether the server still knows us.
        wall: POSIX time of the run's start.
        remote: whether the server is somewhere else than on this machine's loopback.
        server: the server, where the suite has started it.
        restart: starts it anew, once however often it is called, and says why that fails, or ""; None: it
            was not asked for.
        plain: (resource, digest of the body) -> the last plain read that was answered with it, where the
            suite has started the server.
        consent: why writes are permitted, or "" where they are not.
    """

    wire: Wire
    clock: Clock
    target: Target
    survey: Survey
    ledger: Ledger
    consent: str
    cancelled: threading.Event
    waiting: Callable[[str, str, float | None], None]
    wall: float = 0.0
    remote: bool = False
    server: Server | None = None
    restart: Callable[[], str] | None = None
    gate: Gate = field(default_factory=Gate)
    meeting: Meeting = field(default_factory=Meeting)
    lives: Lives = field(default_factory=Lives)
    paths: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    own: dict[str, Own] = field(default_factory=dict)
    prepared: set[str] = field(default_factory=set)
    removable: set[str] = field(default_factory=set)
    left: dict[str, str] = field(default_factory=dict)
    division: Division = field(default_factory=Division)
    past: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    shapes: dict[tuple[str, str], StepRecord] = field(default_factory=dict)
    patience: dict[str, float] = field(default_factory=dict)
    limited: set[str] = field(default_factory=set)
    timeouts: dict[str, int] = field(default_factory=dict)
    unanswered: dict[str, tuple[Exchange, str]] = field(default_factory=dict)
    logins: Logins = field(default_factory=Logins)
    seen: Seen = field(default_factory=Seen)
    keeping: Keeping = field(default_factory=Keeping)
    plain: dict[tuple[str, str], Exchange] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def workers(self) -> int | None:
        """How many workers of the server the suite has started; None: it has not."""
        return self.server.workers if self.server else None

    @property
    def life(self) -> int:
        """Which start of the server this is; 0, where the suite has not started it and can't know."""
        return self.server.starts if self.server else 0


@dataclass(slots=True)
class Context:
    """What a verb gets to work with; made anew for each record.

    Args:
        seen: the last answer to a plain read of the resource, up to the next write.
        wholes: what the parts of a 206 are held against.
        undos: path -> how to put back what this work has changed of an item of ours.
        eve: what is to be done just before a change is sent, or None.
        game: what the moves of a history have come to (`verbs/playing.py`), or None.
        over: whether the time of this work is up: then no more is sent, but for putting back.
    """

    shared: Shared
    lane: Lane
    resource: Resource
    bound: Mapping[str, Json]
    random: random.Random
    steps: dict[str, StepRecord] = field(default_factory=dict)
    tracked: observe.Tracked | None = None
    clients: dict[str, ClientCache] = field(default_factory=dict)
    behind: list[Exchange] = field(default_factory=list)
    seen: Exchange | None = None
    wholes: Wholes = field(default_factory=Wholes)
    undos: dict[str, Undo] = field(default_factory=dict)
    eve: Callable[[], None] | None = None
    game: object = None
    over: Callable[[], bool] = bool

    # ---------------------------------------------------------------- sending

    def send(
        self,
        method: str,
        path: str,
        headers: Headers = (),
        body: bytes = b"",
        how: How = PLAIN,
    ) -> Exchange:
        """One exchange, observed; a redirect that differs only in the slash is followed and remembered.

        Raises:
            GivenUpError: the run is being cancelled.
        """
        if self.over():
            raise GivenUpError
        resource = how.of or self.resource
        exchange = self._patient(Ask(method, self.found(resource, path), headers, body), resource, how)
        moved = slash_only(exchange, self.shared.wire.base.authority)
        if moved is not None and how.follow:
            moved = moved.removeprefix(self.shared.wire.prefix) or "/"
            if path == resource.read:
                self.shared.paths[resource.name] = moved
            exchange = self._patient(Ask(method, moved, headers, body), resource, how)
        if self.shared.paths.get(resource.name) and path == resource.read:
            facts = msgspec.structs.replace(exchange.facts, redirected=self.shared.paths[resource.name])
            exchange = msgspec.structs.replace(exchange, facts=facts)
        if method not in ("GET", "HEAD"):
            self.seen = None
            self.shared.lives.forget()
        elif (method, path, headers, how.user) == ("GET", self.resource.read, (), ""):
            self.seen = exchange
        return exchange

    def _patient(self, ask: Ask, resource: Resource, how: How) -> Exchange:
        """Once more after a short Retry-After, and once more alone after a time-out beside others."""
        lane = how.lane or self.lane
        with self.shared.gate.shared():
            exchange = self._once(ask, resource, how)
            crowded = exchange.fault is not None and self.shared.wire.open_elsewhere(lane)
        fault = exchange.fault.kind if exchange.fault else None
        if fault == "cancelled":
            raise GivenUpError
        if fault == "timeout":
            again = crowded and ask.method in ("GET", "HEAD") and not self.shared.timeouts.get(resource.name)
            server = self.shared.server
            if again and not (server and server.where()[0]):  # stuck in its own code, it stays so
                self.shared.timeouts[resource.name] = 1
                with self.shared.gate.alone():
                    self.shared.wire.rest()
                    exchange = self._once(ask, resource, replace(how, fresh=True))
            if exchange.fault:
                self.shared.timeouts[resource.name] = self.shared.timeouts.get(resource.name, 0) + 1
        return self._unhurried(exchange, ask, resource, how)

    def _unhurried(self, exchange: Exchange, ask: Ask, resource: Resource, how: How) -> Exchange:
        """Once the rate limit allows it, where that takes no longer than we wait for one resource in all."""
        shared, name = self.shared, resource.name
        while exchange.status == 429:  # noqa: PLR2004 - Too Many Requests, RFC 6585 4
            pause = parse_delta_seconds(field_value(exchange.headers, "retry-after") or "")
            waited = shared.patience.get(name, 0.0)
            if pause is None or waited + pause > _PATIENCE:
                shared.limited.add(name)
                break
            shared.patience[name] = waited + max(pause, 1)  # so that a limit of 0 s has an end, too
            self.wait_until(shared.clock.now() + pause, "the server's rate limit")
            with shared.gate.shared():
                exchange = self._once(ask, resource, how)
        return exchange

    def _once(self, ask: Ask, resource: Resource, how: How) -> Exchange:
        headers = (*(resource.headers if how.login else ()), *ask.headers)
        lane = how.lane or self.lane
        exchange = lane.exchange(
            *(ask.method, ask.path, headers, ask.body), fresh=how.fresh, stray=how.stray, slowly=how.slowly
        )
        response = exchange.response
        if response is None:
            return exchange
        body = response.body
        found = observe.facts(resource, response.headers, body.content or b"", self.tracked, response.status)
        held = self.wholes.held(exchange.request, response)
        found = msgspec.structs.replace(found, slices=held) if held else found
        facts = self.shared.seen.mark(resource, found)
        ended = 0
        if how.login:
            ended = self.shared.logins.ended(
                ask.method, how.user, ask.path, headers, response.status, lambda *to: self._status(lane, *to)
            )
        facts = msgspec.structs.replace(facts, login_ended=ended) if ended else facts
        if not self.shared.keeping.keeps(body):
            response = msgspec.structs.replace(response, body=msgspec.structs.replace(body, content=None))
        exchange = msgspec.structs.replace(exchange, response=response, facts=facts)
        ordinary = ask.method == "GET" and not ask.headers and not how.user
        plain = ordinary and ask.path == self.found(resource, resource.read)
        if plain:
            self.shared.lives.saw(resource, exchange)
        if plain and self.shared.server and response.status == 200:  # noqa: PLR2004
            self.shared.plain[resource.name, body.digest] = exchange
        return exchange

    def send_apart(self, method: str, path: str, headers: Headers = (), body: bytes = b"") -> Exchange:
        """One exchange on a connection of its own, which ends with it, from any thread.

        Counted as busy, or a clock that moves would jump while this waits for its answer, and other lanes
        do not.

        Raises:
            GivenUpError: the run is being cancelled.
        """
        with self.shared.wire.lane() as lane, self.shared.clock.lane():
            return self.send(method, path, headers, body, How(fresh=True, lane=lane))

    def _status(self, lane: Lane, path: str, headers: Headers) -> int | None:
        response = lane.exchange("GET", path, headers, b"").response
        return response.status if response else None

    def json(self, exchange: Exchange) -> Json:
        """The JSON of a kept body, or None."""
        if exchange.response is None or exchange.response.body.content is None:
            return None
        return observe.load_json(exchange.headers, exchange.response.body.content)

    def found(self, resource: Resource, path: str = "") -> str:
        """The path as the server wants it: a redirect by the slash holds for writes to it, too."""
        moved = self.shared.paths.get(resource.name)
        return moved if moved is not None and path in ("", resource.read) else path or resource.read

    def read(self) -> Exchange:
        """The plain read of the resource."""
        return self.send("GET", self.resource.read)

    def lacks(self, exchange: Exchange, resource: Resource | None = None) -> str | None:
        """Why the server does not offer a resource that it may lack, or None."""
        resource = resource or self.resource
        if not resource.ask or exchange.response is None or exchange.facts.login_ended:
            return None
        if exchange.status in (401, 403, 404, 405, 410, 501):
            says = f"GET {resource.read} was answered {exchange.status}"
        elif exchange.status == 200 and resource.json and exchange.facts.json == "none":  # noqa: PLR2004
            # Many servers answer every path with their front page.
            says = f"GET {resource.read} is answered, but not with JSON"
        elif exchange.status == 200 and resource.value and exchange.facts.value is MISSING:  # noqa: PLR2004
            says = f"GET {resource.read} is answered, but without a value at {resource.value}"
        elif exchange.status == 200 and resource.hit and exchange.facts.hit is MISSING:  # noqa: PLR2004
            says = (
                f"GET {resource.read} is answered, but without a flag at {resource.hit}: it is another route"
            )
        elif exchange.status == 200 and self.shared.survey.answers_all(self.json(exchange)):  # noqa: PLR2004
            says = f"GET {resource.read} is answered as any path is, whether there is such a route or not"
        else:
            return None
        self.shared.lacking.setdefault(resource.name, says)
        return says

    def gone(self) -> bool:
        """Whether the resource has been given up."""
        return self.shared.timeouts.get(self.resource.name, 0) >= _TIMEOUTS

    # ---------------------------------------------------------------- time

    def done_later(self, done: Callable[[], bool]) -> None:
        """Give the server real time, which no clock of ours moves, for what it accepted to do later.

        Raises:
            GivenUpError: the run is being cancelled.
        """
        left = _LATER
        while left > 0 and not done():
            self.lane.rest()
            if self.shared.cancelled.wait(_GLANCE):
                raise GivenUpError
            left -= _GLANCE

    def wait_until(self, instant: float, why: str) -> None:
        """Let time pass without a connection of ours open.

        Raises:
            GivenUpError: the run is being cancelled.
        """
        self.lane.rest()
        self.shared.waiting(self.resource.name, why, instant)
        try:
            if not self.shared.clock.wait_until(instant, self.shared.cancelled):
                raise GivenUpError
        finally:
            self.shared.waiting(self.resource.name, why, None)

    def quantities(self, client: str = "") -> dict[str, float]:
        """What the durations of the spec language may name, in seconds.

        Args:
            client: the client cache whose time it is, if one's.
        """
        ttl = self.resource.ttl
        longest = max((r.ttl or 0.0 for r in self.shared.target.resources), default=0.0)
        known = {"resolution": self.resource.resolution, "longest": longest}
        if ttl is not None:
            m = durations.margin(ttl)
            known |= {
                "ttl": ttl,
                "end": self.resource.end or ttl,
                "m": m,
                "w": 1.2 if ttl < WHOLE_SECONDS_BELOW else 1.5 * m,
            }
        lifetime = self._lifetime(client)
        return known if lifetime is None else known | {"lifetime": lifetime}

    def _lifetime(self, client: str) -> float | None:
        """What is left of max-age, as the target declares it, else as the first answer says it.

        The first that the client cache has got, where there is one: a cache in front has used some of it up.
        """
        steps = [each for each in self.steps.values() if each.cache and each.cache.client == client]
        first = next((e for each in (steps or self.steps.values()) for e in each.exchanges[:1]), None)
        sent = field_value(first.headers, "cache-control") if first else None
        values = [
            parse_cache_control([v] if v else []).seconds("max-age") for v in (self.resource.policy, sent)
        ]
        said, left, end = values[0], values[1], self.resource.end
        # What the server keeps for a while may tell how much is left of it.
        counts_down = None not in (said, left, end) and 0 <= (said or 0) - (left or 0) <= (end or 0)
        seconds = left if counts_down or self.resource.policy is None else said
        age = age_in_front(first.headers, kept=end is not None) if first else 0
        return None if seconds is None else float(max(0, seconds - age))

    # ---------------------------------------------------------------- captures

    def fill(self, value: Json) -> Json:
        """A value with its captures filled in.

        Raises:
            captures.MissingError: the answer has no such thing.
        """
        return captures.fill(value, self.last, self.bound)

    def last(self, name: str) -> Exchange | None:
        """The last exchange of an earlier step."""
        step = self.steps.get(name)
        return step.exchanges[-1] if step and step.exchanges else None

    def headers(self, wanted: Mapping[str, Json] | None, drawn: Json = None) -> Headers:
        """Header fields as a step gives them, and as a variable holds them, filled in."""
        return lines_of(self.fill(dict(wanted or {})) | (self.fill(drawn) if drawn else {}))
