"""Reports as files: written whole or not at all, and read again. Shell, the only one of its room.

It must not know what stands in a report.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from conformance.errors import UsageError
from conformance.guesses import guessed
from conformance.model import Report
from conformance.report.document import decode
from conformance.report.formats import FORMATS, Format, by_suffix
from conformance.report.sheet import Sheet

__all__ = ["PRINTED", "Files", "Place", "place", "read", "read_bounded", "write"]

PRINTED: Final = "-"
"""In place of a path: the report is printed."""
_GZIP: Final = b"\x1f\x8b"
_MOST_BYTES: Final = 64 * 1024 * 1024  # more than all bodies that a run keeps
_NAMED: Final = re.compile(r"(?s)([a-z][a-z0-9-]+):(.*)")  # not C:\report.json


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report goes, and as what.

    Args:
        path: of the file; None where it is printed.
    """

    format: Format
    path: Path | None

    def __str__(self) -> str:
        return PRINTED if self.path is None else str(self.path)


def place(asked: str | Path, folder: Path | None = None, env: Mapping[str, str] | None = None) -> Place:
    """Where a report is asked for, by a path or as FORMAT:PATH; called first, so that no run is in vain.

    Args:
        asked: by whoever wants it.
        folder: from which a path is taken.
        env: the variables that a format may need; None: the environment.

    Raises:
        UsageError: there is no such format, it lacks a variable, or the file can't be written.
    """
    name, path = _named(str(asked))
    chosen = FORMATS.get(name) if name else by_suffix(path)
    if chosen is None:
        raise UsageError(_unknown(str(asked), name))
    if chosen.check is not None:
        chosen.check(os.environ if env is None else env)
    if path == PRINTED:
        return Place(chosen, None)
    found = Path(folder or "", path)
    problem = _unwritable(found) if path else "it names no file"
    if problem:
        raise UsageError(f"the report {path!r} can't be written: {problem}")
    return Place(chosen, found)


def _named(asked: str) -> tuple[str, str]:
    """The name of the format that is asked for, or "", and the path."""
    match = _NAMED.fullmatch(asked)
    return (match[1], match[2]) if match else ("", asked)


def _unknown(asked: str, name: str) -> str:
    if name:
        says = f"there is no format {name!r} of a report ({asked!r}); accepted: {', '.join(FORMATS)}"
        return guessed(says, name, FORMATS)
    by_name = [each.name for each in FORMATS.values() if not each.suffixes]
    accepted = [f"{end} ({each.says})" for each in FORMATS.values() for end in each.suffixes]
    return (
        f"the report {asked!r} has no known suffix; accepted: {', '.join(accepted)}; "
        f"or the format before the path, which {', '.join(by_name)} need: {by_name[0]}:PATH"
    )


def _unwritable(path: Path) -> str:
    """Why a file can't be written there, or ""."""
    folder = path.parent
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r}"
    if path.is_dir():
        return "it is a folder"
    try:
        kind = path.lstat().st_mode
    except OSError:
        kind = stat.S_IFREG
    # A device would be replaced by a file, for everybody.
    if not (stat.S_ISREG(kind) or stat.S_ISLNK(kind)) or folder.resolve() == Path("/dev"):
        return f"it is no file; accepted is the path of one, or {PRINTED} to have it printed"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"the folder {str(folder)!r} may not be written to"
    return ""


# ------------------------------------------------------------------ writing


class Files:
    """The reports of one run: what is to come is said before it starts, and replaced once all is over.

    Args:
        places: where they go.
        strict: whether a warning is a failure.
        now: when they are written, for what is hidden until a date; None: before any.
    """

    def __init__(self, places: Iterable[Place], *, strict: bool = False, now: datetime | None = None) -> None:
        self._places = tuple(places)
        self._strict = strict
        self._now = now
        self._before: dict[Place, bytes] = {}
        self.printed: list[str] = []
        """The lines of those that are to be printed."""

    def __bool__(self) -> bool:
        return bool(self._places)

    @property
    def paths(self) -> Iterator[str]:
        """Where there is a file to read now."""
        return (str(each) for each in self._places if each.path is not None)

    def begin(self, report: Report) -> None:
        """Write what stands there until the run has ended: to be called before the server starts.

        Raises:
            UsageError: a file can't be written.
        """
        for each in self._places:
            if each.path is not None:
                if each.format.appends:
                    self._before[each] = _kept(each.path)
                self._write(each, each.path, report)

    def finish(self, report: Report) -> None:
        """Write all reports: to be called once nothing of the server runs any more.

        Raises:
            UsageError: files can't be written; the others are.
        """
        faults = []
        for each in self._places:
            try:
                if each.path is None:
                    self.printed += self._made(each.format, report).decode().splitlines()
                else:
                    if each.format.appends and each not in self._before:
                        self._before[each] = _kept(each.path)
                    self._write(each, each.path, report)
            except UsageError as problem:
                faults.append(str(problem))
        if faults:
            raise UsageError("; ".join(faults))

    def _write(self, place: Place, path: Path, report: Report) -> None:
        data = self._made(place.format, report)
        _replace(path, self._before.get(place, b"") + data)

    def _made(self, format_: Format, report: Report) -> bytes:
        env = {name: os.environ[name] for name in format_.env if name in os.environ}
        return format_.write(Sheet(report, self._strict, env, self._now))


def write(report: Report, asked: str | Path, *, strict: bool = False) -> None:
    """Write a report where it is asked for, as `place` reads it: the whole file, or none.

    Raises:
        UsageError: the format is unknown, or the file can't be written.
    """
    Files([place(asked)], strict=strict).finish(report)


def _kept(path: Path) -> bytes:
    """What stands in a file, from which the next line begins; b"" where there is none."""
    try:
        held = path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as problem:
        raise UsageError(f"the report {str(path)!r} can't be written: {problem.strerror}") from None
    return held if not held or held.endswith(b"\n") else held + b"\n"


def _replace(path: Path, data: bytes) -> None:
    # Opened by hand rather than by tempfile, whose files nobody else may read.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.replace(path)
    except OSError as problem:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"the report {str(path)!r} can't be written: {problem.strerror}") from None


# ------------------------------------------------------------------ reading


def read(path: str | Path) -> Report:
    """The report that a report.json, or a report.json.gz, holds.

    Raises:
        UsageError: it can't be read, or is no report.
    """
    document = read_bounded(path, _MOST_BYTES, "report")
    return decode(_unpacked(document) if document.startswith(_GZIP) else document, repr(str(path)))


def _unpacked(document: bytes) -> bytes:
    """A report of a class; what is no gzip after all, or too large, stays as it is, and is no report."""
    try:
        unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
        whole = unpacking.decompress(document, _MOST_BYTES)
    except zlib.error:
        return document
    return whole if unpacking.eof else document


def read_bounded(path: str | Path, most: int, what: str) -> bytes:
    """What a file holds that may be anything; `what`: it is to be, for errors.

    Raises:
        UsageError: it can't be read, or is larger than any such file.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            document = file.read(most + 1)
    except OSError as problem:
        raise UsageError(f"{str(path)!r} can't be read: {problem.strerror}") from None
    if len(document) > most:
        raise UsageError(f"{str(path)!r} is larger than {most} bytes, and so no {what}")
    return document
