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
    claim = run.check.claim
    weighed = [weigh(steps, run.resource) for steps in _apart(record)]
    finding = next((each.findings[claim] for each in weighed if claim in each.findings), None)
    if finding is not None:
        return failed(finding)
    for step in record.steps:
        verdict = undone(step)
        if verdict is not None:
            return verdict
    if not any(each.looked[claim] for each in weighed):
        left = "; ".join(dict.fromkeys(s.says for s in record.steps if s.status == "skipped" and s.says))
        says = "nothing in this history is about it" + (f" ({left})" if left else "")
        return made(run, court, "not-applicable", f"not applicable: {says}", cause=says)
    return made(run, court, "pass", run.check.title)


def _apart(record: Record) -> list[list[StepRecord]]:
    """The histories of a record; what is sent at once with the first move of one stands before it."""
    histories: list[list[StepRecord]] = [[]]
    for step in record.steps:
        if step.anew:
            beside = [each for each in histories[-1] if each.name.endswith(f" {step.name}")]
            histories[-1] = [each for each in histories[-1] if each not in beside]
            histories.append(beside)
        histories[-1].append(step)
    return histories
