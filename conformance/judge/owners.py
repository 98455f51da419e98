"""Whose business a fact is: the check that judges it, where another needs it and does not find it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import dropwhile

from conformance.matchers import MATCHERS
from conformance.model import Json, Run, Verdict
from conformance.model.order import Runs

__all__ = ["has_seen", "owner"]


def owner(
    resource: str, facts: Collection[str], runs: Collection[Run], verdicts: Mapping[str, Verdict]
) -> tuple[Run, Verdict] | None:
    """The check that failed for one of these facts (names of matchers), or since nothing answers there."""
    for run, verdict in _judged(resource, runs, verdicts):
        if verdict.outcome in ("fail", "unreachable"):
            word = verdict.code.partition(".")[0]
            if word not in MATCHERS or not _left_open(run, verdict.step, word).isdisjoint(facts):
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
    for run in Runs.of(runs).by_resource.get(resource, ()):
        if run.id in verdicts:
            yield run, verdicts[run.id]


def _expected(run: Run) -> set[str]:
    """The names of the matchers by which a check judges."""
    return {name for _, wanted in _expectations(run) for name in wanted}


def _left_open(run: Run, at: str, word: str) -> set[str]:
    """The word of the finding, and those that were to be judged after it: what comes before them held."""
    wanted = [each for step, each in _expectations(run) if step == at]
    return {word}.union(*(dropwhile(lambda name: name != word, each) for each in wanted))


def _expectations(run: Run) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """What a check expects, with the name of the step of which it does."""
    yield from ((step.name, step.expect) for step in run.check.steps)
    for each in run.check.expects:
        yield from each.items()
