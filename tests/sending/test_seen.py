"""conformance.sending.seen: a value that was seen before is a hit, where no mark tells."""

from __future__ import annotations

from helpers.records import resource, timed

from conformance.model import MISSING, Facts, Json, Resource
from conformance.sending.seen import Seen


def marks(on: Resource, *found: tuple[Json, Json]) -> list[Json]:
    """The marks of answers with these values and marks, one after the other."""
    seen = Seen()
    return [seen.mark(on, Facts(value=value, hit=hit)).hit for value, hit in found]


def test_without_a_mark_a_value_seen_before_is_a_hit() -> None:
    assert marks(timed(hit=None), ("a", MISSING), ("a", MISSING), ("b", MISSING)) == [False, True, False]


def test_what_is_not_kept_has_no_marks() -> None:
    assert marks(resource(), ("a", MISSING), ("a", MISSING)) == [MISSING, MISSING]


def test_a_mark_in_the_body_stands_as_it_is() -> None:
    assert marks(timed(), ("a", False), ("a", False), ("a", MISSING)) == [False, False, MISSING]


def test_a_field_that_leaves_it_open_is_told_by_the_value() -> None:
    on = timed(hit="header:Age")
    assert marks(on, ("a", MISSING), ("a", MISSING), ("a", True)) == [False, True, True]


def test_a_field_that_was_lacking_once_is_there_on_hits_only() -> None:
    on = timed(hit="header:Age")
    assert marks(on, ("a", False), ("b", MISSING), ("b", False)) == [False, True, False]
