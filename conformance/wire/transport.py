"""`Wire`: a server, as far as it can be reached. `Lane`: who asks it, one question after another.

Rules of this file: no redirect is followed, no proxy or .netrc is read, no cookie is kept, nothing
is decoded. A server's fault is a record, never an exception; what is raised is a fault of ours.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from conformance.errors import HarnessError
from conformance.model import Exchange
from conformance.version import __version__
from conformance.wire.address import Lookup, parse_base, target
from conformance.wire.answer import Broken, Limits
from conformance.wire.connection import Alarm, Connection, cancelled, connect
from conformance.wire.outgoing import compose, encode, unconditional
from conformance.wire.trip import Clock, Trip, until_status_line

if TYPE_CHECKING:
    import ssl

__all__ = ["Lane", "Wire"]

# RFC 9110 9.2.1. PUT and DELETE are idempotent, but a write is never repeated here: what it did is
# what a check looks at.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_NOT_MODIFIED = 304
_SLOW = 1.0  # seconds


class Wire:
    """One server under test, for one run. Its methods may be called from any thread.

    Args:
        base_url: http or https, a host, perhaps a port and a path.
        clock: for `sent_at` and `received_at`, and for nothing else.
        limits: what one exchange may take.
        verify: for https: the usual verification, or the path of a private CA's bundle, or False.
        user_agent: "" says the name and version of the suite; a server that is graded is told NEUTRAL,
            which tells nothing.

    Attributes:
        slow: how long each exchange took that took a second or more, an unanswered one too, in real time.

    Raises:
        UsageError: the base URL or the CA bundle is none.
    """

    def __init__(
        self,
        base_url: str,
        clock: Clock,
        *,
        limits: Limits | None = None,
        verify: bool | str = True,
        user_agent: str = "",
    ) -> None:
        self.base = parse_base(base_url)
        self.origin = self.base.origin
        self.prefix = self.base.prefix
        self.clock = clock
        self.limits = limits or Limits()
        self.user_agent = user_agent or f"cache-conformance/{__version__}"
        self._context: ssl.SSLContext | None = None
        if self.base.scheme == "https":
            from conformance.wire.tls import context  # noqa: PLC0415 (most runs need no ssl)

            self._context = context(verify)
        self._lookup = Lookup(self.base.host, self.base.port)
        self._alarm = Alarm()
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._lanes: set[Lane] = set()
        self._closed = False
        self.slow: list[float] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def url(self, path: str) -> str:
        """The absolute URL of a path of a target file, such as "/items/?x=1"."""
        return self.origin + self.target(path)

    def target(self, path: str) -> str:
        """What stands in the request line for a path of a target file: the base URL's path comes first."""
        return self.prefix + target(path)

    def lane(self) -> Lane:
        """A new lane; `close` it, or the wire."""
        lane = Lane(self)
        with self._lock:
            if self._closed:
                raise HarnessError("a lane was asked of a wire that is closed")
            self._lanes.add(lane)
        return lane

    def open_elsewhere(self, lane: Lane) -> bool:
        """Whether another lane has an open connection right now."""
        with self._lock:
            return any(each.connected for each in self._lanes if each is not lane)

    @property
    def asking(self) -> tuple[tuple[str, float], ...]:
        """What is not answered yet, and until when (of `time.monotonic`) that is waited for."""
        with self._lock:
            return tuple(asking for each in self._lanes if (asking := each.asking) is not None)

    def rest(self) -> None:
        """Close every lane's idle connection; an exchange in flight keeps its own."""
        with self._lock:
            lanes = tuple(self._lanes)
        for lane in lanes:
            lane.rest(wait=False)

    def cancel(self) -> None:
        """End every exchange in flight, and each later one, with a fault `cancelled`."""
        self._alarm.ring()
        self._lookup.give_up()

    def close(self) -> None:
        """Cancel, and close every connection."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            lanes = tuple(self._lanes)
        self.cancel()
        for lane in lanes:
            lane.close()
        self._alarm.close()

    # ------------------------------------------------------------------ for lanes

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._alarm.rung

    def open(self, until: float) -> Connection:
        """A new connection.

        Raises:
            Broken: there is none to be had.
        """
        sock = connect(self.base, self._lookup, self._alarm, until)
        if self._context is None:
            return Connection(sock, self._alarm, next(self._numbers))
        from conformance.wire.tls import secure  # noqa: PLC0415 (see __init__)

        secured = secure(sock, self.base, self._context, self._alarm, until)
        return Connection(secured, self._alarm, next(self._numbers))

    def took(self, seconds: float) -> None:
        """An exchange is over."""
        if seconds >= _SLOW:
            with self._lock:
                self.slow.append(round(seconds, 1))

    def forget(self, lane: Lane) -> None:
        """That lane is closed."""
        with self._lock:
            self._lanes.discard(lane)


class Lane:
    """Asks one question after another, on one connection where that is right. Belongs to one thread.

    Attributes:
        asking: what is not answered yet, and until when (of `time.monotonic`) that is waited for.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._lock = threading.Lock()  # Wire.close comes from another thread
        self._connection: Connection | None = None
        self.asking: tuple[str, float] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def wire(self) -> Wire:
        """Whose lane it is."""
        return self._wire

    @property
    def connected(self) -> bool:
        """Whether it holds a connection."""
        return self._connection is not None

    def rest(self, *, wait: bool = True) -> None:
        """Close its connection: a lane that waits must not hold one.

        Args:
            wait: until an exchange in flight (on another thread) is over; else leave that alone.
        """
        if self._lock.acquire(blocking=wait):
            try:
                self._drop()
            finally:
                self._lock.release()

    def close(self) -> None:
        """Close its connection, for good."""
        self.rest()
        self._wire.forget(self)

    def exchange(  # noqa: PLR0913 (all but two are by name)
        self,
        method: str,
        path: str,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        *,
        fresh: bool = False,
        stray: bool = False,
        slowly: bool = False,
    ) -> Exchange:
        """Send one request and receive what comes of it, its body whole; there are no facts of it yet.

        Args:
            method: as it is sent; case matters (RFC 9110 9.1).
            path: begins with a slash; the base URL's own path is put before it.
            headers: sent in this order, as they are.
            body: sent with its Content-Length.
            fresh: on a new connection; each unsafe request gets one anyway.
            slowly: the last header line a moment after the others, unless the answer comes first.
            stray: after a 304, wait for bytes that must not be there (RFC 9110 15.4.5).

        Raises:
            HarnessError: what was to be sent is no HTTP request.
        """
        wire = self._wire
        authority, agent = wire.base.authority, wire.user_agent
        request = compose(method, wire.target(path), tuple(headers), body)
        with self._lock:
            if fresh or method not in _SAFE:
                self._drop()
            trip = Trip(wire.clock, wire.limits, request, encode(request, authority, agent), slowly=slowly)
            self.asking = f"{method} {request.target}", trip.until
            try:
                self._make(trip)
            except Broken as broken:
                self._drop()
                return trip.failed(broken)
            finally:
                self.asking = None
                wire.took(time.monotonic() - trip.until + wire.limits.deadline)
            received_at = wire.clock.now()
            rest = self._rest_of(trip, encode(unconditional(request), authority, agent) if stray else b"")
            return trip.done(received_at, rest)

    # ------------------------------------------------------------------ on the lane's connection

    def _make(self, trip: Trip) -> None:
        """Make the trip, on the connection that there is, or on a new one."""
        if self._wire.cancelled:
            raise cancelled()
        if self._connection is not None and self._connection.idle():
            try:
                trip.make(self._connection)
            except Broken as broken:
                # Closed while it was idle: what is idempotent may be repeated (RFC 9110 9.2.2), once,
                # and only what is safe gets here on a connection that was used before.
                if broken.kind not in {"closed", "reset"} or trip.answer.received:
                    raise
            else:
                return
        self._drop()
        self._connection = self._wire.open(trip.until)
        trip.make(self._connection)

    def _rest_of(self, trip: Trip, probe: bytes) -> bytes:
        """What follows the answer and is none of it; the connection is closed unless it is clean."""
        connection, answer = self._connection, trip.answer
        rest = answer.leftover
        if connection is None or (answer.reusable and trip.whole and not (rest or answer.bodiless)):
            return rest
        if answer.bodiless:
            most = self._wire.limits.stray
            came, ended = connection.arrived(most)
            rest += came
            if probe and answer.status == _NOT_MODIFIED and trip.whole and not ended and len(rest) < most:
                rest = until_status_line(connection, probe, rest, most, trip.until)
        self._drop()
        return rest[: self._wire.limits.stray]

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
