"""The end of a session: report files, the section of the terminal summary, the exit code.

It must not know how verdicts came about, and prints no more than the report says.
"""

from __future__ import annotations

import pytest

from conformance.errors import ConformanceError, coded
from conformance.model import Report
from conformance.pytest_plugin.conductor import Conductor
from conformance.pytest_plugin.settings import Sending
from conformance.report.changed import held_against, text
from conformance.report.changes import Changes, baselined, changes
from conformance.report.public import beside, public, revealed
from conformance.report.result import result
from conformance.report.summary import brief_lines, summary_lines

NOTHING_SELECTED = (
    "conformance: no check was selected, so no server was judged; leave the paths out to judge one, "
    "or leave --conformance out"
)


class Closing:
    """Sees what was reported, and closes the session with what the run comes to."""

    def __init__(self, sending: Sending, conductor: Conductor) -> None:
        self._sending = sending
        self._conductor = conductor
        self._others_failed = self._nothing = False
        self._shown: Report | None = None
        self._since: Changes | None = None
        self._lines: list[str] = []
        self._faults: list[str] = []

    def see(self, report: pytest.TestReport) -> None:
        """Note a failure that is none of ours: then the exit code is pytest's own."""
        if report.failed and report.nodeid not in self._conductor.selected:
            self._others_failed = True

    def finish(self, session: pytest.Session) -> None:
        """Write the report files, once; the exit code is that of the command, unless others have failed."""
        report = self._conductor.report
        if report is not None:
            if self._sending.telling.show_hidden:
                report = revealed(report)
            self._shown = public(report, self._sending.now)
            self._since = self._changed(report, self._shown)
            files = self._conductor.files
            try:
                files.finish(report)
                self._lines += [f"report: {path}" for path in files.paths]
            except ConformanceError as problem:
                self._faults.append(coded(problem, type(problem)))
            self._lines += files.printed
        elif self._conductor.broken:
            self._faults.append(f"conformance: {self._conductor.broken}")
        asked = not session.config.getoption("collectonly")
        if asked and not self._conductor.selected and session.exitstatus == pytest.ExitCode.OK:
            self._nothing = True
            self._faults.append(NOTHING_SELECTED)
        session.exitstatus = self._status(session.exitstatus)

    def _status(self, pytests: int) -> int:
        """The exit status, where pytest's own is known."""
        if self._faults:
            nothing = pytest.ExitCode.NO_TESTS_COLLECTED if self._nothing else pytest.ExitCode.TESTS_FAILED
            return pytests or nothing
        if self._shown is None:
            return pytests
        if pytests == pytest.ExitCode.OK:
            return self._code(self._shown)
        ours = pytests == pytest.ExitCode.TESTS_FAILED and not (self._others_failed or self._shown.stopped)
        # An item that is an error, or could not be judged, fails for pytest; this says more.
        return self._code(self._shown) or pytests if ours else pytests

    def _code(self, report: Report) -> int:
        code = result(report, strict=self._sending.telling.strict).code
        return code if self._since is None else baselined(code, self._since)

    def _changed(self, report: Report, shown: Report) -> Changes | None:
        before, to_all = self._sending.baseline, self._sending.telling.show_hidden
        return (
            None
            if before is None
            else changes(beside(before, report, self._sending.now, to_all=to_all), shown)
        )

    def summarise(self, reporter: pytest.TerminalReporter) -> None:
        """Print the section; with -q only why it is no pass, the warnings, and where the reports are."""
        quiet = reporter.config.get_verbosity() < 0
        lines = self._told(quiet=quiet)
        if not (lines or self._lines or self._faults):
            return
        if not quiet:
            reporter.section("conformance")
        for line in (*lines, *self._lines):
            reporter.line(line)
        for line in self._faults:
            reporter.line(line, red=True)

    def _told(self, *, quiet: bool) -> list[str]:
        if self._shown is None:
            return []
        strict = self._sending.telling.strict
        # All of a failure stands above.
        shown = self._shown
        since = self._since
        says = "" if since is None else held_against(result(shown, strict=strict), since)
        if quiet:
            lines = brief_lines(shown, strict=strict)
        else:
            lines = summary_lines(shown, strict=strict, in_full="", says=says)
        return lines if since is None else [*lines, "", "Since the baseline:", *text(since)]
