"""The searches of a run, after every plain verdict: who searches, for how long, and what comes of it.

Shell. It shares time and examples out, so that none starves; a search turns a pass into what it has found,
and never into something that is not judged. What draws, and what a counterexample is, is the search's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final

from conformance.execute.attempts import Attempts
from conformance.execute.board import Board
from conformance.execute.options import Options
from conformance.execute.waits import Waits, pace
from conformance.model import Fuzzing, Json, Record, Run, Verdict
from conformance.plan.lanes import Plan
from conformance.sending.context import Context, GivenUpError

__all__ = ["Searches", "searchable"]

_BACK: Final = 6  # answers that putting back may take
_LEAST_BACK: Final = 0.3  # seconds for it


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
        self._ended = ""

    def due(self) -> tuple[Run, ...]:
        """The runs that have passed, and are to be searched, in the order of the plan."""
        promised = self._board.promised if self._options.search is not None else frozenset()
        return tuple(run for run in self._plan.runs if run.id in promised)

    def begin(self, end: float) -> None:
        """Know how long there is.

        Args:
            end: when the run is ended (of `time.monotonic`); before that what was changed is put back.
        """
        self._began = time.monotonic()
        back = max(_LEAST_BACK, _BACK * pace(self._board.records))
        left = end - self._began
        self._until = self._began + min(self._options.fuzz_time, max(left - back, left / 2))
        self._to_come = len(self.due())

    def one(self, run: Run, context: Context) -> None:
        """Search one of them, in its share of what is left of time and examples."""
        share = (self._until - time.monotonic()) / max(1, self._to_come)
        examples = self._share_of_examples()
        self._to_come -= 1
        if self._ended or share <= 0:
            self._cut.append(run.id)
            self._board.searched(run, None)
            return
        found = self._searched(run, context, time.monotonic() + share, examples)
        self._seconds = time.monotonic() - self._began
        self._board.searched(run, found)

    def _share_of_examples(self) -> int:
        if self._left is None:
            return self._options.values
        share = max(1, -(-self._left // max(1, self._to_come)))
        self._left = max(0, self._left - share)
        return share

    def _searched(
        self, run: Run, context: Context, end: float, examples: int
    ) -> tuple[Verdict, Record] | None:
        search, work = self._options.search, self._plan.works[run.work]
        assert search is not None  # noqa: S101 - nothing is due without one
        cancelled, late = context.shared.cancelled, False

        def over() -> bool:
            nonlocal late
            late = late or time.monotonic() >= end
            return late or cancelled.is_set()

        context.over = over
        self._made += 1
        with self._waits.searching(context.resource.name, run.check.id, examples) as tried:

            def attempt(bound: Mapping[str, Json]) -> tuple[Verdict, Record]:
                tried()
                self._tried += 1
                return self._attempts.attempt(run, work, context, bound)

            found = self._guarded(
                run, lambda: search(run, self._options.seed, attempt, max_examples=examples, over=over)
            )
        if late and found is None:
            self._cut.append(run.id)
        return found if found is None else self._weighed(run, context, *found)

    def _guarded(
        self, run: Run, search: Callable[[], tuple[Verdict, Record] | None]
    ) -> tuple[Verdict, Record] | None:
        """A fault of ours costs nobody the pass that the examples have shown."""
        try:
            return search()
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours
            self._broken.append(f"the search of {run.id} broke off: {type(problem).__name__}: {problem}")
            return None

    def _weighed(
        self, run: Run, context: Context, verdict: Verdict, record: Record
    ) -> tuple[Verdict, Record] | None:
        """What is found counts where it is the server's; where nobody answers any more all searches end."""
        if verdict.outcome == "unreachable" and not _answers(context):
            self._ended = "the server does not answer any more"
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
            tuple(self._broken),
        )


def _answers(context: Context) -> bool:
    """Whether the server, which was not started by us or is started again, answers a plain read."""
    context.over = bool
    try:
        return context.read().fault is None
    except GivenUpError:
        return True  # the run is being stopped, which says nothing of the server
