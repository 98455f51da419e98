"""Whether a server that the suite has started keeps itself from being judged, by being slow. Pure.

It looks at how long answers took, and at nothing else. A machine with other things to do makes answers slow,
too, but not by seconds; so what it takes to blame a server is far beyond that, and one answer is not enough.
"""

from __future__ import annotations

import math
from typing import Final

from conformance.model import Record, Report

__all__ = ["overran", "stalls"]

_SLOW: Final = 1.0  # seconds, from the last byte of a request to the last of its answer
_SHARE: Final = 0.5  # of a run that was ended by its deadline


def overran(report: Report) -> str:
    """Why it is the server's doing that the run was ended by its deadline, or "".

    It is where at least half of that time was spent in waiting for slow answers.
    """
    waited, slow = math.fsum(report.slow), report.slow
    if not report.overran or len(slow) < 2 or waited < _SHARE * report.seconds:  # noqa: PLR2004
        return ""
    return f"the server took {waited:.0f} s for {len(slow)} answers, of the {report.seconds:.0f} s of the run"


def stalls(record: Record | None) -> str:
    """Why it is the server's doing that a check was not asked in time, or "".

    It is where its work was done several times, and answers were slow at the last, too.
    """
    if record is None or record.attempts < 2:  # noqa: PLR2004
        return ""
    exchanges = (exchange for step in record.steps for exchange in step.exchanges)
    longest = max((each.received_at - each.sent_at for each in exchanges), default=0.0)
    return f"the server took {longest:.1f} s to answer, again and again" if longest >= _SLOW else ""
