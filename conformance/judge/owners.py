"""Whose business a fact is: the check that judges it, where another needs it and does not find it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from conformance.model import Run, Verdict

__all__ = ["has_seen", "owner"]


def owner(
    resource: str, facts: Collection[str], runs: Collection[Run], verdicts: Mapping[str, Verdict]
) -> tuple[Run, Verdict] | None:
    """The check that failed for one of these facts (names of matchers), or since nothing answers there."""
    for run, verdict in _judged(resource, runs, verdicts):
        owned = _expected(run) | {verdict.code.partition(".")[0]}
        if verdict.outcome in ("fail", "unreachable") and owned & {*facts, "status"}:
            return run, verdict
    return None


def has_seen(resource: str, fact: str, runs: Collection[Run], verdicts: Mapping[str, Verdict]) -> str:
    """The id of a check that has seen the fact on that resource, or ""."""
    for run, verdict in _judged(resource, runs, verdicts):
        if verdict.outcome == "pass" and fact in _expected(run):
            return run.check.id
    return ""


def _judged(
    resource: str, runs: Collection[Run], verdicts: Mapping[str, Verdict]
) -> Iterator[tuple[Run, Verdict]]:
    for run in runs:
        if run.id in verdicts and run.resource is not None and run.resource.name == resource:
            yield run, verdicts[run.id]


def _expected(run: Run) -> set[str]:
    """The names of the matchers by which a check judges."""
    own = {name for step in run.check.steps for name in step.expect}
    return own | {name for each in run.check.expects for wanted in each.values() for name in wanted}
