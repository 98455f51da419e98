"""conformance.fields.lists: lines of a field, lists, numbers, and what a cache in front adds."""

from __future__ import annotations

import pytest
from helpers.texts import TEXTS, always_the_same
from hypothesis import given

from conformance.fields import (
    answered_by_cache,
    field_value,
    field_values,
    has_empty_elements,
    media_type,
    parse_age,
    parse_delta_seconds,
    parse_vary,
    split_list,
)


@pytest.mark.parametrize(
    ("text", "elements", "empty"),
    [
        ("a, b\t,c", ["a", "b", "c"], False),
        ('a="1, 2", b', ['a="1, 2"', "b"], False),
        ('"a\\", b", c', ['"a\\", b"', "c"], False),
        ('a, "b, c', ["a", '"b, c'], False),
        ('"a\\', ['"a\\'], False),
        ("a,,b", ["a", "b"], True),
        (",", [], True),
        ("", [], False),
        (" ", [], False),
    ],
)
def test_a_list_splits_outside_quotes(text: str, elements: list[str], empty: bool) -> None:
    assert split_list(text) == elements
    assert has_empty_elements(text) is empty


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("007", 7), ("", None), ("-1", None), ("+1", None), ("1.0", None), ("1 ", None), ("²", None)],
)
def test_delta_seconds_are_digits_only(text: str, seconds: int | None) -> None:
    assert parse_delta_seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "age"), [("5", 5), ("5, 9", 5), (", 5", 5), ("x, 9", None), ("-5", None), ("", None)]
)
def test_age_is_its_first_member(text: str, age: int | None) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize(
    ("lines", "vary"),
    [
        (["Accept-Encoding, Origin", "accept-encoding"], {"accept-encoding", "origin"}),
        (["a, *"], "*"),
        ([""], set()),
        ("Origin", {"origin"}),
    ],
)
def test_vary_is_a_set_of_names_or_a_star(lines: list[str], vary: object) -> None:
    assert parse_vary(lines) == vary


def test_header_lines_stay_apart_until_they_are_joined() -> None:
    headers = [("Vary", " a "), ("ETag", '"x"'), ("vary", "b")]
    assert field_values(headers, "VARY") == ["a", "b"]
    assert field_value(headers, "Vary") == "a, b"
    assert field_values(headers, "Date") == []
    assert field_value(headers, "Date") is None


@pytest.mark.parametrize(
    ("name", "value", "told_by"),
    [
        ("Age", "12", "Age"),
        ("age", "1, 0", "Age"),
        ("Age", "0", None),
        ("Age", "x", None),
        ("X-Cache", "HIT", "X-Cache"),
        ("x-cache", "Hit from cloudfront", "X-Cache"),
        ("X-Cache", "TCP_MEM_HIT", "X-Cache"),
        ("X-Cache", "MISS, HIT", "X-Cache"),
        ("X-Cache", "MISS", None),
        ("CF-Cache-Status", "HIT", "CF-Cache-Status"),
        ("CF-Cache-Status", "DYNAMIC", None),
        ("Cache-Status", "edge; hit; ttl=30", "Cache-Status"),
        ("Cache-Status", "edge; fwd=uri-miss", None),
        ("Cache-Status", "edge; hit=?0", None),
        ("Cache-Status", "whitebox; fwd=miss", None),
        ("Via", "1.1 proxy (hit)", None),
    ],
)
def test_a_cache_in_front_is_told_by_what_it_adds(name: str, value: str, told_by: str | None) -> None:
    assert answered_by_cache([("Date", "x"), (name, value)]) == told_by


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ((), ""),
        ((("content-type", "Text/HTML ; charset=x"),), "text/html"),
        ((("Content-Type", ""),), ""),
    ],
)
def test_the_media_type_is_known(headers: tuple[tuple[str, str], ...], expected: str) -> None:
    assert media_type(headers) == expected


@always_the_same
@given(TEXTS)
def test_no_text_makes_it_raise(text: str) -> None:
    for parse in (parse_age, parse_delta_seconds, split_list):
        parse(text)
    parse_vary([text])
    answered_by_cache([("Age", text), ("X-Cache", text)])
