"""A saved Report -> the Report of today's judges, without a network.

Runs are judged in the order in which they were judged at first. What has a record is judged anew
from that record; `blocked` and `not-applicable` follow from the plan and the verdicts before; and
what only the run itself could know (nobody answered at all, it was stopped, the suite broke) is
taken over.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from conformance.errors import UsageError
from conformance.judge import Court, before, judge
from conformance.judge.unjudged import not_sent
from conformance.load.specs import load
from conformance.model import Entry, Record, Report, Run, Suite, Verdict
from conformance.model.order import Runs, level_at
from conformance.plan import plan
from conformance.report.document import explained, rescored, told
from conformance.report.redact import Redactor

_DERIVED: Final = ("blocked", "not-applicable")


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
        lacking = sorted(report.topics.keys() - {file.name for file in suite.files})
        raise UsageError(
            f"the report was judged by the specs {report.specs_sha256[:12]} of version "
            f"{report.suite_version}, and those here are {suite.sha256[:12]}; judge it with that version"
            + (f", and with what it had besides: --specs {' --specs '.join(lacking)}" if lacking else "")
        )
    return _Again(report, suite).report()


class _Again:
    """One session of the court over a saved report."""

    def __init__(self, report: Report, suite: Suite) -> None:
        self.old = report
        self.suite = suite
        self.runs: Runs = plan(suite, report.target, report.tier, explored=True).runs
        self.known = {e.nodeid for e in report.judged}
        self.verdicts: dict[str, Verdict] = {}
        self.court = self._court()

    def report(self) -> Report:
        """The report with the new verdicts."""
        old = self.old
        redactor = Redactor.of(old.target, old.records.values())
        for entry in sorted(old.judged, key=lambda e: e.order):
            if entry.nodeid in self.runs.by_id:
                verdict = self._verdict(self.runs.by_id[entry.nodeid], entry)
                self.verdicts[entry.nodeid] = redactor.record(verdict)
        checks = {check.id: check for file in self.suite.files for check in file.checks}
        known = {id_: checks[id_] for id_ in old.explained if id_ in checks}
        named = {each.id: told(each) for check in known.values() for each in (check.requirement, *check.also)}
        return rescored(
            replace(
                old,
                specs_sha256=self.suite.sha256,
                entries=tuple(
                    replace(e, verdict=self.verdicts.get(e.nodeid, e.verdict)) for e in old.entries
                ),
                explained=dict(old.explained)
                | {id_: explained(each, level_at(each, old.target, old.tier)) for id_, each in known.items()},
                requirements=dict(old.requirements) | named,
                grade=None,  # of the verdicts that were
            )
        )

    def _verdict(self, run: Run, entry: Entry) -> Verdict:
        # Its own, not the one that shows the verdict: a lint finds that by itself.
        old, court, record = entry.verdict, self.court, self.old.records.get(entry.work)
        if record is not None:
            # It was sent, so what it comes after had passed; judged otherwise today, it is blocked.
            return before(run, court) or self._judged(run, record, court)
        if old.outcome not in _DERIVED or run.check.explored:
            return old  # what was explored is known to whoever explored it
        if old.outcome == "blocked" and old.cause not in self.known:
            return old  # by one that ran for its sake alone, and is not in the report
        again = before(run, court)
        if again is not None:
            return again
        return not_sent(old.cause)

    def _judged(self, run: Run, record: Record, court: Court) -> Verdict:
        """A record that some other program has written may be any."""
        try:
            return judge(run, record, court)
        except Exception as problem:
            says = f"{run.id} can't be judged by its record in the report, which no run has left like this"
            raise UsageError(f"{says} ({type(problem).__name__}: {problem})") from problem

    def _court(self) -> Court:
        old = self.old
        return Court(
            self.suite,
            old.target,
            old.tier,
            self.runs,
            self.verdicts,
            old.remote,
            workers=old.workers,
            records=old.records,
        )
