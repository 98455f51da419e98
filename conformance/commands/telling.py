"""What has come out of a run, as the command tells it: files, lines on the terminal, the exit code.

It shows what a student may see by now (`report/public.py`), and holds it against a baseline. It knows no
option parser, and does not print.
"""

from __future__ import annotations

from datetime import UTC, datetime

from conformance.model import Report
from conformance.options.run import Telling
from conformance.report.changed import held_against, text
from conformance.report.changes import Changes, baselined, changes, refuse_broken
from conformance.report.public import beside, public, revealed
from conformance.report.result import result
from conformance.report.safe import safe
from conformance.report.summary import summary_lines
from conformance.report.text import entry_text
from conformance.report.write import Files, place, read

__all__ = ["Teller"]

_IN_FULL = ("fail", "warn", "inconclusive", "error", "unreachable")


def _baseline(path: str) -> Report:
    made = read(path)
    refuse_broken(made, repr(path))
    return made


class Teller:
    """Made before the run, so that what is wrong with where it is to be told is said first.

    Args:
        telling: how it is to be told.
        verbose: everything about each check that did not pass.

    Attributes:
        files: the reports as files.

    Raises:
        UsageError: there is no such format, a file can't be written, or the baseline can't be read.
    """

    def __init__(self, telling: Telling, *, verbose: bool = False) -> None:
        self._telling = telling
        self._verbose = verbose
        self._now = datetime.now(UTC)
        self._baseline = None if telling.baseline is None else _baseline(telling.baseline)
        self.files = Files(map(place, telling.reports), strict=telling.strict, now=self._now)

    def tell(self, report: Report) -> tuple[list[str], int]:
        """Write the files; lines on what came out, and the exit code. What is to be printed is in `files`.

        Raises:
            UsageError: files can't be written; the others are.
        """
        telling = self._telling
        report = revealed(report) if telling.show_hidden else report
        self.files.finish(report)  # first, since whoever reads the rest may close the pipe
        shown = public(report, self._now)
        lines = []
        if self._verbose:
            told = [entry for entry in shown.judged if entry.verdict.verdict in _IN_FULL]
            lines += [f"---- {safe(each.nodeid)}\n{entry_text(shown, each)}\n" for each in told]
        more = {"in_full": ""} if self._verbose else {}
        found = self._changes(report, shown)
        end = result(shown, strict=telling.strict)
        code = end.code if found is None else baselined(end.code, found)
        says = end.says if found is None else held_against(end, found)
        lines += summary_lines(shown, strict=telling.strict, says=says, **more)
        if found is not None:
            lines += ["", f"Since the baseline {safe(str(telling.baseline))}:", *text(found)]
        lines += [f"report: {safe(path)}" for path in self.files.paths]
        return lines, code

    def _changes(self, report: Report, shown: Report) -> Changes | None:
        before, to_all = self._baseline, self._telling.show_hidden
        return None if before is None else changes(beside(before, report, self._now, to_all=to_all), shown)
