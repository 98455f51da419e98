"""What is left of a timeline is done as long as somebody looks at it, and no longer."""

from __future__ import annotations

import pytest
from helpers.hostile import serve
from helpers.runs import context, step
from helpers.student import Student

from conformance.execute.steps import execute
from conformance.model import Step
from conformance.plan.lanes import Work

READ = step("read", "first")
WAIT = step("wait", "pause", **{"for": "0.01 s", "after": "first"})
AGED = step("wait", "old", **{"for": "0.01 s", "after": "first", "for-next": True})
LATER = step("read", "later")
SOMETIMES = step("read", "sometimes", when=({"first": {"status": 404}},))
UNKNOWN = step("read", "unknown", when=({"later": {"status": 200}},))


def done(wanted: frozenset[str] | None, *steps: Step) -> list[str]:
    """The names of the steps that were done."""
    with serve(Student()) as server, context(server.url) as within:
        record = execute(Work("a work", within.resource, steps, (), shared=True, wanted=wanted), within)
    assert record.error == ""
    return [each.name for each in record.steps if each.status == "done"]


@pytest.mark.parametrize(
    ("wanted", "steps", "names"),
    [
        (None, (READ, WAIT, LATER), ["first", "pause", "later"]),
        ({"first", "later"}, (READ, WAIT, LATER), ["first", "pause", "later"]),
        ({"first"}, (READ, WAIT, LATER), ["first"]),
        ({"first"}, (READ, LATER), ["first", "later"]),
        ({"sometimes"}, (READ, WAIT, LATER, SOMETIMES), ["first"]),
        ({"unknown"}, (READ, WAIT, LATER, UNKNOWN), ["first", "pause", "later", "unknown"]),
        (set(), (READ, WAIT, step("change", "write")), ["first", "pause", "write"]),
        ({"later"}, (READ, AGED, LATER), ["first", "old", "later"]),
        ({"write"}, (READ, AGED, LATER, step("change", "write")), ["first", "later", "write"]),
        (None, (READ, AGED, LATER), ["first", "old", "later"]),
    ],
    ids=[
        *("all", "looked at", "nobody looks", "no wait", "ruled out", "not known yet", "what is not idle"),
        *("for the next", "for a next that nobody looks at", "for the next of all"),
    ],
)
def test_time_passes_for_what_somebody_looks_at_alone(
    wanted: set[str] | None, steps: tuple[Step, ...], names: list[str]
) -> None:
    assert done(None if wanted is None else frozenset(wanted), *steps) == names
