"""A badge, as SVG: what the run comes to, in two words. Pure.

It has no words but ours and numbers, nothing that is fetched, and no script; the colour repeats the words.
"""

from __future__ import annotations

import html
from typing import Final

from conformance.report.result import FAILED, PASSED
from conformance.report.sheet import Sheet

__all__ = ["write"]

_LABEL: Final = "HTTP caching"
_WIDTH: Final = 6.6  # of a letter, on average
_ROOM: Final = 12
_GREEN, _RED, _GREY = "#176f2c", "#b42318", "#57606a"  # white on each is read easily


def write(sheet: Sheet) -> bytes:
    """The bytes of the picture."""
    says, colour = _said(sheet)
    title = f"{_LABEL}: {says}" + (f", {html.escape(sheet.isolated)}" if sheet.isolated else "")
    left, right = round(len(_LABEL) * _WIDTH + _ROOM), round(len(says) * _WIDTH + _ROOM)
    font = 'font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" fill="#fff" text-anchor="middle"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-label="{title}">\n'
        f"<title>{title}</title>\n"
        f'<rect width="{left}" height="20" fill="#24292f"/>\n'
        f'<rect x="{left}" width="{right}" height="20" fill="{colour}"/>\n'
        f"<g {font}>\n"
        f'<text x="{left / 2}" y="14" textLength="{left - _ROOM}">{_LABEL}</text>\n'
        f'<text x="{left + right / 2}" y="14" textLength="{right - _ROOM}">{says}</text>\n'
        "</g>\n</svg>\n"
    ).encode()


def _said(sheet: Sheet) -> tuple[str, str]:
    grade = sheet.graded
    if sheet.grade is not None:
        if grade is None:
            return "no grade", _GREY
        if not grade.of:  # of nothing all was earned, and nothing was
            return "shown later" if grade.later.checks else "no points", _GREY
        return f"{grade.points}/{grade.of}", _GREEN if grade.points == grade.of else _RED
    code = sheet.result.code
    return (
        ("passed", _GREEN)
        if code == PASSED
        else ("failed", _RED)
        if code == FAILED
        else ("not judged", _GREY)
    )
