"""A server that somebody else is starting: asked until it answers, for as long as that was allowed. Shell.

It must not know what an answer is good for. It asks for what every run asks for first, so no cache is warmed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from conformance.model import Exchange
from conformance.sending.context import Shared
from conformance.sending.survey import Survey, survey
from conformance.wire import Lane

__all__ = ["arrived", "surveyed"]

_PAUSE: Final = 0.25
_STARTING: Final = ("refused", "reset", "closed", "timeout", "dns")
_IN_FRONT: Final = (502, 503, 504)
"""What a proxy says of a server behind it that is not there yet."""


def surveyed(shared: Shared, lane: Lane, seconds: float) -> Survey:
    """What the server says that it offers, once it answers, or so many seconds have passed; 0: at once."""
    if seconds:
        told = shared.wire.origin, "the server to answer"
        shared.waiting(*told, shared.clock.now() + seconds)
        arrived(lane, shared.target.openapi, seconds, shared.cancelled.wait)
        shared.waiting(*told, None)
    return survey(lane, shared.target, shared.wire.prefix)


def arrived(
    lane: Lane,
    path: str,
    seconds: float,
    pause: Callable[[float], bool],
    *,
    now: Callable[[], float] = time.monotonic,
) -> Exchange:
    """The answer, or the last fault where nobody has answered in time.

    Args:
        lane: that asks.
        path: that is asked for.
        seconds: for which it may be silent.
        pause: waits for so many seconds; True: the run has ended meanwhile.
        now: tells real time.
    """
    until = now() + seconds
    while True:
        sent = lane.exchange("GET", path, (), fresh=True)
        absent = sent.fault is not None and sent.fault.kind in _STARTING
        if not (absent or sent.status in _IN_FRONT) or now() >= until or pause(_PAUSE):
            return sent
