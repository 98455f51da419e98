"""A verdict as plain text, for terminals and for pytest: what failed, why, and what to do next. Pure.

It is written for somebody who has never read an RFC. The first line is the whole verdict, since
pytest's summary shows no more than that. Whatever a server sent passes through `safe`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.model import Entry, Record, Report, Requirement, Verdict
from conformance.report.evidence import (
    FIELD,
    SENTENCE,
    came,
    curl,
    evidence,
    left_out,
    once_more,
    replay,
    sent,
    server_of,
    started_first,
)
from conformance.report.safe import safe
from conformance.report.summary import LINE, brief_lines, explaining, summary_lines

__all__ = ["brief_lines", "curl", "entry_text", "safe", "source_lines", "source_of", "summary_lines"]

LOG_LINES: Final = 15


def entry_text(report: Report, entry: Entry) -> str:
    """Everything there is to say of an entry, its first line the whole of it in one sentence."""
    return "\n".join(_lines(report, entry))


def _lines(report: Report, entry: Entry) -> Iterator[str]:
    verdict, record, asked = entry.verdict, report.record(entry), report.about(entry)
    yield safe(verdict.message, LINE)
    yield ""
    # Where nobody answers, or the suite itself fails, the requirement has nothing to do with it.
    about = verdict.outcome not in ("unreachable", "error")
    if about:
        yield from _requirement(report, entry)
    if verdict.expected:
        yield f"Expected:    {safe(verdict.expected, SENTENCE)}"
        yield f"Actual:      {safe(verdict.actual, SENTENCE)}"
    if record is not None:
        yield from _exchanges(report, record, verdict)
        yield from _log(record.log)
    if asked.why and about:
        yield f"Why:         {safe(asked.why)}"
    mend = verdict.mend or (asked.hint if verdict.outcome == "fail" else "")
    if mend:
        yield f"Next:        {safe(mend, SENTENCE)}"
    if about:
        yield f"More:        {explaining(entry)}"


def _requirement(report: Report, entry: Entry) -> Iterator[str]:
    asked = report.about(entry)
    requirement = report.requirements[asked.requirement]
    yield f"Requirement: {safe(requirement.id)} ({asked.level}): {safe(requirement.says)}"
    yield from (f"             {line}" for line in source_lines(requirement))
    for other in (report.requirements[name] for name in asked.also):
        if other.url:
            yield f"             {safe(other.id)}: {safe(other.says)}"
            yield from (f"             {line}" for line in source_lines(other))


def source_of(requirement: Requirement) -> str:
    """Where a requirement is from."""
    of = requirement.source
    return f"{of} (no sentence there says it)" if requirement.derived else f"from {of}"


def source_lines(requirement: Requirement) -> Iterator[str]:
    """Where a requirement is from, with its link, and the source's own words."""
    yield safe(source_of(requirement)) + (f", {safe(requirement.url)}" if requirement.url else "")
    if requirement.quote:
        yield f'"{safe(requirement.quote)}"'


# ------------------------------------------------------------------ exchanges


def _exchanges(report: Report, record: Record, verdict: Verdict) -> Iterator[str]:
    seen = evidence(record, verdict)
    if not seen.shown:
        return
    moved = ", in moved time" if record.moved else ""
    yield f"What was sent (>) and what came (<){moved}:"
    for each in seen.shown:
        if each.before:
            yield f"   ({left_out(each)})"
        yield from (f"   ({safe(said, FIELD)})" for said in each.hooked)
        mark = "=>" if each.decisive else "  "
        of_all = f" {each.number} of {each.times}" if each.times > 1 else ""
        here = "   <- this one decides" if each.decisive else ""
        yield f"{mark} {safe(each.name)}{of_all}, {each.after:.2f} s after the start{here}"
        yield from (f"     > {line}" for line in sent(each.exchange))
        yield from (f"     < {line}" for line in came(report, each.exchange))
    if seen.rest:
        yield f"   ({seen.rest} later {'exchange' if seen.rest == 1 else 'exchanges'} left out)"
    commands = once_more(report, seen)
    if record.remark:  # it takes all of them
        yield "Reproduce, line by line:"
        yield from (f"  {line}" for line in started_first(report))
        yield from (f"  {line}" for line in replay(record, verdict, server_of(report)[0]))
        return
    for number, command in enumerate(commands):
        yield f"{'' if number else 'Reproduce:':<13}{command}"
    if commands and server_of(report)[1] and not report.starts:
        yield "             (start your server first, on that port: the run's own has ended)"


def _log(log: str) -> Iterator[str]:
    """The last lines that the server has printed."""
    lines = log.splitlines()[-LOG_LINES:]
    if lines:
        yield "Printed by the server meanwhile:"
        yield from (f"     | {safe(line, FIELD)}" for line in lines)
