"""The explorations of a run: one machine for each resource, and the verdicts on all its claims. Shell.

It says which claims are looked for and which moves can be made, has histories played, and settles each claim:
as broken, as held where something was looked at, or as blocked where all that was looked at is spoilt by
another. What a history is, and what makes one, is the machine's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from conformance.claims import busy
from conformance.execute.attempts import Attempts
from conformance.execute.board import Board
from conformance.execute.exploring import Broken, Explore, Explored, Save
from conformance.judge.before import before
from conformance.judge.court import Court, made
from conformance.judge.verdicts import judge
from conformance.model import NOT_ASKED, Record, Run, Verdict
from conformance.plan.lanes import Work
from conformance.sending.context import Context, GivenUpError
from conformance.servers.errors import ServerDied
from conformance.verbs.games import compare
from conformance.verbs.playing import steps_of, words_here

__all__ = ["Explorations", "patience", "unsaved"]

_SHOWN: Final = 12  # moves of a history in a sentence
_LIMITED: Final = "its rate limit wants more time than a run has, so it is not explored"
_Claims = Mapping[str, Sequence[Run]]


@dataclass(slots=True)
class Explorations:
    """One after another, since they write.

    Args:
        told: claim -> the run that it was told of, on whichever resource: one cause is one finding.
        problems: what went wrong with one, which is the suite's fault.
        unsaved: what could not be written down, which is not.
        last: what was played last.
    """

    explore: Explore
    seed: int
    board: Board
    attempts: Attempts
    save: Save | None = None
    told: dict[str, Run] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unsaved: list[str] = field(default_factory=list)
    last: Record | None = None

    def of(
        self, runs: Sequence[Run], context: Context, *, examples: int, over: Callable[[], bool]
    ) -> Explored | None:
        """Explore a resource, and settle these runs, which are all that there are of it."""
        court, claims = self.attempts.court(), dict[str, list[Run]]()
        name, shared = context.resource.name, context.shared
        lacking = shared.lacking.get(name)
        for run in runs:
            settled = before(run, court) or (_not_there(run, court, lacking) if lacking else None)
            if settled is None and name in shared.limited:
                settled = replace(_not_there(run, court, _LIMITED), code=NOT_ASKED)
            if settled is not None:
                self.board.settle(run, settled)
            else:
                claims.setdefault(run.check.claim, []).append(run)
        if not claims:
            return None
        resource, work = context.resource, f"explored@{name}"

        def play(history: tuple[str, ...]) -> Record:
            self.last = self.attempts.history(Work(work, resource, steps_of(history), ()), context)
            patience(self.last, context)
            return self.last

        asked = resource, tuple(claims), words_here(context), f"{self.seed}/{work}", play
        try:
            explored = self.explore(*asked, max_examples=examples, over=over)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours
            ours = Record(work, (), error=f"{type(problem).__name__}: {problem}")
            explored = Explored(fatal=((), ours))
        self._compared(context)
        self._settle(claims, explored, court)
        return explored

    @staticmethod
    def _compared(context: Context) -> None:
        """What is the user's is as it was before."""
        context.over = bool
        with suppress(GivenUpError, ServerDied):  # the run is being stopped
            compare(context)

    # ---------------------------------------------------------------- verdicts

    def _settle(self, claims: _Claims, explored: Explored, court: Court) -> None:
        for claim, broken in explored.broken.items():
            for run in claims[claim]:
                self._broken(run, broken, court)
        self._fatal(claims, explored, court)
        first = next((run for claim in explored.broken for run in claims[claim]), None)
        for claim, runs in claims.items():
            for run in runs:
                if run.id not in self.board:
                    self._held(run, explored, court, first, looked=explored.looked[claim])

    def _broken(self, run: Run, broken: Broken, court: Court) -> None:
        record = replace(broken.record, work=run.work, remark=_shown(broken))
        verdict = judge(run, record, court)
        first = self.told.setdefault(run.check.claim, run) if verdict.outcome == "fail" else run
        if first.resource != run.resource:
            of = first.resource.name if first.resource else ""
            says = f"blocked by {first.check.id}: it does not hold of {of} either, which is told there"
            blocked = made(run, court, "blocked", says, cause=first.id)
            verdict = replace(blocked, mend=verdict.mend, code=verdict.code)
        self.board.settle(run, verdict, record)
        if verdict.outcome == "fail" and self.save is not None and not broken.flaky:  # it would not repeat
            self.unsaved.extend(unsaved(self.save, run, record))

    def _fatal(self, claims: _Claims, explored: Explored, court: Court) -> None:
        """The history at which nobody answered any more, or we failed: told by one claim, and by no other."""
        if explored.fatal is None:
            return
        history, played = explored.fatal
        left = [run for runs in claims.values() for run in runs if run.id not in self.board]
        run = min(left, key=lambda each: each.check.claim != "answered", default=None)
        if played.error:
            self.problems.append(f"exploring {played.work.rpartition('@')[2]} broke off: {played.error}")
        if run is not None:
            record = replace(
                played, work=run.work, remark=f"in the history {_said(history)}" if history else ""
            )
            self.board.settle(run, judge(run, record, court), record)

    def _held(self, run: Run, explored: Explored, court: Court, first: Run | None, *, looked: int) -> None:
        if looked:
            self.board.settle(run, made(run, court, "pass", run.check.title))
        elif first is not None and explored.spoilt[run.check.claim]:
            says = f"blocked by {first.check.id}: every history that is about it breaks that"
            self.board.settle(run, made(run, court, "blocked", says, cause=first.id))
        else:
            says = "no history that was played is about it"
            nothing = made(run, court, "not-applicable", f"not applicable: {says}", cause=says)
            self.board.settle(run, replace(nothing, code=NOT_ASKED))


def patience(record: Record, context: Context) -> None:
    """Note that the server asks for patience; it is asked no more of that resource."""
    if any(busy(each) for step in record.steps for each in step.exchanges):
        context.shared.limited.add(context.resource.name)


def unsaved(save: Save, run: Run, record: Record) -> Iterator[str]:
    """Save a finding; why it could not be written, where that is so: it stands without."""
    try:
        save(run, record)
    except OSError as problem:
        where, why = str(problem.filename or "the folder"), problem.strerror or problem
        yield f"what was found by {run.id} could not be saved: {where!r} can't be written: {why}"


def _not_there(run: Run, court: Court, says: str) -> Verdict:
    """The server was seen to lack the resource, or not to want to be asked so often."""
    return made(run, court, "not-applicable", f"not applicable: {says}", cause=says)


def _shown(broken: Broken) -> str:
    says = f"smallest history: {_said(broken.history)}"
    if not broken.flaky:
        return says
    return f"{says}, but not again when it was repeated{_both(broken)}"


def _both(broken: Broken) -> str:
    """How the request that decides was answered at first, and when it was repeated."""
    name, index = broken.finding.step, broken.finding.index
    answers = [
        step.exchanges[index]
        for record in (broken.record, broken.again)
        if record is not None and (step := record.step(name)) is not None and index < len(step.exchanges)
    ]
    if len(answers) < 2:  # noqa: PLR2004 - one of each
        return ""
    asked = f"{answers[0].request.method} {answers[0].request.target}"
    tags = [
        f"{each.status} with a body of {each.response.body.length if each.response else 0} bytes"
        for each in answers
    ]
    return f": {asked} was answered {tags[0]}, and the second time {tags[1]}"


def _said(history: Sequence[str]) -> str:
    shown = ", ".join(history[:_SHOWN])
    return shown if len(history) <= _SHOWN else f"{shown}, and {len(history) - _SHOWN} more"
