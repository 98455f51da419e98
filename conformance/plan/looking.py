"""Which steps of a timeline some checks look at, by their names and nothing more. Pure.

Whoever does the steps may then leave out what nobody waits for; it learns nothing of what is expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from conformance.matchers import references
from conformance.model import Check, Json

__all__ = ["looked_at"]

Way = Mapping[str, Mapping[str, Json]]


def looked_at(checks: Iterable[Check]) -> frozenset[str] | None:
    """The names of the steps that may decide one of these checks; None: all may."""
    found: set[str] = set()
    for check in checks:
        if not check.expects:
            return None
        found.update(name for way in _ways(check) for name in _names(way))
        found.update(name for names in check.alone.values() for name in names)
    return frozenset(found)


def _ways(check: Check) -> Iterator[Way]:
    yield from check.expects
    yield check.only_if
    yield from (way for doubt in check.doubts for way in doubt.when)


def _names(way: Way) -> Iterator[str]:
    for name, wanted in way.items():
        yield name
        yield from references(wanted)
