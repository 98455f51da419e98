"""One run of a lane: whether it is executed at all, how often, and what counts in the end.

Shell. Noise is tried again; a server of ours that dies is started again, and what it took down with it
is repeated. What a record means is the judge's.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from typing import Final

from conformance.board import Board
from conformance.context import Context, Gate
from conformance.execute import bind, execute
from conformance.hosting import Hosted
from conformance.judge import Court, before, judge, retryable
from conformance.model import Json, Record, Run, Verdict
from conformance.plan import Plan, Work
from conformance.result import Options
from conformance.servers.errors import ServerError

_MOST: Final = {True: 2, False: 3}  # tries of a work that waits, of one that does not
_MOST_STARTS: Final = 12  # a server that dies more often than this is given up
_NEWS: Final = 0.3  # seconds: a connection is reset before the process has ended
_LAST_WORDS: Final = 300  # characters


class Attempts:
    """Runs one run after another, for all lanes.

    Args:
        court: what the judge may look at besides a record, as it is now.
        give_up: called with the reason, where no more is to be asked of the server at all.
    """

    def __init__(
        self,
        options: Options,
        plan: Plan,
        board: Board,
        court: Callable[[], Court],
        give_up: Callable[[str], None],
    ) -> None:
        self._options = options
        self._plan = plan
        self._board = board
        self._court = court
        self._give_up = give_up
        self._shared_records: dict[str, Record] = {}
        self._reviving = threading.Lock()

    def one(self, run: Run, context: Context) -> None:
        """Settle a run: by what stands before it, by a record that its timeline has, or by doing its work."""
        settled = before(run, self._court())
        if settled is not None:
            self._board.settle(run, settled)
            return
        record = self._shared_records.get(run.work)
        if record is not None:
            self._board.settle(run, judge(run, record, self._court()), record)
            return
        if context.gone():
            says = f"{context.resource.name} has not answered twice; no more is asked of it"
            self._board.settle(run, Verdict("unreachable", "unreachable", says))
            return
        verdict, record = self._examples(run, self._plan.works[run.work], context)
        if run.check.on is not None:
            self._shared_records[run.work] = record
        self._board.settle(run, verdict, record)

    def _examples(self, run: Run, work: Work, context: Context) -> tuple[Verdict, Record]:
        """The examples of a `forall` one by one; then a search, where one is wanted."""

        def attempt(bound: Mapping[str, Json]) -> tuple[Verdict, Record]:
            return self._alive(run, work, bind(context, bound))

        for bound in examples(work):
            verdict, record = attempt(bound)
            if verdict.outcome != "pass":
                return verdict, record
        if self._options.search is not None and work.forall:
            found = self._options.search(run, self._options.seed, attempt)
            if found is not None:
                return found
        return verdict, record

    def _alive(self, run: Run, work: Work, context: Context) -> tuple[Verdict, Record]:
        """The work, on a server that lives through it; or the verdict that it does not.

        A server that dies takes the work of other lanes down with it: each repeats its own, and the
        one under which it dies again is the one that kills it.
        """
        hosted = context.shared.hosted
        if hosted is None:
            return self._steadily(run, work, context)
        for again in (False, True):
            starts, since = hosted.starts, hosted.printed()
            if again and not _waits(work):
                # Alone, behind a gate of its own, so that nobody else's request is what kills the server.
                with context.shared.gate.alone():
                    self._revived(hosted, hosted.starts, 0.0)
                    starts, since = hosted.starts, hosted.printed()
                    quiet = dataclasses.replace(context.shared, gate=Gate())
                    verdict, record = self._steadily(run, work, dataclasses.replace(context, shared=quiet))
            else:
                verdict, record = self._steadily(run, work, context)
            log = hosted.log(since)
            record = dataclasses.replace(record, log=log)
            died = self._revived(hosted, starts, _NEWS if verdict.outcome == "unreachable" else 0.0)
            if died is None and (hosted.starts == starts or verdict.outcome == "pass"):
                return judge(run, record, self._court()), record
            context.lane.rest()
        if died is None:
            return verdict, record
        words = log.strip().splitlines()
        last = f"; its last words: {words[-1][:_LAST_WORDS]}" if words else ""
        record = dataclasses.replace(record, crash=f"{died}{last}")
        return judge(run, record, self._court()), record

    def _revived(self, hosted: Hosted, starts: int, within: float) -> str | None:
        """Start a server that has died again, once for all lanes; returns why it died."""
        with self._reviving:
            died = hosted.died(within)
            if died is not None and hosted.starts == starts:
                if hosted.starts >= _MOST_STARTS:
                    self._give_up(
                        f"the server has died {_MOST_STARTS} times ({died}); no more is asked of it"
                    )
                else:
                    self._restart(hosted)
            return died

    def _restart(self, hosted: Hosted) -> None:
        try:
            hosted.restart()
        except ServerError as problem:
            self._give_up(str(problem))

    def _steadily(self, run: Run, work: Work, context: Context) -> tuple[Verdict, Record]:
        """The work, again where noise has spoilt it."""
        siblings = [r for r in self._plan.runs if r.work == run.work] if run.check.on else [run]
        for number in range(1, _MOST[_waits(work)] + 1):
            record = dataclasses.replace(execute(work, bind(context, context.bound)), attempts=number)
            court = self._court()
            verdicts = [judge(each, record, court) for each in siblings]
            again = any(retryable(v, each) for v, each in zip(verdicts, siblings, strict=True))
            if not again or context.shared.cancelled.is_set():
                break
        return verdicts[siblings.index(run)], record


def _waits(work: Work) -> bool:
    return any(step.do == "wait" and not step.when for step in work.steps)


def examples(work: Work) -> tuple[Mapping[str, Json], ...]:
    """The values that a plain run takes: the examples side by side, the shorter lists repeated."""
    if not work.forall:
        return ({},)
    most = max(len(f.examples) for f in work.forall)
    return tuple({f.name: f.examples[i % len(f.examples)] for f in work.forall} for i in range(most))
