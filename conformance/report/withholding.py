"""What keeps a grade from standing, by its rows: of all of them, or of those that somebody may see. Pure.

It must not know which of them are hidden, nor how a row came to be open.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from conformance.model import Earned, Withheld
from conformance.report.result import checks

__all__ = ["forbidden"]

_FIRST: Final[tuple[Withheld, ...]] = ("suite", "policy", "noise")
"""What is told, where it is several."""


def forbidden(rows: Iterable[Earned], errors: int, stopped: str) -> tuple[Withheld, str]:
    """What forbids that a grade of these rows stands, and that as a sentence; ("", "") where nothing does.

    Args:
        rows: all that count.
        errors: in how many checks of the run the suite itself has failed.
        stopped: why the run ended early, or "".
    """
    if errors:
        return "suite", f"the suite itself failed in {checks(errors)}"
    open_ = [row for row in rows if row.open]
    for cause in _FIRST:
        those = [row for row in open_ if (row.cause or "noise") == cause]
        if those:
            early = f"; the run ended early: {stopped}" if stopped else ""
            verb = "is" if len(open_) == 1 else "are"
            return cause, f"{checks(len(open_))} {verb} open ({those[0].why}{early})"
    return "", ""
