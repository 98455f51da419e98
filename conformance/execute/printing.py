"""What the server has printed while a work was done. Shell: where it has failed, it is waited for.

A traceback may come a moment after the answer that it explains. A server that has told none for a while is
hardly waited for any more: each of its failures would cost that moment.
"""

from __future__ import annotations

import time
from typing import Final, Protocol

from conformance.content.tracebacks import raised

__all__ = ["Printed"]

_TRACED: Final = 0.3  # seconds for a traceback to arrive
_GLANCE: Final = 0.05  # seconds between two looks
_UNTOLD: Final = 5  # failures without one, after which a glance is all


class Printing(Protocol):
    """A server that the suite has started."""

    def log(self, since: int) -> str:
        """What it has printed after so many bytes."""


class Printed:
    """Reads what a server has printed."""

    def __init__(self) -> None:
        self._untold = 0  # how many failures in a row came without a traceback

    def since(self, server: Printing, since: int, *, failed: bool) -> str:
        """All after so many bytes; `failed`: an answer was a 5xx."""
        patience = (_TRACED if self._untold < _UNTOLD else _GLANCE) if failed else 0.0
        until = time.monotonic() + patience
        while not raised(log := server.log(since)) and time.monotonic() < until:
            time.sleep(_GLANCE)
        if failed:
            self._untold = 0 if raised(log) else self._untold + 1
        return log
