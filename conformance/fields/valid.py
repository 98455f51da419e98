"""The forms that a field's value may be held to, by name: one table. No verdicts, no levels."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.fields.dates import is_imf_fixdate, wrong_weekday
from conformance.fields.lists import TOKEN, has_empty_elements, parse_delta_seconds, split_list
from conformance.fields.ranges import parse_content_range
from conformance.fields.structured import (
    directives,
    is_dictionary_of_directives,
    is_list_of_names,
    is_list_of_strings,
)
from conformance.fields.tags import parse_entity_tag

__all__ = ["FORMS", "Form"]


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a value.

    Args:
        fits: whether the value of one line has it.
        says: it in words, as the end of "ETag as ...".
        fault: what is wrong with a value that is hard to tell from a right one, as a clause, or None.
    """

    fits: Callable[[str], bool]
    says: str
    fault: Callable[[str], str | None] = lambda _: None


def _other_day(text: str) -> str | None:
    day = wrong_weekday(text)
    return None if day is None else f"that day is a {day}"


FORMS: Final[Mapping[str, Form]] = {
    "entity-tag": Form(
        lambda text: parse_entity_tag(text) is not None, 'one entity tag, such as "a1b2" or W/"a1b2"'
    ),
    "plain-tag": Form(lambda text: "\\" not in text, "an entity tag without a backslash"),
    "imf-fixdate": Form(is_imf_fixdate, "a date such as Sun, 06 Nov 1994 08:49:37 GMT", _other_day),
    "delta-seconds": Form(
        lambda text: parse_delta_seconds(text) is not None, "a whole number of seconds, 0 or more"
    ),
    "full-list": Form(lambda text: not has_empty_elements(text), "a list without empty elements"),
    "field-names": Form(
        lambda text: all(re.fullmatch(TOKEN, each) for each in split_list(text)),
        "a list of names, or *",
    ),
    "content-range": Form(
        lambda text: parse_content_range(text) is not None, "a range such as bytes 0-4/10, within the length"
    ),
    "whole-told": Form(
        lambda text: not text.endswith("/*"), "a range with the length of the whole, such as bytes 0-4/10"
    ),
    "range-units": Form(
        lambda text: all(re.fullmatch(TOKEN, each) for each in split_list(text) or [text]),
        "the names of units such as bytes, or none",
    ),
    "directives": Form(
        is_dictionary_of_directives,
        "a dictionary with whole seconds and flags, such as max-age=60, must-revalidate",
    ),
    "some-directives": Form(lambda text: bool(directives(text)), "a dictionary that is not empty"),
    "strings": Form(is_list_of_strings, 'a list of strings, such as "a", "b"'),
    "names": Form(is_list_of_names, "a list of tokens or of strings in quotes"),
}
"""Name -> form. To add one, add a row."""
