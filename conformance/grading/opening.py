"""Files -> the assignment to grade by: a frozen one as it is, any other frozen now. Shell: it reads files.

A frozen one is refused where the same submission might get another grade than on the day it was frozen: by
other specs, another version of the program, or another target.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from conformance.errors import AssignmentError, UsageError
from conformance.grading.assignment import as_wanted, read_assignment
from conformance.grading.document import decode
from conformance.grading.freezing import freeze
from conformance.language.yamlfile import parse
from conformance.load.specs import load
from conformance.load.target import DEFAULT, built_in_targets, load_target
from conformance.model import Assignment, Suite, Target
from conformance.report.write import read_bounded
from conformance.version import __version__

__all__ = ["default_assignment", "open_assignment", "placed", "target_of"]

_MOST_BYTES: Final = 16 * 1024 * 1024
_JSON: Final = ".json"
_YAML: Final = (".yaml", ".yml")
_STANDARD: Final = """\
name: lesson
server: {server}
checks:
  in: ["*::items::*", "*::cached-time::*"]
"""
"""What counts where nobody has written an assignment: the two routes that the lesson is about."""


def default_assignment(suite: Suite | None = None, *, started: bool = True) -> Assignment:
    """100 points on the checks of the two routes that the lesson is about; all else is shown, ungraded.

    What only an app can show that the suite starts does not count where it is not `started`.
    """
    text = _STANDARD.format(server="app" if started else "url")
    wanted = as_wanted(parse(text, "the lesson's own assignment", AssignmentError), Path())
    return replace(freeze(wanted, suite or load()).assignment, default=True)


def open_assignment(path: str | Path, suite: Suite | None = None, *, started: bool = True) -> Assignment:
    """The assignment of a file, or "lesson": a frozen one as it is, any other frozen now.

    Args:
        path: of the file.
        suite: the specs; by default the built-in ones.
        started: whether the suite starts the app; a file says that itself.

    Raises:
        ConformanceError: it can't be read, is wrong, or was frozen by other specs than there are here.
    """
    suite = suite or load()
    if str(path) == DEFAULT:
        return default_assignment(suite, started=started)
    path = Path(path)
    if not _is_frozen(path):
        return freeze(read_assignment(path), suite).assignment
    made = decode(read_bounded(path, _MOST_BYTES, "frozen assignment"), repr(str(path)))
    _refuse_others(made, suite, target_of(made, path.parent), repr(str(path)))
    return made


def _is_frozen(path: Path) -> bool:
    """By its suffix; where that is another, or none, as in what CI makes of a variable, by its first byte."""
    suffix = path.suffix.lower()
    if suffix == _JSON or suffix in _YAML or not path.is_file():
        return suffix == _JSON
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(b"{")


def target_of(assignment: Assignment, folder: Path) -> Target:
    """The target that a frozen assignment is about, as it is now; its file is looked for in the folder."""
    own = assignment.target in built_in_targets()
    where = assignment.target if own else str(folder / assignment.target)
    return load_target(where, [f"{each}.ask=true" for each in assignment.optional], assignment.require)


def _refuse_others(assignment: Assignment, suite: Suite, target: Target, name: str) -> None:
    """Refuse to grade where the same submission might get another grade.

    Raises:
        UsageError: the specs, the program or the target is another than the assignment was frozen by.
    """
    for says in _differences(assignment, suite, target):
        raise UsageError(
            f"{name} can't give the grade that it was frozen for: {says}, or freeze the assignment anew"
        )


def _differences(assignment: Assignment, suite: Suite, target: Target) -> Iterator[str]:
    by = assignment.by
    install = f"install cache-conformance=={by.suite}"
    if by.suite != __version__:
        yield f"it was frozen by version {by.suite}, and this is {__version__}; {install}"
    if by.specs != suite.sha256:
        yield f"it was frozen by the specs {by.specs[:12]}, and these are {suite.sha256[:12]}; {install}"
    if by.target != target.sha256:
        yield (
            f"the target {assignment.target!r} has changed since ({by.target[:12]}, now "
            f"{target.sha256[:12]}); put it back as it was"
        )


def placed(assignment: Assignment, written: Path, out: Path) -> Assignment:
    """The same for a frozen file in another folder: a target file is named from there."""
    if assignment.target in built_in_targets() or written.resolve() == out.resolve():
        return assignment
    return replace(assignment, target=os.path.relpath(written / assignment.target, out))
