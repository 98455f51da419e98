"""Whole numbers that sum to what is shared out."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from conformance.grading.shares import rounded, shared_out

WEIGHTS = st.lists(st.fractions(0, 100), min_size=1, max_size=30)


def test_what_is_left_goes_to_the_largest_remainders_and_of_equals_to_the_first() -> None:
    assert shared_out(100, [1, 1, 1]) == (34, 33, 33)
    assert shared_out(10, [3, 3, 4]) == (3, 3, 4)
    assert shared_out(7, [Fraction(1, 2), Fraction(1, 2), 1]) == (2, 2, 3)
    assert shared_out(5, [0, 0]) == (0, 0)
    assert shared_out(5, []) == ()


def test_halves_are_rounded_up_in_their_sum() -> None:
    assert rounded([Fraction(1, 2)]) == (1,)
    assert rounded([Fraction(1, 2)] * 3) == (1, 1, 0)
    assert rounded([Fraction(5, 2), Fraction(5, 2)]) == (3, 2)


@given(st.integers(0, 1000), WEIGHTS)
def test_shares_sum_to_the_whole_and_each_is_its_exact_share_rounded(
    total: int, weights: list[Fraction]
) -> None:
    made = shared_out(total, weights)
    whole = sum(weights)
    assert sum(made) == (total if whole else 0)
    for share, weight in zip(made, weights, strict=True):
        exact = total * weight / whole if whole else Fraction(0)
        assert exact - 1 < share < exact + 1


@given(st.lists(st.integers(0, 40), max_size=30), st.fractions(0, 1))
def test_a_share_of_whole_numbers_is_none_more_than_these(points: list[int], share: Fraction) -> None:
    made = rounded([each * share for each in points])
    assert all(0 <= some <= each for some, each in zip(made, points, strict=True))
    assert abs(sum(made) - sum(points) * share) <= Fraction(1, 2)
