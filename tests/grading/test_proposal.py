"""An assignment to cut down: it requires all that its target names, and can be frozen as it is."""

from __future__ import annotations

import re
from pathlib import Path

from helpers.records import resource, target, writes
from msgspec.structs import replace

from conformance.errors import AssignmentError
from conformance.grading.assignment import as_wanted
from conformance.grading.freezing import freeze
from conformance.grading.proposal import offers, proposed
from conformance.language.yamlfile import parse
from conformance.load.specs import load
from conformance.load.target import load_target


def test_all_that_may_be_lacking_is_required() -> None:
    lesson = load_target()
    names = offers(lesson)
    assert {"items.create", "items.remove", "cached-time.clear", "reports", "policy-no-store"} <= set(names)
    assert not {"items", "cached-time"} & set(names)
    text = proposed(lesson, "lesson", "lesson", 88, "week.yaml")
    wanted = as_wanted(parse(text, "week.yaml", AssignmentError), Path())
    assert wanted.require == names
    assert not [left for left in freeze(wanted, load()).left if left.reason.name == "optional"]


def test_its_total_is_the_next_hundred_so_that_each_check_is_worth_a_point() -> None:
    for counting, total in ((1, 100), (100, 100), (101, 200)):
        assert f"total: {total}\n" in proposed(load_target(), "lesson", "lesson", counting, "a.yaml")


def test_what_is_commented_out_is_right_as_it_stands() -> None:
    text = proposed(load_target(), "lesson", "lesson", 88, "week.yaml")
    uncommented = re.sub(r"^#(?=(  )?[a-z])", "", text, flags=re.MULTILINE)
    wanted = as_wanted(parse(uncommented, "week.yaml", AssignmentError), Path())
    assert (wanted.excluded, wanted.hidden) == (("tag-outlives-restart",), ("second-life",))
    assert (wanted.audit, wanted.budget.seconds, wanted.checks) == (0.05, 300, {"ttl-ends": 10})
    assert freeze(wanted, load()).assignment.of == 100


def test_a_target_without_anything_to_require_requires_nothing() -> None:
    text = proposed(target(), "my shop.yaml", "lesson", 3, "a.yaml")
    assert "require:" not in text
    assert 'target: "my shop.yaml"' in text


def test_a_write_is_told_with_its_request() -> None:
    asked = {name: replace(write, ask=True) for name, write in writes("change").items()}
    text = proposed(target(resource(writes=asked)), "x", "lesson", 3, "a.yaml")
    assert re.search(r"^  - items\.change +# PUT /items/\{id\}$", text, re.MULTILINE)
