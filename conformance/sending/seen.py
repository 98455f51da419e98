"""Which values of a resource were seen: where no mark tells a hit, one seen before is one. Thread-safe.

It knows nothing of what is concluded from that.
"""

from __future__ import annotations

import threading

import msgspec

from conformance.content.marks import HEADER
from conformance.model import MISSING, Facts, Resource


class Seen:
    """What was seen of each resource in this run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, set[str]] = {}
        # Resources whose mark was lacking once: there any mark tells a hit, whatever it says.
        self._unmarked: set[str] = set()

    def mark(self, resource: Resource, facts: Facts) -> Facts:
        """The facts with a mark, where the target names none for a kept value, or it leaves that open."""
        if resource.ttl is None or facts.value is MISSING:
            return facts
        if resource.hit is not None and not resource.hit.startswith(HEADER):
            return facts
        value, name = repr(facts.value), resource.name
        with self._lock:
            if resource.hit is not None and facts.hit is False:
                self._unmarked.add(name)
            values = self._values.setdefault(name, set())
            hit = value in values or name in self._unmarked
            values.add(value)
        return facts if facts.hit is not MISSING else msgspec.structs.replace(facts, hit=hit)
