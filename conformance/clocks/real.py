"""Real time: a wait takes as long as it says."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager

from conformance.clocks.base import nothing


class RealClock:
    """See `base.Clock`."""

    name = "real"
    moves = False

    def __init__(self) -> None:
        self._start = time.monotonic()

    def now(self) -> float:
        """Seconds since the run's start, to the microsecond: more digits would tell nothing."""
        return round(time.monotonic() - self._start, 6)

    def wait_until(self, instant: float, cancelled: threading.Event) -> bool:
        """Sleep until `instant`; False where the run is cancelled meanwhile."""
        return not cancelled.wait(max(0.0, instant - self.now()))

    def lane(self) -> AbstractContextManager[None]:
        """Nobody needs to be counted."""
        return nothing()
