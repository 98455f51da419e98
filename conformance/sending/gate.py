"""Lanes pass side by side, or one of them alone. Thread-safe; knows nothing of what passes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager


class Gate:
    """Lanes pass side by side; one that must be alone waits until the others have come to rest."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._inside = 0
        self._alone = False
        self._beside = _Beside(self)

    def shared(self) -> AbstractContextManager[None]:
        """Enter beside others."""
        return self._beside

    def enter(self) -> None:
        """Wait until nobody has to be alone, and enter."""
        with self._lock:
            while self._alone:
                self._changed.wait()
            self._inside += 1

    def leave(self) -> None:
        """Leave; whoever waits to be alone is told."""
        with self._lock:
            self._inside -= 1
            if self._alone and not self._inside:
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Enter once nobody is inside, and keep everybody out."""
        with self._changed:
            self._changed.wait_for(lambda: not self._alone)
            self._alone = True
            self._changed.wait_for(lambda: self._inside == 0)
        try:
            yield
        finally:
            with self._changed:
                self._alone = False
                self._changed.notify_all()


class _Beside:
    """One for all: it is passed with each request, so nothing is made for it."""

    __slots__ = ("_gate",)

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def __enter__(self) -> None:
        self._gate.enter()

    def __exit__(self, *_: object) -> None:
        self._gate.leave()
