"""What an exploration of a resource is asked, and what comes of it: between the engine and the machine. Pure.

The machine needs Hypothesis, and the engine does without; both know these values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from conformance.model import Finding, Record, Resource, Run

__all__ = ["Broken", "Explore", "Explored", "Play", "Save"]

Play = Callable[[tuple[str, ...]], Record]
"""Plays a history of moves."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A claim that does not hold: the smallest history that shows it.

    Args:
        again: what came of it when it was repeated, where it did not break again.
        flaky: whether that is so.
    """

    history: tuple[str, ...]
    finding: Finding
    record: Record
    again: Record | None = None
    flaky: bool = False


@dataclass(slots=True)
class Explored:
    """What comes of an exploration.

    Args:
        broken: claim -> how, in the order in which they were found.
        looked: claim -> how often it was looked at; `spoilt`: in histories that break another that is known.
        fatal: the history at which nobody answered any more, or at which the suite failed.
        examples: how many histories were played.
    """

    broken: dict[str, Broken] = field(default_factory=dict)
    looked: Counter[str] = field(default_factory=Counter)
    spoilt: Counter[str] = field(default_factory=Counter)
    fatal: tuple[tuple[str, ...], Record] | None = None
    examples: int = 0


class Save(Protocol):
    """Keeps what was found; `paths` are where."""

    paths: list[str]

    def __call__(self, run: Run, record: Record) -> None:
        """Keep one finding."""


class Explore(Protocol):
    """Looks for histories that break claims about a resource."""

    def __call__(  # noqa: PLR0913 - what there is to be said of a search
        self,
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
        """What it has found; it draws so many histories, and ends once it is `over`."""
