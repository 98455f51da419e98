"""What stands where a report is to come: a whole report, and a grade, of a run that has not ended. Pure.

It is written before the server starts and replaced when all of it is over, so whatever ends the run, even a
server that ends us, leaves a document that is read as "no grade", and never as a 0, a pass or nothing.
"""

from __future__ import annotations

from typing import Any, Final

from conformance.model import Assignment, Grade, Report, Suite, Target, Tier
from conformance.report.document import compose

__all__ = ["UNENDED", "pending_grade", "pending_report"]

UNENDED: Final = "it has not come to its end, and neither has anything been judged"


def pending_report(suite: Suite, target: Target, tier: Tier, **about: Any) -> Report:
    """The report of a run that has not ended; `about` as for `compose`."""
    return compose(suite, target, tier, (), {}, stopped=UNENDED, **about)


def pending_grade(assignment: Assignment | None, seed: int) -> Grade:
    """The grade of such a run: withheld, between nothing and all."""
    of = 0 if assignment is None else assignment.of
    return Grade(
        status="withheld",
        of=of,
        cause="suite",
        why=f"the run has no grade yet: {UNENDED}",
        high=of,
        assignment="" if assignment is None else assignment.name,
        seed=seed,
    )
