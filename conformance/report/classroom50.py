"""Classroom 50's result.json, `classroom50/result/v1`. Pure.

Its runner tells in variables whose submission this is, and holds the result against them: so they are
written as they came. A result without a grade is one out of 0 points, which is how the runner writes one
itself where an autograder has failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from conformance.errors import UsageError
from conformance.report.jsontext import json_bytes
from conformance.report.sheet import LATER, Line, Sheet, fitting, instant

__all__ = ["ENV", "MOST_BYTES", "check", "write"]

MOST_BYTES: Final = 4 << 20
"""Classroom 50 collects no result that is much larger; beyond that the sentences stand alone."""

_IDENTITY: Final[Mapping[str, tuple[str, ...]]] = {
    "classroom": ("CLASSROOM",),
    "assignment": ("ASSIGNMENT",),
    "owner": ("OWNER", "USERNAME"),
    "submission": ("SUBMISSION_TAG",),
    "commit": ("COMMIT_URL",),
    "release": ("RELEASE_URL",),
    "review": ("REVIEW_URL", "COMMIT_URL"),  # a submission without a baseline has no difference to be shown
}
"""Field -> the variables that tell it: the first that is there and not empty."""
_MODE: Final = ("ASSIGNMENT_TYPE", "MODE")
_ALONE: Final = "individual"
_TAG: Final = "submit/"
ENV: Final = tuple(dict.fromkeys([*(name for names in _IDENTITY.values() for name in names), *_MODE]))
"""The variables that it is written of."""


def check(env: Mapping[str, str]) -> None:
    """See whether the variables are there; to be called before the run.

    Raises:
        UsageError: one is missing, or is none.
    """
    missing = [" or ".join(names) for names in _IDENTITY.values() if not _first(env, names)]
    if missing:
        raise UsageError(
            "the report classroom50 is written of variables that Classroom 50's runner sets, and lacks "
            f"{', '.join(missing)}: run it from an autograder.py"
        )
    tag = _first(env, _IDENTITY["submission"])
    if not tag.startswith(_TAG):
        raise UsageError(f"SUBMISSION_TAG is {tag!r}, which is no tag of a submission; accepted: {_TAG}...")


def write(sheet: Sheet) -> bytes:
    """The bytes of the file."""
    return fitting(MOST_BYTES, (partial(_made, sheet, whole=True), partial(_made, sheet, whole=False)))


def _made(sheet: Sheet, *, whole: bool) -> bytes:
    grade = sheet.graded
    document: dict[str, Any] = {"schema": "classroom50/result/v1"}
    document |= {field: _first(sheet.env, names) for field, names in _IDENTITY.items()}
    document |= {
        # The schema knows these two; a team, which the runner knows, too, is several people as well.
        "assignment_type": _ALONE if _first(sheet.env, _MODE) in ("", _ALONE) else "group",
        "datetime": instant(sheet.started),  # the runner puts the submission's own in its place
        "graded_at": instant(sheet.ended),
        "score": grade.points if grade is not None else 0,
        "max-score": grade.of if grade is not None else 0,
        "tests": [_test(sheet, e, whole=whole) for e in sheet.shown if _is_told(e)],
    }
    if grade is None:
        document["tests"] = [_said("No grade", f"{sheet.grading}. {sheet.says} ({sheet.how})", passed=False)]
    else:
        document["tests"].append(_said("How it was judged", sheet.how, passed=True))
    return json_bytes(document)


def _test(sheet: Sheet, line: Line, *, whole: bool) -> dict[str, Any]:
    return {
        "test-name": line.name or line.nodeid,
        "passed": line.holds,
        "score": line.points or 0,
        "max-score": line.of or 0,
        "message": line.message,
        "output": sheet.evidence(line) if whole and line.verdict != "pass" else "",
    }


def _is_told(line: Line) -> bool:
    return line.of is not None or line.fails or line.nodeid == LATER


def _said(name: str, says: str, *, passed: bool) -> dict[str, Any]:
    """What counts nothing, and has no place elsewhere."""
    return {"test-name": name, "passed": passed, "score": 0, "max-score": 0, "message": says, "output": ""}


def _first(env: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((env[name].strip() for name in names if env.get(name, "").strip()), "")
