"""conformance.language.durations: the arithmetic of waiting."""

from __future__ import annotations

import pytest

from conformance.language.durations import NAMES, margin, parse, seconds, within

VALUES = {"ttl": 30.0, "end": 33.0, "m": 1.0, "w": 1.2, "resolution": 1.0, "lifetime": 300.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.1 s", 1.1),
        ("2", 2),
        ("2 s", 2),
        ("2s", 2),
        ("ttl", 30),
        ("ttl + 2m", 32),
        ("ttl - 2m", 28),
        ("ttl - 1.5m", 28.5),
        ("ttl-w", 28.8),
        ("ttl / 2", 15),
        ("ttl / 3 + m / 2", 10.5),
        ("2ttl / 4", 15),
        ("lifetime - 3", 297),
        ("lifetime - 3 - 7 s", 290),
        ("  ttl  +  m  ", 31),
        ("m - ttl", 0),  # no time goes backwards
        ("resolution", 1),
    ],
)
def test_a_sum_of_terms_is_seconds(text: str, expected: float) -> None:
    assert seconds(text, VALUES) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "+", "ttl +", "- 3", "ttl +- m", "ttl ++ m", "/ 2", "ttl / 0", "ttl / 0.0", "ttl / m"),
        *("ttl * 2", "1e3", "(ttl)", "ttl m", "1.", ".5", "9" * 10, "٣", "TTL", "None", "ttl\n- m/"),
    ],
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write for instance") as caught:
        parse(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"), [("soon", "soon"), ("ttl + x", "x"), ("2 min", "min"), ("5ms", "ms")]
)
def test_an_unknown_quantity_is_refused_with_the_known_ones(text: str, name: str) -> None:
    with pytest.raises(ValueError, match="is no quantity") as caught:
        parse(text)
    assert str(caught.value) == f"{name!r} is no quantity; use {', '.join(NAMES)}, or seconds"


def test_a_quantity_that_an_answer_does_not_give_is_named() -> None:
    with pytest.raises(KeyError, match="lifetime"):
        seconds("lifetime + 2", {"ttl": 30.0})


@pytest.mark.parametrize(("ttl", "expected"), [(4, 0.4), (10, 1.0), (30, 1.0), (86_400, 1.0)])
def test_the_margin_is_a_tenth_and_at_most_a_second(ttl: float, expected: float) -> None:
    assert margin(ttl) == expected


@pytest.mark.parametrize(
    ("pause", "known", "expected"),
    [(61, {}, 61), (61, {"ttl": 30}, 22.5), (1.2, {"ttl": 30}, 1.2), (61, {"ttl": 300}, 61)],
)
def test_a_pause_within_a_life_takes_three_quarters_of_it_at_most(
    pause: float, known: dict[str, float], expected: float
) -> None:
    assert within(pause, known) == expected
