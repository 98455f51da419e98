"""Whether anybody still waits for what a timeline has before it: else time need not pass for it.

It knows which steps are looked at, and not what is expected of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from conformance.matchers import Case, first_finding, references
from conformance.model import Json, Step
from conformance.verbs import VERBS

__all__ = ["is_awaited", "is_idle"]

_IDLE: Final = ("read", "wait")  # phases of what changes nothing, and meets nobody


def is_awaited(later: Sequence[Step], wanted: Collection[str] | None, case: Case) -> bool:
    """Whether some step that is looked at is still to come, as far as is known by now.

    Args:
        later: the steps that are left, with the one that would pass time: it may be a read itself.
        wanted: the names of those that are looked at; None: all.
        case: what has come so far.
    """
    if wanted is None or any(VERBS[each.do].phase not in _IDLE for each in later):
        return True
    return any(each.name in wanted and not _is_out(each, case) for each in later)


def is_idle(step: Step, later: Sequence[Step], wanted: Collection[str] | None) -> bool:
    """Whether a wait is for the sake of the step after it alone, and nobody looks at that one."""
    if wanted is None or not VERBS[step.do].is_for_next(step.args):
        return False
    return not any(each.name in wanted for each in later[:1])


def _is_out(step: Step, case: Case) -> bool:
    """Whether a step will not be done, whatever is still to come."""
    return bool(step.when) and all(_fails(condition, case) for condition in step.when)


def _fails(condition: Mapping[str, Mapping[str, Json]], case: Case) -> bool:
    for name, wanted in condition.items():
        had = case.steps.get(name)
        if had is None or any(each not in case.steps for each in references(wanted)):
            continue
        if had.status != "done" or first_finding(wanted, had, case) is not None:
            return True
    return False
