"""The machine: histories of moves are drawn, played and weighed until a claim breaks; then made small. Shell.

One machine for each resource. All of a history is drawn before any of it is played, as booleans, so that what
a server answers has no say in what is drawn. A finding mutes its claim, and the search goes on: a history
that breaks a muted claim is spoilt, since whatever else is wrong in it may rest on that. Whatever ends a
search, what was found by then stands. It knows no socket: the engine plays, `claims/` weighs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from hypothesis import strategies as st
from msgspec.structs import replace

from conformance.claims import CLAIMS, Weighed, weigh
from conformance.execute.exploring import Broken, Explored, Play
from conformance.fuzz.driving import Counterexample, Ended, drive
from conformance.fuzz.strategies import choice
from conformance.language.moves import MOVES
from conformance.model import Record, Resource

__all__ = ["MOST_MOVES", "THEMES", "TRAPS", "explore"]

MOST_MOVES: Final = 30
_PARTS: Final = 3
_MOST_SHRINKING: Final = 150
_FILLS: Final = ("look", "pass", "clear")  # the moves that fill and end what a server keeps
_PATIENCE: Final = 10  # histories in a row in which nothing could be looked at

TRAPS: Final = tuple(
    tuple(each.split(", "))
    for each in (
        "look, look item, put 0 look, look item, ask 0 exact, put 1 look, ask 1 exact, put 0 item, look",
        "look, look item, put 0 item, look, put 1 look, put 2 look, put 3 look, look item, ask 2 exact look",
        "look, drop look, look item, make look, put 1 item, look, drop item, look, put 0 look",
        "look, ask 0 cut, ask 0 longer, ask 0 swapped, look, head, look",
        "look, ask 0 empty, ask 0 blank, ask 0 mark, ask 0 quote, ask 0 obs-text, look",
        "look, ask 0 many, ask 0 long, ask 0 huge, look",
        "look, spoil json look, look item, spoil type look, spoil type item",
        "look, ask 0 exact, pass 0.3 2, pass 0.3 2, ask 0 exact, pass 0.3 1, pass 0.6 1, ask 1 exact, look",
        "clear look, pass 0.9 1, pass 0.3 1, pass 0.9 2, clear look, pass 0.9 1, clear look, look",
        "look, pass 0.3 1, head, look, ask 0 exact, pass 1.1 1, look, ask 1 exact",
        "put 0, both put-look, look, put 1, both put-item, look item, both put-put, look, look item",
    )
)
"""Histories that are known to be traps: tried first, whatever the seed."""

THEMES: Final[tuple[tuple[str, ...], ...]] = (
    ("look", "put"),
    ("look", "put", "patch", "drop", "make"),
    ("look", "put", "ask"),
    ("look", "put", "spoil"),
    ("look", "put", "both"),
    ("look", "pass", "clear", "head"),
    ("look", "pass", "ask"),
    tuple(MOVES),
)
"""The words that one history is drawn from: most defects need few of them, and many of those."""


def explore(  # noqa: PLR0913 - what there is to be said of a search
    resource: Resource,
    claims: Sequence[str],
    words: Collection[str],
    seed: str,
    play: Play,
    /,
    *,
    max_examples: int,
    over: Callable[[], bool],
) -> Explored:
    """Look for histories that break claims.

    Args:
        resource: what is explored.
        claims: by their names; those that break are told once each.
        words: of the moves that can be made here.
        seed: of the search.
        play: plays a history from the same beginning as every other.
        max_examples: how many histories to draw, traps beside.
        over: whether to end: what was found by then is told, the smallest of it.
    """
    wanted = {word for claim in claims for word in CLAIMS[claim].moves} & set(words)
    hunt = _Hunt(resource, list(claims), play, over)
    left, number = max_examples, 0
    histories = _histories(wanted)
    while hunt.active and left > 0:
        hunt.begin()
        flaky = False
        try:
            flaky = hunt.trap(wanted) if number == 0 or hunt.trapped else False
            if hunt.smallest is None:
                hunt.trapped, hunt.drawing = False, True
                if histories is None:
                    break
                flaky = drive(histories, hunt.follow, f"{seed}/{number}", max_examples=left)
        except (Counterexample, Ended):
            pass
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours, and costs no finding
            hunt.fail((), None, problem)
        left -= hunt.drawn
        number += 1
        if not hunt.settled(flaky=flaky):
            break
    return hunt.explored


def _traps(words: Collection[str]) -> Iterator[tuple[str, ...]]:
    """What of them can be played here."""
    kept = (tuple(each for each in trap if each.split(" ")[0] in words) for trap in TRAPS)
    yield from dict.fromkeys(each for each in kept if len(each) > 1)


def _histories(words: Collection[str]) -> st.SearchStrategy[tuple[str, ...]] | None:
    """Histories of one theme, those that are the same here but once."""
    themes = [tuple(word for word in theme if word in words) for theme in THEMES]
    alphabets = [_alphabet(theme) for theme in dict.fromkeys(themes) if len(theme) > 1]
    if not alphabets:
        return None
    # One list of so many would come out half as long, and one of a least length could be made no smaller.
    parts = [
        st.tuples(*[st.lists(choice(each), max_size=MOST_MOVES // _PARTS)] * _PARTS) for each in alphabets
    ]
    lists = [each.map(lambda drawn: tuple(chain.from_iterable(drawn))).filter(bool) for each in parts]
    return choice(lists).flatmap(lambda drawn: drawn)


def _alphabet(theme: Sequence[str]) -> tuple[str, ...]:
    """Every move of these words, each word as likely as another."""
    written = [tuple(MOVES[word].written()) for word in theme]
    most = max(map(len, written))
    return tuple(each for some in written for each in (some * most)[:most])


@dataclass(slots=True)
class _Hunt:
    """A search as far as it has come; `begin` for each claim that is to be broken."""

    resource: Resource
    active: list[str]
    play: Play
    over: Callable[[], bool]
    explored: Explored = field(default_factory=Explored)
    trapped: bool = False
    claim: str = ""
    smallest: tuple[tuple[str, ...], Weighed, Record] | None = None
    again: Record | None = None
    drawing: bool = False
    drawn: int = 0
    shrinking: int = 0
    mute: int = 0
    ended: bool = False

    def begin(self) -> None:
        """Look for the next claim that breaks."""
        self.claim, self.smallest, self.again = "", None, None
        self.drawn = self.shrinking = self.mute = 0
        self.drawing = False

    def trap(self, words: Collection[str]) -> bool:
        """Play the known traps; one that breaks a claim is shown again, and made small by leaving moves out.

        What comes after the finding may go, and before it what neither fills nor ends an entry: what is kept
        would be else what an earlier history has left, and is not there when this one is played by itself.

        Returns:
            Whether what had failed did not fail again.

        Raises:
            Ended: there is no use in going on.
        """
        history = next((trap for trap in _traps(words) if self._fails(trap)), ())
        if not history or not self._fails(history):
            return bool(history)
        shorter = history[: self._where()]
        history = shorter if shorter != history and self._fails(shorter) else history
        size = len(history) // 2
        while size:
            at = 0
            while at < len(history):
                kept = tuple(move for move in history[at : at + size] if move.split(" ")[0] in _FILLS)
                shorter = history[:at] + kept + history[at + size :]
                taken = shorter not in ((), history) and self._fails(shorter)
                at += len(kept) if taken else size
                history = shorter if taken else history
            size //= 2
        return False

    def _where(self) -> int:
        """With how many moves the history shows what it was found to show."""
        assert self.smallest is not None  # noqa: S101 - it has failed
        return int(self.smallest[1].findings[self.claim].step.rpartition("-")[2])

    def _fails(self, history: tuple[str, ...]) -> bool:
        try:
            self.follow(history)
        except Counterexample:
            return True
        return False

    def follow(self, history: tuple[str, ...]) -> None:
        """Play a history, and weigh it.

        Raises:
            Counterexample: it breaks the claim that is looked for, or the first one.
            Ended: there is no use in going on.
        """
        self.shrinking += self.smallest is not None
        self.drawn += self.drawing and self.smallest is None
        if self.shrinking > _MOST_SHRINKING or self.over():
            self.ended = self.ended or self.smallest is None
            raise Ended
        record = None
        try:
            record = self.play(history)
            self.explored.examples += 1
            weighed = weigh(record.steps, self.resource)
        except Exception as problem:  # ours: Hypothesis would take it for what it looks for
            self.fail(history, record, problem)
            raise Ended from problem
        self._note(history, weighed, record)
        found = self._found(weighed)
        if found:
            self.claim, self.smallest, self.mute = found, (history, weighed, record), 0
            raise Counterexample
        if self.smallest is not None and history == self.smallest[0]:
            self.again = record

    def _note(self, history: tuple[str, ...], weighed: Weighed, record: Record) -> None:
        """What was looked at; a server that is gone, or a fault of ours, ends the search."""
        stopped = any(step.status == "stopped" for step in record.steps)
        if stopped and not self._found(weighed):  # it says nothing of whether it would have failed
            self.ended = self.ended or self.smallest is None
            raise Ended
        spoilt = self._spoilt(weighed)
        (self.explored.spoilt if spoilt else self.explored.looked).update(weighed.looked)
        silent = any(each.response is None for step in record.steps for each in step.exchanges)
        if record.crash or record.error or silent:
            self.explored.fatal = None if stopped else (history, record)
            self.ended = self.smallest is None
            raise Ended
        self.mute = 0 if weighed.looked else self.mute + 1
        if self.mute >= _PATIENCE:  # while one is made smaller, that ends, and no more
            self.ended = self.ended or self.smallest is None
            raise Ended

    def fail(self, history: tuple[str, ...], record: Record | None, problem: Exception) -> None:
        """A fault of ours: the search is over, and what it has found stands."""
        record = record or Record(f"explored@{self.resource.name}", ())
        self.explored.fatal = history, replace(record, error=f"{type(problem).__name__}: {problem}")
        self.ended = True

    def _spoilt(self, weighed: Weighed) -> bool:
        return any(claim in self.explored.broken for claim in weighed.findings)

    def _found(self, weighed: Weighed) -> str:
        """The claim that this history breaks, of those that are looked for."""
        for claim in weighed.findings:
            if claim in self.explored.broken:
                return ""  # whatever else is wrong in it may rest on that
            if claim == self.claim or (not self.claim and claim in self.active):
                return claim
        return ""

    def settled(self, *, flaky: bool) -> bool:
        """Mute what was found; whether to go on with the others."""
        if self.smallest is None:
            return False
        history, weighed, record = self.smallest
        self.explored.broken[self.claim] = Broken(
            history, weighed.findings[self.claim], record, self.again if flaky else None, flaky=flaky
        )
        self.active.remove(self.claim)
        self.trapped = True
        return not self.ended and self.explored.fatal is None and not self.over()
