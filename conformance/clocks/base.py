"""What every clock is: the only things of the suite that may read the time.

A clock counts seconds from the run's start. Lanes wait by it; whether that takes real time is
the clock's business.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Clock(Protocol):
    """The time of a run.

    Attributes:
        name: as `--conformance-clock` and the report call it.
        moves: whether waiting costs no real time, so that the length of a TTL does not matter.
    """

    name: str
    moves: bool

    def now(self) -> float:
        """Seconds since the run's start."""
        ...

    def wait_until(self, instant: float, cancelled: threading.Event) -> bool:
        """Return at `instant`, or earlier with False where the run is cancelled."""
        ...

    def lane(self) -> AbstractContextManager[None]:
        """To be entered by each thread that may wait: a clock that moves must know who is busy."""
        ...


@contextmanager
def nothing() -> Iterator[None]:
    """The lane of a clock that does not care who is busy."""
    yield
