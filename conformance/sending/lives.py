"""How old an entry of the server's cache may be, as the plain reads of its resource tell. Thread-safe.

It knows nothing of what is concluded from that, and claims too great an age rather than too small a one.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final

from conformance.content.facts import is_hit
from conformance.model import Exchange, Resource

_LONG_AGO: Final = float("-inf")


class Lives:
    """What was seen of the entries so far.

    Attributes:
        late: resource -> how many of its writes were seen to show only after its TTL.
    """

    def __init__(self) -> None:
        self.late: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._born: dict[str, float] = {}  # not before
        self._read: dict[str, float] = {}
        self._there: set[str] = set()

    def saw(self, resource: Resource, exchange: Exchange) -> None:
        """A plain read was answered."""
        name = resource.name
        if resource.ttl is None or exchange.status != 200:  # noqa: PLR2004
            return
        with self._lock:
            if is_hit(exchange.facts.hit) is False:
                # Where only a new value tells it, anybody may have had it computed since the last read.
                marked = resource.hit is not None
                self._born[name] = exchange.sent_at if marked else self._read.get(name, _LONG_AGO)
            self._read[name] = exchange.sent_at
            self._there.add(name)

    def forget(self) -> None:
        """Something was written: whatever was kept may be gone."""
        with self._lock:
            self._there.clear()

    def begun(self, resource: Resource) -> None:
        """Its last read was surely answered by a new entry, whatever it said itself."""
        with self._lock:
            self._born[resource.name] = self._read.get(resource.name, _LONG_AGO)

    def since(self, resource: Resource) -> float | None:
        """When the entry that answers now was made at the earliest; None where there may be none."""
        with self._lock:
            return self._born.get(resource.name, _LONG_AGO) if resource.name in self._there else None

    def outlived(self, resource: Resource, seconds: float) -> bool:
        """Whether the last read was surely answered by an entry that was older than that.

        Where only the value tells of an entry, nothing is sure.
        """
        with self._lock:
            born = self._born.get(resource.name, _LONG_AGO)
            known = resource.name in self._there and resource.hit is not None and born != _LONG_AGO
            return known and self._read[resource.name] - born > seconds
