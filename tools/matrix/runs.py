"""Measuring: flaws are run against checks, and what fails is noted.

Nothing here waits: the servers are embedded and their clocks are moved, a share of them in each of as many
processes as there are cores; only what takes several workers runs in real time, beside the others.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from conformance.clocks import RealClock, VirtualClock
from conformance.execute.engine import Engine
from conformance.execute.options import Options
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import Check, Run, Suite
from conformance.plan.lanes import plan
from conformance.servers import AppSpec
from conformance.servers import start as start_server
from reference_impl.settings import Settings
from reference_impl.twisted.flaws import FLAWS
from reference_impl.twisted.serve import start
from tools.dealer import dealt
from tools.matrix.clock import MovedClock
from tools.matrix.which import Way, by_time, rows, way

__all__ = ["Shown", "Task", "measure", "show"]

_BESIDE: Final = 3  # runs at once in each process: each waits for its server now and then
_SHARE: Final = 12  # flaws that a process is given at once
_FEW: Final = 3  # are run before a process has started
_TTL: Final = 4  # seconds, where they pass
_AMISS: Final = ("error", "unreachable")


@dataclass(frozen=True, slots=True)
class Task:
    """A flaw to be run, against some checks (by id) and what they come after, or against all: None."""

    flaw: str
    checks: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run of a flaw has shown.

    Args:
        fails: "check@resource" of what failed.
        amiss: the same of what no flaw brings about: the suite or the reference is at fault.
    """

    fails: frozenset[str] = frozenset()
    amiss: frozenset[str] = frozenset()


Told = Callable[[str], None]


def measure(tasks: Sequence[Task], told: Told = lambda _: None) -> dict[str, Shown]:
    """Do each task once; `told` gets the name of each flaw when it has been run."""
    if len(tasks) <= _FEW:
        return {task.flaw: _told(task, told) for task in tasks}
    suite = load()
    ways = {task: way(task.flaw, suite) for task in tasks}
    found: dict[str, Shown] = {}

    def note(done: Future[list[tuple[str, Shown]]]) -> None:
        for name, shown in done.result():
            found[name] = shown
            told(name)

    with ExitStack() as stack:
        waiting = stack.enter_context(ThreadPoolExecutor(_BESIDE))
        running = [waiting.submit(_shares, (task,)) for task in tasks if ways[task].workers]
        shares = list(_dealt([task for task in tasks if _embedded(ways[task])]))
        if shares:
            here = multiprocessing.get_context("spawn")
            pool = stack.enter_context(ProcessPoolExecutor(min(len(shares), _processes()), here))
            running += [pool.submit(_shares, share) for share in shares]
        for done in as_completed(running):
            note(done)
    for task in tasks:  # when all is quiet again
        if ways[task].alone or ways[task].started:
            found[task.flaw] = _told(task, told)
    return found


def _told(task: Task, told: Told) -> Shown:
    shown = show(task)
    told(task.flaw)
    return shown


def _embedded(how: Way) -> bool:
    return not (how.workers or how.alone or how.started)


def _dealt(tasks: Sequence[Task]) -> Iterator[tuple[Task, ...]]:
    """Shares that take about as long as each other: neighbours in the table are alike."""
    count = max(min(len(tasks), _processes()), -(-len(tasks) // _SHARE))
    return (tuple(tasks[n::count]) for n in range(count))


def _processes() -> int:
    return os.cpu_count() or 1


def _shares(tasks: Sequence[Task]) -> list[tuple[str, Shown]]:
    with ThreadPoolExecutor(_BESIDE) as pool:
        return list(zip((task.flaw for task in tasks), pool.map(show, tasks), strict=True))


def show(task: Task) -> Shown:
    """Run a flaw here and now."""
    suite = load()
    how = way(task.flaw, suite)
    chosen = _chosen(task, how, suite)
    if chosen is not None and not chosen:
        return Shown()
    if how.workers:
        return _with_workers(task, how, suite, chosen)
    if how.started:
        return _started(task, how, suite, chosen)
    clock = MovedClock(standing=how.standing)
    with start(Settings(clock=clock, cost=0.0, admin=True), task.flaw) as server:
        return _ran(
            task,
            Options(
                server.url,
                suite,
                load_target(how.target),
                tier=how.tier,
                clock=lambda: VirtualClock(clock.move),
                selected=chosen,
            ),
        )


def _with_workers(task: Task, how: Way, suite: Suite, chosen: frozenset[str] | None) -> Shown:
    with dealt({"REFERENCE_FLAW": task.flaw, "REFERENCE_TTL": str(_TTL)}) as url:
        target = load_target(how.target, [f"*.ttl={_TTL}"])
        return _ran(task, Options(url, suite, target, tier=how.tier, clock=RealClock, selected=chosen))


def _started(task: Task, how: Way, suite: Suite, chosen: frozenset[str] | None) -> Shown:
    spec = AppSpec("reference_impl.twisted.app:app", env={"REFERENCE_FLAW": task.flaw})
    target = load_target(how.target)
    begin = lambda: start_server(spec)  # noqa: E731 - the option takes a function
    return _ran(task, Options("", suite, target, tier=how.tier, selected=chosen, start=begin))


def _chosen(task: Task, how: Way, suite: Suite) -> frozenset[str] | None:
    """The ids of the runs that count, or None: all of them."""
    if task.checks is None and not how.workers and how.tier == "lesson":
        return None
    runs = plan(suite, load_target(how.target), how.tier).runs
    return frozenset(run.id for run in runs if _counts(run.check, task, how))


def _counts(check: Check, task: Task, how: Way) -> bool:
    """Mixtures of conditions are half of all requests, and count where a flaw is about them."""
    wanted = task.checks is None or check.id in task.checks
    if check.alone and not how.mixed and not rows(check) & set(FLAWS[task.flaw].breaks):
        return False
    return wanted and (not how.workers or bool(rows(check) & set(how.workers)))


def _ran(task: Task, options: Options) -> Shown:
    engine = Engine(options)
    engine.start()
    engine.wait()
    engine.close()
    outcomes = [(engine.plan.run(e.nodeid), e.verdict.outcome) for e in engine.report().judged]
    breaks = set(FLAWS[task.flaw].breaks)
    fails = (
        _named(run)
        for run, outcome in outcomes
        if outcome == "fail" and (not by_time(run.check) or rows(run.check) & breaks)
    )
    return Shown(frozenset(fails), frozenset(_named(run) for run, outcome in outcomes if outcome in _AMISS))


def _named(run: Run) -> str:
    return f"{run.check.id}@{run.resource.name if run.resource else 'none'}"
