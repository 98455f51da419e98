"""One run: plan -> execute -> judge, in lanes, with whoever wants the verdicts waiting for them.

Shell. It decides when something is done, never what it means. Lanes are threads; the phases of
the plan are barriers between them. Whatever ends the run, what was changed is put back.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Final

from conformance.clients import preload
from conformance.clocks import Clock, RealClock, VirtualClock
from conformance.errors import HarnessError, TargetError
from conformance.execute.arriving import surveyed
from conformance.execute.attempts import Attempts
from conformance.execute.board import Board
from conformance.execute.diagnosis import way_out
from conformance.execute.hooks import begin, tidy
from conformance.execute.options import Options
from conformance.execute.patience import OVERRAN, allowance, refuse_short_ttls
from conformance.execute.progress import Progress
from conformance.execute.searching import Searches, searchable
from conformance.execute.starting import Anew
from conformance.execute.trust import distrusted
from conformance.execute.waits import Waits
from conformance.judge.before import before
from conformance.judge.court import Court
from conformance.judge.unjudged import not_reached, ours
from conformance.model import Phase, Record, Report, Run, Verdict, WireFault
from conformance.plan.lanes import PHASES, Plan, plan
from conformance.report.document import compose
from conformance.sending.context import Context, Shared
from conformance.sending.ledger import Ledger
from conformance.sending.survey import Survey
from conformance.servers.errors import ServerDied, ServerError
from conformance.wire import Lane, Wire
from conformance.wire.address import is_remote

if TYPE_CHECKING:
    from conformance.servers.server import Server

_NEWS: Final = 1.0  # seconds: a connection is reset before the process has ended
_CERTAIN_NEWS: Final = 10.0  # seconds: nothing listens, so it is ending; who tells of it may be busy


class Engine:
    """Runs a plan in threads of its own; `verdict` waits for one run, `close` ends it all."""

    def __init__(self, options: Options) -> None:
        self.options = options
        asked, explored = (options.suite, options.target, options.tier), options.explore is not None
        self.everything: Plan = plan(*asked, explored=explored)
        some = options.selected
        self.plan: Plan = self.everything if some is None else plan(*asked, some, explored=explored)
        self._down = self._mend = self._output = ""
        self.server = self._start_server()
        origin = self.server.url if self.server else options.base_url
        self.base_url = f"{origin.rstrip('/')}{options.target.base}"
        self.clock = self._clock()
        try:
            refuse_short_ttls(options.target, moves=self.clock.moves)
        except TargetError:
            if self.server is not None:
                self.server.stop()
            raise
        self.wire = self._wire(self.clock)
        self.remote = is_remote(self.base_url)
        self._waits = Waits()
        self._board = Board(searchable(self.plan, options.selected) if options.search else ())
        self._cancelled = threading.Event()
        self._finished = threading.Event()
        self._stopped = ""
        self._thread: threading.Thread | None = None
        self._started = 0.0
        self._begun_with = False
        self._begun = dt.datetime.now(dt.UTC)
        self.shared = self._make_shared()
        self._in_real_time: Shared | None = None
        self._why_real: Mapping[str, str] = {}
        self._attempts = Attempts(self.plan, self._board, self._court, self._give_up)
        self._searches = Searches(options, self.plan, self._board, self._attempts, self._waits)
        self._do: Callable[[Run, Context], None] = self._attempts.one

    def _wire(self, clock: Clock) -> Wire:
        o = self.options
        return Wire(self.base_url, clock, limits=o.limits, verify=o.verify, user_agent=o.user_agent)

    def _make_shared(self) -> Shared:
        options = self.options
        return Shared(
            wire=self.wire,
            clock=self.clock,
            target=options.target,
            survey=Survey(WireFault("refused", self._down) if self._down else None, None),
            ledger=Ledger(),
            consent=options.consent(remote=self.remote),
            cancelled=self._cancelled,
            waiting=self._waits.of(self.clock),
            wall=time.time() - self.clock.now(),
            remote=self.remote,
            server=self.server,
            restart=Anew(self.server, self.wire) if self.server and options.restarts else None,
        )

    def _start_server(self) -> Server | None:
        """Start the server under test, where that is asked of us; one that does not start is judged so."""
        if self.options.start is None:
            return None
        # Importing the client caches takes as long as starting a server does, in a process of its own.
        threading.Thread(target=preload, name="conformance: imports", daemon=True).start()
        try:
            return self.options.start()
        except ServerError as problem:
            self._down, self._output = str(problem), problem.output
            return None

    def _clock(self) -> Clock:
        if self.options.clock is not None:
            return self.options.clock()
        moves = self.server is not None and self.server.moves
        return VirtualClock(self.server.move) if self.server and moves else RealClock()

    # ---------------------------------------------------------------- for those who wait

    def start(self) -> None:
        """Begin; returns at once."""
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._main, name="conformance", daemon=True)
        self._thread.start()

    def verdict(self, run_id: str, timeout: float | None = None) -> Verdict | None:
        """The verdict on a run, waited for; None where `timeout` seconds were not enough.

        Raises:
            HarnessError: the plan has no such run.
        """
        if run_id not in self.plan.runs.by_id:
            raise HarnessError(f"no run is called {run_id!r}")
        return self._board.wait(run_id, timeout)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the whole run; False where `timeout` seconds were not enough."""
        return self._finished.wait(timeout)

    def progress(self) -> Progress:
        """How far it is just now."""
        done, total = len(self._board), len(self.plan.runs)
        asking = [*self.wire.asking, *(self._in_real_time.wire.asking if self._in_real_time else ())]
        waits = self._waits.left(self._board.records, time.monotonic() - self._started, done, total, asking)
        return Progress(done, total, waits, self.cancel)

    def record(self, run_id: str) -> Record | None:
        """The record that a verdict rests on, or None where nothing was sent for it."""
        return self._board.record(run_id)

    def cancel(self, why: str) -> None:
        """End the run: exchanges in flight stop at once, waits too, and the rest is not judged."""
        self._stopped = self._stopped or why
        self._cancelled.set()
        self.wire.cancel()
        if self._in_real_time is not None:
            self._in_real_time.wire.cancel()

    def close(self) -> None:
        """End the run if it has not ended, put back what is still changed, and end the server.

        Raises:
            HarnessError: the server is still there, and may write where the verdicts are written.
        """
        if not self._finished.is_set():
            self.cancel(self._stopped or "the run was stopped")
        if self._thread is not None:
            self._thread.join()
        self.wire.close()
        if self._in_real_time is not None:
            self._in_real_time.wire.close()
        self._end_server()

    def _end_server(self) -> None:
        """Nothing of it is left when this returns; a second time does nothing."""
        if self.server is None:
            return
        self._output = self._output or (self.server.log(0) if self._down else "")
        try:
            self.server.stop()
        except ServerError as problem:
            raise HarnessError(f"no verdict is told, since {problem}") from None

    def report(self, only: Collection[str] | None = None) -> Report:
        """What came of it, as far as it has come.

        Args:
            only: the runs that are asked for; the others of the tier count as left out. None: the selected.
        """
        options = self.options
        wanted = options.selected if only is None else only
        entries = self._board.entries(self.everything.runs, wanted)
        return compose(
            options.suite,
            options.target,
            options.tier,
            entries,
            self._board.records,
            secrets=options.secrets,
            base_url=self.base_url if self.server or options.start is None else "",
            remote=self.remote,
            **options.about,
            workers=self.shared.workers,
            clock=self.clock.name,
            why_real=self._why_real,
            started=self._begun.isoformat(timespec="seconds"),
            seconds=time.monotonic() - self._started if self._started else 0.0,
            stopped=self._stopped,
            overran=self._stopped == OVERRAN,
            slow=(*self.wire.slow, *(self._in_real_time.wire.slow if self._in_real_time else ())),
            problems=tuple(self.shared.ledger.problems),
            fuzzing=self._searches.told(),
            output=self._output,
        )

    # ---------------------------------------------------------------- the run

    def _main(self) -> None:
        timer = threading.Timer(allowance(self.options), self.cancel, [OVERRAN])
        timer.daemon = True
        timer.start()
        try:
            if not self._down:
                self._prepare()
            for phase in PHASES:
                if phase == "wait":
                    self._probe()
                self._phase(phase)
            if self._why_real:
                self._in_their_time()
            self._judge_the_rest()
            self._search()
            self._judge_the_rest(explored=True)
        except Exception as problem:  # noqa: BLE001 - nobody may be left waiting for a verdict
            self._settle_rest(self.plan.runs, ours(problem))
        finally:
            timer.cancel()
            self._board.release()
            try:
                tidy(self.shared, self.options, self.base_url, self.clock, begun=self._begun_with)
            finally:
                self._finished.set()

    def _prepare(self) -> None:
        lane = self.wire.lane()
        try:
            with self.clock.lane():
                self.shared.survey = surveyed(self.shared, lane, 0 if self.server else self.options.wait)
                fault = self.shared.survey.fault
                self._begun_with = fault is None
                if self._begun_with and (why := begin(self.shared, lane)):
                    self.cancel(why)
        finally:
            lane.close()
        if fault is None:
            return
        within = _CERTAIN_NEWS if fault.kind == "refused" else _NEWS
        died = self.server.died(within) if self.server else None
        if died is not None:
            self._down = f"the server crashed at the first request: {died}"
        else:
            self._down = f"the server at {self.wire.origin} can't be reached: {fault.says}"
            self._mend = "" if self.server else way_out(self.base_url, fault, verify=self.options.verify)

    def _give_up(self, why: str) -> None:
        self._down = why

    def _in_their_time(self) -> None:
        """The resources that do not age with the moved clock: cold, in real time, and last.

        From a start at the real time: their other clock is there, too.
        """
        if self._cancelled.is_set() or self.server is None:
            return
        try:
            self.server.restart(in_time=True)
        except ServerError as problem:
            self._give_up(str(problem))
        for phase in PHASES:
            self._phase(phase, real=True)

    def _lanes_of(self, phase: Phase, *, real: bool = False) -> tuple[tuple[Run, ...], ...]:
        """What is left of its lanes with those runs only that are, or are not, to be done in real time."""
        some = (
            tuple(run for run in runs if self._is_real(run) is real and run.id not in self._board)
            for runs in self.plan.phases[PHASES.index(phase)]
        )
        return tuple(runs for runs in some if runs)

    def _probe(self) -> None:
        clock = self.clock
        if self.server is None or not isinstance(clock, VirtualClock) or self._down or self._stopped:
            return
        lanes, court = self._lanes_of("wait"), self._court()  # what is blocked is not asked for: it may hang
        asked = [lane for lane in lanes if any(before(run, court) is None for run in lane)]
        resources = [lane[0].resource for lane in asked if lane[0].resource and lane[0].resource.ttl]
        self._why_real = distrusted(self.shared, resources, clock, self.server)
        if self._why_real:
            real = RealClock()
            wire = self._wire(real)
            said, wall = self._waits.of(real, self._why_real), time.time() - real.now()
            self._in_real_time = dataclasses.replace(
                self.shared, wire=wire, clock=real, wall=wall, waiting=said
            )

    def _is_real(self, run: Run) -> bool:
        return run.resource is not None and run.resource.name in self._why_real

    def _phase(self, phase: Phase, *, real: bool = False) -> None:
        """Its lanes side by side; those that clear one by one where time is moved, each at its own age."""
        lanes = self._lanes_of(phase, real=real)
        apart = phase == "joint" and self.clock.moves and not real
        for some in [(lane,) for lane in lanes] if apart else [lanes]:
            self._side_by_side(some)

    def _side_by_side(self, lanes: tuple[tuple[Run, ...], ...]) -> None:
        self.shared.meeting.expect(len(lanes))
        # Counted before any starts, or a clock that moves would jump ahead of those to come.
        entered = [self.clock.lane() for _ in lanes]
        for each in entered:
            each.__enter__()
        threads = [
            threading.Thread(target=self._lane, args=(runs, busy), daemon=True)
            for runs, busy in zip(lanes, entered, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _lane(self, runs: tuple[Run, ...], busy: AbstractContextManager[None]) -> None:
        lanes: dict[bool, Lane] = {}
        try:
            for run in runs:
                if self._cancelled.is_set():
                    return
                try:
                    self._one(run, lanes)
                except Exception as problem:  # noqa: BLE001 - ours, and of this run alone
                    self._settle_rest((run,), ours(problem))
        finally:
            for lane in lanes.values():
                lane.close()
            self.shared.meeting.leave()
            with suppress(ServerDied):  # the clock may move now; the lanes that wait for it are told by it
                busy.__exit__(None, None, None)

    def _one(self, run: Run, lanes: dict[bool, Lane]) -> None:
        assert run.resource is not None  # noqa: S101 - only such runs are in a lane
        real = self._is_real(run)
        shared = self._in_real_time if real and self._in_real_time else self.shared
        lane = lanes.get(real) or lanes.setdefault(real, shared.wire.lane())
        chance = random.Random(f"{self.options.seed}/{run.work}")  # noqa: S311 - to be repeatable, not secret
        self._do(run, Context(shared, lane, run.resource, {}, chance))

    def _court(self) -> Court:
        options, board = self.options, self._board
        asked = options.suite, options.target, options.tier, self.plan.runs
        about = self.remote, self._down, self.shared.workers, self._mend
        return Court(*asked, board.verdicts, *about, board.works)

    def _search(self) -> None:
        """What has passed is searched, once every plain verdict is there: one after the other, alone."""
        if self._down or self._cancelled.is_set():
            return
        if runs := self._searches.due():
            self._do = self._searches.begin(self._started + allowance(self.options))
            self._side_by_side((runs,))
        if not self._cancelled.is_set():
            self._searches.leave()

    # ---------------------------------------------------------------- the end

    def _judge_the_rest(self, *, explored: bool = False) -> None:
        """Runs of no lane, and those that a cancelled run has left; what is `explored` at the very end."""
        for run in self.plan.runs:
            if run.id in self._board or (run.check.explored and not explored):
                continue
            verdict = before(run, self._court())
            if verdict is None:
                why = self._stopped or "its lane has ended"
                verdict = not_reached(why)
            self._board.settle(run, verdict)

    def _settle_rest(self, runs: tuple[Run, ...], verdict: Verdict) -> None:
        for run in runs:
            if run.id not in self._board:
                self._board.settle(run, verdict)
