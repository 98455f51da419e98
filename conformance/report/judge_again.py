"""A saved Report -> the Report of today's judges, without a network. Pure.

Every run with a record is judged anew from that record. What was settled without one follows from
the verdicts on other runs (blocked, not applicable) and is derived from them anew; and what only
the run itself could know (nobody answered at all, it was stopped, the suite broke) is taken over.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from conformance.errors import UsageError
from conformance.judge import Court, before, judge
from conformance.load import load
from conformance.model import Run, Suite, Verdict
from conformance.plan import plan
from conformance.report.document import Entry, Report, topics_of
from conformance.report.redact import Redactor

_DERIVED = ("blocked", "not-applicable")


def judge_again(report: Report, suite: Suite | None = None, *, other_specs: bool = False) -> Report:
    """The same run under the same specs gives the same verdicts; under other ones, theirs.

    Args:
        suite: the specs to judge by; by default the built-in ones.
        other_specs: judge although the specs are not those of the run; checks that they lack keep
            their verdict.

    Raises:
        UsageError: the specs are others than those that the run was judged by.
    """
    suite = suite or load()
    if suite.sha256 != report.specs_sha256 and not other_specs:
        raise UsageError(
            f"the report was judged by the specs {report.specs_sha256[:12]} of version "
            f"{report.suite_version}, and those here are {suite.sha256[:12]}; judge it with that version"
        )
    return _Again(report, suite).report()


class _Again:
    """One session of the court over a saved report."""

    def __init__(self, report: Report, suite: Suite) -> None:
        self.old = report
        self.suite = suite
        self.plan = plan(suite, report.target, report.tier)
        self.entries: Mapping[str, Entry] = {e.nodeid: e for e in report.judged}
        self.verdicts: dict[str, Verdict] = {}

    def report(self) -> Report:
        """The report with the new verdicts."""
        redactor = Redactor.of(self.old.target, (e.record for e in self.old.judged))
        topics = topics_of(self.suite)
        for run in self._ordered():
            entry = self.entries.get(run.id)
            if entry is not None:
                self.verdicts[run.id] = redactor.verdict(self._verdict(run, entry))
        runs = {run.id: run for run in self.plan.runs}
        entries = []
        for entry in self.old.entries:
            verdict = self.verdicts.get(entry.nodeid)
            if verdict is None:
                entries.append(entry)
            else:
                run = runs[entry.nodeid]
                entries.append(Entry.of(run, topics[entry.file], self.old.tier, verdict, entry.record))
        return dataclasses.replace(
            self.old, specs_sha256=self.suite.sha256, entries=tuple(entries), _score=[]
        )

    def _ordered(self) -> list[Run]:
        """What a run comes after stands before it, as in the run itself."""
        laid = [run for phase in self.plan.phases for lane in phase for run in lane]
        return [*laid, *(run for run in self.plan.runs if run.resource is None)]

    def _verdict(self, run: Run, entry: Entry) -> Verdict:
        old = entry.verdict
        if entry.record is not None:
            # It was executed, so whatever it comes after had passed; if that is judged otherwise
            # today, it is blocked today.
            return before(run, self._court()) or judge(run, entry.record, self._court())
        if old.outcome not in _DERIVED:
            return old
        if old.outcome == "blocked" and old.cause in self.verdicts:
            # By the very one that blocked it: of others the run may not have known when it was stopped.
            again = before(run, self._court(only=old.cause))
        else:
            again = before(run, self._court())
        if again is not None or (old.outcome == "blocked" and old.cause not in self.entries):
            return again or old
        if run.resource is None or old.outcome == "not-applicable":
            return old
        says = f"could not be judged: the run did not send it, since {old.cause} blocked it"
        return Verdict("inconclusive", "inconclusive", says, cause=f"not sent, since {old.cause} blocked it")

    def _court(self, only: str = "") -> Court:
        verdicts = {only: self.verdicts[only]} if only else self.verdicts
        return Court(
            self.suite, self.old.target, self.old.tier, self.plan.runs, dict(verdicts), self.old.remote
        )
