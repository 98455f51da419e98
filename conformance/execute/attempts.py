"""One run of a lane: whether it is executed at all, how often, and what counts in the end.

Shell. Noise is tried again; a server of ours that dies is started again, and what it took down with it
is repeated. What a record means is the judge's.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.content import openapi
from conformance.execute.board import Board
from conformance.execute.faults import (
    Asked,
    answered,
    faults,
    has_failed,
    silent,
    silent_to_a_write,
    unanswered,
)
from conformance.execute.printing import Printed
from conformance.execute.steps import bind, execute
from conformance.execute.suspects import Suspects
from conformance.judge.before import before
from conformance.judge.court import Court
from conformance.judge.scope import looked_at
from conformance.judge.unjudged import given_up, limited
from conformance.judge.verdicts import judge, retryable
from conformance.model import Exchange, Json, Record, Run, StepRecord, Verdict
from conformance.plan.lanes import Plan, Work
from conformance.sending.context import Context, GivenUpError
from conformance.sending.gate import Gate
from conformance.sending.meeting import Meeting
from conformance.servers.errors import ServerError
from conformance.verbs import VERBS

if TYPE_CHECKING:
    from conformance.servers.server import Server

_MOST: Final = {True: 2, False: 3}  # tries of a work that waits, of one that does not
_MOST_STARTS: Final = 12  # a server that dies more often than this is given up
_MOST_MET: Final = 3  # deaths that have met a request of the same work
_SURE: Final = 2  # deaths under the first request that is sent alone
_APART: Final = 10  # TTLs of moved time: longer than any work takes
_NEWS: Final = 1.0  # seconds: a connection is reset before the process has ended
_READING: Final = 0.05  # seconds for its last words to arrive
_HANGS: Final = "in {}; it answers nobody meanwhile, and had to be ended"
_LAST_WORDS: Final = 300  # characters


class Attempts:
    """Runs one run after another, for all lanes.

    Args:
        court: what the judge may look at besides a record, as it is now.
        give_up: called with the reason, where no more is to be asked of the server at all.
    """

    def __init__(
        self,
        plan: Plan,
        board: Board,
        court: Callable[[], Court],
        give_up: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._board = board
        self._court = court
        self._give_up = give_up
        self._timelines: dict[str, tuple[Record, Mapping[str, Verdict]]] = {}
        self._reviving = threading.Lock()
        self._over = False
        self._silent: set[str] = set()  # resources that do not even answer a plain read any more
        self._deaths: dict[int, str] = {}  # life -> how it ended
        self._hung: dict[int, str] = {}  # those that were ended by us -> at which request, or ""
        self.outlived: list[str] = []  # deaths of which nothing could be blamed, since it did not come again
        self._deadly: set[Asked] = set()  # requests that have killed the server before
        self._suspects = Suspects()
        self._printed = Printed()

    def one(self, run: Run, context: Context) -> None:
        """Settle a run: by what stands before it, by a record that its timeline has, or by doing its work."""
        settled = before(run, self._court())
        if settled is not None:
            self._board.settle(run, settled)
            return
        done = self._timelines.get(run.work)
        if done is not None:
            record, verdicts = done
            verdict = verdicts.get(run.id) or judge(run, record, self._court())
            # What rests on the verdicts of others is looked at again, now that there are more of them.
            if verdict.outcome in ("blocked", "inconclusive", "fail"):
                verdict = judge(run, record, self._court())
            self._board.settle(run, verdict, record)
            return
        if context.gone() and not self._answers_still(context):
            self._board.settle(run, given_up(context.resource.name))
            return
        if context.resource.name in context.shared.limited:
            self._board.settle(run, limited(context.resource.name))
            return
        work = self._plan.works[run.work]
        in_vain = context.shared.unanswered.pop(context.resource.name, None)
        if in_vain is not None:
            verdicts, record = self._waited_for(run, work, *in_vain)
            verdict = verdicts[run.id]
        elif run.check.on is None:
            verdict, record = self._examples(run, work, context)
        else:
            court = self._court()
            # What is blocked by now stays so: time need not pass for it, nor is it tried again.
            # This one was asked for, whatever others have found meanwhile.
            open_ = [each for each in self._judges(run) if each is run or before(each, court) is None]
            wanted = None if work.apart else looked_at(each.check for each in open_)
            verdicts, record = self._alive(open_, dataclasses.replace(work, wanted=wanted), context)
            self._timelines[run.work] = record, verdicts
            verdict = verdicts[run.id]
        if silent_to_a_write(record):
            self._silent.add(context.resource.name)  # it would keep us waiting for each of them
        self._board.settle(run, verdict, record)

    def _waited_for(
        self, run: Run, work: Work, exchange: Exchange, where: str
    ) -> tuple[Mapping[str, Verdict], Record]:
        """What is to be said where the plain read that comes first was waited for in vain already."""
        first = work.steps[0]
        step = StepRecord(first.name, first.do, exchanges=(exchange,))
        crash = _HANGS.format(where) if where else ""
        record = Record(work.id, (step,), started_at=exchange.sent_at, crash=crash, hangs=bool(where))
        court = self._court()
        verdicts = {each.id: judge(each, record, court) for each in self._judges(run)}
        if run.check.on is not None:
            self._timelines[run.work] = record, verdicts
        return verdicts, record

    def _answers_still(self, context: Context) -> bool:
        """Whether a resource that has been silent twice answers a plain read: then only some requests hang.

        One that keeps a value is not asked, since it would be warm for its timeline.
        """
        name = context.resource.name
        if name in self._silent or context.resource.ttl is not None:
            return False
        with contextlib.suppress(GivenUpError):
            if context.read().fault is None:
                context.shared.timeouts[name] = 1
                return True
        self._silent.add(name)
        return False

    def _judges(self, run: Run) -> tuple[Run, ...]:
        """The runs that judge the same work, in their order."""
        return self._plan.runs.by_work[run.work]

    def _examples(self, run: Run, work: Work, context: Context) -> tuple[Verdict, Record]:
        """The examples of a `forall` one by one."""
        for bound in examples(work):
            verdict, record = self.attempt(run, work, context, bound)
            if verdict.outcome != "pass":
                return verdict, record
        return verdict, record

    def attempt(
        self, run: Run, work: Work, context: Context, bound: Mapping[str, Json]
    ) -> tuple[Verdict, Record]:
        """The work of a run with these values, and what it means for that run alone."""
        verdicts, record = self._alive([run], work, bind(context, bound))
        return verdicts[run.id], record

    def history(self, work: Work, context: Context) -> Record:
        """What comes of the moves of a history; it is weighed by whoever has made it."""
        return self._alive([], work, bind(context, {}))[1]

    def court(self) -> Court:
        """What the judge may look at, as it is now."""
        return self._court()

    def _alive(
        self, runs: Sequence[Run], work: Work, context: Context
    ) -> tuple[Mapping[str, Verdict], Record]:
        """The work, on a server that lives through it; or the verdicts that it does not.

        A server that dies takes the work of other lanes down with it: each repeats its own, until one life
        has lasted for it. Alone, there is nobody else to blame; a work that waits can't be alone, so a few
        reads of its resource are, and it is blamed for its third death, unless another has met the same.
        """
        server = context.shared.server
        if server is None:
            return self._steadily(runs, work, context)
        try:
            return self._lasting(runs, work, context, server)
        finally:
            self._suspects.cleared(work.id)

    def _lasting(
        self, runs: Sequence[Run], work: Work, context: Context, server: Server
    ) -> tuple[Mapping[str, Verdict], Record]:
        waits, tried = _waits(work), 0
        while True:
            alone = tried > 0 and not waits
            with self._place(context, server, alone=alone) as place:
                life, since = server.starts, server.printed()
                verdicts, record = self._steadily(runs, work, place)
                log = self._printed.since(server, since, failed=has_failed(record))
                died = self._revived(server, life, _NEWS if faults(record) else 0.0)
                if died is None and "timeout" in faults(record):
                    died = self._unblocked(server, life, place)
            record = replace(record, log=log, withheld=server.withheld(log) if has_failed(record) else ())
            if died is None:
                court = self._court()
                # What it has printed tells more of a 5xx than the answer does, and comes after it.
                again = {each.id: judge(each, record, court) for each in runs} if has_failed(record) else {}
                return {**verdicts, **again}, record
            tried += 1
            request = unanswered(record)
            blamed = self._hung.get(life, "")
            # Whose request was refused, or not even sent, found it dead, and has not killed it. Nor has, for
            # sure, the first that is sent alone: it may have been dying just then.
            sure = alone and (tried > _SURE or answered(record))
            killed = request is not None and (sure or request in self._deadly)
            if blamed:
                killed = blamed in silent(record)
            elif waits and request is not None and not killed:
                killed = self._kills(context, server, request) or self._is_left(work, context, life)
            if killed or self._over:
                break
            under = f" under {request[0]} {request[1]}" if request is not None else ""
            self.outlived.append(f"{died}{under}; started again, it did not when that was repeated")
            context.lane.rest()
        if request is not None:
            self._deadly.add(request)
        record = replace(record, crash=died, hangs=life in self._hung)
        court = self._court()
        return {each.id: judge(each, record, court) for each in runs}, record

    def _is_left(self, work: Work, context: Context, life: int) -> bool:
        """Whether a work is what is left to blame, since it has met a third death.

        Where others have met the same, the first of them by name is done once more while they wait for it.
        """
        if self._suspects.met(work.id, life) < _MOST_MET:
            return False
        others = self._suspects.others(work.id) if context.shared.clock.moves else ()
        if others and others[0] < work.id:
            apart = _APART * max(each.ttl or 0.0 for each in context.shared.target.resources)
            with contextlib.suppress(GivenUpError, ServerError):  # it may end just now
                context.wait_until(context.shared.clock.now() + apart, "what else may have ended the server")
            self._suspects.cleared(work.id)
        return not others

    def _kills(self, context: Context, server: Server, request: Asked) -> bool:
        """Whether a few reads of the resource end the server: a miss, a hit, and what it has not answered."""
        conditions = tuple((n, v) for n, v in request[2] if n.lower().startswith("if-"))
        with self._place(context, server, alone=True) as place:
            for _ in range(_SURE):  # it may have been dying when the first was sent
                life, well = server.starts, False
                for headers in ((), (), conditions):
                    try:
                        fault = place.send("GET", place.resource.read, headers).fault
                    except GivenUpError:
                        return False
                    if fault is not None:
                        break
                    well = True
                if fault is None or fault.kind == "refused":  # refused: it was dead before
                    return False
                blocked = fault.kind == "timeout" and self._unblocked(server, life, place) is not None
                if not blocked and self._revived(server, life, _NEWS) is None:
                    return False
                if blocked or well:
                    break
            return True

    @contextlib.contextmanager
    def _place(self, context: Context, server: Server, *, alone: bool) -> Iterator[Context]:
        """Beside the other lanes; or behind a gate of its own, so that no request of theirs kills it."""
        if not alone:
            yield context
            return
        with context.shared.gate.alone():
            self._revived(server, server.starts, 0.0)
            apart = dataclasses.replace(context.shared, gate=Gate(), meeting=Meeting())
            yield dataclasses.replace(context, shared=apart)

    def _revived(self, server: Server, life: int, within: float) -> str | None:
        """Why that life of the server has ended, or None; it is started again, once for all lanes."""
        with self._reviving:
            died = server.died(within) if server.starts == life and not self._over else None
            if died is not None:
                time.sleep(_READING)
                words = server.log(0).strip().splitlines()
                last = f"; its last words: {words[-1][:_LAST_WORDS]}" if words else ""
                self._deaths[life] = f"{died}{last}"
                if life >= _MOST_STARTS:
                    self._end(f"the server has died {_MOST_STARTS} times ({died}); no more is asked of it")
                else:
                    self._restart(server)
            return self._deaths.get(life)

    def _unblocked(self, server: Server, life: int, context: Context) -> str | None:
        """Where a server hangs that answers nobody, or None; it is started again as if it had died."""
        with self._reviving:
            where, asked = server.where() if server.starts == life and not self._over else ("", "")
            if where:
                self._hung[life] = asked
                self._deaths[life] = _HANGS.format(where)
                for name in [n for n in list(context.shared.timeouts) if n != context.resource.name]:
                    del context.shared.timeouts[name]  # it was not theirs
                self._restart(server)
            died = self._deaths.get(life)
            if died is not None:
                context.shared.timeouts[context.resource.name] = 1  # so that the next is waited for once
            return died

    def _end(self, why: str) -> None:
        self._over = True
        self._give_up(why)

    def _restart(self, server: Server) -> None:
        try:
            server.restart()
        except ServerError as problem:
            self._end(str(problem))

    def _steadily(
        self, runs: Sequence[Run], work: Work, context: Context
    ) -> tuple[Mapping[str, Verdict], Record]:
        """The work, again where noise has spoilt it; each of its runs is judged once for each time."""
        for number in range(1, _MOST[_waits(work)] + 1):
            record = execute(work, bind(context, context.bound))
            record = replace(record, attempts=number, elsewhere=_elsewhere(record, context))
            court = self._court()
            verdicts = {each.id: judge(each, record, court) for each in runs}
            again = any(retryable(verdicts[each.id], each) for each in runs)
            limited_by_now = context.resource.name in context.shared.limited  # more would be refused, too
            if not again or limited_by_now or context.shared.cancelled.is_set():
                break
        return verdicts, record


def _elsewhere(record: Record, context: Context) -> str:
    """Below which prefix the server says that it has a resource which is not to be found."""
    lost = any(e.status == 404 for step in record.steps for e in step.exchanges)  # noqa: PLR2004
    return openapi.prefix_of(context.shared.survey.routes or {}, context.resource.read) if lost else ""


def _waits(work: Work) -> bool:
    return any(VERBS[step.do].phase == "wait" and not step.when for step in work.steps)


def examples(work: Work) -> tuple[Mapping[str, Json], ...]:
    """The values that a plain run takes: the examples side by side, the shorter lists repeated."""
    if not work.forall:
        return ({},)
    most = max(len(f.examples) for f in work.forall)
    return tuple({f.name: f.examples[i % len(f.examples)] for f in work.forall} for i in range(most))
