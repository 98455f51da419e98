"""A saved Report -> the Report of today's judges, without a network. Pure.

Runs are judged in the order in which they were judged at first. What has a record is judged anew
from that record; `blocked` and `not-applicable` follow from the plan and the verdicts before; and
what only the run itself could know (nobody answered at all, it was stopped, the suite broke) is
taken over.
"""

from __future__ import annotations

import dataclasses

from conformance.errors import UsageError
from conformance.execute.result import Judged
from conformance.judge.verdicts import Court, before, judge
from conformance.load.specs import load
from conformance.model import Run, Suite, Verdict
from conformance.plan.lanes import plan
from conformance.report.document import Entry, Report, topics_of
from conformance.report.redact import Redactor

_DERIVED = ("blocked", "not-applicable")


def judge_again(report: Report, suite: Suite | None = None, *, other_specs: bool = False) -> Report:
    """The same run under the same specs gives the same verdicts; under other ones, theirs.

    Args:
        report: of any run, also one that ended early.
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
        self.known = {e.nodeid for e in report.judged}
        self.verdicts: dict[str, Verdict] = {}

    def report(self) -> Report:
        """The report with the new verdicts."""
        redactor = Redactor.of(self.old.target, (e.record for e in self.old.judged))
        runs = {run.id: run for run in self.plan.runs}
        for entry in sorted(self.old.judged, key=lambda e: e.order):
            if entry.nodeid in runs:
                verdict = redactor.verdict(self._verdict(runs[entry.nodeid], entry))
                self.verdicts[entry.nodeid] = verdict
        topics = topics_of(self.suite)
        entries = []
        for entry in self.old.entries:
            verdict = self.verdicts.get(entry.nodeid, entry.verdict)
            if entry.nodeid in runs:
                judged = Judged(runs[entry.nodeid], verdict, entry.record, entry.order)
                entries.append(Entry.of(judged, topics[entry.file], self.old.tier))
            else:
                entries.append(entry)
        return dataclasses.replace(self.old, specs_sha256=self.suite.sha256, entries=tuple(entries))

    def _verdict(self, run: Run, entry: Entry) -> Verdict:
        old, court = entry.verdict, self._court()
        if entry.record is not None:
            # It was sent, so what it comes after had passed; judged otherwise today, it is blocked.
            return before(run, court) or judge(run, entry.record, court)
        if old.outcome not in _DERIVED:
            return old
        if old.outcome == "blocked" and old.cause not in self.known:
            return old  # by one that ran for its sake alone, and is not in the report
        again = before(run, court)
        if again is not None:
            return again
        cause = f"the run did not send it, since {old.cause or 'nothing'} stood in its way"
        return Verdict("inconclusive", "inconclusive", f"could not be judged: {cause}", cause=cause)

    def _court(self) -> Court:
        old = self.old
        return Court(
            self.suite,
            old.target,
            old.tier,
            self.plan.runs,
            self.verdicts,
            old.remote,
            workers=old.workers,
        )
