"""specs/: the specs themselves, held to the style of the suite."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest
from helpers.rules import none_of
from msgspec.structs import replace

from conformance.claims import CLAIMS
from conformance.fields import parse_entity_tag_list
from conformance.fuzz.strategies import corners
from conformance.language import durations
from conformance.language.captures import CAPTURES, named
from conformance.language.strategies import STRATEGIES
from conformance.language.values import DURATION
from conformance.load.specs import load
from conformance.load.target import built_in_targets, load_target
from conformance.matchers import MATCHERS, references
from conformance.model import ASCENDING, CAPABILITIES, TIERS, Check, Json, Requirement, Step
from conformance.model.order import level_at, level_of
from conformance.model.specs import ANSWER
from conformance.verbs import VERBS

SUITE = load()
CHECKS = [check for file in SUITE.files for check in file.checks]
LETTERS = ("LES", *"ABCDEFGHIJKL")
TAKEN_BACK = {"C16"}  # rows that were dropped; their ids are not given again

REQUIREMENTS = SUITE.requirements.values()
LESSON = [row.id for row in REQUIREMENTS if row.id.startswith("LES")]


def steps_of(check: Check) -> tuple[Step, ...]:
    return SUITE.timelines[check.on].steps if check.on else check.steps


def against(checks: Iterable[Check], holds: Callable[[Check], object]) -> None:
    """A rule of the checks: those for which it does not hold are listed with their places."""
    none_of(f"{check.place}: {check.id}" for check in checks if not holds(check))


# ---- words

BEGINS_SMALL = ("max-age", "private", "no-cache", "no-store")
NO_TITLE = re.compile(r"\b(should|must|shall|test|tests|verify|verifies|check|checks)\b|\.$", re.IGNORECASE)
NO_ADVICE = re.compile(r"TODO|FIXME|XXX|\bLES\d|\b[A-L]\d\d\b|RFC|oracle|fixture|facts\b|\n")
SOURCE = re.compile(
    r"(derived from )?(RFC \d{4}, sections? [\d.]+(, [\d.]+)*( and [\d.]+)?"
    r"|the target's declaration|the Fetch standard)|(beyond )?the lesson, .+"
)


def test_a_title_says_that_x_does() -> None:
    def holds(check: Check) -> bool:
        title = check.title
        begins = title[0].isupper() or title.split()[0] in BEGINS_SMALL
        return 8 <= len(title) <= 90 and begins and not NO_TITLE.search(title)

    against(CHECKS, holds)


def test_titles_and_ids_are_unique() -> None:
    for words in ([c.title for c in CHECKS], [c.id for c in CHECKS], [f.title for f in SUITE.files]):
        assert [word for word, count in Counter(words).items() if count > 1] == []


def test_an_id_is_a_short_name_in_kebab_case() -> None:
    against(CHECKS, lambda c: len(c.id) <= 40 and re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", c.id))


def test_a_check_says_why_and_what_to_do() -> None:
    def advises(text: str) -> bool:
        return 20 <= len(text) <= 160 and not NO_ADVICE.search(text)

    against(CHECKS, lambda c: advises(c.why) and advises(c.hint))
    against(CHECKS, lambda c: c.why.endswith(".") and c.why != c.hint)


def test_a_requirement_is_a_sentence_with_its_source() -> None:
    none_of(
        f"{row.id}: {row.source!r} is no source; write for instance 9110 13.1.2, or the lesson, TITLE"
        for row in REQUIREMENTS
        if not SOURCE.fullmatch(row.source)
    )
    none_of(row.id for row in REQUIREMENTS if bool(row.url) != ("RFC" in row.source))
    none_of(row.id for row in REQUIREMENTS if row.says.endswith(".") or "should" in row.says)


# ---- coverage


def of_the_lesson(requirement: str) -> list[Check]:
    return [c for c in CHECKS if c.requirement.id == requirement and c.tier == "lesson"]


def test_every_requirement_of_the_lesson_has_a_check_in_its_tier() -> None:
    none_of(id_ for id_ in LESSON if not of_the_lesson(id_))


def test_a_check_of_the_lesson_counts_as_its_requirement() -> None:
    """At most: what is only half of it may count less."""
    hardest = {
        id_: max((c.level for c in of_the_lesson(id_)), key=ASCENDING.index, default="no check")
        for id_ in LESSON
    }
    none_of(
        f"{id_}: {level} in place of {SUITE.requirements[id_].level}"
        for id_, level in hardest.items()
        if level != SUITE.requirements[id_].level
    )


def test_a_lint_on_how_a_field_is_written_is_about_answers_that_have_one() -> None:
    """Or each answer without the field would pass, and count."""

    def asks(check: Check) -> bool:
        wanted = [each for way in check.expects for each in way[ANSWER].values()]
        return any(
            isinstance(each, dict) and {"valid", "free-of", "not-later"} & each.keys() for each in wanted
        )

    lints = [check for check in CHECKS if check.answers is not None]
    against(lints, lambda check: bool(check.answers) or not asks(check))


def test_a_check_of_no_contract_counts_as_the_register_says() -> None:
    against(CHECKS, lambda c: c.requirement.tier == "lesson" or c.level == level_of(c.requirement))


def test_on_a_server_of_no_contract_every_check_counts_as_the_register_says() -> None:
    """Where several rows say the same as one of the lesson, the first gives the level."""

    def ground(check: Check) -> Requirement:
        row = check.requirement
        return SUITE.requirements[row.rfc[0]] if row.rfc else row

    claims = load_target("lesson")
    anybody = replace(claims, contract="")
    for tier in TIERS:
        against(CHECKS, lambda c, tier=tier: level_at(c, anybody, tier) == level_of(ground(c)))  # type: ignore[misc]
        against(
            CHECKS,
            lambda c, tier=tier: ASCENDING.index(level_at(c, claims, tier)) >= ASCENDING.index(c.level),  # type: ignore[misc]
        )


@pytest.mark.parametrize(
    ("id_", "lesson", "anywhere"),
    [
        ("etag-present", "MUST", "SHOULD"),
        ("etag-repeats", "MUST", "SHOULD"),
        ("etag-lasts", "MUST", "SHOULD"),
        ("version-raises-tag", "MUST", "SHOULD"),
        ("reads-do-not-prolong", "MUST", "SHOULD"),
        ("hit-until-ttl", "MUST", "MAY"),
        ("memory-is-bounded", "SHOULD", "MAY"),
        ("cache-control-present", "SHOULD", "MAY"),
        ("keys-are-apart", "SHOULD", "MUST"),
        ("etag-quoted", "SHOULD", "MUST"),
    ],
)
def test_the_lesson_asks_for_more_than_the_standards_do(id_: str, lesson: str, anywhere: str) -> None:
    check = next(c for c in CHECKS if c.id == id_)
    claims = load_target("reference")
    assert level_at(check, claims, "lesson") == lesson
    assert level_at(check, replace(claims, contract=""), "lesson") == anywhere


def test_what_only_workers_show_names_the_option_that_starts_them() -> None:
    unseen = next(c for c in CHECKS if c.id == "workers-agree").unseen
    assert "let the suite start two of them: --app main:app --workers 2 (in pytest: " in unseen


def test_the_register_has_every_row() -> None:
    """Rows come, and none goes unseen: a letter's numbers have no gaps."""
    ids = {row.id for row in REQUIREMENTS}
    assert {id_.rstrip("0123456789") for id_ in ids} == set(LETTERS)
    assert len(ids) >= 303
    for letter in LETTERS:
        of_letter = sum(id_.rstrip("0123456789") == letter for id_ in ids | TAKEN_BACK)
        due = {f"{letter}{number:02}" for number in range(1, of_letter + 1)}
        none_of(f"{id_} is missing in specs/requirements.yaml" for id_ in sorted(due - ids - TAKEN_BACK))
    none_of(row.id for row in REQUIREMENTS if (row.tier == "lesson") != row.id.startswith("LES"))
    none_of(row.id for row in REQUIREMENTS if row.rfc and row.tier != "lesson")


def test_every_topic_has_rows() -> None:
    none_of(set(SUITE.topics) - {row.topic for row in REQUIREMENTS})


def test_a_check_stands_in_the_file_of_its_requirement() -> None:
    against(CHECKS, lambda c: c.place.file == f"specs/{c.requirement.topic}.yaml")


def test_every_timeline_is_used() -> None:
    none_of(set(SUITE.timelines) - {c.on for c in CHECKS})


def said_of_steps() -> Iterator[Mapping[str, Json]]:
    """Everything that the specs say of steps, in the words of the matchers."""
    for check in CHECKS:
        doubts = [condition for doubt in check.doubts for condition in doubt.when]
        for step in steps_of(check):
            yield from (step.given, step.only_if, step.expect)
            doubts += step.when
        for condition in (*check.expects, check.only_if, *doubts):
            yield from condition.values()


def words_there() -> Iterator[str]:
    """Every word of the language, as it is named to people."""
    yield from (f"{matcher.name}: {form.written}" for matcher in MATCHERS.values() for form in matcher.forms)
    verbs = [verb for verb in VERBS.values() if not verb.searched]  # the others only searches write down
    yield from (verb.name for verb in verbs)
    yield from (f"{verb.name}: {argument.name}" for verb in verbs for argument in verb.arguments)
    yield from (f"explore: {name}" for name in CLAIMS)
    yield from (f"{{step.{name}}}" for name in CAPTURES)
    yield from (f"a duration with {name}" for name in durations.NAMES)
    yield from (f"needs: {name}" for name in CAPABILITIES)
    yield from (f"strategy: {name}" for name in STRATEGIES)


def words_of(step: Step) -> Iterator[str]:
    yield step.do
    for argument, value in VERBS[step.do].given(step.args):
        yield f"{step.do}: {argument.name}"
        if argument.takes is DURATION:
            yield from (f"a duration with {name}" for _, name in durations.parse(str(value)))
    yield from (f"{{step.{capture}}}" for _, capture in named(step.args))


def words_used() -> Iterator[str]:
    for wanted in said_of_steps():
        for name, argument in wanted.items():
            yield from (f"{name}: {form.written}" for form, _ in MATCHERS[name].uses(argument))
    for check in CHECKS:
        needs = (*check.needs, *check.without)
        needs += SUITE.timelines[check.on].needs if check.on else ()
        yield from (f"needs: {name}" for name in needs)
        for name, argument in (check.answers or {}).items():
            yield from (f"{name}: {form.written}" for form, _ in MATCHERS[name].uses(argument))
        yield from (word for step in steps_of(check) for word in words_of(step))
        yield f"explore: {check.claim}"
        for variable in check.forall:
            yield f"strategy: {variable.strategy}"
            for each in (*variable.examples, *corners(variable)):
                yield from (f"{{step.{capture}}}" for _, capture in named(each))


def test_every_word_of_the_language_is_used() -> None:
    none_of(sorted({*words_there()} - {*words_used()}))


def test_every_strategy_that_is_used_is_known_and_searches_are_enough() -> None:
    used = {f.strategy for c in CHECKS for f in c.forall}
    assert used <= set(STRATEGIES)
    assert len([c for c in CHECKS if c.forall and c.tier == "lesson"]) >= 4


def test_a_check_applies_to_some_resource_of_the_built_in_targets() -> None:
    offers = [r.capabilities for name in built_in_targets() for r in load_target(name).resources]
    against(CHECKS, lambda c: any(set(c.needs) <= has and not set(c.without) & has for has in offers))


# ---- sense


DECIDING_WHERE_RUN = {"policy-on-hits": "below its tier nobody asks whether hits carry what is declared"}


def test_what_a_check_comes_after_is_run_with_it() -> None:
    """It is of the same tier or one below, or is one that decides only where it is run."""
    tier = {check.id: TIERS.index(check.tier) for check in CHECKS}
    against(
        CHECKS, lambda c: all(tier[name] <= tier[c.id] for name in {*c.after} - DECIDING_WHERE_RUN.keys())
    )
    none_of(DECIDING_WHERE_RUN.keys() - {name for check in CHECKS for name in check.after})


def test_a_failure_can_be_told() -> None:
    """It expects something of a step, and counts no softer the further a run goes."""

    def hardness(check: Check) -> list[int]:
        return [ASCENDING.index(level_at(check, load_target(), tier)) for tier in TIERS]

    against(CHECKS, lambda c: c.claim or c.expects or any(step.expect for step in c.steps))
    against(CHECKS, lambda c: hardness(c) == sorted(hardness(c)))


def test_a_step_compares_with_another_step_than_itself() -> None:
    """What is held against itself always holds."""

    def holds(step: Step) -> bool:
        said = [(name, said) for name, said in step.expect.items() if isinstance(said, dict)]
        compared = [pair for pair in said if "truthful-over" not in pair[1]]
        return all(step.name not in list(references({name: argument})) for name, argument in compared)

    against(CHECKS, lambda c: all(map(holds, c.steps)))


def test_a_tag_that_a_check_makes_up_is_well_formed() -> None:
    def examples(check: Check) -> Iterator[str]:
        for variable in check.forall:
            yield from variable.examples if variable.strategy == "entity-tags" else ()

    def well_formed(example: str) -> bool:
        return parse_entity_tag_list(re.sub(r"\{[^}]*\}", "x", example)) is not None

    against(CHECKS, lambda c: all(map(well_formed, examples(c))))


def test_a_change_is_seen_before_it_is_judged() -> None:
    """The state first, then what was said of it: a write whose effect nobody saw proves nothing."""
    writing = [c for c in CHECKS if {"change", "create", "remove"} & {s.do for s in c.steps}]
    against(writing, lambda c: any({"shows", "status"} & {*s.given, *s.expect} for s in c.steps))


def test_a_condition_is_asked_after_the_plain_request() -> None:
    def holds(check: Check) -> bool:
        asked = [i for i, s in enumerate(check.steps) if "headers" in s.args]
        same = [i for i, s in enumerate(check.steps) if {"read", "write"} & {s.do, VERBS[s.do].asks}]
        plain = [i for i in same if "headers" not in check.steps[i].args]
        return not asked or (bool(plain) and plain[0] < asked[0])

    against(CHECKS, holds)


def late_reads(steps: Iterable[Step]) -> Iterator[tuple[Step, str]]:
    """What is read once, near the end of a life, and the step with which that life began."""
    began = ""
    for step in steps:
        if step.do == "wait":
            late = str(step.args["for"]).startswith("ttl - ")
            began = str(step.args["after"]) if late else ""
        elif began and "times" not in step.args:
            yield step, began


def test_what_is_read_near_the_end_of_a_life_is_judged_only_where_it_came_before_that_end() -> None:
    """Or a busy machine fails a right server: the answer comes late, and the life has ended."""
    bodies = [*(line.steps for line in SUITE.timelines.values()), *(check.steps for check in CHECKS)]
    late = [pair for steps in bodies for pair in late_reads(steps)]
    assert {"nearly", "second-nearly"} <= {step.name for step, _ in late}
    none_of(
        f"{step.name}: given {step.given.get('age')}, its life began with {began}"
        for step, began in late
        if step.given.get("age") != {"surely-within-ttl-of": began}
    )
