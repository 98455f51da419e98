"""Whole numbers that sum to what is shared out: the largest remainders get what rounding leaves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

__all__ = ["rounded", "shared_out"]


def shared_out(total: int, weights: Sequence[Fraction | int]) -> tuple[int, ...]:
    """So much of `total` for each weight; where all weigh nothing, nothing."""
    whole = sum(weights)
    return (
        _rounded([Fraction(total) * each / whole for each in weights], total)
        if whole
        else (0,) * len(weights)
    )


def rounded(exact: Sequence[Fraction]) -> tuple[int, ...]:
    """Fractions as whole numbers, whose sum is theirs, rounded half up."""
    whole = sum(exact, Fraction(1, 2))
    return _rounded(exact, whole.numerator // whole.denominator)


def _rounded(exact: Sequence[Fraction], total: int) -> tuple[int, ...]:
    """Each rounded down or up, so that the sum is `total`; of equal remainders the earlier goes up first."""
    made = [each.numerator // each.denominator for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (made[i] - exact[i], i))
    for i in by_remainder[: total - sum(made)]:
        made[i] += 1
    return tuple(made)
