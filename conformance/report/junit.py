"""JUnit XML, as GitLab, Jenkins and most CI systems read it. Pure.

GitLab decides what stands where: it tells cases apart by `classname` and `name`, so both are made of the
check's own ids, which stay for ever; it shows the text of a failure, an error or a skip and nothing of a
case that passes, so a warning is a skip whose text says what to do.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Final
from xml.etree import ElementTree as ET

from conformance.model import VerdictName
from conformance.report.sheet import Line, Sheet, cut, fitting, instant

__all__ = ["MOST_BYTES", "MOST_OBJECTS", "write"]

MOST_BYTES: Final = 25 << 20
"""GitLab reads 30 MB of one file; beyond that the sentences stand alone."""

MOST_OBJECTS: Final = 250_000
"""Elements, attributes and texts that GitLab reads of one file."""
_OBJECTS: Final = 8  # of one case at most: the case with three attributes, what came out with two, its text
_SUITE: Final = "conformance"
_SKIPPED: Final[tuple[VerdictName, ...]] = (
    "warn",
    "blocked",
    "not-applicable",
    "untestable",
    "deselected",
)
_ERRORS: Final[tuple[VerdictName, ...]] = ("inconclusive", "error")


def write(sheet: Sheet) -> bytes:
    """The bytes of the file."""
    return fitting(MOST_BYTES, (partial(_made, sheet, whole=True), partial(_made, sheet, whole=False)))


def _made(sheet: Sheet, *, whole: bool) -> bytes:
    suite = ET.Element("testsuite", name=_SUITE)
    about = ET.SubElement(suite, "properties")
    ET.SubElement(about, "property", name="how it was judged", value=sheet.how)
    if sheet.isolated:
        ET.SubElement(about, "property", name="isolation", value=sheet.clean(sheet.report.isolation))
    seen: Counter[tuple[str, str]] = Counter()
    outcomes: Counter[str] = Counter()
    if sheet.trouble:  # an empty or a withheld run is no pass
        case = ET.SubElement(suite, "testcase", classname=_SUITE, name="the run", time="0")
        ET.SubElement(case, "error", message=sheet.trouble).text = sheet.trouble
        outcomes["error"] += 1
    for line in cut(sheet.shown, MOST_OBJECTS // _OBJECTS - 2):
        outcomes[_case(suite, sheet, line, seen, whole=whole)] += 1
    for name, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(outcomes[outcome]))
    suite.set("tests", str(outcomes.total()))
    suite.set("time", f"{(sheet.ended - sheet.started).total_seconds():.3f}")
    suite.set("timestamp", instant(sheet.started).removesuffix("Z"))
    suites = ET.Element("testsuites", name=_SUITE)
    suites.append(suite)
    ET.indent(suites, " ")
    text: str = ET.tostring(suites, encoding="unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n".encode()


def _case(suite: ET.Element, sheet: Sheet, line: Line, seen: Counter[tuple[str, str]], *, whole: bool) -> str:
    """A case of the suite; returns what came out of it, by the name of its element."""
    where, _, check = line.nodeid.rpartition("::")
    seen[where, check] += 1
    again = seen[where, check]  # GitLab drops the second of two cases that are called alike
    case = ET.SubElement(
        suite,
        "testcase",
        classname=where or _SUITE,
        name=check if again == 1 else f"{check} #{again}",
        time=f"{sheet.seconds(line):.3f}",
    )
    outcome = _outcome(line)
    if outcome:
        told = ET.SubElement(case, outcome, message=line.message)
        told.text = sheet.evidence(line) if whole else f"{line.message}\nNext: {line.advice}"
        if line.verdict == "warn":
            told.text = f"Warning, a SHOULD that does not hold\n{told.text}"
    return outcome


def _outcome(line: Line) -> str:
    if line.fails:
        return "failure"
    if line.verdict in _ERRORS:
        return "error"
    return "skipped" if line.verdict in _SKIPPED else ""
