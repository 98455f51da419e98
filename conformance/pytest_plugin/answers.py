"""Verdict -> what pytest is told: the table of the design's last paragraph on judging. Pure.

It must not know who asks: an item of this process, or one of an xdist worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from conformance.model import Verdict, VerdictName
from conformance.report.safe import safe

_BRIEF: Final = 200  # characters
Kind = Literal["pass", "fail", "skip", "error"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of an item.

    Args:
        text: the reason of a skip; the warning of one that passes with it; else what is printed, of which
            the first line is the whole verdict.
        verdict: the verdict's own name, for reports.
        brief: the reason in a few words, for lines that have no room for a sentence; or "".
    """

    kind: Kind
    text: str
    verdict: str
    brief: str = ""


_KINDS: Final[Mapping[VerdictName, Kind]] = {
    "pass": "pass",
    "info": "pass",
    "warn": "pass",
    "fail": "fail",
    "blocked": "skip",
    "not-applicable": "skip",
    "untestable": "skip",
}


def kind_of(verdict: Verdict, *, strict: bool, tells: bool) -> Kind:
    """How pytest counts a verdict; what the table does not know is an error.

    Args:
        verdict: the verdict of the item's run.
        strict: a warning is a failure.
        tells: of the items that nobody answered, this is the one that says so.
    """
    if verdict.verdict == "warn" and strict:
        return "fail"
    if verdict.verdict == "unreachable":
        return "fail" if tells else "skip"
    if verdict.verdict == "inconclusive":
        return "skip" if verdict.cause else "error"
    return _KINDS.get(verdict.verdict, "error")


def in_brief(verdict: Verdict) -> str:
    """What was found, first, since it is what nobody knows yet, and what was due."""
    if not verdict.expected:
        return ""
    return safe(f"{verdict.actual}, not {verdict.expected}", _BRIEF)


def reason(verdict: Verdict) -> str:
    """Why an item is skipped."""
    return f"blocked: {verdict.message}" if verdict.verdict == "unreachable" else verdict.message
