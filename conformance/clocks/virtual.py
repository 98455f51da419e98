"""Moved time, for a server whose clock is in our hands: a wait costs nothing.

Time goes on as usual, and jumps as soon as every lane is waiting: to the nearest instant that
one of them waits for. So no request is under way while the clock moves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_GLANCE = 0.2  # seconds between looks at `cancelled`, which nobody announces


class VirtualClock:
    """See `base.Clock`.

    Args:
        move: sets the server's clock forward by so many seconds, and returns once that is done.
    """

    name = "virtual"
    moves = True

    def __init__(self, move: Callable[[float], None]) -> None:
        self._move = move
        self._start = time.monotonic()
        self._moved = 0.0
        self._changed = threading.Condition()
        self._busy = 0
        self._instants: dict[int, float] = {}

    def now(self) -> float:
        """Seconds since the run's start, moves included."""
        return round(time.monotonic() - self._start + self._moved, 6)

    @contextmanager
    def lane(self) -> Iterator[None]:
        """Count a thread as busy, until it leaves."""
        with self._changed:
            self._busy += 1
        try:
            yield
        finally:
            with self._changed:
                self._busy -= 1
                self._jump()

    def wait_until(self, instant: float, cancelled: threading.Event) -> bool:
        """Wait for the others to wait too, then jump; False where the run is cancelled meanwhile."""
        me = threading.get_ident()
        with self._changed:
            self._instants[me] = instant
            try:
                self._jump()
                while self.now() < instant and not cancelled.is_set():
                    self._changed.wait(min(_GLANCE, max(0.0, instant - self.now())))
                    self._jump()
            finally:
                del self._instants[me]
        return not cancelled.is_set()

    def jump(self, seconds: float) -> None:
        """Move at once, without anybody waiting for it; only while nobody else is busy."""
        with self._changed:
            self._move(seconds)
            self._moved += seconds
            self._changed.notify_all()

    def _jump(self) -> None:
        """Move to the nearest instant, if every busy lane waits for one that is still to come."""
        now = self.now()
        if len(self._instants) < self._busy or not self._instants:
            return
        nearest = min(self._instants.values())
        if nearest > now:
            self._move(nearest - now)
            self._moved += nearest - now
            self._changed.notify_all()
