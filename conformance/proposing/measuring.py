"""How long a value is kept, found out by moving the clock of an app that was started here. Shell.

Reads alone, at rising ages, and then one more life to make sure: what slides, is thrown dice for or can't be
moved gives no number, and nobody guesses one.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

__all__ = ["measured"]

_AGES: Final = (
    *(1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 45, 50, 60, 90, 120, 150, 180, 240, 300, 600),
    *(900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400),
)  # fmt: skip
"""What people write as a TTL, in seconds."""
_MARGIN: Final = 0.02
_LEAST_MARGIN: Final = 0.2  # seconds, which the requests themselves take on a busy machine


def measured(hit: Callable[[], bool | None], move: Callable[[float], None]) -> float | None:
    """The TTL in seconds, or None.

    Args:
        hit: reads once, and tells whether that was a hit; None: there is no telling.
        move: sets the server's clock forward.
    """
    move(_AGES[-1] * 2)
    if hit() is not False or hit() is not True:  # a new value, and then that one
        return None
    found = next(
        (age for before, age in pairwise((0, *_AGES)) if _moved(hit, move, age - before) is False), None
    )
    if found is None or hit() is not True:
        return None
    margin = max(_LEAST_MARGIN, found * _MARGIN)
    held = _moved(hit, move, found - margin)
    return found if held is True and _moved(hit, move, 2 * margin) is False else None


def _moved(hit: Callable[[], bool | None], move: Callable[[float], None], seconds: float) -> bool | None:
    move(seconds)
    return hit()
