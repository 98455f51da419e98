"""tools.language: the page has every word of the language, and is what is generated."""

from __future__ import annotations

import re

from helpers.rules import none_of

from conformance.language.captures import CAPTURES
from conformance.language.doubts import DOUBTS
from conformance.language.durations import NAMES
from conformance.language.strategies import STRATEGIES
from conformance.load.specs import load
from conformance.matchers import MATCHERS
from conformance.model.targets import CAPABILITIES
from conformance.verbs import VERBS
from tools.language import PAGE, made


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == made(load())


def test_every_word_has_a_row() -> None:
    text = made(load())
    for table in (VERBS, MATCHERS):
        none_of(name for name in table if f"\n| **`{name}`** |" not in text)
    for pairs in (CAPTURES, NAMES, CAPABILITIES, DOUBTS, STRATEGIES):
        none_of(name for name in pairs if f"\n| `{name}` |" not in text)


def test_every_argument_and_every_form_has_a_row_below_its_word() -> None:
    rows = dict(re.findall(r"(?m)^\| \*\*`([a-z-]+)`\*\* .*\n((?:\|  \|.*\n)*)", made(load())))
    for verb in VERBS.values():
        assert rows[verb.name].count("\n") >= len(verb.arguments), verb.name
    for matcher in MATCHERS.values():
        assert rows[matcher.name].count("\n") >= len(matcher.forms), matcher.name


def test_a_word_leads_to_the_first_check_that_uses_it() -> None:
    (row,) = (line for line in made(load()).splitlines() if "| `{same-as: STEP}` | the same ETag" in line)
    assert row.endswith("weak or strong | [etag-lasts](checks/validators.md#etag-lasts) |")
