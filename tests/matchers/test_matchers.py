"""conformance.matchers: one table, and each of its words is seen to hold and to fail."""

from __future__ import annotations

from collections.abc import Mapping

import jsonschema
import pytest
from helpers.matching import Example
from helpers.records import done, exchange, resource, skipped, target
from helpers.rules import none_of
from matchers import test_body, test_contact, test_etag, test_status, test_value

from conformance.matchers import MATCHERS, Case, first_finding, holds, references
from conformance.matchers.base import REFERRING
from conformance.model import Json, StepRecord

ROOMS = (
    test_body,
    test_contact,
    test_etag,
    test_status,
    test_value,
)
EXAMPLES: list[Example] = [example for room in ROOMS for example in room.EXAMPLES]


BOTH = {True, False}


def test_every_matcher_is_seen_to_hold_and_to_fail() -> None:
    seen = {(example.matcher, example.says is None) for example in EXAMPLES}
    none_of(name for name in MATCHERS if {holds for matcher, holds in seen if matcher == name} != BOTH)


def test_every_form_of_a_matcher_is_seen_to_hold_and_to_fail() -> None:
    none_of(
        f"{name}: {form}"
        for name in MATCHERS
        for form in _forms(name)
        if {e.says is None for e in EXAMPLES if e.matcher == name and _uses(e.wanted, form)} != BOTH
    )


def _parts(name: str) -> list[Mapping[str, Json]]:
    schema = MATCHERS[name].schema
    return list(schema.get("anyOf", [schema]))


def _forms(name: str) -> set[str]:
    """The words and the keys that a matcher's argument may have."""
    parts = _parts(name)
    return {str(word) for part in parts for word in part.get("enum", ())} | {
        key for part in parts for key in part.get("properties", ())
    }


def _uses(wanted: Json, form: str) -> bool:
    if isinstance(wanted, dict):
        return form in wanted or form in map(str, wanted.values())
    return form in map(str, wanted if isinstance(wanted, list) else [wanted])


def test_the_examples_are_of_the_language() -> None:
    valid = {
        name: jsonschema.Draft202012Validator(dict(matcher.schema)) for name, matcher in MATCHERS.items()
    }
    none_of(f"{e.matcher}: {e.wanted}" for e in EXAMPLES if not valid[e.matcher].is_valid(e.wanted))


# About the surroundings, not about an answer: these hold of a step that asked nothing.
OF_NO_ANSWER = {"echoed", "item-known", "remote", "ttl", "workers", "growth"}


def test_an_empty_set_never_holds() -> None:
    """A matcher finds something to say of a step that asked nothing."""

    def finds(example: Example) -> bool:
        *before, judged = example.steps
        asked_nothing = (*before, done(judged.name))
        empty = Example(example.matcher, example.wanted, asked_nothing, ("", ""), on=example.on)
        other_steps_count = example.matcher == "hit" and "truthful-over" in str(example.wanted)
        return other_steps_count or empty.finding() is not None

    of_answers = [example for example in EXAMPLES if example.matcher not in OF_NO_ANSWER]
    none_of(f"{example.matcher}: {example.wanted}" for example in of_answers if not finds(example))


def test_a_matcher_says_what_it_asks_for() -> None:
    none_of(name for name, matcher in MATCHERS.items() if matcher.name != name or not matcher.says)
    for matcher in MATCHERS.values():
        jsonschema.Draft202012Validator.check_schema(dict(matcher.schema))


def test_every_word_that_takes_a_step_is_known_to_refer_to_it() -> None:
    """Else the loader would not see that the step is missing."""
    none_of(
        f"{name}: {key}"
        for name in MATCHERS
        for part in _parts(name)
        for key, value in part.get("properties", {}).items()
        if ("pattern" in value or "pattern" in value.get("items", {})) and key not in REFERRING
    )


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"status": 200}, []),
        ({"etag": {"same-as": "first"}}, ["first"]),
        ({"etag": {"unique-with": ["a", "b"]}, "age": {"since": "c"}}, ["a", "b", "c"]),
        ({"hit": {"truthful-over": ["a"]}, "bytes": {"fewer-than": "b"}}, ["a", "b"]),
        ({"shows": {"not-of": "w"}}, ["w"]),
        ("present", []),
    ],
)  # fmt: skip
def test_the_steps_that_an_argument_refers_to_are_found(wanted: Json, expected: list[str]) -> None:
    assert list(references(wanted)) == expected


def case(*steps: StepRecord) -> Case:
    return Case({s.name: s for s in steps}, resource(), target())


def test_the_first_expectation_that_does_not_hold_is_found() -> None:
    step = done("a", exchange(404))
    finding = first_finding({"body": "present", "status": 200, "etag": "present"}, step, case(step))
    assert finding is not None
    assert finding.expected == "status 200"
    assert first_finding({"status": 404}, step, case(step)) is None


OK, MISSING = done("a", exchange(200)), done("b", exchange(404))
NOT_OFFERED = StepRecord("c", "read", "not-offered", "", (exchange(200),))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"a": {"status": 200}}, True),
        ({"a": {"status": 404}}, False),
        ({"a": {"status": 200}, "b": {"status": 404}}, True),
        ({"a": {"status": 200}, "b": {"status": 200}}, False),
        ({"c": {"status": 200}}, False),  # it was not done
        ({"s": {"status": 200}}, False),  # it was left out
        ({"unknown": {"status": 200}}, False),
    ],
)
def test_a_condition_holds_of_steps_that_were_done(condition: dict[str, Json], expected: bool) -> None:
    assert holds(condition, case(OK, MISSING, NOT_OFFERED, skipped("s"))) is expected


def test_the_first_and_the_last_exchange_of_a_step_are_found() -> None:
    one, two = exchange(200), exchange(404)
    of = case(done("a", one, two), done("none"))
    assert (of.first("a"), of.last("a"), of.first("none"), of.last("unknown")) == (one, two, None, None)
