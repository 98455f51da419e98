"""conformance.language.captures: what a step takes from earlier answers."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.records import exchange

from conformance.language.captures import CAPTURES, MissingError, fill, named
from conformance.model import Exchange, Json

DATE = "Thu, 01 Jan 2026 12:00:00 GMT"
ANSWERS = {
    "first": exchange(etag='"aB1"', headers=[("Last-Modified", DATE)]),
    "weak": exchange(etag='W/"v1"'),
    "bare": exchange(etag="abc"),
    "digits": exchange(etag='"123"'),
    "empty": exchange(etag='""'),
    "none": exchange(body=b""),
    "silent": exchange(None),
}


def filled(value: Json, **bound: Json) -> Json:
    return fill(value, ANSWERS.get, bound)


@pytest.mark.parametrize(
    ("capture", "answer", "expected"),
    [
        ("etag", "first", '"aB1"'),
        ("etag", "weak", 'W/"v1"'),
        ("etag", "bare", "abc"),
        ("strong-etag", "first", '"aB1"'),
        ("weak-etag", "weak", 'W/"v1"'),
        ("opaque", "first", "aB1"),
        ("opaque", "weak", "v1"),
        ("opaque", "bare", "abc"),
        ("opaque", "empty", ""),
        ("opaque-cut", "first", "aB"),
        ("opaque-swapped", "first", "Ab1"),
        ("opaque-swapped", "digits", "123123"),
        ("last-modified", "first", DATE),
    ],
)
def test_a_capture_gives_what_the_answer_has(capture: str, answer: str, expected: str) -> None:
    assert filled(f"{{{answer}.{capture}}}") == expected


FIELD_OF = {"etag": "ETag", "opaque": "ETag", "last": "Last-Modified", "date": "Date"}


@pytest.mark.parametrize("capture", CAPTURES)
@pytest.mark.parametrize("answer", ["none", "silent", "unknown"])
def test_a_capture_of_what_is_not_there_says_so(capture: str, answer: str) -> None:
    with pytest.raises(MissingError) as caught:
        filled(f"{{{answer}.{capture}}}")
    assert str(caught.value) == f"{answer} has no {caught.value.field}"
    assert caught.value.field == CAPTURES[capture].field


@pytest.mark.parametrize(
    ("capture", "answer"), [("strong-etag", "weak"), ("weak-etag", "first"), ("weak-etag", "bare")]
)
def test_a_tag_of_the_other_kind_is_not_taken(capture: str, answer: str) -> None:
    with pytest.raises(MissingError, match=capture.replace("-etag", " ETag")):
        filled(f"{{{answer}.{capture}}}")


@pytest.mark.parametrize("capture", ["opaque-cut", "opaque-swapped"])
def test_an_empty_tag_cannot_be_changed(capture: str) -> None:
    with pytest.raises(MissingError):
        filled(f"{{empty.{capture}}}")


@pytest.mark.parametrize(
    ("value", "bound", "expected"),
    [
        ('"x", {first.etag}', {}, '"x", "aB1"'),
        ({"a": ["{first.opaque}", 5, None]}, {}, {"a": ["aB1", 5, None]}),
        # a variable alone keeps its type
        ("{n}", {"n": 6}, 6),
        ("{texts}", {"texts": ["a", "b"]}, ["a", "b"]),
        ("{n} times", {"n": 6}, "6 times"),
        # and its own captures are filled in
        ("{other}", {"other": '"{first.opaque}x"'}, '"aB1x"'),
        ("W/{other}", {"other": '"{first.opaque}x"'}, 'W/"aB1x"'),
        # what names nothing is text
        ("{unknown}", {}, "{unknown}"),
        ("a {unknown} b", {}, "a {unknown} b"),
        ("{}", {}, "{}"),
        ('{"json": 1}', {}, '{"json": 1}'),
        # no template engine: only names
        ("{first.__class__}", {}, "{first.__class__}"),
        ("{first.etag!r}", {}, "{first.etag!r}"),
        ("{{first.etag}}", {}, '{"aB1"}'),
    ],
)
def test_captures_are_filled_in_wherever_they_stand(
    value: Json, bound: dict[str, Any], expected: Json
) -> None:
    assert filled(value, **bound) == expected


def test_what_a_variable_holds_is_not_searched_for_variables() -> None:
    assert filled("{a}", a="{b}", b="{a}") == "{b}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{first.etag}", [("first", "etag")]),
        ("{n}", [("n", None)]),
        ({"a": ["{x.etag}", {"b": "{y}"}], "c": 5}, [("x", "etag"), ("y", None)]),
        ("plain", []),
        (None, []),
    ],
)
def test_the_names_that_a_value_refers_to_are_found(value: Json, expected: list[tuple[str, str]]) -> None:
    assert list(named(value)) == expected


def test_the_combined_field_is_taken_where_it_is_no_tag() -> None:
    answers: dict[str, Exchange] = {"a": exchange(headers=[("Last-Modified", DATE), ("last-modified", DATE)])}
    assert fill("{a.last-modified}", answers.get, {}) == f"{DATE}, {DATE}"
