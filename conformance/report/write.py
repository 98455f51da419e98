"""Reports as files: written whole or not at all, and read again. Shell, the only one of its room.

It must not know what stands in a report.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from conformance.errors import UsageError
from conformance.model import Report
from conformance.report.document import decode
from conformance.report.formats import FORMATS, Format

__all__ = ["check_path", "read", "write"]

_MOST_BYTES: Final = 64 * 1024 * 1024  # more than all bodies that a run keeps


def check_path(path: str | Path) -> Format:
    """The format that a path asks for; to be called before a run, so that it is not run in vain.

    Raises:
        UsageError: no format has that suffix, or the folder can't be written to.
    """
    path = Path(path)
    chosen = FORMATS.get(path.suffix.lower())
    if chosen is None:
        accepted = ", ".join(f"{f.suffix} ({f.says})" for f in FORMATS.values())
        raise UsageError(f"the report {str(path)!r} has no known suffix; accepted: {accepted}")
    folder = path.parent
    if not folder.is_dir():
        raise UsageError(f"the report {str(path)!r} can't be written: there is no folder {str(folder)!r}")
    if path.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        what = "it is a folder" if path.is_dir() else f"the folder {str(folder)!r} may not be written to"
        raise UsageError(f"the report {str(path)!r} can't be written: {what}")
    return chosen


def write(report: Report, path: str | Path) -> None:
    """Write a report in the format of the path's suffix: the whole file, or none.

    Raises:
        UsageError: the suffix is unknown, or the file can't be written.
    """
    path = Path(path)
    content = check_path(path).write(report)
    data = content.encode() if isinstance(content, str) else content
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


def read(path: str | Path) -> Report:
    """The report that a report.json holds.

    Raises:
        UsageError: it can't be read, or is no report.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            document = file.read(_MOST_BYTES + 1)
    except OSError as problem:
        raise UsageError(f"{str(path)!r} can't be read: {problem.strerror}") from None
    if len(document) > _MOST_BYTES:
        raise UsageError(f"{str(path)!r} is larger than {_MOST_BYTES} bytes, and so no report")
    return decode(document, repr(str(path)))
