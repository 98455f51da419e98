"""What differs between what was expected and what was found is marked, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.report.html.differing import Piece, differing


def marked(pieces: Iterable[Piece]) -> str:
    return "".join(f"[{text}]" if differs else text for text, differs in pieces)


@pytest.mark.parametrize(
    ("expected", "actual", "left", "right"),
    [
        ("status 304", "200", "status [304]", "[200]"),
        ("status 304", "status 200", "status [304]", "status [200]"),
        ("another value than 'a b'", "the same", "another value than ['a b']", "the same"),
        ("at least one of 8", "0 of 8 answers", "[at least one] of 8", "[0] of 8 [answers]"),
        ('the ETag "a" again', 'the ETag "b" again', 'the ETag ["a"] again', 'the ETag ["b"] again'),
        ("max-age=60, private", "max-age=60, public", "max-age=60, [private]", "max-age=60, [public]"),
        ("alike", "alike", "alike", "alike"),
        ("", "", "", ""),
    ],
)  # fmt: skip
def test_what_differs_is_marked(expected: str, actual: str, left: str, right: str) -> None:
    one, other = differing(expected, actual)
    assert (marked(one), marked(other)) == (left, right)


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_letter_is_lost(expected: str, actual: str) -> None:
    one, other = differing(expected, actual)
    assert "".join(text for text, _ in one) == expected
    assert "".join(text for text, _ in other) == actual
    if expected == actual:
        assert not any(differs for _, differs in (*one, *other))


def test_what_is_too_long_to_compare_is_shown_as_it_is() -> None:
    long = "a b " * 10_000
    assert differing(long, "a") == ([(long, False)], [("a", False)])
