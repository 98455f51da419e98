"""Markdown, for a comment, a release or a wiki. Pure.

What a server may have had a hand in stands in code, where Markdown obeys nothing; so does any text of ours
that is more than plain words. Within HTML it is escaped for that.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from conformance.model import Tally
from conformance.report.sheet import Line, Sheet, cut, fitting

__all__ = ["MOST_BYTES", "plain", "write"]

MOST_BYTES: Final = 1 << 20
"""More than that nobody reads; GitHub takes no longer summary of a step."""
_MARGIN: Final = 64 << 10  # for what else a step has said
_MANY: Final = 300  # lines of a list
_FEW: Final = 40  # that fit, whatever they hold
_TAME: Final = re.compile(r"[^\W_](?:[^\W_]|[ (),.;'\"?/=-]|:(?= ))*")
_LINKED: Final = re.compile(r"(?i)www\.|http|gh-\d")  # what GitHub makes a link of, wherever it stands


def write(sheet: Sheet) -> bytes:
    """The bytes of the file."""
    ways = (
        partial(_made, sheet, _MANY, whole=True),
        partial(_made, sheet, _MANY),
        partial(_made, sheet, _FEW),
    )
    return fitting(MOST_BYTES - _MARGIN, ways)


def _made(sheet: Sheet, most: int, *, whole: bool = False) -> bytes:
    lines = [f"# HTTP caching: {_sentence(sheet.headline)}", ""]
    if sheet.points:
        lines += [_sentence(sheet.says), ""]
    first = sheet.first
    if first is not None:
        lines += ["## Mend this first", "", *_item(sheet, first, whole=False), ""]
    lines += [*_topics(sheet), ""]
    for heading, told in (
        ("Failed", sheet.failing),
        ("Errors of the suite itself, not of the server", sheet.told("error")),
        ("Warnings: a SHOULD that does not hold", tuple(e for e in sheet.told("warn") if not e.fails)),
        ("Could not be judged", sheet.told("inconclusive")),
    ):
        lines += _list(sheet, heading, told, most, whole=whole)
    lines += [_sentence(_rest(sheet)), ""]
    return "\n".join(lines).encode()


# ------------------------------------------------------------------ escaping


def plain(text: str) -> str:
    """Text of one line as Markdown that shows it: as it is where it is plain words, else as code."""
    if _TAME.fullmatch(text) and not _LINKED.search(text):
        return text
    return _code(text)


def _sentence(text: str) -> str:
    """A sentence of ours, with what follows its first colon apart, since that may be somebody's own words."""
    before, colon, after = text.partition(": ")
    if not colon:
        return plain(text)
    return f"{plain(before)}: {plain(after)}"


def _code(text: str) -> str:
    """A code span: fenced by more backticks than stand together in it, and nothing within is Markdown."""
    text = text or " "
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    room = " " if text.strip() and {text[0], text[-1]} & {"`", " "} else ""
    return f"{fence}{room}{text}{room}{fence}"


def _cell(text: str) -> str:
    """A cell of a table, which a stroke would end, in code, too."""
    return plain(text).replace("|", "\\|")


def _block(text: str) -> Iterator[str]:
    """Several lines of code."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    yield from (f"{fence}text", *text.split("\n"), fence)


# ------------------------------------------------------------------ parts


def _list(sheet: Sheet, heading: str, told: tuple[Line, ...], most: int, *, whole: bool) -> Iterator[str]:
    if not told:
        return
    yield from (f"## {heading} ({len(told)})", "")
    shown = tuple(cut(told, most))
    for line in shown:
        yield from _item(sheet, line, whole=whole)
    if len(told) > len(shown):
        yield f"- and {len(told) - len(shown)} more"
    yield ""


def _item(sheet: Sheet, line: Line, *, whole: bool) -> Iterator[str]:
    worth = f" ({line.worth})" if line.worth else ""
    yield f"- **{plain(line.name)}**{worth}"
    yield ""
    yield f"  {_code(line.message)}"
    if line.advice:
        yield ""
        yield f"  Next: {plain(line.advice)}"
    if whole and line.entry is not None:
        yield ""
        yield f"  <details><summary>{html.escape(line.nodeid)}</summary>"
        yield ""
        yield from (f"  {each}" for each in _block(sheet.evidence(line)))
        yield ""
        yield "  </details>"
    yield ""


def _topics(sheet: Sheet) -> Iterator[str]:
    """The points by topic; where nothing was to be graded, how many checks of each passed."""
    if sheet.graded is not None:
        yield from ("| topic | points |", "|---|---|")
        for topic in sheet.graded.topics:
            yield f"| {_cell(sheet.clean(topic.title))} | {topic.points} of {topic.of} |"
        if sheet.graded.later.checks:
            yield f"| shown later | {sheet.graded.later.of} more |"
        return
    yield from ("| topic | MUST | SHOULD | failed |", "|---|---|---|---|")
    for each in sheet.report.score.topics:
        yield f"| {_cell(sheet.clean(each.title))} | {' | '.join(_numbers(each.tally))} |"


def _numbers(tally: Tally) -> Sequence[str]:
    def of(passed: int, count: int) -> str:
        return f"{passed} of {count}" if count else "-"

    return (
        of(tally.must_passed, tally.must_of),
        of(tally.should_passed, tally.should_of),
        str(tally.counts.get("fail", 0)),
    )


def _rest(sheet: Sheet) -> str:
    report = sheet.report
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items() if count)
    return f"{counts or 'no checks'}; {sheet.how}"
