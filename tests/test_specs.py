"""specs/: the specs themselves, held to the style of the suite."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from conformance.fields import parse_entity_tag_list
from conformance.language.strategies import STRATEGIES
from conformance.load.specs import load
from conformance.load.target import built_in_targets, load_target
from conformance.matchers import MATCHERS, references
from conformance.model import LEVELS, TIERS, Check, Json, Requirement, Step
from conformance.model.order import level_at
from conformance.verbs import VERBS

SUITE = load()
CHECKS = [check for file in SUITE.files for check in file.checks]
BY_ID = {check.id: check for check in CHECKS}
LESSON = [f"LES{number:02}" for number in range(1, 41)]

each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
each_requirement = pytest.mark.parametrize("requirement", SUITE.requirements.values(), ids=lambda row: row.id)


def steps_of(check: Check) -> tuple[Step, ...]:
    return SUITE.timelines[check.on].steps if check.on else check.steps


# ---- words


@each_check
def test_a_title_says_that_x_does(check: Check) -> None:
    title = check.title
    assert 8 <= len(title) <= 90
    assert title[0].isupper() or title.split()[0] in ("max-age", "private", "no-cache", "no-store")
    assert not title.endswith(".")
    assert not re.search(
        r"\b(should|must|shall|test|tests|verify|verifies|check|checks)\b", title, re.IGNORECASE
    )


def test_titles_and_ids_are_unique() -> None:
    for words in ([c.title for c in CHECKS], [c.id for c in CHECKS], [f.title for f in SUITE.files]):
        assert [word for word, count in Counter(words).items() if count > 1] == []


@each_check
def test_an_id_is_a_short_name_in_kebab_case(check: Check) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", check.id)
    assert len(check.id) <= 40


@each_check
def test_a_check_says_why_and_what_to_do(check: Check) -> None:
    for text in (check.why, check.hint):
        assert 20 <= len(text) <= 160
        assert "\n" not in text
        assert not re.search(r"TODO|FIXME|XXX|\bLES\d|\b[A-L]\d\d\b|RFC|oracle|fixture|facts\b", text)
    assert check.why.endswith(".")
    assert check.why != check.hint


@each_requirement
def test_a_requirement_is_a_sentence_with_its_source(requirement: Requirement) -> None:
    assert re.fullmatch(
        r"(RFC \d{4}, section [\d.]+|the lesson, .+|beyond the lesson, .+|the target's declaration)",
        requirement.source,
    )
    assert bool(requirement.url) == requirement.source.startswith("RFC")
    assert not requirement.says.endswith(".")
    assert "should" not in requirement.says


# ---- coverage


@pytest.mark.parametrize("id_", LESSON)
def test_every_requirement_of_the_lesson_has_a_check_in_its_tier(id_: str) -> None:
    assert [c.id for c in CHECKS if c.requirement.id == id_ and c.tier == "lesson"]


@pytest.mark.parametrize("id_", LESSON)
def test_a_check_of_the_lesson_counts_as_its_requirement(id_: str) -> None:
    """At most: what is only half of it may count less."""
    levels = [level_at(c, "lesson") for c in CHECKS if c.requirement.id == id_ and c.tier == "lesson"]
    assert min(map(LEVELS.index, levels)) == LEVELS.index(SUITE.requirements[id_].level)


@each_requirement
def test_every_requirement_is_of_use(requirement: Requirement) -> None:
    """It has a check, or a row of the lesson says the same."""
    cited = {r.id for c in CHECKS for r in (c.requirement, *c.also)}
    alike = {name for row in SUITE.requirements.values() for name in row.rfc}
    assert requirement.id in cited | alike


@pytest.mark.parametrize("name", SUITE.timelines)
def test_every_timeline_is_used(name: str) -> None:
    assert [c.id for c in CHECKS if c.on == name]


def said_of_steps() -> Iterator[Mapping[str, Json]]:
    """Everything that the specs say of steps, in the words of the matchers."""
    for check in CHECKS:
        doubts = [condition for doubt in check.doubts for condition in doubt.when]
        for step in steps_of(check):
            yield from (step.given, step.only_if, step.expect)
            doubts += step.when
        for condition in (*check.expects, check.only_if, *doubts):
            yield from condition.values()


@pytest.mark.parametrize("name", MATCHERS)
def test_every_matcher_is_used(name: str) -> None:
    assert name in {word for wanted in said_of_steps() for word in wanted}


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_is_used(name: str) -> None:
    assert [c.id for c in CHECKS if name in {s.do for s in steps_of(c)}]


def test_every_strategy_that_is_used_is_known_and_searches_are_enough() -> None:
    used = {f.strategy for c in CHECKS for f in c.forall}
    assert used <= set(STRATEGIES)
    assert len([c for c in CHECKS if c.forall and c.tier == "lesson"]) >= 4


@each_check
def test_a_check_applies_to_some_resource_of_the_built_in_targets(check: Check) -> None:
    resources = [r for name in built_in_targets() for r in load_target(name).resources]
    assert [
        r.name
        for r in resources
        if set(check.needs) <= r.capabilities and not set(check.without) & r.capabilities
    ]


# ---- sense


@each_check
def test_what_a_check_comes_after_is_run_with_it(check: Check) -> None:
    """It is of the same tier or one below."""
    assert [name for name in check.after if TIERS.index(BY_ID[name].tier) > TIERS.index(check.tier)] == []


@each_check
def test_a_failure_can_be_told(check: Check) -> None:
    """It expects something of a step, and its levels begin with its own tier and grow no softer."""
    assert any(s.expect for s in check.steps) or check.expects
    levels = [level_at(check, tier) for tier in TIERS[TIERS.index(check.tier) :]]
    hardness = [LEVELS.index(level) for level in levels]
    assert hardness == sorted(hardness, reverse=True)


@each_check
def test_a_step_compares_with_another_step_than_itself(check: Check) -> None:
    """What is held against itself always holds."""
    for step in check.steps:
        for name, argument in step.expect.items():
            if isinstance(argument, dict) and "truthful-over" not in argument:
                assert step.name not in list(references({name: argument}))


@each_check
def test_a_tag_that_a_check_makes_up_is_well_formed(check: Check) -> None:
    for variable in check.forall:
        if variable.strategy == "entity-tags":
            for example in variable.examples:
                assert parse_entity_tag_list(re.sub(r"\{[^}]*\}", "x", example)) is not None


@each_check
def test_a_change_is_seen_before_it_is_judged(check: Check) -> None:
    """The state first, then what was said of it: a write whose effect nobody saw proves nothing."""
    if {"change", "create", "remove"} & {s.do for s in check.steps}:
        assert [s for s in check.steps if {"shows", "status"} & {*s.given, *s.expect}]


@pytest.mark.parametrize("check", [c for c in CHECKS if "conditional" in c.place.file], ids=lambda c: c.id)
def test_a_condition_is_asked_after_the_plain_request(check: Check) -> None:
    asked = [i for i, s in enumerate(check.steps) if "headers" in s.args]
    plain = [i for i, s in enumerate(check.steps) if s.do == "read" and "headers" not in s.args]
    assert plain
    assert not asked or plain[0] < asked[0]
