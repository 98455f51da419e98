"""Which checks count, and that who asks for what can't count is told why and what to do."""
# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from conformance.errors import AssignmentError
from conformance.grading.assignment import Wanted, as_wanted
from conformance.grading.selecting import REASONS, Left, named, select, told, topic_of
from conformance.language.yamlfile import parse
from conformance.load.specs import load
from conformance.model import Run
from conformance.plan.lanes import plan

SUITE = load()
ROUTES = 'in: ["*::items::*", "*::cached-time::*"]'


def wanted(text: str = "") -> Wanted:
    return as_wanted(parse(f"name: x\n{text}", "assignment.yaml", AssignmentError), Path())


def chosen(text: str = "") -> tuple[set[str], tuple[Left, ...]]:
    """What counts, as "resource::check", and what was left out."""
    runs, left = select(wanted(text), SUITE)
    return {each.id.partition("::")[2] for each in runs}, left


def reasons(left: tuple[Left, ...]) -> dict[str, str]:
    return {each.run.id.partition("::")[2]: each.reason.name for each in left}


def test_what_counts_of_the_lesson_is_what_every_server_with_its_two_routes_can_meet() -> None:
    counting, left = chosen(f"checks: {{{ROUTES}}}")
    assert {"items::inm-current-is-304", "cached-time::ttl-ends", "items::tag-outlives-restart"} <= counting
    why = reasons(left)
    assert why["items::change-shows"] == "optional"
    assert why["cached-time::workers-agree"] == "workers"
    assert why["cached-time::hit-is-no-slower"] == "may"
    assert why["items::no-store-where-sent"] == why["cached-time::memory-is-bounded"] == "where-offered"


def test_of_what_is_computed_anew_after_a_ttl_no_equal_bodies_are_asked() -> None:
    """A report with the time in it is another after a fresh start: nobody who does right pays for that."""
    counting, left = chosen("require: [reports]")
    assert "items::tag-outlives-restart" in counting
    assert "reports::inm-current-is-304" in counting
    assert reasons(left)["reports::tag-outlives-restart"] == "where-offered"


def test_what_is_required_counts_and_what_is_optional_does_not() -> None:
    before, _ = chosen()
    after, left = chosen("require: [items.change]\noptional: [cached-time]")
    assert "items::change-shows" in after - before
    assert {"cached-time::ttl-ends", "cached-time::miss-says-so"} <= before - after
    assert reasons(left)["cached-time::ttl-ends"] == "optional"


def test_a_write_that_a_check_needs_besides_has_to_be_required_too() -> None:
    _, left = chosen("require: [items.create]")
    of = {each.run.check.id: each.what for each in left if each.reason.name == "optional"}
    assert of["remove-shows"] == "items.remove"


def test_selectors_are_checks_topics_rows_node_ids_and_patterns() -> None:
    runs = plan(SUITE, wanted().target, "lesson").runs
    one = next(run for run in runs if run.check.id == "ttl-ends")
    for selector in (
        "ttl-ends",
        "server-cache",
        one.check.requirement.id,
        one.id,
        "ttl-*",
        "*::cached-time::*",
    ):
        assert one in named(selector, runs)
    assert {run.check.id for run in named("ttl-ends", runs)} == {"ttl-ends"}
    assert {topic_of(run) for run in named("server-cache", runs)} == {"server-cache"}


def test_what_is_taken_out_does_not_count_and_needs_no_reason() -> None:
    counting, left = chosen("checks: {in: [server-cache], out: [second-life, workers-agree]}")
    assert "cached-time::ttl-ends" in counting
    assert "cached-time::second-life" not in counting
    assert "cached-time::workers-agree" not in reasons(left)


def test_who_names_a_check_that_applies_where_it_is_offered_has_it_count() -> None:
    counting, _ = chosen("checks: {in: [contract, no-store-where-sent]}")
    assert "items::no-store-where-sent" in counting
    counting, _ = chosen("checks: {in: [cache-control], where-offered: true}")
    assert "items::no-store-where-sent" in counting
    with pytest.raises(AssignmentError, match="applies only where a server chooses to offer"):
        chosen('checks: {in: ["no-store-wh*"]}')


def test_what_is_taken_from_an_answer_that_need_not_have_it_is_a_choice() -> None:
    _, left = chosen("tier: full")
    why = reasons(left)
    assert why["items::ims-equal"] == why["items::if-match-weak-read"] == "where-offered"


def test_a_policy_that_is_required_is_no_choice() -> None:
    counting, _ = chosen("require: [policy-public]")
    assert "policy-public::max-age" in counting


REFUSED = {
    "checks:\n  in:\n    - contract\n    - ttl-end": r":5: 'ttl-end' is no check, topic, row or node id of the "
    r"tier lesson, nor a pattern of one; did you mean 'ttl-ends'",
    "checks: {out: [nothing-like-it]}": r":2: 'nothing-like-it' is no check.*; conformance list shows all",
    "hidden: {until: due, checks: [ttl-end]}": r":2: 'ttl-end' is no check",
    "checks: {in: [if-match-list]}": r":2: 'if-match-list' is of the tier core, and this assignment goes up to "
    r"lesson: write tier: core",
    "checks: {in: [workers-agree]}": r":2: workers-agree can't count: it needs two workers, and a graded run "
    r"starts one; judge it in a run of its own: --app main:app --workers 2",
    "checks: {in: [change-shows]}": r":2: change-shows can't count: it needs what the server may lack "
    r"\(items\.change\); name that under require",
    "checks: {in: [hit-is-no-slower]}": r":2: hit-is-no-slower can't count: it binds nobody",
    "server: url\nchecks: {in: [tag-outlives-restart]}": r":3: tag-outlives-restart can't count: only an app "
    r"that the suite starts can show it; write server: app, and grade with --app",
    "tier: full\nchecks: {in: [get-after-head-is-whole]}": r":3: get-after-head-is-whole can't count: the target "
    r"has no resource with what it needs \(.*\); declare it in the target file",
    "checks: {in: [contract], out: [contract]}": r":2: nothing of the tier lesson counts, or all",
    "optional: [items, cached-time]": r": nothing of the tier lesson counts: ",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_count_is_refused_with_its_place_and_what_to_do(text: str) -> None:
    with pytest.raises(AssignmentError, match=REFUSED[text]):
        chosen(text)


def test_every_reason_is_met_and_says_what_to_do() -> None:
    _, left = select(wanted("tier: strict\nserver: url"), SUITE)
    seen: dict[str, Left] = {each.reason.name: each for each in left}
    assert set(seen) == {reason.name for reason in REASONS}
    assert all(each.reason.hint in told(each) for each in seen.values())


def test_what_counts_and_what_is_left_out_is_all_that_was_asked() -> None:
    runs, left = select(wanted("tier: full"), SUITE)
    ids: Counter[str] = Counter(each.id for each in (*runs, *(each.run for each in left)))
    asked: tuple[Run, ...] = plan(SUITE, wanted("tier: full").target, "full").runs
    assert ids == Counter(each.id for each in asked)
