"""A wire without a run around it, and answers to send over it."""

from __future__ import annotations

from collections.abc import Callable

from conformance.model import Exchange, WireFault
from conformance.wire import Limits, Wire

__all__ = ["NOT_MODIFIED", "OK", "SHORT", "Ticks", "Wires", "content", "fault"]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NOT_MODIFIED = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'
SHORT = Limits(deadline=0.3)  # for a test whose point is that the time is up

Wires = Callable[..., Wire]


class Ticks:
    """A clock that shows how often it was asked."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        self.time += 1.0
        return self.time


def content(sent: Exchange) -> bytes:
    """The body of an answer."""
    assert sent.response is not None
    return sent.response.body.content or b""


def fault(sent: Exchange) -> WireFault:
    """What went wrong, of an exchange that has no answer."""
    assert sent.response is None
    assert sent.fault is not None
    return sent.fault
