"""What a report can be written as: the table FORMATS. Pure.

To add a format: a file of this room with a function Report -> bytes or text, and a line in FORMATS; the
option `--report` of the command and of the plugin, its help and its errors read this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.model import Report
from conformance.report.document import encode

__all__ = ["FORMATS", "Format"]


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


def _page(report: Report) -> str:
    from conformance.report.html.page import html  # noqa: PLC0415 - who wants no page does not wait for it

    return html(report)


FORMATS: Final[Mapping[str, Format]] = {
    each.suffix: each
    for each in (
        Format("json", ".json", encode, "everything, to be judged again without the server"),
        Format("html", ".html", _page, "a page for people, which needs nothing else"),
    )
}
