"""What each check is worth once an assignment is frozen: whole numbers that sum to the total."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from conformance.errors import AssignmentError
from conformance.grading.assignment import as_wanted
from conformance.grading.document import digest
from conformance.grading.freezing import freeze
from conformance.language.yamlfile import parse
from conformance.load.specs import load
from conformance.model import Assignment
from conformance.version import __version__

SUITE = load()
TOPICS = "checks: {in: [contract, if-none-match, server-cache]}"


def frozen(text: str) -> Assignment:
    return freeze(as_wanted(parse(f"name: x\n{text}", "a.yaml", AssignmentError), Path()), SUITE).assignment


def by_topic(made: Assignment) -> Counter[str]:
    points: Counter[str] = Counter()
    for row in made.rows:
        points[row.topic.removeprefix("specs/").removesuffix(".yaml")] += row.points
    return points


def test_each_check_is_worth_the_same_to_one_point_and_all_are_worth_the_total() -> None:
    for total in (100, 97, 1000):
        made = frozen(f"points: {{total: {total}}}")
        assert made.of == total
        assert {row.points for row in made.rows} <= {total // len(made.rows), -(-total // len(made.rows))}


def test_each_topic_is_worth_the_same_where_that_is_asked() -> None:
    points = by_topic(frozen(f"{TOPICS}\npoints: {{by: topic}}"))
    assert sorted(points.values()) == [33, 33, 34]


def test_topics_and_checks_may_be_worth_more_and_the_rest_shares_what_is_left() -> None:
    made = frozen(
        f"{TOPICS}\npoints: {{topics: {{server-cache: 70}}, checks: {{ttl-ends: 20, etag-present: 8}}}}"
    )
    points = by_topic(made)
    assert (made.of, points["server-cache"]) == (100, 70)
    worth = {row.id: row.points for row in made.rows}
    assert (worth["ttl-ends"], worth["etag-present"]) == (20, 8)
    rest = [row.points for row in made.rows if "server-cache" not in row.topic and row.id != "etag-present"]
    assert sum(rest) == 100 - 70 - 8
    assert max(rest) - min(rest) <= 1


def test_the_total_is_what_was_given_where_all_was() -> None:
    assert frozen("checks: {in: [contract]}\npoints: {topics: {contract: 12}}").of == 12


def test_a_check_on_several_resources_shares_its_points() -> None:
    made = frozen("require: [reports, versioned]\npoints: {checks: {etag-present: 10}}")
    assert [row.points for row in made.rows if row.id == "etag-present"] == [4, 3, 3]


def test_what_a_warning_earns_is_a_share_and_is_rounded_once_all_is_known() -> None:
    assert frozen("points: {total: 101}\nwarnings: 1/3").share == (1, 3)
    assert frozen("warnings: 0").share == (0, 1)


def test_what_is_hidden_is_marked_with_its_end() -> None:
    made = frozen("hidden: {until: 2027-01-31, checks: [second-life, contract]}")
    hidden = {row.id for row in made.rows if row.hidden_until == "2027-01-31"}
    assert {"second-life", "etag-present"} <= hidden
    assert "ttl-ends" not in hidden


WRONG = {
    "points: {total: 5}": r"a\.yaml:2: 5 points are left for \d+ checks: each has to be worth one at least",
    "points:\n  topics: {server-cach: 3}": r":3: 'server-cach' is no topic that counts in this assignment; its "
    r"topics: contract, validators",
    "points:\n  checks:\n    change-shows: 3": r":4: 'change-shows' is no check that counts",
    "points:\n  topics: {server-cache: 2}": r":3: 2 points are left for \d+ checks of server-cache",
    "points: {total: 60, topics: {server-cache: 70}}": r":2: 10 points too many are given for \d+ checks",
    "checks: {in: [contract]}\npoints: {total: 10, topics: {contract: 8}}": r":3: 2 points are left for 0 checks",
    "points: {topics: {server-cache: 20}, checks: {ttl-ends: 30}}": r":2: 10 points too many are given for \d+ "
    r"checks of server-cache",
    f"{TOPICS}\npoints: {{by: topic, total: 12}}": r":3: 4 points are left for \d+ checks",
}


@pytest.mark.parametrize("text", WRONG)
def test_points_that_do_not_come_out_are_refused_with_their_place(text: str) -> None:
    with pytest.raises(AssignmentError, match=WRONG[text]):
        frozen(text)


def test_the_same_file_is_frozen_the_same_and_another_otherwise() -> None:
    first, again, other = frozen("audit: 0.1"), frozen("audit: 0.1"), frozen("audit: 0.2")
    assert (first, digest(first)) == (again, digest(again))
    assert digest(first) != digest(other)
    assert first.seed != other.seed
    assert frozen("seed: 5").seed == 5


def test_it_says_by_what_it_was_frozen() -> None:
    made = frozen("require: [items.create]\noptional: [reports]\nserver: url\nwarnings: 2/4")
    assert (made.by.suite, made.by.specs) == (__version__, SUITE.sha256)
    assert made.by.target != frozen("").by.target
    assert (made.require, made.optional, made.started, made.share) == (
        ("items.create",),
        ("reports",),
        False,
        (1, 2),
    )
    assert set(made.topics) == {row.topic for row in made.rows}
