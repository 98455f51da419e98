"""A clock for what is embedded in a test; one that goes on by itself, too, is `tools.matrix.clock`."""

from __future__ import annotations

__all__ = ["StandingClock"]


class StandingClock:
    """Stands still until it is moved: `clock.now += 31`."""

    def __init__(self) -> None:
        self.now = 1_750_000_000.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.now
