"""Whose fault it is, told by the type.

ConformanceError
├── SpecError        the author of a spec file: a wrong key, value or reference, with file and line
├── AssignmentError  the author of an assignment file, with file and line
├── TargetError      the author of a target file, or an option that the target can't bear
├── UsageError       the person at the command line: a bad URL, an unknown name
└── HarnessError     ours: a defect of the suite; the grade is withheld, never 0

A fault of the *server under test* is never an exception: it is recorded in an Exchange
(`model.WireFault`) and judged. One that does not even start is a ServerError (`servers/errors.py`).

Each kind has a code, which stands in brackets behind its message at every door and never changes: a program
that reads a log goes by it, and docs/errors.md says of each what to do.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AssignmentError",
    "ConformanceError",
    "HarnessError",
    "SpecError",
    "TargetError",
    "UsageError",
    "coded",
]


class ConformanceError(Exception):
    """The base of everything that this package raises on purpose; `str()` is fit to print.

    Attributes:
        code: of its kind.
    """

    code: ClassVar[str]


class SpecError(ConformanceError):
    """A spec file says something that the language does not have.

    Args:
        says: one sentence: what was found and what is accepted.
        file: the file's name as the user gave it.
        line: 1-based, or None where the whole file is meant.
    """

    code = "spec"

    def __init__(self, says: str, file: str, line: int | None = None) -> None:
        self.says = says
        self.file = file
        self.line = line
        place = file if line is None else f"{file}:{line}"
        super().__init__(f"{place}: {says}")


class TargetError(SpecError):
    """A target file, or a value that overrides one, is wrong."""

    code = "target"


class AssignmentError(SpecError):
    """An assignment file says what it can't say, or asks what can't be judged."""

    code = "assignment"


class UsageError(ConformanceError):
    """An option or argument is wrong; the text names what is accepted."""

    code = "usage"


class HarnessError(ConformanceError):
    """The suite itself is at fault."""

    code = "suite"


def coded(says: object, kind: type[ConformanceError]) -> str:
    """A message with the code of its kind, as it is printed."""
    return f"{says} [{kind.code}]"
