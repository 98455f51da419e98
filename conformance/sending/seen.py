"""Which values of a resource were seen: where no mark tells a hit, one seen before is one. Thread-safe.

It knows nothing of what is concluded from that.
"""

from __future__ import annotations

import threading

import msgspec

from conformance.model import MISSING, Facts, Resource


class Seen:
    """What was seen of each resource in this run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, set[str]] = {}

    def mark(self, resource: Resource, facts: Facts) -> Facts:
        """The facts with a mark, where the target names none for a value that is kept."""
        if resource.ttl is None or resource.hit is not None or facts.value is MISSING:
            return facts
        value = repr(facts.value)
        with self._lock:
            values = self._values.setdefault(resource.name, set())
            hit = value in values
            values.add(value)
        return msgspec.structs.replace(facts, hit=hit)
