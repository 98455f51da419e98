"""A rule that holds for all of many things is one test, and names all that break it."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["none_of"]


def none_of(offenders: Iterable[object]) -> None:
    """There is none; else all are listed, a line each."""
    lines = [str(each) for each in offenders]
    assert not lines, f"{len(lines)} offend:\n" + "\n".join(lines)
