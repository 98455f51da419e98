"""Verdicts on runs of which there is no record to judge: why there is none is the whole of it. Pure."""

from __future__ import annotations

from conformance.judge.codes import LATE, LIMITED, STOPPED
from conformance.judge.court import Court, unclear
from conformance.model import GIVEN_UP, Run, Verdict

__all__ = ["LATE", "STOPPED", "given_up", "left_out", "limited", "not_reached", "not_sent", "ours", "stopped"]


def left_out() -> Verdict:
    """It was not asked for."""
    return Verdict("deselected", "deselected", "left out of this run")


def not_reached(why: str) -> Verdict:
    """The run ended before it was its turn."""
    return Verdict("inconclusive", "inconclusive", f"could not be judged: {why}", cause=why, code=STOPPED)


def stopped(run: Run, court: Court) -> Verdict:
    """The run ended while it was done."""
    says = "the run was stopped before this was done"
    return unclear(run, court, says, STOPPED, "stopped")


def not_sent(earlier: str) -> Verdict:
    """A saved run did not send it, for a reason that does not hold by today's judgement."""
    return not_reached(f"the run did not send it, since {earlier or 'nothing'} stood in its way")


def given_up(resource: str) -> Verdict:
    """Its resource has been silent too often to be asked on."""
    says = f"{resource} has not answered twice; no more is asked of it"
    return Verdict("unreachable", "unreachable", says, code=GIVEN_UP)


def limited(resource: str) -> Verdict:
    """Its rate limit asks for more patience than a run has."""
    says = f"could not be judged: the rate limit (429) of {resource} wants more time than a run has"
    return Verdict("inconclusive", "inconclusive", says, cause="a rate limit", code=LIMITED)


def ours(problem: Exception | str) -> Verdict:
    """A defect of the suite: the grade is withheld, never 0."""
    what = problem if isinstance(problem, str) else f"{type(problem).__name__}: {problem}"
    return Verdict("error", "error", f"the suite is at fault, not the server: {what}")
