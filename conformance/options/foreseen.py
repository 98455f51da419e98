"""The server that a command line will ask for, before all of it is read: it can start meanwhile.

It knows no option parser, and starts nothing. What counts is what is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.errors import ConformanceError
from conformance.options.run import Asked, Serving, Telling, glimpsed

if TYPE_CHECKING:
    from conformance.servers.specs import AppSpec, CommandSpec

__all__ = ["at_once", "foreseen"]


def foreseen(words: Sequence[str]) -> AppSpec | CommandSpec | None:
    """What they want started; None where that can't be told at a glance, or is not to start at once."""
    if not words or words[0] != "run" or "--help" in words:
        return None
    serving, telling = glimpsed(Serving, words[1:]), glimpsed(Telling, words[1:])
    asked = glimpsed(Asked, words[1:])
    if not (serving and telling and asked and at_once(serving, telling, asked.assignment)):
        return None
    try:
        return replace(asked, serving=serving).apart().spec()
    except ConformanceError:
        return None  # it is told once all is read


def at_once(serving: Serving, telling: Telling, assignment: object) -> bool:
    """Whether a server may start before all is known.

    Not where a report is to say first that the run has not ended, nor where an assignment may say what an
    isolated one is held to.
    """
    return not telling.reports and (serving.isolate == "none" or not assignment)
