"""What becomes of verdicts: one file for each format, and the table FORMATS.

Pure but for `write`. To add a format: a file with a function Report -> bytes or text, and a line
in FORMATS; the option `--report` of the command and of the plugin, its help and its errors read
this table. A writer gets a Report, in which no credentials are left, and escapes for its own
sink: what a server sent may hold anything.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.errors import UsageError
from conformance.report.document import Entry, Report

__all__ = ["FORMATS", "Entry", "Format", "Report", "check_path", "read", "write"]

_MOST_BYTES: Final = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """One format of a report.

    Args:
        suffix: how the name of a file of it ends.
        says: what it is for, for the help.
    """

    name: str
    suffix: str
    write: Callable[[Report], bytes | str]
    says: str


def _json(report: Report) -> str:
    # ASCII alone: a report that is looked at with `cat` must not reach the terminal with what a server sent.
    return json.dumps(report.to_json(), indent=1, ensure_ascii=True, allow_nan=False) + "\n"


FORMATS: Final[Mapping[str, Format]] = {
    each.suffix: each
    for each in (Format("json", ".json", _json, "everything, to be judged again without the server"),)
}


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
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{str(path)!r} is larger than {_MOST_BYTES} bytes")
        document = json.loads(path.read_bytes())
    except OSError as problem:
        raise UsageError(f"{str(path)!r} can't be read: {problem.strerror}") from None
    except (ValueError, RecursionError) as problem:
        raise UsageError(f"{str(path)!r} holds no JSON: {problem}") from None
    return Report.from_json(document, repr(str(path)))
