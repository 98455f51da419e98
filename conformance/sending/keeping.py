"""Which bodies a run holds on to: what is judged of the others was read when they came. Thread-safe."""

from __future__ import annotations

import threading
from typing import Final

from conformance.model import Body

_KEEP: Final = 64 * 1024  # bytes of one body
_KEEP_IN_ALL: Final = 16 * 1024 * 1024  # three times as much in a report that is ASCII, which reads 64 MiB


class Keeping:
    """The bodies that a run keeps; `kept` are their bytes, each body counted once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._digests: set[str] = set()
        self.kept = 0

    def keeps(self, body: Body) -> bool:
        """Whether the run holds on to a body: it is not too large, nor are all together."""
        with self._lock:  # a burst has threads of its own
            if body.digest in self._digests:
                return True
            if body.length > _KEEP or self.kept + body.length > _KEEP_IN_ALL:
                return False
            self._digests.add(body.digest)
            self.kept += body.length
            return True
