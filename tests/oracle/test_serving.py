"""What a server's own cache may serve at an instant, by what a client has seen of it."""

import pytest

from conformance.oracle.serving import EITHER, Keeping, Span, may_serve

TTL = Keeping(30, 30, margin=1)
MADE = Span(0.0, 0.5)


@pytest.mark.parametrize(
    ("sent", "received", "expected"),
    [
        (1, 1.1, {"kept"}),
        (28.8, 28.9, {"kept"}),
        (28.8, 29.0, EITHER),  # its answer may have been made at the end of the life, less the margin
        (30, 30.1, EITHER),
        (31.5, 31.6, EITHER),
        (31.6, 31.7, {"new"}),
        (100, 100.1, {"new"}),
    ],
)
def test_the_life_of_an_entry(sent: float, received: float, expected: set[str]) -> None:
    assert may_serve(MADE, Span(sent, received), TTL) == expected


def test_a_ttl_that_is_spread_and_a_stale_answer_leave_more_open() -> None:
    spread = Keeping(27, 33, stale=10, margin=1)
    served = {at: may_serve(MADE, Span(at, at + 0.1), spread) for at in (25.0, 27.0, 44.0, 45.0)}
    assert served == {25.0: {"kept"}, 27.0: EITHER, 44.0: EITHER, 45.0: {"new"}}


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (Span(-2, -1), {"kept"}),  # before the entry was made
        (Span(-1, 0.2), EITHER),  # while it was
        (Span(2, 2.2), {"new"}),
        (Span(4.9, 5.05), EITHER),  # while the read was under way
    ],
)
def test_a_clear_ends_an_entry(end: Span, expected: set[str]) -> None:
    assert may_serve(MADE, Span(5, 5.1), TTL, (end,)) == expected


def test_of_an_entry_that_nobody_saw_made_only_its_end_is_known() -> None:
    unseen = Span(float("-inf"), 1.0)
    assert may_serve(unseen, Span(2, 2.1), TTL) == EITHER
    assert may_serve(unseen, Span(33, 33.1), TTL) == {"new"}
