"""The one engine of a session: it starts when the first item asks, and answers for every item.

It must not know whether an item or a worker asks (`answer` may be called from any thread), nor
anything of pytest's terminal.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Collection
from typing import Final

from conformance.api import conduct, pending
from conformance.errors import ConformanceError, HarnessError, coded
from conformance.execute.engine import Engine
from conformance.execute.progress import Progress
from conformance.grading.auditing import Submitted
from conformance.judge.unjudged import STOPPED
from conformance.model import Report, Run, Verdict
from conformance.model.order import level_at
from conformance.plan.lanes import plan
from conformance.pytest_plugin.answers import Answer, Kind, in_brief, kind_of, reason
from conformance.pytest_plugin.settings import Sending
from conformance.report.changes import way
from conformance.report.public import LATER
from conformance.report.safe import safe
from conformance.report.summary import warning
from conformance.report.text import entry_text
from conformance.report.write import Files

GLANCE: Final = 0.2  # seconds between looks at what is being waited for
ENDED: Final = "the run has ended before this was asked for"


class Conductor:
    """Starts, answers, closes.

    Attributes:
        engine: None until somebody asks for a verdict.
        report: what came of it, once closed.
        files: the reports as files.
        broken: why there is none, where the suite is at fault or could not start.
    """

    def __init__(self, sending: Sending) -> None:
        self.engine: Engine | None = None
        self.report: Report | None = None
        self.selected: frozenset[str] = frozenset()
        self._sending = sending
        self.files = Files(sending.places, strict=sending.telling.strict, now=sending.now)
        self._before = {} if sending.baseline is None else {e.nodeid: e for e in sending.baseline.judged}
        self._answered: set[str] = set()
        self._lock = threading.Lock()
        self._stopped = ""
        self._submitted: Callable[[], Submitted] | None = None
        self.broken = ""
        options = sending.options
        planned = plan(options.suite, options.target, options.tier, explored=options.explore is not None)
        self.known = frozenset(run.id for run in planned.runs)

    def select(self, ids: Collection[str]) -> None:
        """Set which items there are; ids of others' tests are passed over."""
        self.selected = self.known.intersection(ids)
        if self.selected:  # what students may not see is judged all the same, since it counts
            self.selected |= self.known & self._sending.secret
            self._answered |= self.known & self._sending.secret

    def answer(self, run_id: str, while_waiting: Callable[[Progress], None] | None = None) -> Answer:
        """What becomes of an item, waited for; `while_waiting` is called now and then meanwhile."""
        engine = self._begin()
        if engine is None:
            if self.broken:
                return Answer("error", self.broken, "error")
            return Answer("skip", self._stopped or ENDED, "deselected")
        while (verdict := engine.verdict(run_id, GLANCE)) is None:
            if while_waiting is not None:
                while_waiting(engine.progress())
        run = engine.plan.run(run_id)
        if self._waits_for_a_secret(engine, verdict):
            with self._lock:
                self._answered.add(run_id)
            return Answer("skip", f"blocked: by {LATER}", verdict.verdict)
        kind = kind_of(verdict, strict=self._sending.telling.strict, tells=self._tells(engine, run, verdict))
        if self._stopped and (verdict.code == STOPPED or verdict.cause == self._stopped):
            return Answer("skip", self._stopped, "deselected")
        with self._lock:
            self._answered.add(run_id)
        text = self._text(engine, run_id, kind, verdict.verdict)
        if kind == "fail" and self._was_no_better(run_id, verdict):
            return Answer("skip", f"no worse than in the baseline: {text.splitlines()[0]}", verdict.verdict)
        return Answer(kind, text, verdict.verdict, in_brief(verdict))

    def stop(self, why: str) -> None:
        """End the run early: nobody is left waiting."""
        with self._lock:
            self._stopped = self._stopped or why
            engine = self.engine
        if engine is not None:
            engine.cancel(why)

    def close(self) -> None:
        """Put back what is still changed, and sum up; without an engine there is nothing to do."""
        with self._lock:
            self._stopped = self._stopped or ENDED
            engine = self.engine
        if engine is None or self.report is not None:
            return
        try:
            if self._answered >= self.selected:
                engine.wait()  # the last verdict is given before the last change is put back
            engine.close()
            # Checks that -x or Ctrl-C left out were not selected after all.
            self.report = self._graded(engine.report(self._answered))
        except HarnessError as problem:
            self.broken = coded(problem, type(problem))

    # ---------------------------------------------------------------- parts

    def _graded(self, report: Report) -> Report:
        """The report with its grade, where one was asked for; of a whole run noise is tried again."""
        assignment, options = self._sending.assignment, self._sending.options
        if assignment is None:
            return report
        from conformance.grading.settling import Means, settled  # noqa: PLC0415 (few sessions are graded)

        def again(some: Collection[str]) -> Report:
            return conduct(dataclasses.replace(options, selected=frozenset(some)))

        def in_real_time() -> Report:
            assert unmoved is not None  # noqa: S101 - where there is an assignment
            return conduct(unmoved())

        unmoved = self._sending.unmoved
        if not self._answered >= self.selected:
            return settled(report, assignment, None)
        return settled(report, assignment, Means(again, in_real_time, self._submitted))

    def _waits_for_a_secret(self, engine: Engine, verdict: Verdict) -> bool:
        """Whether it is blocked, in the end, by what students may not see."""
        seen: set[str] = set()
        while verdict.outcome == "blocked" and verdict.cause in self.known and verdict.cause not in seen:
            if verdict.cause in self._sending.secret:
                return True
            seen.add(verdict.cause)
            earlier = engine.verdict(verdict.cause)
            if earlier is None:
                break
            verdict = earlier
        return False

    def _was_no_better(self, run_id: str, verdict: Verdict) -> bool:
        before = self._before.get(run_id)
        return before is not None and way(before.verdict.verdict, verdict.verdict) != "worse"

    def _begin(self) -> Engine | None:
        with self._lock:
            if self.engine is None and not self._stopped and not self.broken:
                try:
                    self.engine = self._start()
                except ConformanceError as problem:
                    self.broken = coded(problem, type(problem))
                except Exception as problem:  # noqa: BLE001 - every item must hear of it
                    what = f"the suite is at fault: {type(problem).__name__}: {problem}"
                    self.broken = coded(what, HarnessError)
            return self.engine

    def _start(self) -> Engine:
        options = dataclasses.replace(self._sending.options, selected=self.selected)
        if self.files:
            self.files.begin(pending(options, self._sending.assignment))  # before the server starts
        assignment = self._sending.assignment
        if assignment is not None and assignment.audit and self._sending.starts:
            from conformance.classroom.submitted import reader  # noqa: PLC0415 (few are looked at)

            self._submitted = reader(self._sending.folder, options.isolation)
        engine = Engine(options)
        engine.start()
        return engine

    def _binds(self, run: Run) -> bool:
        options = self._sending.options
        level = level_at(run.check, options.target, options.tier)
        return level == "MUST" or (level == "SHOULD" and self._sending.telling.strict)

    @staticmethod
    def _text(engine: Engine, run_id: str, kind: Kind, verdict: str) -> str:
        if kind == "pass" and verdict != "warn":
            return ""
        report = engine.report([run_id])
        entry = report.entry(run_id)
        if verdict == "warn" and kind == "pass":
            return warning(report, entry)
        return safe(reason(entry.verdict)) if kind == "skip" else entry_text(report, entry)

    def _tells(self, engine: Engine, run: Run, verdict: Verdict) -> bool:
        """Whether this is the item that fails for all that were not answered: the first, in a fixed order.

        One that is only advised fails for nobody.
        """
        if verdict.verdict != "unreachable" or run.resource is None or not self._binds(run):
            return False
        if engine.shared.survey.fault is not None:  # nobody is there at all
            order = [r for r in engine.plan.runs if r.resource is not None]
        else:  # all before this one on its resource are judged, in the order of its lanes
            lanes = [lane for phase in engine.plan.phases for lane in phase]
            order = [r for lane in lanes for r in lane if r.resource == run.resource]
        for each in order:
            if each.id == run.id:
                return True
            counts = each.id in self.selected - self._sending.secret and self._binds(each)
            earlier = engine.verdict(each.id) if counts else None
            if earlier is not None and earlier.verdict == "unreachable":
                return False
        return True
