"""What got better or worse, as text for a terminal, as Markdown and as JSON. Pure. Table: WAYS.

Whatever a server may have said is shown, and obeyed by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from conformance.report.changes import Change, Changes, baselined
from conformance.report.jsontext import json_bytes
from conformance.report.markdown import plain
from conformance.report.result import FAILED, PASSED, Result, checks
from conformance.report.safe import safe

__all__ = ["WAYS", "headline", "held_against", "text"]

_SENTENCE: Final = 500
_MOST: Final = 200  # checks of a list


def headline(found: Changes) -> str:
    """What it comes to, in a sentence."""
    said = [
        f"{checks(len(those))} {what}"
        for those, what in ((found.worse, "worse"), (found.better, "better"))
        if those
    ]
    if not said:
        return f"Nothing got better or worse ({checks(found.same)} as before)."
    return f"{', '.join(said)}, {found.same} as before."


def held_against(end: Result, found: Changes) -> str:
    """The result of a run that fails on nothing but what got worse since its baseline."""
    code, says = baselined(end.code, found), end.says.partition(": ")[2]
    if code == FAILED:
        return f"Failed: {checks(len(found.worse))} got worse since the baseline; without it: {says}"
    return f"Passed: nothing got worse since the baseline; without it: {says}" if code == PASSED else end.says


def text(found: Changes) -> Iterator[str]:
    """Lines for a terminal, what got worse first."""
    yield headline(found)
    for heading, those in _lists(found):
        yield ""
        yield f"{heading}: {len(those)}"
        for each in those[:_MOST]:
            yield f"  {safe(each.nodeid)}: {each.old} -> {each.new}"
            if each.new != "pass":
                yield f"      {safe(each.message, _SENTENCE)}"
        if len(those) > _MOST:
            yield f"  ... and {len(those) - _MOST} more"
    notes = list(_notes(found))
    if notes:
        yield ""
        yield from (safe(each, _SENTENCE) for each in notes)


def _markdown(found: Changes) -> Iterator[str]:
    yield f"# HTTP caching: {plain(headline(found))}"
    for heading, those in _lists(found):
        yield ""
        yield f"## {heading} ({len(those)})"
        yield ""
        for each in those[:_MOST]:
            yield f"- **{plain(safe(each.title, _SENTENCE))}**: {each.old}, now {each.new}"
            if each.new != "pass":
                yield f"  {plain(safe(each.message, _SENTENCE))}"
        if len(those) > _MOST:
            yield f"- and {len(those) - _MOST} more"
    notes = list(_notes(found))
    if notes:
        yield ""
        yield from (f"- {plain(safe(each, _SENTENCE))}" for each in notes)


def _json(found: Changes) -> Iterator[str]:
    old, new = found.grades
    document: dict[str, Any] = {
        "worse": [_row(each) for each in found.worse],
        "better": [_row(each) for each in found.better],
        "other": [_row(each) for each in found.other],
        "same": found.same,
        "only_old": found.only_old,
        "only_new": found.only_new,
        "apart": list(found.apart),
        "grade": {"old": old or None, "new": new or None},
    }
    yield from json_bytes(document).decode("ascii").splitlines()


def _row(change: Change) -> dict[str, str]:
    return {
        "nodeid": safe(change.nodeid),
        "title": safe(change.title, _SENTENCE),
        "old": change.old,
        "new": change.new,
        "message": safe(change.message, _SENTENCE),
    }


def _lists(found: Changes) -> Iterator[tuple[str, tuple[Change, ...]]]:
    for heading, those in (
        ("Worse", found.worse),
        ("Better", found.better),
        ("Otherwise, and neither better nor worse", found.other),
    ):
        if those:
            yield heading, those


def _notes(found: Changes) -> Iterator[str]:
    old, new = found.grades
    if old or new:
        yield f"Grade: {old or 'none'}, now {new or 'none'}"
    if found.only_old or found.only_new:
        yield f"Not compared: {checks(found.only_old)} only judged before, {found.only_new} only now"
    yield from found.apart


WAYS: Final[Mapping[str, Callable[[Changes], Iterator[str]]]] = {
    "text": text,
    "json": _json,
    "markdown": _markdown,
}
"""How it can be shown."""
