"""A check of one claim x the history that a search or a saved check has played -> Verdict. Pure."""

from __future__ import annotations

from collections.abc import Callable

from conformance.claims import weigh
from conformance.judge.court import Court, made
from conformance.model import Finding, Record, Run, StepRecord, Verdict

__all__ = ["of_history"]


def of_history(
    run: Run,
    record: Record,
    court: Court,
    failed: Callable[[Finding], Verdict],
    undone: Callable[[StepRecord], Verdict | None],
) -> Verdict:
    """What the history comes to: the finding of its claim, else a move that was not done, else a pass.

    Args:
        run: of a check with a claim.
        record: of the moves.
        court: as ever.
        failed: the verdict on a finding.
        undone: that on a step that was not done to its end, or some request of which got no answer; or None.
    """
    assert run.resource is not None  # noqa: S101 - it was played
    weighed = weigh(record.steps, run.resource)
    finding = weighed.findings.get(run.check.claim)
    if finding is not None:
        return failed(finding)
    for step in record.steps:
        verdict = undone(step)
        if verdict is not None:
            return verdict
    if not weighed.looked[run.check.claim]:
        left = "; ".join(dict.fromkeys(s.says for s in record.steps if s.status == "skipped" and s.says))
        says = "nothing in this history is about it" + (f" ({left})" if left else "")
        return made(run, court, "not-applicable", f"not applicable: {says}", cause=says)
    return made(run, court, "pass", run.check.title)
