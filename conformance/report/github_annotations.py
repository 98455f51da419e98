"""Annotations of GitHub Actions: workflow commands, to be printed by a step. Pure.

GitHub keeps ten of a step, so there are ten at most, what waits for others left out. A command is a line of
its own; what stands in it can't begin another, since its line ends, and signs of percentage, are coded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.report.sheet import Line, Sheet

__all__ = ["MOST", "write"]

MOST: Final = 10
_MESSAGE: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final = {**_MESSAGE, ":": "%3A", ",": "%2C"}


def write(sheet: Sheet) -> bytes:
    """The lines."""
    return "".join(f"{each}\n" for each in _commands(sheet)).encode()


def _commands(sheet: Sheet) -> Iterator[str]:
    told = [*sheet.failing, *(e for e in sheet.told("error", "inconclusive", "warn") if not e.fails)]
    yield _command("error" if sheet.trouble else "notice", "HTTP caching", _whole(sheet))
    room = MOST - 1
    shown = told if len(told) <= room else told[: room - 1]
    for line in shown:
        yield _command(_kind(line), line.name, _text(line))
    rest = len(told) - len(shown)
    if rest:
        yield _command("notice", "HTTP caching", f"{rest} more: see the report of the run")


def _whole(sheet: Sheet) -> str:
    return "\n".join(each for each in (sheet.headline, sheet.isolated.capitalize()) if each)


def _kind(line: Line) -> str:
    return "error" if line.fails or line.verdict == "error" else "warning"


def _text(line: Line) -> str:
    told = [line.message, f"Next: {line.advice}" if line.advice else "", line.worth]
    return "\n".join(each for each in told if each)


def _command(kind: str, title: str, message: str) -> str:
    return f"::{kind} title={_coded(title, _PROPERTY)}::{_coded(message, _MESSAGE)}"


def _coded(text: str, codes: dict[str, str]) -> str:
    return "".join(codes.get(char, char) for char in text)
