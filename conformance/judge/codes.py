"""Codes of the verdicts that leave a check open, and whose doing each is. Pure.

Who grades reads this table, never a sentence. A code that is in none of its rows says nothing: then nobody
knows whose doing it is, and nobody loses a point by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from conformance.language.doubts import DOUBTS
from conformance.matchers import ANSWER, COMPARISON, MATCHERS

__all__ = [
    "ANSWERED",
    "BROKEN",
    "LACKING",
    "LATE",
    "LIMITED",
    "LOGGED_OUT",
    "NOT_REACHED",
    "OPEN",
    "STOPPED",
    "Whose",
    "of_doubt",
    "whose",
]

Whose = Literal["own", "noise", "unknown"]
"""own: the server's doing, where only the suite can reach it; noise: from outside, or our own timing."""

STOPPED: Final = "stopped"
"""The run did not get to it, since it was being stopped."""
LATE: Final = "late"
"""It was not asked, or answered, in time to tell anything."""
NOT_REACHED: Final = "not-reached"
"""What it is about was not met, and nothing says why."""
LIMITED: Final = "rate-limit"
"""The server limits how often it is asked."""
LOGGED_OUT: Final = "login.ended"
"""What knew us does not know us any more."""
ANSWERED: Final = "write.answered"
"""A write was answered otherwise than by success, and not as a refusal."""
LACKING: Final = "answer.lacking"
"""An answer lacks what is to be sent back, although others had it."""
BROKEN: Final = "step.broken"
"""A step could not be done, such as a second start."""

_DOUBT: Final = "doubt"

OPEN: Final[Mapping[str, Whose]] = {
    STOPPED: "noise",
    LATE: "noise",
    NOT_REACHED: "noise",
    BROKEN: "noise",
    ANSWER: "noise",
    COMPARISON: "noise",
    LIMITED: "own",
    LOGGED_OUT: "own",
    ANSWERED: "own",
    LACKING: "own",
}
"""Besides doubts (`doubt.NAME`) and what a matcher has found (its word first), which say it themselves."""


def of_doubt(name: str) -> str:
    """The code of a verdict that a doubt keeps open."""
    return f"{_DOUBT}.{name}"


def whose(code: str) -> Whose:
    """Whose doing it is that a check is open, by the code of its verdict."""
    if code in OPEN:
        return OPEN[code]
    word, _, name = code.partition(".")
    if word == _DOUBT and name in DOUBTS:
        return "own" if DOUBTS[name].own else "noise"
    if word in MATCHERS:
        return "noise" if MATCHERS[word].ours else "own"
    return "unknown"
