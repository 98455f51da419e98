"""The moves of a history as texts: what is accepted, and how it is told."""

import pytest

from conformance.language.moves import MOVES, parse, phrase
from conformance.model import CAPABILITIES
from conformance.verbs.base import DEMANDING
from conformance.verbs.playing import PLAYS


def test_every_move_is_played() -> None:
    assert MOVES.keys() == PLAYS.keys()


@pytest.mark.parametrize("move", MOVES.values(), ids=lambda move: move.word)
def test_every_way_of_writing_a_move_is_read_and_told(move: object) -> None:
    assert isinstance(move, type(MOVES["look"]))
    written = list(move.written())
    assert len(set(written)) == len(written)
    for text in written:
        assert parse(text)[0] is move
        assert "{" not in phrase(text)
    assert set(move.needs) <= CAPABILITIES.keys()
    assert move.phase in DEMANDING


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("look", "GET it"),
        ("look item", "GET the item"),
        ("put 1", "PUT value 1"),
        ("put 1 look", "PUT value 1, then GET it"),
        ("drop item", "remove our item, then GET the item"),
        (
            "ask 2 exact item-look",
            "GET the item, and then plainly, with the tag of 2 versions ago (exact) in If-None-Match",
        ),
        ("pass 0.9 2", "let 0.9 of the TTL pass, and GET it, so often: 2"),
    ],
)
def test_a_move_in_english(text: str, expected: str) -> None:
    assert phrase(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("jump", "'jump' is no move; accepted: look, head,"),
        ("put", "'put': found 'nothing'; accepted: 0, 1, 2, 3"),
        ("put 9", "'put 9': found '9'; accepted: 0, 1, 2, 3"),
        ("put 1 nowhere", "found 'nowhere'; accepted: nothing, look, item"),
        ("look item again", "look takes 1 words at most"),
        ("", "'' is no move"),
    ],
)
def test_what_is_no_move_is_told_with_what_is_accepted(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse(text)
