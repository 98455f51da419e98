"""The clock of an embedded server, in the hands of whoever runs it."""

from __future__ import annotations

import time
from typing import Final

__all__ = ["MovedClock"]

_NEARLY: Final = 0.9  # of a second: the first move turns it, however small


class MovedClock:
    """The time of day, and what it was moved by; `standing`: it goes on only when it is moved."""

    def __init__(self, *, standing: bool = False) -> None:
        self._ahead = 0.0
        self._stands_at = int(time.time()) + _NEARLY if standing else None

    def __call__(self) -> float:
        """Seconds since 1970."""
        return (time.time() if self._stands_at is None else self._stands_at) + self._ahead

    def move(self, seconds: float) -> None:
        """Go forward."""
        self._ahead += seconds
