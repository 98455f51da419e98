"""The moves of a history: what a search may do next to a resource, as a short text. Pure.

A history is a list of them, such as `put 1 look`, `ask 2 exact`, `pass 0.9 2`. The machine of the fuzzing
room draws them, a counterexample is written down in them, and the verb `play` does one. What each sends is in
`verbs/playing.py`, under the same word; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

THEN: Final = ("", "look", "item")
"""What is read right after a write: nothing, the resource, or the item by its own route."""
STATES: Final = ("0", "1", "2", "3")
"""Which of the values that are much alike is written."""
AGO: Final = ("0", "1", "2", "3")
"""A tag of how many versions ago."""
ODD: Final = ("empty", "blank", "mark", "quote", "long", "huge", "many", "obs-text")
"""Fields that no tag is in, or none that there is: anything may be answered but 304 and 5xx."""
MISSES: Final = ("exact", "cut", "longer", "swapped", *ODD)
"""The tag as it was seen, a near miss of it, or an odd field in its place."""
AT: Final = ("", "item")
ASKED: Final = ("", "look", "item", "item-look")
"""Of what the tag is: the resource or the item; and whether that is read right after."""
SHARES: Final = ("0.3", "0.6", "0.9", "1.1", "2.5")
"""Of the TTL."""
WRONGS: Final = ("json", "type")
"""What is wrong with a write: it is no JSON, or has a value of another type."""
TIMES: Final = ("1", "2", "3")
PAIRS: Final = ("put-put", "put-look", "put-item")


@dataclass(frozen=True, slots=True)
class Move:
    """One move.

    Args:
        phrase: it in English; {0}, {1} are its arguments.
        takes: the words that each argument accepts; "" where it may be left out.
        needs: the capabilities without which it makes no sense.
        phase: when a check that uses it may run.
        moved: whether it needs a clock that can be moved.
    """

    word: str
    phrase: str
    takes: tuple[tuple[str, ...], ...] = ()
    needs: tuple[str, ...] = ()
    phase: str = "read"
    moved: bool = False

    def written(self) -> Iterator[str]:
        """Every way in which it can be written down, the simplest first."""
        for words in product(*self.takes):
            if self.word == "ask" and words[0] != AGO[0] and words[1] != MISSES[0]:
                continue  # a near miss is one of any tag
            if self.word == "ask" and words[1] in ODD and words[2]:
                continue  # an odd field is as odd anywhere
            yield " ".join(filter(None, (self.word, *words)))


MOVES: Final = {
    move.word: move
    for move in (
        Move("look", "GET {0}", (AT,)),
        Move("head", "HEAD {0}", (AT,)),
        Move(
            "ask",
            "GET {2} with the tag of {0} versions ago ({1}) in If-None-Match",
            (AGO, MISSES, ASKED),
            needs=("etag",),
        ),
        Move("put", "PUT value {0}{1}", (STATES, THEN), needs=("change",), phase="write"),
        Move("patch", "PATCH value {0}{1}", (STATES, THEN), needs=("change", "item"), phase="write"),
        Move("drop", "remove our item{0}", (THEN,), needs=("remove",), phase="write"),
        Move(
            "make",
            "create an item, where ours is gone{0}",
            (THEN,),
            needs=("create", "remove"),
            phase="write",
        ),
        Move(
            "spoil",
            "send a write that has to be refused ({0}){1}",
            (WRONGS, THEN),
            needs=("change",),
            phase="write",
        ),
        Move("clear", "clear the cache{0}", (THEN[:2],), needs=("clear",), phase="sweep"),
        Move(
            "pass",
            "let {0} of the TTL pass, and GET it, so often: {1}",
            (SHARES, TIMES),
            needs=("ttl",),
            phase="wait",
            moved=True,
        ),
        Move("both", "two requests at once: {0}", (PAIRS,), needs=("change", "item"), phase="write"),
    )
}


def parse(text: str) -> tuple[Move, tuple[str, ...]]:
    """A move and its arguments, those that are left out as "".

    Raises:
        ValueError: it is none; the text says what is accepted.
    """
    word, *given = text.split(" ")
    move = MOVES.get(word)
    if move is None:
        raise ValueError(f"{word!r} is no move; accepted: {', '.join(MOVES)}")
    words = [*given, *[""] * (len(move.takes) - len(given))]
    if len(words) > len(move.takes):
        raise ValueError(f"{text!r}: {word} takes {len(move.takes)} words at most")
    for found, accepted in zip(words, move.takes, strict=True):
        if found not in accepted:
            several = ", ".join(each or "nothing" for each in accepted)
            raise ValueError(f"{text!r}: found {found or 'nothing'!r}; accepted: {several}")
    return move, tuple(words)


def phrase(text: str) -> str:
    """A move in English."""
    move, words = parse(text)
    said = [_said(word, accepted) for word, accepted in zip(words, move.takes, strict=True)]
    return move.phrase.format(*said)


def _said(word: str, accepted: tuple[str, ...]) -> str:
    if accepted is AT:
        return "the item" if word else "it"
    if accepted is ASKED:
        what = "the item" if word.startswith("item") else "it"
        return f"{what}, and then plainly," if word.endswith("look") else what
    if "look" in accepted:
        return f", then GET {'it' if word == 'look' else 'the item'}" if word else ""
    return word
