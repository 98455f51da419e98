"""One request on its way and what comes back, and the record of both.

Rules of this file: it is the only one that asks the run's clock, and only for what the record says.
"""

from __future__ import annotations

import re
import selectors
import time
from contextlib import suppress
from functools import lru_cache
from typing import Protocol

from conformance.model.exchanges import (
    HTTP_1_1,
    NO_BODY,
    OK,
    Body,
    Exchange,
    Request,
    Response,
    WireFault,
    digest_of,
)
from conformance.wire.answer import Broken, Limits
from conformance.wire.connection import Connection
from conformance.wire.framing import Incoming

__all__ = ["Clock", "Trip", "until_status_line"]

_MOMENT = 0.1  # seconds between the last header line and the others
_END_OF_HEAD = b"\r\n\r\n"
_LINE_END = b"\r\n"
_SHORT = 64 * 1024  # bytes of a body that is looked for among the last
_PROBE = 1.0  # seconds to wait for what follows a 304
_STATUS_LINE = re.compile(rb"HTTP/[0-9]\.[0-9] [1-9][0-9][0-9][ \r\n]")


class Clock(Protocol):
    """Whatever tells the time of the run (`clocks/`)."""

    def now(self) -> float:
        """Seconds since the run began."""


class Trip:
    """One request on its way, and what has come back."""

    __slots__ = (
        "_bytes",
        "_clock",
        "_limits",
        "_number",
        "_request",
        "_sent_at",
        "_slowly",
        "_started",
        "answer",
        "until",
        "whole",
    )

    def __init__(
        self, clock: Clock, limits: Limits, request: Request, data: bytes, *, slowly: bool = False
    ) -> None:
        self._clock = clock
        self._limits = limits
        self._request = request
        self._bytes = data
        self._slowly = slowly
        self._number = 0
        self._started = False
        self._sent_at = clock.now()
        self.until = time.monotonic() + limits.deadline
        self.answer = Incoming(request.method, limits)
        self.whole = False  # whether the request was sent to its end

    def make(self, connection: Connection) -> None:
        """Send and receive.

        Raises:
            Broken: no whole answer came.
        """
        answer = self.answer
        self._number = connection.number
        if not self._started:
            self._started = True
            self._sent_at = self._clock.now()
        try:
            rest = self._begin(connection) if self._slowly else self._bytes
            self.whole = connection.send(rest, self.until)
            data = connection.receive(self.until, ready=False)
            while data and not answer.feed(data):
                data = connection.receive(self.until)
        except TimeoutError:
            late = f"no whole answer came within {self._limits.deadline:g} s"
            raise Broken("timeout", f"{late}: time was up {answer.where()}") from None
        except ConnectionError:
            raise Broken("reset", f"the server reset the connection {answer.where()}") from None
        except OSError as error:
            raise Broken("reset", f"the connection broke {answer.where()} ({error})") from None
        if not data:
            answer.end()

    def _begin(self, connection: Connection) -> bytes:
        """Send all but the last header line, and give the server a moment to answer that; what is left."""
        head, end, body = self._bytes.partition(_END_OF_HEAD)
        first, line_end, last = head.rpartition(_LINE_END)
        connection.send(first + line_end, self.until)
        with suppress(TimeoutError):
            connection.wait(selectors.EVENT_READ, min(self.until, time.monotonic() + _MOMENT))
        return last + end + body

    def failed(self, broken: Broken) -> Exchange:
        """The record, where no whole answer came."""
        fault = WireFault(broken.kind, broken.says, self.answer.first)
        return Exchange(self._request, None, fault, self._sent_at, self._clock.now(), self._number)

    def done(self, received_at: float, stray: bytes) -> Exchange:
        """The record of an answer."""
        answer = self.answer
        response = Response(
            answer.status,
            OK if answer.reason == OK else answer.reason,
            answer.headers,
            _body(answer.content),
            answer.wire_bytes,
            HTTP_1_1 if answer.version == HTTP_1_1 else answer.version,
            answer.interim,
            stray,
        )
        return Exchange(self._request, response, None, self._sent_at, received_at, self._number)


def _body(content: bytes) -> Body:
    if not content:
        return NO_BODY
    return _known(content) if len(content) <= _SHORT else Body(len(content), digest_of(content), content)


@lru_cache(maxsize=32)  # the same comes again and again: a run then holds it once
def _known(content: bytes) -> Body:
    return Body(len(content), digest_of(content), content)


def until_status_line(connection: Connection, probe: bytes, came: bytes, most: int, until: float) -> bytes:
    """Ask once more: whatever stands before the next status line followed the answer before it.

    So does whatever comes before the end, or within a second.
    """
    until = min(until, time.monotonic() + _PROBE)
    # Cancelled, late or broken: what has come by then is what is known.
    with suppress(OSError, Broken):
        connection.send(probe, until)
        while len(came) < most:
            data = connection.receive(until)
            came += data
            if begins := _STATUS_LINE.search(came):
                return came[: begins.start()]
            if not data:
                break
    return came
