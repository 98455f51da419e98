"""Gradescope's results.json: points, and who may see what. Pure.

Gradescope knows no ungraded state. Where the grade is withheld, or there is none, neither the whole nor a
test has a score, so nobody gets a 0 for a fault of ours: Gradescope then shows a failure of the autograder,
and `output` says what happened.
"""

from __future__ import annotations

from typing import Any, Final

from conformance.report.jsontext import json_bytes
from conformance.report.sheet import Line, Sheet

__all__ = ["write"]

_UNTIL: Final = {"due": "after_due_date", "": "visible"}
_OMITTED: Final = ("not-applicable", "untestable", "deselected")


def write(sheet: Sheet) -> bytes:
    """The bytes of the file."""
    grade = sheet.whole.grade if _stands(sheet) else None
    first = sheet.first
    says = [sheet.grading, sheet.says, *([sheet.isolated.capitalize()] if sheet.isolated else [])]
    if first is not None:
        says += ["", f"First to mend: {first.name}", first.message]
        says += [f"Next: {first.advice}"] if first.advice else []
    document: dict[str, Any] = {
        "output": "\n".join(says),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",  # the server's own words
        "execution_time": round((sheet.ended - sheet.started).total_seconds(), 3),
    }
    if grade is not None:
        # All of it: Gradescope shows no sum before it shows each test.
        document["score"] = grade.points
    # A check that counts keeps its line, whatever came of it: else the points would not add up.
    both = (*sheet.lines, *sheet.hidden)
    lines = [line for line in both if line.of is not None or line.verdict not in _OMITTED]
    document["tests"] = [*(_test(sheet, line) for line in lines), _remark(sheet)]
    return json_bytes(document)


def _stands(sheet: Sheet) -> bool:
    """Whether the whole grade does: what is shown may stand where a hidden check withholds that."""
    grade = sheet.whole.grade
    return sheet.graded is not None and grade is not None and grade.status == "graded"


def _test(sheet: Sheet, line: Line) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": line.name,
        "name_format": "text",
        "status": "passed" if line.holds else "failed",
        "output": sheet.evidence(line),
        "output_format": "text",
        "tags": [line.verdict, line.level],
        "visibility": _UNTIL.get(line.hidden, "after_published"),
    }
    if _stands(sheet) and line.of is not None:
        test |= {"score": line.points, "max_score": line.of}
    return test


def _remark(sheet: Sheet) -> dict[str, Any]:
    """What the instructor needs to repeat the run."""
    report, grade = sheet.whole, sheet.whole.grade
    told = [f"suite {report.suite_version}", f"specs {report.specs_sha256}", f"seed {report.seed}"]
    told += [f"assignment {grade.assignment}, frozen as {grade.freeze}"] if grade is not None else []
    told += [grade.why] if grade is not None and grade.why else [sheet.trouble] if sheet.trouble else []
    if report.audit is not None:
        told += [f"judged again in real time, since {each}" for each in report.audit.because]
        told += [f"not looked through: {each}" for each in report.audit.unread]
    return {
        "name": "For the instructor",
        "name_format": "text",
        "output": "\n".join(map(sheet.clean, told)),
        "output_format": "text",
        "visibility": "hidden",
    }
