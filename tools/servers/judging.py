"""A server that runs -> what it fails at tier strict, and how much of each topic holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from conformance.api import conduct, make_options
from conformance.load.target import load_target
from conformance.model import Entry, Report
from conformance.options.run import Asked
from conformance.report.result import could_not_be_judged
from conformance.report.write import write
from conformance.servers.errors import ServerError
from tools.servers.getting import CACHE, Got
from tools.servers.hosting import place
from tools.servers.table import Row

__all__ = ["Finding", "Outcome", "judge"]

_COUNTED: Final = ("pass", "fail", "warn", "blocked")
_SEED: Final = 1  # what is made up is the same each time
_TOO_LONG: Final = 600.0  # seconds, for one server


class Finding(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """One check that does not hold, or could not be judged, on one resource of a server."""

    check: str
    resource: str
    verdict: str
    says: str = ""

    @property
    def what(self) -> tuple[str, str]:
        """What is compared with what is expected."""
        return self.check, self.resource


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came of one server.

    Args:
        version: of its first package.
        topics: topic -> verdict -> how many checks of it; only where at least one was judged.
        findings: in the order of their checks' ids.
        report: where the report of the run is, to be looked at.
    """

    version: str
    topics: Mapping[str, Mapping[str, int]]
    findings: tuple[Finding, ...]
    report: str = ""


def judge(row: Row, got: Got) -> Outcome:
    """Start it, judge it, end it.

    Raises:
        ServerError: it does not start.
        ConformanceError: it can't be judged, such as by a wrong target.
    """
    with place(row, got) as here:
        target = here.work / "target.yaml"
        target.write_text(row.target, "utf-8")
        asked = Asked(target=load_target(str(target)), tier="strict", seed=_SEED, deadline=_TOO_LONG)
        report = conduct(make_options(asked, here.spec, start=here.start))
    if not report.base_url:
        told = (e.verdict.message for e in report.judged if e.verdict.outcome == "unreachable")
        raise ServerError(next(told, report.stopped or "it was not judged, and nothing says why"))
    kept = CACHE / "reports" / f"{row.name}.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    write(report, str(kept))
    return Outcome(got.version, _topics(report), tuple(sorted(_findings(report))), str(kept))


def _topics(report: Report) -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for entry in report.judged:
        if entry.verdict.verdict in _COUNTED:
            found.setdefault(Path(entry.file).stem, Counter())[entry.verdict.verdict] += 1
    return {
        topic: {name: counts[name] for name in _COUNTED if counts[name]} for topic, counts in found.items()
    }


def _findings(report: Report) -> list[Finding]:
    found = [
        Finding(e.id, e.resource, e.verdict.verdict, e.verdict.message)
        for e in report.judged
        if _is_told(report, e)
    ]
    if report.stopped:
        found.append(Finding("the-run", "", "error", f"the run ended early: {report.stopped}"))
    return found


def _is_told(report: Report, entry: Entry) -> bool:
    """Whether it keeps a run from being green, or is a warning; what waits for another follows from that.

    What a run that ended early has left open is told once, by why it ended.
    """
    if entry.verdict.verdict in ("fail", "warn", "unreachable", "error"):
        return True
    return not report.stopped and could_not_be_judged(report, entry)
