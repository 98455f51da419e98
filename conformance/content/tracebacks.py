"""What a program of Python has printed about exceptions: each in one line, with its place. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

__all__ = ["raised"]

_BEGIN: Final = re.compile(r"Traceback \(most recent call last\):")
_FRAME: Final = re.compile(r'\s*File "([^"]+)", line (\d+)')
_MARGIN: Final = re.compile(r"^\s*\|\s?")  # of the exceptions of a group
_AND_SO: Final = ("The above exception was the direct cause", "During handling of the above exception")
_GROUP: Final = re.compile(r"(Base)?ExceptionGroup: ")
_LIBRARY: Final = re.compile(
    r"[/\\](site-packages|dist-packages|lib[/\\]python[\d.]+|conformance[/\\]servers)[/\\]"
)
_SLASH: Final = re.compile(r"[/\\]")
_LONGEST: Final = 300  # characters of a line


def raised(printed: str) -> tuple[str, ...]:
    """Of each traceback what was raised, and where in the author's own files: `KeyError: 'x' (main.py:12)`.

    One that led to another is left out, and what was raised again and again stands once.
    """
    return tuple(dict.fromkeys(_each(printed)))


def _each(printed: str) -> Iterator[str]:
    last = place = ""
    inside = False
    for line in printed.splitlines():
        text = _MARGIN.sub("", line)
        if _BEGIN.search(text):
            if last:
                yield last
            inside, last, place = True, "", ""
        elif not inside:
            last = "" if text.startswith(_AND_SO) else last
        elif frame := _FRAME.match(text):
            file, number = frame.groups()
            place = place if _LIBRARY.search(file) else f" ({_SLASH.split(file)[-1]}:{number})"
        elif text and not text[0].isspace():
            inside, last = False, "" if _GROUP.match(text) else f"{text.strip()[:_LONGEST]}{place}"
    if last:
        yield last
