"""A folder of submissions, or a list of URLs -> who has submitted what. Shell: it looks, and opens nothing.

Whatever lies there is a row, so that nobody is forgotten, or is told as left out. It must not know what a
submission is made of.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from conformance.errors import UsageError
from conformance.wire.address import parse_base

__all__ = ["Found", "Submission", "find", "find_urls"]

_ZIP: Final = ".zip"
_NOT_OURS: Final = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
_MOST: Final = 20_000
_MOST_BYTES: Final = 16 << 20  # of a list of URLs


@dataclass(frozen=True, slots=True)
class Submission:
    """What one student has handed in.

    Args:
        student: the name, as the folder, the file or the list has it.
        source: a path, or the base URL of a server that runs.
        problem: why it is not looked at, as a sentence, or "".
    """

    student: str
    kind: Literal["folder", "zip", "url"]
    source: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """All of a class; `left_out`: what lies there besides, by its name, and why it is no submission."""

    submissions: tuple[Submission, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> list[str]:
        """Whatever may name somebody: what is left out was somebody's, too."""
        return [*(each.student for each in self.submissions), *(name for name, _ in self.left_out)]


def find(folder: Path) -> Found:
    """The submissions of a folder: a folder, or a zip file, for each student.

    Raises:
        UsageError: there is no such folder, it can't be read, or nothing is in it.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {str(folder)!r} with submissions, a folder or a zip for each")
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name))
    except OSError as problem:
        raise UsageError(f"the folder {str(folder)!r} can't be read: {problem.strerror}") from None
    entries = [each for each in entries if not each.name.startswith(".") and each.name not in _NOT_OURS]
    if len(entries) > _MOST:
        raise UsageError(f"{str(folder)!r} has {len(entries)} entries; at most {_MOST} are graded at once")
    # A zip is called by its stem, unless that is somebody else's name, too.
    stems = Counter(_stem(each.name) for each in entries)
    found, left_out = [], []
    for entry in entries:
        one = _submission(entry, alone=stems[_stem(entry.name)] == 1)
        if one is None:
            left_out.append((entry.name, "is neither a folder nor a zip file"))
        else:
            found.append(one)
    if not found:
        raise UsageError(
            f"there is no submission in {str(folder)!r}; accepted: a folder or a zip file for each student"
            + (f" ({left_out[0][0]!r} {left_out[0][1]})" if left_out else "")
        )
    return Found(tuple(found), tuple(left_out))


def _stem(name: str) -> str:
    return name[: -len(_ZIP)] or name if name.lower().endswith(_ZIP) else name


def _submission(entry: os.DirEntry[str], *, alone: bool) -> Submission | None:
    is_zip = entry.name.lower().endswith(_ZIP)
    student = _stem(entry.name) if alone else entry.name
    try:
        if entry.is_symlink():
            return Submission(student, "folder", entry.path, "it is a link, and links are not followed")
        if entry.is_dir(follow_symlinks=False):
            return Submission(student, "folder", entry.path)
        if is_zip and entry.is_file(follow_symlinks=False):
            return Submission(student, "zip", entry.path)
    except OSError as problem:
        return Submission(student, "folder", entry.path, f"it can't be looked at: {problem.strerror}")
    return None


def find_urls(path: Path) -> Found:
    """The servers of a CSV file with the columns student and url.

    Raises:
        UsageError: it can't be read, or a row is wrong; with its line.
    """
    try:
        with path.open("rb") as file:
            held = file.read(_MOST_BYTES + 1)
    except OSError as problem:
        raise UsageError(f"{str(path)!r} can't be read: {problem.strerror}") from None
    try:
        text = held.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{str(path)!r} is not encoded in UTF-8") from None
    if len(held) > _MOST_BYTES:
        raise UsageError(f"{str(path)!r} is larger than {_MOST_BYTES} bytes")
    found = tuple(_rows(text, str(path)))
    if not found:
        raise UsageError(
            f"there is no server in {str(path)!r}; accepted: lines of student,url below a header"
        )
    twice = [name for name, count in Counter(each.student for each in found).items() if count > 1]
    if twice:
        raise UsageError(f"{str(path)!r} has {twice[0]!r} more than once: a student has one server")
    return Found(found)


def _rows(text: str, name: str) -> Sequence[Submission]:
    lines, found = csv.reader(text.splitlines(keepends=True)), list[Submission]()
    try:
        head = [each.strip().lower() for each in next(lines, [])]
        if "url" not in head or "student" not in head:
            raise UsageError(f"{name!r} begins with {','.join(head)!r}; accepted is a header: student,url")
        student, url = head.index("student"), head.index("url")
        for cells in lines:
            if not any(each.strip() for each in cells):
                continue
            if len(cells) <= max(student, url) or not cells[student].strip():
                raise UsageError(f"{name}:{lines.line_num}: found {','.join(cells)!r}; accepted: student,url")
            try:
                parse_base(cells[url].strip())
            except UsageError as problem:
                raise UsageError(f"{name}:{lines.line_num}: {problem}") from None
            found.append(Submission(cells[student].strip(), "url", cells[url].strip()))
    except csv.Error as problem:
        raise UsageError(f"{name}:{lines.line_num}: it is no CSV: {problem}") from None
    return found
