"""CTRF 1.0, the Common Test Report Format: one JSON for many dashboards. Pure.

Its schema is closed: what it has no field for stands under `extra`, by keys with our name before them.
All times are whole milliseconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from conformance.model import VerdictName
from conformance.report.jsontext import json_bytes
from conformance.report.sheet import Line, Sheet, instant

__all__ = ["write"]

_NAME: Final = "cache-conformance"
_STATUS: Final[Mapping[VerdictName, str]] = {
    "pass": "passed",
    "warn": "passed",
    "info": "other",
    "fail": "failed",
    "unreachable": "failed",
    "blocked": "skipped",
    "not-applicable": "skipped",
    "untestable": "skipped",
    "deselected": "skipped",
    "inconclusive": "other",
    "error": "other",
}
_STATUSES: Final = ("passed", "failed", "skipped", "pending", "other")


def write(sheet: Sheet) -> bytes:
    """The bytes of the file."""
    report, tests = sheet.report, [_test(sheet, line) for line in sheet.shown]
    start, stop = _milliseconds(sheet.started), _milliseconds(sheet.ended)
    if sheet.trouble:  # an empty or a withheld run is no pass
        tests.insert(
            0, {"name": "the run", "status": "other", "duration": stop - start, "message": sheet.trouble}
        )
    counted = Counter(test["status"] for test in tests)
    document = {
        "reportFormat": "CTRF",
        "specVersion": "1.0.0",
        "timestamp": instant(sheet.ended),
        "generatedBy": f"{_NAME} {sheet.clean(report.suite_version)}",
        "results": {
            "tool": {"name": _NAME, "version": sheet.clean(report.suite_version)},
            "summary": {
                "tests": len(tests),
                **{status: counted[status] for status in _STATUSES},
                "start": start,
                "stop": stop,
                "duration": stop - start,
            },
            "tests": tests,
            "environment": {
                "appName": sheet.clean(report.target.name),
                "healthy": not (sheet.trouble or report.counts.get("error")),
                "extra": {
                    f"{_NAME}/base-url": sheet.clean(report.base_url),
                    f"{_NAME}/seed": report.seed,
                    **({f"{_NAME}/isolation": sheet.clean(report.isolation)} if sheet.isolated else {}),
                },
            },
            "extra": _said(sheet),
        },
    }
    return json_bytes(document)


def _said(sheet: Sheet) -> dict[str, Any]:
    """What the run comes to, and what it earned."""
    said: dict[str, Any] = {f"{_NAME}/result": sheet.says}
    grade = sheet.grade
    if grade is not None:
        said[f"{_NAME}/grade"] = {
            "status": grade.status,
            "points": grade.points if sheet.graded is not None else None,
            "of": grade.of,
            "says": sheet.points,
        }
    return said


def _test(sheet: Sheet, line: Line) -> dict[str, Any]:
    labels: dict[str, Any] = {"level": line.level, "topic": line.topic}
    if line.entry is not None:
        labels["requirement"] = sheet.clean(sheet.report.about(line.entry).requirement)
        labels["resource"] = sheet.clean(line.entry.resource)
    if line.of is not None:
        labels |= {"points": line.points or 0, "of": line.of}
    test: dict[str, Any] = {
        "testId": line.nodeid or _NAME,
        "name": line.name or line.nodeid or _NAME,
        "status": "failed" if line.fails else _STATUS[line.verdict],
        "rawStatus": line.verdict,
        "duration": round(1000 * sheet.seconds(line)),
        "suite": [line.topic],
        "tags": [line.level, *(["warn"] if line.verdict == "warn" else [])],
        "labels": labels,
    }
    if line.verdict != "pass":
        test |= {"message": line.message, "trace": sheet.evidence(line)}
    return test


def _milliseconds(moment: datetime) -> int:
    return max(round(moment.timestamp() * 1000), 0)
