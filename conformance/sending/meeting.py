"""Lanes that do something at one moment: whoever clears a cache clears it for all. Thread-safe.

It knows nothing of what is done there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_GLANCE: Final = 0.2  # seconds between looks at `cancelled`, which nobody announces


class Meeting:
    """Where lanes that are side by side wait for each other; alone, nobody waits."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._expected = self._here = self._round = 0

    def expect(self, lanes: int) -> None:
        """So many are side by side from now on."""
        with self._changed:
            self._expected = lanes

    def leave(self) -> None:
        """One of them has come to its end, and is waited for no more."""
        with self._changed:
            self._expected = max(0, self._expected - 1)
            self._go_on()

    @contextmanager
    def turn(self, cancelled: threading.Event) -> Iterator[None]:
        """Enter once all are here, leave once all have done it; where the run is cancelled, at once."""
        self._wait(cancelled)
        try:
            yield
        finally:
            self._wait(cancelled)

    def _wait(self, cancelled: threading.Event) -> None:
        with self._changed:
            self._here += 1
            now = self._round
            self._go_on()
            while self._round == now and not cancelled.is_set():
                self._changed.wait(_GLANCE)

    def _go_on(self) -> None:
        if self._here and self._here >= self._expected:
            self._here = 0
            self._round += 1
            self._changed.notify_all()
