"""Ctrl-C and SIGTERM while a run goes on, for the command. It must not know what the run is."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.execute.progress import Progress

__all__ = ["Signals", "heeded"]


class Signals:
    """Ctrl-C and SIGTERM end the run, which then puts back what it has changed; the second one kills."""

    def __init__(self) -> None:
        self.came = 0
        self._before: dict[int, Any] = {}

    def set(self) -> None:
        """From now on they end the run."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)

    def restore(self) -> None:
        """They do again what they did before."""
        while self._before:
            signal.signal(*self._before.popitem())

    def heed(self, progress: Progress) -> None:
        """Stop the run, once a signal has come."""
        if self.came:
            progress.stop(f"{signal.Signals(self.came).name} came")

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        self.came = number
        self.restore()
        sys.stderr.write("\nstopping: what was changed is being put back\n")


@contextlib.contextmanager
def heeded() -> Iterator[Signals]:
    """The signals, while a run goes on."""
    signals = Signals()
    signals.set()
    try:
        yield signals
    finally:
        signals.restore()
