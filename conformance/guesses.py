"""What may have been meant by a name that there is not: one sentence for it, wherever it is found. Pure."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["did_you_mean", "guess", "guessed", "nearest"]


def nearest(found: str, accepted: Iterable[str], most: int = 1, cutoff: float = 0.6) -> list[str]:
    """The names that are most like what was found, the likest first."""
    from difflib import get_close_matches  # noqa: PLC0415 - who makes no mistake does not wait for it

    return get_close_matches(found, list(accepted), most, cutoff)


def guess(found: str, accepted: Iterable[str], most: int = 1, cutoff: float = 0.6) -> str:
    """What may have been meant, as a question, or ""."""
    near = nearest(found, accepted, most, cutoff)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else ""


def guessed(says: str, found: str, accepted: Iterable[str], most: int = 1, cutoff: float = 0.6) -> str:
    """A sentence on a name that there is not, and what may have been meant."""
    question = guess(found, accepted, most, cutoff)
    return f"{says}; {question}" if question else says


def did_you_mean(found: str, accepted: Iterable[str]) -> str:
    """What may have been meant, and all that is accepted."""
    names = sorted(accepted)
    return f"{guess(found, names)} accepted: {', '.join(names)}".lstrip()
