"""`conformance diff`: two reports of runs, and what got better or worse between them. It knows no server."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["diff"]


class Way(StrEnum):
    """How it is shown: the rows of `report/changed.py`."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD.JSON", help="A report that a run has written.")],
    new: Annotated[Path, typer.Argument(metavar="NEW.JSON", help="One of a later run.")],
    *,
    way: Annotated[Way, typer.Option("--format", help="How to show it.")] = Way.TEXT,
) -> None:
    """Tell what got better or worse between two runs.

    Exit codes: 0 nothing got worse, 1 something did, 2 a report can't be read.
    """
    from conformance.report.changed import WAYS  # noqa: PLC0415 (who asks for something else does not wait for it)
    from conformance.report.changes import changes, refuse_broken  # noqa: PLC0415
    from conformance.report.write import read  # noqa: PLC0415

    held = {path: read(path) for path in (old, new)}
    for path, report in held.items():
        refuse_broken(report, repr(str(path)))
    found = changes(held[old], held[new])
    for line in WAYS[way](found):
        sys.stdout.write(f"{line}\n")
    raise typer.Exit(1 if found.worse else 0)
