"""What stands for a value that is too long to be kept."""

from __future__ import annotations

from conformance.content.summaries import is_summary, summary


def test_equal_texts_have_equal_summaries_and_others_have_others() -> None:
    assert summary("x" * 3000) == summary("x" * 3000)
    assert summary("x" * 3000) != summary("x" * 2999 + "y")


def test_what_stands_for_a_value_is_told_from_a_value() -> None:
    assert is_summary(summary("text"))
    assert is_summary(summary("text", 1.0))
    assert not is_summary({"begins": "text"})
    assert not is_summary({**summary("text"), "more": 1})
