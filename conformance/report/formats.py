"""What a report can be written as: the table FORMATS. Pure.

To add a format: a file of this room with a function Sheet -> bytes, and a row in FORMATS; the option
`--report` of the command and of the plugin, its help, its errors and docs/reports.md read this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.report import (
    badge,
    classroom50,
    ctrf,
    github_annotations,
    gradescope,
    httplint,
    junit,
    markdown,
    prairielearn,
)
from conformance.report.document import encode
from conformance.report.sheet import Sheet

__all__ = ["FORMATS", "Format", "by_suffix"]


@dataclass(frozen=True, slots=True)
class Format:
    """One format of a report.

    Args:
        suffixes: how the name of a file ends that is of this format where nobody says which.
        write: what makes it.
        says: what it is for, for the help.
        env: the variables that it is written of.
        check: sees before the run whether they will do.
        appends: whether the file may hold what others have said, which is to stay.
    """

    name: str
    suffixes: tuple[str, ...]
    write: Callable[[Sheet], bytes]
    says: str
    env: tuple[str, ...] = ()
    check: Callable[[Mapping[str, str]], None] | None = None
    appends: bool = False


def _page(sheet: Sheet) -> bytes:
    from conformance.report.html.page import html  # noqa: PLC0415 - who wants no page does not wait for it

    return html(sheet.report, strict=sheet.strict).encode()


_ROWS: Final = (
    Format(
        "json",
        (".json",),
        lambda sheet: encode(sheet.whole),
        "everything, to be judged again without the server",
    ),
    Format("junit", (".xml",), junit.write, "JUnit XML for GitLab, Jenkins and most CI systems"),
    Format("gradescope", (), gradescope.write, "Gradescope's results.json"),
    Format(
        "classroom50",
        (),
        classroom50.write,
        "Classroom 50's result.json",
        env=classroom50.ENV,
        check=classroom50.check,
    ),
    Format("prairielearn", (), prairielearn.write, "PrairieLearn's results.json"),
    Format("ctrf", (".ctrf.json",), ctrf.write, "CTRF 1.0 for dashboards of tests"),
    Format("markdown", (".md",), markdown.write, "Markdown for a comment or a release"),
    Format(
        "github-summary",
        (),
        markdown.write,
        "the summary of a step of GitHub Actions, for $GITHUB_STEP_SUMMARY",
        appends=True,
    ),
    Format(
        "github-annotations",
        (),
        github_annotations.write,
        "annotations of GitHub Actions, to be printed by a step",
    ),
    Format("badge", (".svg",), badge.write, "a badge as SVG"),
    Format(
        "httplint",
        (),
        httplint.write,
        "what httplint remarks on the answers, for information",
        check=httplint.check,
    ),
    Format("html", (".html",), _page, "a page for people, which needs nothing else"),
)
FORMATS: Final[Mapping[str, Format]] = {each.name: each for each in _ROWS}


def by_suffix(name: str) -> Format | None:
    """The format of a file of that name: of several that fit, by the longest suffix; or None."""
    name = name.lower()
    found = [(len(end), each) for each in _ROWS for end in each.suffixes if name.endswith(end)]
    return max(found, key=lambda pair: pair[0])[1] if found else None
