"""What stands where a report is to come: a whole one, with its grade, of a run that has not ended. Pure.

It is written before the server starts and replaced when all of it is over, so whatever ends the run, even a
server that ends us, leaves a document that is read as "no grade", and never as a 0, a pass or nothing.
"""

from __future__ import annotations

from typing import Any, Final

from conformance.model import Assignment, Grade, Report, Suite, Target, Tier
from conformance.report.document import compose

__all__ = ["UNENDED", "pending"]

UNENDED: Final = "it has not come to its end, and neither has anything been judged"


def pending(suite: Suite, target: Target, tier: Tier, assignment: Assignment | None, **about: Any) -> Report:
    """The report of a run that has not ended; all as for `compose`, and what is to grade it."""
    grade = None if assignment is None else _withheld(assignment)
    return compose(suite, target, tier, (), {}, stopped=UNENDED, grade=grade, **about)


def _withheld(assignment: Assignment) -> Grade:
    """Between nothing and all."""
    return Grade(
        status="withheld",
        of=assignment.of,
        cause="suite",
        why=f"the run has no grade yet: {UNENDED}",
        high=assignment.of,
        assignment=assignment.name,
        seed=assignment.seed,
    )
