"""A wire without a run around it, and answers to send over it."""

from __future__ import annotations

from collections.abc import Callable

from conformance.model import WireFault
from conformance.wire import Limits, Sent, Wire

__all__ = ["NOT_MODIFIED", "OK", "SHORT", "Ticks", "Wires", "fault"]

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


def fault(sent: Sent) -> WireFault:
    """What went wrong, of an exchange that has no answer."""
    assert sent.response is None
    assert sent.fault is not None
    assert sent.content == b""
    return sent.fault
