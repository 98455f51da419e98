"""What `given`, `only-if`, `expect` and `when` may say: one table, MATCHERS.

Pure: a matcher sees records and says what it found. To add one, write a function in the file of
its topic (or a new file) and name it in that file's own table; nothing else changes, the
language, its JSON Schema, `explain` and the loader read this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from conformance.matchers import body, cache_control, contact, etag, status, value, wire
from conformance.matchers.base import Case, Matcher, references
from conformance.model import Finding, Json, StepRecord

__all__ = ["MATCHERS", "Case", "Matcher", "first_finding", "holds", "references"]

MATCHERS: Final[Mapping[str, Matcher]] = {
    matcher.name: matcher
    for room in (status, body, etag, cache_control, value, contact, wire)
    for matcher in room.MATCHERS
}


def first_finding(wanted: Mapping[str, Json], step: StepRecord, case: Case) -> Finding | None:
    """The first of several expectations of one step that does not hold, or None."""
    for name, argument in wanted.items():
        finding = MATCHERS[name].match(argument, step, case)
        if finding is not None:
            return finding
    return None


def holds(condition: Mapping[str, Mapping[str, Json]], case: Case) -> bool:
    """Whether every named step was done and everything said of it holds."""
    for name, wanted in condition.items():
        step = case.steps.get(name)
        if step is None or step.status != "done" or first_finding(wanted, step, case) is not None:
            return False
    return True
