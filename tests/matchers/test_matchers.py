"""conformance.matchers: one table, and each of its words is seen to hold and to fail."""

# ruff: noqa: E501 - a table has a row a line

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest
from helpers.matching import Example
from helpers.proof import forms_shown
from helpers.records import done, exchange, resource, skipped, target
from helpers.rules import none_of

from conformance.matchers import (
    CODES,
    MATCHERS,
    Case,
    Form,
    Matcher,
    first_finding,
    holds,
    phrases,
    references,
)
from conformance.model import Json, StepRecord

# What a file of matchers is called -> the examples in the test that is called after it.
SHOWN: dict[str, list[Example]] = {
    path.stem.removeprefix("test_"): getattr(import_module(f"matchers.{path.stem}"), "EXAMPLES", [])
    for path in Path(__file__).parent.glob("test_*.py")
    if path != Path(__file__)
}
EXAMPLES = [example for examples in SHOWN.values() for example in examples]
FORMS = [(matcher, form) for matcher in MATCHERS.values() for form in matcher.forms]


def where(matcher: Matcher, form: Form) -> str:
    """What to tell of a form: its file, and how it is written."""
    file = Path(inspect.getsourcefile(inspect.unwrap(form.find)) or "").name
    return f"conformance/matchers/{file}: `{matcher.name}: {form.written}`"


def test_an_example_stands_in_the_test_of_its_matchers_file() -> None:
    rows = {name: getattr(import_module(f"conformance.matchers.{name}"), "MATCHERS", ()) for name in SHOWN}
    home = {matcher.name: name for name, matchers in rows.items() for matcher in matchers}
    none_of(
        f"tests/matchers/test_{name}.py has examples of {matcher}, which belong in test_{home.get(matcher)}.py"
        for name, examples in SHOWN.items()
        for matcher in sorted({example.matcher for example in examples})
        if home.get(matcher) != name
    )


def using(matcher: Matcher, form: Form) -> list[Example]:
    of = [example for example in EXAMPLES if example.matcher == matcher.name]
    return [example for example in of if form in [used for used, _ in matcher.uses(example.wanted)]]


def lacking(matcher: Matcher, form: Form) -> Iterator[str]:
    """What is missing; a check that passes on the reference and fails under a flaw is an example of both."""
    if not form.phrase:
        yield f"{where(matcher, form)} has no phrase"
    if (matcher.name, form.text) in forms_shown():
        return
    seen = {example.says is None for example in using(matcher, form)}
    for what, there in (
        ("holding example", True in seen),
        ("failing example", False in seen),
    ):
        if not there:
            yield f"{where(matcher, form)} has no {what} in tests/matchers/, and no check and flaw show it"


def test_every_form_is_seen_to_hold_and_to_fail_and_has_a_phrase() -> None:
    none_of(each for matcher, form in FORMS for each in lacking(matcher, form))


def test_every_form_has_a_code_of_its_own() -> None:
    codes = [matcher.code(form) for matcher, form in FORMS]
    assert len(set(codes)) == len(codes)
    assert {*codes, "answer", "comparison"} <= CODES
    assert all(re.fullmatch(r"[a-z-]+(\.[a-z0-9-]+)?", code) for code in CODES)


def test_a_finding_carries_a_code_that_its_form_declares() -> None:
    wrong, found = [], set()
    for example in EXAMPLES:
        finding, matcher = example.finding(), MATCHERS[example.matcher]
        if finding is None:
            continue
        found.add(finding.code)
        uses = [form for form, _ in matcher.uses(example.wanted)]
        declared = {code for form in uses for code in (matcher.code(form), *form.codes)}
        if finding.code not in declared | {"answer", "comparison"}:
            wrong.append(f"{where(matcher, uses[0])} does not declare {finding.code}")
    none_of(wrong)
    shown = {m.code(form) for m, form in FORMS if (m.name, form.text) in forms_shown()}
    none_of(
        f"the code {code} is shown by no example: add one to tests/matchers/, or a check and a flaw"
        for code in sorted(CODES - found - shown - {"contact.oracle"})
    )


@pytest.mark.parametrize(
    ("name", "wanted", "expected"),
    [
        ("etag", "present", "etag.present"),
        ("etag", {"same-as": "b"}, "etag.same-as"),
        ("status", 200, "status"),
        ("hit", True, "hit.true"),
    ],
)
def test_a_code_is_made_of_the_words(name: str, wanted: Json, expected: str) -> None:
    ((form, _),) = MATCHERS[name].uses(wanted)
    assert MATCHERS[name].code(form) == expected


def test_the_examples_are_of_the_language() -> None:
    valid = {name: jsonschema.Draft202012Validator(matcher.schema) for name, matcher in MATCHERS.items()}
    none_of(f"{e.matcher}: {e.wanted}" for e in EXAMPLES if not valid[e.matcher].is_valid(e.wanted))


# About the surroundings, not about an answer: these hold of a step that asked nothing.
OF_NO_ANSWER = {"echoed", "item-known", "remote", "ttl", "workers", "growth", "clock", "failure"}


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


def test_the_schema_of_a_matcher_lists_its_forms() -> None:
    none_of(where(m, form) for m, form in FORMS if form.written not in m.schema["description"])
    for matcher in MATCHERS.values():
        jsonschema.Draft202012Validator.check_schema(matcher.schema)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("etag", "presnt"),
        ("etag", {"same-as": "a", "differs-from": "b"}),
        ("etag", {"present": True}),
        ("etag", "same-as"),
        ("etag", {}),
        ("hit", 1),
        ("hit", "true"),
        ("echoed", True),
        ("stray", {"none": True}),
        ("cache-control", {"has": []}),
    ],
)
def test_what_is_no_form_is_refused(name: str, wanted: Json) -> None:
    assert not jsonschema.Draft202012Validator(MATCHERS[name].schema).is_valid(wanted)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"status": 200}, "status 200"),
        ({"status": [404, "5xx"]}, "status 404 or 5xx"),
        ({"etag": "quoted", "body": {"at-least": 200}}, "an ETag in double quotes, a body of at least 200 bytes"),
        ({"cache-control": {"has": ["max-age"], "lacks": ["a", "b"]}}, "a Cache-Control with max-age, a Cache-Control without a or b"),
        ({"hit": {"truthful-over": ["a", "b", "c"]}}, "marked as cached just where it is, over a, b and c"),
        ({"hit": {"at-least-once": False}}, "at least one marked as not cached"),
        ({"contact": "full"}, "the client's cache asks the server without a condition"),
        ({"contact": ["none", "full"]}, "the client's cache does not ask the server or asks the server without a condition"),
        ({"contact": ["conditional", "full"]}, "the client's cache asks the server"),
        ({"remote": True}, "a server that is not on this machine"),
    ],
)  # fmt: skip
def test_expectations_are_told_in_english(wanted: dict[str, Json], expected: str) -> None:
    assert phrases(wanted) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"status": 200}, []),
        ({"etag": {"same-as": "first"}}, ["first"]),
        ({"etag": {"unique-with": ["a", "b"]}, "age": {"surely-within-ttl-of": "c"}}, ["a", "b", "c"]),
        ({"hit": {"truthful-over": ["a"]}, "bytes": {"fewer-than": "b"}}, ["a", "b"]),
        ({"shows": {"not-of": "w"}}, ["w"]),
        ({"etag": "present", "cache-control": {"has": ["max-age"]}}, []),
    ],
)
def test_the_steps_that_expectations_refer_to_are_found(wanted: dict[str, Json], expected: list[str]) -> None:
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
