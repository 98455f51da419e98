"""A value -> the moment that its text tells to the second, where it tells one. Pure.

It must not know what a value is for: only what text of a time, or what number of one, looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from conformance.content.summaries import is_summary, told
from conformance.model import Json

_DAY: Final = 86400.0
_MINUTE: Final = 60.0
_SECOND: Final = 1.0
_SLACK: Final = 0.4  # seconds that an exchange may take, or a clock be off
_CLOCK: Final = re.compile(r"(?<!\d)(\d{1,2}):([0-5]\d):([0-5]\d)(\.\d{1,9})?(?!\d)")
_NUMBER: Final = re.compile(r"\d{10}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?")
_DIGITS_OF_SECONDS: Final = 10  # of POSIX time, from 2001 to 2286


def apart(one: Json, other: Json) -> float | None:
    """By how many seconds two values that tell a moment are apart, the later first, or None.

    Times of day are taken to be less than half a day apart.
    """
    mine, theirs = moment(one), moment(other)
    if mine is None or theirs is None:
        return None
    return (mine - theirs + _DAY / 2) % _DAY - _DAY / 2


def follows(one: Json, other: Json, passed: float) -> bool:
    """Whether two values, the second made so many seconds later, tell the time to the second.

    Where nearly whole minutes have passed, minutes would follow it as well, so that shows nothing.
    """
    between, rest = apart(other, one), passed % _MINUTE
    if between is None or min(rest, _MINUTE - rest) <= 2 * _SECOND:
        return False
    return abs(between - passed) <= _SECOND + _SLACK


def moment(value: Json) -> float | None:
    """The second of the day that a value tells: `12:00:31` somewhere in a text, or POSIX time.

    Of an object or a list, where all that tells one there tells the same.
    """
    if is_summary(value):
        return told(value)
    if isinstance(value, dict | list):
        moments = {_of_text(each) for each in _leaves(value)} - {None}
        return moments.pop() if len(moments) == 1 else None
    return _of_text(value)


def _leaves(value: Json) -> Iterator[Json]:
    rest = [value]
    while rest:  # by hand, since a body may nest deeper than Python calls
        here = rest.pop()
        if isinstance(here, dict):
            rest += here.values()
        elif isinstance(here, list):
            rest += here
        else:
            yield here


def _of_text(value: Json) -> float | None:
    text = value if isinstance(value, str) else repr(value) if isinstance(value, int | float) else ""
    clock = _CLOCK.search(text)
    if clock is not None:
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + int(clock[3]) + float(f"0{clock[4] or ''}")
    if not _NUMBER.fullmatch(text):
        return None
    whole, _, part = text.partition(".")
    seconds = float(f"{whole[:_DIGITS_OF_SECONDS]}.{whole[_DIGITS_OF_SECONDS:] or part or 0}")
    return seconds % _DAY
