"""conformance.guesses: what may have been meant, as one sentence."""

from __future__ import annotations

import pytest

from conformance.guesses import did_you_mean, guess, guessed

NAMES = ["given", "expect"]


@pytest.mark.parametrize(
    ("found", "question"),
    [("expct", "did you mean 'expect'?"), ("zzz", ""), ("given!", "did you mean 'given'?")],
)
def test_a_near_miss_is_guessed(found: str, question: str) -> None:
    assert guess(found, NAMES) == question
    assert guessed("there is none", found, NAMES) == f"there is none; {question}".removesuffix("; ")
    assert did_you_mean(found, NAMES) == f"{question} accepted: expect, given".lstrip()


def test_several_may_have_been_meant() -> None:
    assert guess("tag-a", ["tag-b", "tag-c", "other"], most=3) == "did you mean 'tag-c' or 'tag-b'?"
