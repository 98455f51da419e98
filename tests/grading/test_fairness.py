"""What counts can be earned: by the reference all of it, and by who is odd but correct, or does without."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.embedded import judging
from helpers.runs import reference
from msgspec.structs import replace

from conformance.errors import AssignmentError
from conformance.grading.assignment import as_wanted
from conformance.grading.freezing import freeze
from conformance.grading.opening import default_assignment
from conformance.grading.points import grade
from conformance.grading.proposal import offers
from conformance.language.yamlfile import parse
from conformance.load.specs import load
from conformance.load.target import load_target


def test_the_reference_earns_all_where_all_is_required() -> None:
    required = ", ".join(offers(load_target()))
    text = f"name: all\nserver: url\nrequire: [{required}]\n"
    made = freeze(as_wanted(parse(text, "a.yaml", AssignmentError), Path()), load()).assignment
    got = grade(judging(require=made.require), made)
    assert [(row.nodeid, row.why) for row in got.rows if row.points < row.of] == []
    assert (got.status, got.points) == ("graded", 100)


@pytest.mark.parametrize(
    "name", ["no-writes", "no-last-modified", "weak-tags", "unknown-directives", "no-head"]
)
def test_who_does_without_what_nobody_requires_earns_all(name: str) -> None:
    with reference(variant=name) as server:
        report = server.judge()
    by = default_assignment(started=False)
    made = grade(report, replace(by, by=replace(by.by, target=report.target.sha256)))
    assert [(row.nodeid, row.why) for row in made.rows if row.points < row.of] == []
    assert (made.status, made.points) == ("graded", 100)
