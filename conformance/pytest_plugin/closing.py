"""The end of a session: report files, the section of the terminal summary, the exit code.

It must not know how verdicts came about, and prints no more than the report says.
"""

from __future__ import annotations

import pytest

from conformance.errors import ConformanceError
from conformance.model import Report
from conformance.pytest_plugin.conductor import Conductor
from conformance.pytest_plugin.settings import Sending
from conformance.report.write import write

NOTHING_SELECTED = (
    "conformance: no check was selected, so no server was judged; leave the paths out to judge one, "
    "or leave --conformance out"
)
NOTHING_PASSED = "conformance: nothing has passed, so this run is no success"


class Closing:
    """Counts what was reported, and closes the session with it."""

    def __init__(self, sending: Sending, conductor: Conductor) -> None:
        self._sending = sending
        self._conductor = conductor
        self._passed = 0
        self._report: Report | None = None
        self._lines: list[str] = []
        self._faults: list[str] = []

    def count(self, report: pytest.TestReport) -> None:
        """Note an item of ours that has passed."""
        if report.when == "call" and report.passed and report.nodeid in self._conductor.selected:
            self._passed += 1

    def finish(self, session: pytest.Session) -> None:
        """Write the report files, once; a run that ended early, or has no pass at all, fails."""
        self._report = report = self._conductor.report
        if report is not None:
            for path in self._sending.telling.reports:
                try:
                    write(report, path)
                    self._lines.append(f"report: {path}")
                except ConformanceError as problem:
                    self._faults.append(str(problem))
        elif self._conductor.broken:
            self._faults.append(f"conformance: {self._conductor.broken}")
        asked = not session.config.getoption("collectonly")
        if asked and not self._conductor.selected and session.exitstatus == pytest.ExitCode.OK:
            self._faults.append(NOTHING_SELECTED)
        elif asked and self._conductor.selected and not self._passed:
            self._faults.append(NOTHING_PASSED)
        if session.exitstatus == pytest.ExitCode.OK:
            if report is not None and report.stopped:
                session.exitstatus = pytest.ExitCode.INTERRUPTED
            elif self._faults:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def summarise(self, reporter: pytest.TerminalReporter) -> None:
        """Print the section; with -q only what went wrong in writing it, and where the reports are."""
        quiet = reporter.config.get_verbosity() < 0
        lines = [] if self._report is None or quiet else _summary(self._report)
        if not (lines or self._lines or self._faults):
            return
        if not quiet:
            reporter.section("conformance")
        for line in (*lines, *self._lines):
            reporter.line(line)
        for line in self._faults:
            reporter.line(line, red=True)


def _summary(report: Report) -> list[str]:
    from conformance.report.text import summary_lines  # noqa: PLC0415 (only where it is printed)

    return list(summary_lines(report))
