"""One run: load -> plan -> execute -> judge, in lanes, with whoever wants the verdicts waiting for them.

Shell. It decides when something is done, never what it means. Lanes are threads; the phases of
the plan are barriers between them. Whatever ends the run, what was changed is put back.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import ipaddress
import random
import threading
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from conformance.clocks import Clock
from conformance.context import WHOLE_SECONDS_BELOW, Context, Shared
from conformance.errors import HarnessError, TargetError
from conformance.execute import bind, execute
from conformance.judge import Court, before, judge, retryable
from conformance.ledger import Ledger
from conformance.model import Json, Record, Run, Target, Verdict
from conformance.plan import Plan, Work, plan
from conformance.result import Attempt, Judged, Options, Result, Search
from conformance.survey import Survey, survey
from conformance.verbs.writing import put_back
from conformance.wire import Limits, Wire

__all__ = ["Attempt", "Engine", "Judged", "Options", "Result", "Search", "examples", "is_remote"]

_ATTEMPTS: Final = {True: 2, False: 3}  # of a work that waits, of one that does not
_SHORTEST_TTL: Final = 4.0
_GRACE: Final = 60.0
_TIDY: Final = Limits(deadline=2.0)


class Engine:
    """Runs a plan in threads of its own; `verdict` waits for one run, `close` ends it all."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.everything: Plan = plan(options.suite, options.target, options.tier)
        self.plan: Plan = (
            self.everything
            if options.selected is None
            else plan(options.suite, options.target, options.tier, options.selected)
        )
        self.clock = options.clock()
        _refuse_short_ttls(options.target, self.clock)
        self.wire = Wire(options.base_url, self.clock, limits=options.limits, verify=options.verify)
        self.remote = is_remote(options.base_url)
        self.waits: dict[tuple[str, str], float] = {}
        self._works = {w.id: w for w in self.plan.works.values()}
        self._records: dict[str, Record] = {}
        self._verdicts: dict[str, Verdict] = {}
        self._used: dict[str, Record] = {}
        self._changed = threading.Condition()
        self._cancelled = threading.Event()
        self._finished = threading.Event()
        self._stopped = ""
        self._down = ""
        self._thread: threading.Thread | None = None
        self._started = 0.0
        self._begun = dt.datetime.now(dt.UTC)
        self.shared = self._make_shared()

    def _make_shared(self) -> Shared:
        options = self.options
        consent = ""
        if not self.remote:
            consent = "the server is on this machine"
        elif options.allow_writes:
            consent = "--conformance-allow-writes"
        elif options.target.consent:
            consent = "the target file declares the writes"
        return Shared(
            wire=self.wire,
            clock=self.clock,
            target=options.target,
            survey=Survey(None, None),
            ledger=Ledger(),
            consent=consent,
            cancelled=self._cancelled,
            waiting=self._waiting,
            wall=time.time() - self.clock.now(),
            remote=self.remote,
        )

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
        if run_id not in {run.id for run in self.plan.runs}:
            raise HarnessError(f"no run is called {run_id!r}")
        with self._changed:
            self._changed.wait_for(lambda: run_id in self._verdicts, timeout)
            return self._verdicts.get(run_id)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the whole run; False where `timeout` seconds were not enough."""
        return self._finished.wait(timeout)

    @property
    def judged_so_far(self) -> int:
        """How many runs have their verdict."""
        return len(self._verdicts)

    def record(self, run_id: str) -> Record | None:
        """The record that a verdict rests on, or None where nothing was sent for it."""
        return self._used.get(run_id)

    def cancel(self, why: str) -> None:
        """End the run: exchanges in flight stop at once, waits too, and the rest is not judged."""
        self._stopped = self._stopped or why
        self._cancelled.set()
        self.wire.cancel()

    def close(self) -> Result:
        """End the run if it has not ended, put back what is still changed, and sum up."""
        if not self._finished.is_set():
            self.cancel(self._stopped or "the run was stopped")
        if self._thread is not None:
            self._thread.join()
        self.wire.close()
        return self.result()

    def result(self) -> Result:
        """What came of it, as far as it has come."""
        order = {id_: index for index, id_ in enumerate(self._verdicts)}
        judged = tuple(
            Judged(run, self._verdicts[run.id], self._used.get(run.id), order[run.id])
            for run in self.plan.runs
            if run.id in self._verdicts and self._is_wanted(run)
        )
        chosen = {run.id for run in self.plan.runs if self._is_wanted(run)}
        return Result(
            options=self.options,
            judged=judged,
            deselected=tuple(run for run in self.everything.runs if run.id not in chosen),
            clock=self.clock.name,
            started=self._begun.isoformat(timespec="seconds"),
            seconds=time.monotonic() - self._started if self._started else 0.0,
            problems=tuple(self.shared.ledger.problems),
            stopped=self._stopped,
            remote=self.remote,
        )

    def _is_wanted(self, run: Run) -> bool:
        return self.options.selected is None or run.id in self.options.selected

    def _waiting(self, resource: str, why: str, until: float | None) -> None:
        if until is None:
            self.waits.pop((resource, why), None)
        else:
            self.waits[resource, why] = until

    # ---------------------------------------------------------------- the run

    def _main(self) -> None:
        timer = threading.Timer(self._allowance(), self.cancel, ["the run's deadline has passed"])
        timer.daemon = True
        timer.start()
        try:
            self._prepare()
            for phase in self.plan.phases:
                self._phase(phase)
            self._judge_the_rest()
        except Exception as problem:  # noqa: BLE001 - nobody may be left waiting for a verdict
            self._fail_all(f"{type(problem).__name__}: {problem}")
        finally:
            timer.cancel()
            self._tidy()
            self._finished.set()

    def _allowance(self) -> float:
        if self.options.deadline is not None:
            return self.options.deadline
        return 3 * max((r.ttl or 0.0 for r in self.options.target.resources), default=0.0) + _GRACE

    def _prepare(self) -> None:
        lane = self.wire.lane()
        try:
            with self.clock.lane():
                self.shared.survey = survey(lane, self.options.target, self.wire.prefix)
        finally:
            lane.close()
        fault = self.shared.survey.fault
        if fault is not None:
            self._down = f"the server at {self.wire.origin} can't be reached: {fault.says}"

    def _phase(self, lanes: tuple[tuple[Run, ...], ...]) -> None:
        threads = [threading.Thread(target=self._lane, args=(runs,), daemon=True) for runs in lanes[1:]]
        # Counted before any starts, or a clock that moves would jump ahead of those to come.
        entered = [self.clock.lane() for _ in lanes]
        for each in entered:
            each.__enter__()
        self._leaving = iter(entered)
        for thread in threads:
            thread.start()
        if lanes:
            self._lane(lanes[0])
        for thread in threads:
            thread.join()

    def _lane(self, runs: tuple[Run, ...]) -> None:
        lane = self.wire.lane() if not self._cancelled.is_set() else None
        try:
            for run in runs:
                if lane is None or self._cancelled.is_set():
                    return
                assert run.resource is not None  # noqa: S101 - only such runs are in a lane
                self._one(run, Context(self.shared, lane, run.resource, {}, self._random(run)))
        except Exception as problem:  # noqa: BLE001 - ours; the other lanes go on
            for run in runs:
                if run.id not in self._verdicts:
                    self._settle(run, self._ours(problem), None)
        finally:
            if lane is not None:
                lane.close()
            with self._changed:
                leaving = next(self._leaving)
            leaving.__exit__(None, None, None)

    def _random(self, run: Run) -> random.Random:
        return random.Random(f"{self.options.seed}/{run.work}")  # noqa: S311 - to be repeatable, not secret

    def _one(self, run: Run, context: Context) -> None:
        court = self._court()
        settled = before(run, court)
        if settled is not None:
            self._settle(run, settled, None)
            return
        if context.gone() and run.work not in self._records:
            says = (
                f"{run.resource.name if run.resource else ''} has not answered twice; no more is asked of it"
            )
            self._settle(run, Verdict("unreachable", "unreachable", says), None)
            return
        work = self._works[run.work]
        record = self._records.get(run.work)
        if record is None:
            verdict, record = self._attempts(run, work, context)
            if run.check.on is not None:
                self._records[run.work] = record
        else:
            verdict = judge(run, record, court)
        self._settle(run, verdict, record)

    def _attempts(self, run: Run, work: Work, context: Context) -> tuple[Verdict, Record]:
        """The examples of a `forall` one by one, each again where noise spoilt it; then a search."""

        def attempt(bound: Mapping[str, Json]) -> tuple[Verdict, Record]:
            return self._steadily(run, work, bind(context, bound))

        for bound in examples(work):
            verdict, record = attempt(bound)
            if verdict.outcome != "pass":
                return verdict, record
        if self.options.search is not None and work.forall:
            found = self.options.search(run, self.options.seed, attempt)
            if found is not None:
                return found
        return verdict, record

    def _steadily(self, run: Run, work: Work, context: Context) -> tuple[Verdict, Record]:
        waits = any(step.do == "wait" and not step.when for step in work.steps)
        siblings = [r for r in self.plan.runs if r.work == run.work] if run.check.on else [run]
        most = _ATTEMPTS[waits]
        for number in range(1, most + 1):
            record = dataclasses.replace(execute(work, bind(context, context.bound)), attempts=number)
            verdicts = [judge(each, record, self._court()) for each in siblings]
            again = any(retryable(v, each) for v, each in zip(verdicts, siblings, strict=True))
            if not again or self._cancelled.is_set():
                break
        return judge(run, record, self._court()), record

    def _court(self) -> Court:
        options = self.options
        with self._changed:
            verdicts = dict(self._verdicts)
        return Court(
            options.suite, options.target, options.tier, self.plan.runs, verdicts, self.remote, self._down
        )

    # ---------------------------------------------------------------- settling

    def _settle(self, run: Run, verdict: Verdict, record: Record | None) -> None:
        with self._changed:
            if record is not None:
                self._used[run.id] = record
            self._verdicts[run.id] = verdict
            self._changed.notify_all()

    def _judge_the_rest(self) -> None:
        """Runs of no lane, and those that a cancelled run has left."""
        for run in self.plan.runs:
            if run.id in self._verdicts:
                continue
            verdict = before(run, self._court())
            if verdict is None:
                why = self._stopped or "its lane has ended"
                verdict = Verdict("inconclusive", "inconclusive", f"could not be judged: {why}", cause=why)
            self._settle(run, verdict, None)

    def _fail_all(self, says: str) -> None:
        for run in self.plan.runs:
            if run.id not in self._verdicts:
                self._settle(run, Verdict("error", "error", f"the suite is at fault: {says}"), None)

    @staticmethod
    def _ours(problem: Exception) -> Verdict:
        says = f"the suite is at fault, not the server: {type(problem).__name__}: {problem}"
        return Verdict("error", "error", says)

    def _tidy(self) -> None:
        """Put back what is still owed, over a wire that nobody has cancelled."""
        owed = self.shared.ledger.open
        if not owed:
            return
        with Wire(self.options.base_url, self.clock, limits=_TIDY, verify=self.options.verify) as wire:
            lane = wire.lane()
            shared = dataclasses.replace(self.shared, wire=wire, cancelled=threading.Event())
            any_resource = self.options.target.resources[0]
            context = Context(shared, lane, any_resource, {}, random.Random(0))  # noqa: S311
            self.shared.ledger.put_back(owed, lambda undo: put_back(context, undo))


def examples(work: Work) -> tuple[Mapping[str, Json], ...]:
    """The values that a plain run takes: the examples side by side, the shorter lists repeated."""
    if not work.forall:
        return ({},)
    most = max(len(f.examples) for f in work.forall)
    return tuple({f.name: f.examples[i % len(f.examples)] for f in work.forall} for i in range(most))


def is_remote(base_url: str) -> bool:
    """Whether a base URL points to somewhere else than this machine's loopback."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True


def _refuse_short_ttls(target: Target, clock: Clock) -> None:
    if clock.moves:
        return
    for resource in target.resources:
        if resource.ttl is not None and resource.ttl < _SHORTEST_TTL:
            raise TargetError(
                f"{resource.name} has a TTL of {resource.ttl:g} s, too short for real time, where a "
                f"cache may count whole seconds; use a longer TTL, of {_SHORTEST_TTL:g} s or more "
                f"({WHOLE_SECONDS_BELOW:g} s and more give the sharpest verdicts)",
                resource.place.file,
                resource.place.line,
            )
