"""The searches of a run, after every plain verdict: who searches, for how long, and what comes of it.

Shell. It shares time and examples out, so that none starves; a search turns a pass into what it has found,
and never into something that is not judged. What draws, and what a counterexample is, is the search's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeVar

from msgspec.structs import replace

from conformance.execute.attempts import Attempts
from conformance.execute.board import Board
from conformance.execute.explorations import Explorations, patience, unsaved
from conformance.execute.faults import silent
from conformance.execute.options import BrokenOffError, Options
from conformance.execute.waits import Waits, pace
from conformance.model import NOT_ASKED, Fuzzing, Json, Record, Run, Verdict
from conformance.plan.lanes import Plan
from conformance.sending.context import Context, GivenUpError

__all__ = ["Searches", "searchable"]

_BACK: Final = 6  # answers that putting back may take
_LEAST_BACK: Final = 0.3  # seconds for it
_HISTORIES: Final = 4  # times as many as the values of another search: they are of many claims
_GONE: Final = "the server does not answer any more"
T = TypeVar("T")


class _Over:
    """Whether a search is to end: time is up, the run is being stopped, or the server asks for patience."""

    def __init__(self, end: float, context: Context) -> None:
        self._end = end
        self._shared, self._name = context.shared, context.resource.name
        self.late = False

    def __call__(self) -> bool:
        self.late = self.late or time.monotonic() >= self._end
        return self.late or self._shared.cancelled.is_set() or self._name in self._shared.limited


def searchable(plan: Plan, selected: Collection[str] | None) -> frozenset[str]:
    """The runs that can be searched, of those that are asked for."""
    runs = (run for run in plan.runs if run.resource is not None and run.check.forall)
    return frozenset(run.id for run in runs if selected is None or run.id in selected)


class Searches:
    """One search after another; `begin` first, then `one` for each run that is `due`."""

    def __init__(self, options: Options, plan: Plan, board: Board, attempts: Attempts, waits: Waits) -> None:
        self._options = options
        self._plan = plan
        self._board = board
        self._attempts = attempts
        self._waits = waits
        self._to_come = 0
        self._until = self._began = 0.0
        self._left = options.fuzz_examples
        self._made = self._tried = 0
        self._seconds = 0.0
        self._cut: list[str] = []
        self._broken: list[str] = []
        self._unsaved: list[str] = []
        self._died: list[str] = []
        self._ended = ""
        made = (options.seed, board, attempts, options.save)
        self._explorations = Explorations(options.explore, *made) if options.explore else None

    def due(self) -> tuple[Run, ...]:
        """The runs that have passed, and are to be searched, in the order of the plan; then what is explored.

        Of the explorations of a resource the first, which stands for all of them.
        """
        promised = self._board.promised if self._options.search is not None else frozenset()
        machines: dict[str, Run] = {}
        for run in self._plan.runs:
            if run.check.explored and run.resource is not None and run.id not in self._board:
                machines.setdefault(run.resource.name, run)
        return (*(run for run in self._plan.runs if run.id in promised), *machines.values())

    def begin(self, end: float) -> Callable[[Run, Context], None]:
        """Know how long there is; what searches one of those that are due.

        Args:
            end: when the run is ended (of `time.monotonic`); before that what was changed is put back.
        """
        self._began = time.monotonic()
        back = max(_LEAST_BACK, _BACK * pace(self._board.records))
        left = end - self._began
        self._until = self._began + min(self._options.fuzz_time, max(left - back, left / 2))
        self._to_come = len(self.due())
        return self.one

    def one(self, run: Run, context: Context) -> None:
        """Search one of them, in its share of what is left of time and examples."""
        met = len(self._attempts.outlived)
        share = (self._until - time.monotonic()) / max(1, self._to_come)
        examples = self._share_of_examples(run)
        self._to_come -= 1
        if self._ended or share <= 0:
            self._cut.append(run.id)
        elif run.check.explored:
            self._explored(run, context, time.monotonic() + share, examples)
        elif context.resource.name not in context.shared.limited:
            found = self._searched(run, context, time.monotonic() + share, examples)
            self._board.searched(run, found)
            if found is not None and found[0].outcome == "fail" and self._options.save is not None:
                self._unsaved.extend(unsaved(self._options.save, run, found[1]))
        for died in self._attempts.outlived[met:]:
            what = f"the claims about {context.resource.name}" if run.check.explored else run.id
            self._died.append(f"in the search of {what}: {died}")
        if run.check.forall:
            self._board.searched(run, None)
        self._seconds = time.monotonic() - self._began

    def leave(self) -> None:
        """What was not explored, since time was up, is nobody's fault and no wanting verdict."""
        for run in self._plan.runs:
            if run.check.explored and run.resource is not None and run.id not in self._board:
                says = self._ended or "time was up before it was explored"
                held = Verdict("not-applicable", "not-applicable", f"not applicable: {says}", cause=says)
                self._board.settle(run, replace(held, code=NOT_ASKED))

    def _share_of_examples(self, run: Run) -> int:
        if self._left is None:
            return self._options.values * (_HISTORIES if run.check.explored else 1)
        share = max(1, -(-self._left // max(1, self._to_come)))
        self._left = max(0, self._left - share)
        return share

    def _over(self, context: Context, end: float) -> _Over:
        over = context.over = _Over(end, context)
        return over

    def _explored(self, run: Run, context: Context, end: float, examples: int) -> None:
        """All claims about a resource, by one machine."""
        over, machine = self._over(context, end), self._explorations
        runs = [each for each in self._plan.runs if each.check.explored and each.resource == run.resource]
        with self._waits.searching(context.resource.name, "all claims", examples) as tried:

            def ended() -> bool:
                tried()
                return over()

            def explore() -> None:
                explored = machine.of(runs, context, examples=examples, over=ended) if machine else None
                if explored is None:
                    return
                self._made += 1
                self._tried += explored.examples

            self._guarded(run, explore)
        self._look_round(context, machine.last if machine else None)
        if over.late:
            self._cut.append(run.id)

    def _searched(
        self, run: Run, context: Context, end: float, examples: int
    ) -> tuple[Verdict, Record] | None:
        search, work = self._options.search, self._plan.works[run.work]
        assert search is not None  # noqa: S101 - nothing is due without one
        over, last = self._over(context, end), list[Record]()
        self._made += 1
        with self._waits.searching(context.resource.name, run.check.id, examples) as tried:

            def attempt(bound: Mapping[str, Json]) -> tuple[Verdict, Record]:
                tried()
                self._tried += 1
                last[:] = [(made := self._attempts.attempt(run, work, context, bound))[1]]
                patience(made[1], context)
                return made

            found = self._guarded(
                run, lambda: search(run, self._options.seed, attempt, max_examples=examples, over=over)
            )
        if over.late and found is None:
            self._cut.append(run.id)
        self._look_round(context, last[0] if last else None)
        return found if found is None else self._weighed(run, *found)

    def _guarded(self, run: Run, search: Callable[[], T]) -> T | None:
        """A fault of ours costs nobody the pass that the examples have shown."""
        try:
            return search()
        except BrokenOffError as broken:
            self._broken.append(f"the search of {run.id} broke off: {broken}")
            return broken.found  # type: ignore[return-value]  # of a search, which alone raises this
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours
            self._broken.append(f"the search of {run.id} broke off: {type(problem).__name__}: {problem}")
            return None

    def _look_round(self, context: Context, last: Record | None) -> None:
        """All searches end where nobody answers any more, whatever was found: the next would be blamed."""
        down = self._attempts.court().down
        if down or (last is not None and silent(last) and not _answers(context)):
            self._ended = down or _GONE

    def _weighed(self, run: Run, verdict: Verdict, record: Record) -> tuple[Verdict, Record] | None:
        """What is found counts where it is the server's."""
        if verdict.outcome == "error":
            self._broken.append(f"the search of {run.id} broke off: {verdict.message}")
        return (verdict, record) if verdict.outcome in ("fail", "unreachable") else None

    def told(self) -> Fuzzing | None:
        """How it was searched, for the report; None where nobody asked."""
        if self._options.search is None:
            return None
        return Fuzzing(
            self._options.searched_by,
            self._made,
            self._tried,
            round(self._seconds, 2),
            tuple(self._cut),
            self._ended,
            (*self._broken, *(self._explorations.problems if self._explorations else ())),
            tuple(self._options.save.paths) if self._options.save is not None else (),
            (*self._unsaved, *(self._explorations.unsaved if self._explorations else ())),
            tuple(self._died),
        )


def _answers(context: Context) -> bool:
    """Whether the server, which was not started by us or is started again, answers a plain read."""
    context.over = bool
    try:
        return context.read().fault is None
    except GivenUpError:
        return True  # the run is being stopped, which says nothing of the server
