"""How far a run has come, and the line that says so. Pure.

What shows the line (the command, the plugin) must not know what it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.report.safe import safe

_SHORT: Final = 1.0  # seconds of waiting that are worth no word
_LONGEST: Final = 100  # characters of a reason


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come.

    Args:
        done: runs that have their verdict, of `total`; 0 of 0 before any can have one.
        waits: (resource, what for, seconds still to go, as far as is known), the longest last.
        stop: ends the run early; the argument says why.
    """

    done: int
    total: int
    waits: tuple[tuple[str, str, float], ...]
    stop: Callable[[str], None]

    def waited_for(self) -> Mapping[str, tuple[str, ...]]:
        """What is being waited for, and by which resources; what is over in a moment is left out."""
        found: dict[str, tuple[str, ...]] = {}
        for resource, why, seconds in sorted(self.waits):
            if seconds >= _SHORT:
                found[why] = (*found.get(why, ()), resource)
        return found


def line(progress: Progress) -> str:
    """How far it is, in one line."""
    head = f"{progress.done} of {progress.total} checks judged" if progress.total else ""
    reasons = progress.waited_for()
    if not reasons:
        return head
    says = "; ".join(
        f"{safe(why, _LONGEST)} ({', '.join(map(safe, names))})" for why, names in reasons.items()
    )
    return f"{head}{', ' if head else ''}{progress.waits[-1][2]:.0f} s more for {says}"
