"""Whose requests met the deaths of a server: one lane's is under way when another's kills it.

Thread-safe. It knows works and lives by their names only.
"""

from __future__ import annotations

import threading


class Suspects:
    """Works that are being done, each with the lives of the server that ended under a request of theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._met: dict[str, list[int]] = {}

    def met(self, work: str, life: int) -> int:
        """That life has ended under a request of this work; how many have by now."""
        with self._lock:
            lives = self._met.setdefault(work, [])
            lives.append(life)
            return len(lives)

    def others(self, work: str) -> tuple[str, ...]:
        """The works that may have ended the same lives just as well, in a fixed order.

        The latest is left out: they may not have come to say so yet.
        """
        with self._lock:
            mine = set(self._met.get(work, ())[:-1])
            return tuple(sorted(w for w, lives in self._met.items() if w != work and mine <= set(lives)))

    def cleared(self, work: str) -> None:
        """It is done, or begins anew: what it has met so far counts no more."""
        with self._lock:
            self._met.pop(work, None)
