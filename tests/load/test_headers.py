"""conformance.load.headers: 'Name: value' as it is typed, with variables of the environment in it."""

from __future__ import annotations

import pytest

from conformance.errors import UsageError
from conformance.load.headers import typed_headers


def test_a_variable_stands_for_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "abc")
    (field,) = typed_headers(["Authorization: Bearer ${TOKEN}"])
    assert (field.name, field.written, field.value) == ("Authorization", "Bearer ${TOKEN}", "Bearer abc")


def test_fields_keep_their_order_and_what_stands_behind_the_first_colon() -> None:
    assert [(each.name, each.value) for each in typed_headers(["A: b:c", "a:", "X-Y:  z "])] == [
        ("A", "b:c"),
        ("a", ""),
        ("X-Y", "z"),
    ]


@pytest.mark.parametrize("text", ["broken", ": x", "A B: c", "A: b\r\nC: d", ""])
def test_what_is_no_header_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(UsageError, match="a header is given as 'Name: value'"):
        typed_headers([text])


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOKEN", raising=False)
    with pytest.raises(UsageError, match=r"needs the variable TOKEN .* not set: export TOKEN="):
        typed_headers(["Authorization: Bearer ${TOKEN}"])


@pytest.mark.parametrize("value", ["a\nb", "a\x00", "\u20ac"])
def test_a_value_that_can_not_be_sent_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "\x00" not in value:
        monkeypatch.setenv("TOKEN", value)
    with pytest.raises(UsageError):
        typed_headers(["X: ${TOKEN}" if "\x00" not in value else f"X: {value}"])
