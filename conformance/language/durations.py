"""The arithmetic of `wait` and of `at`: "ttl + 2m", "ttl / 2", "1.1 s", "lifetime - 3".

Pure. A duration is a sum of terms; a term is a number, a name, or both ("2m"), and may be
divided by a number. Names stand for seconds that the target or an answer gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, str]] = {
    "ttl": "the TTL that the target declares",
    "end": "the TTL, at the longest and with what may be served stale, where the target declares that",
    "m": "a margin of 1 s, or a tenth of a TTL under 10 s",
    "w": "a wider margin, for caches that count whole seconds",
    "longest": "the longest TTL that the target declares for any resource, or 0",
    "resolution": "how long two values may be equal though the second was made anew",
    "lifetime": "max-age, as the target declares it or else as the first answer has it",
}
"""What a duration may name, in English; a run knows how many seconds each is."""
_NUMBER: Final = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_TERM = re.compile(rf"(?P<number>{_NUMBER})?\s*(?P<name>[a-z]+)?\s*(?:/\s*(?P<by>{_NUMBER}))?")


def margin(ttl: float) -> float:
    """The guard band around the end of a TTL, in seconds: too close to it, nothing is judged."""
    return min(1.0, ttl / 10)


def parse(text: str) -> tuple[tuple[float, str], ...]:
    """The terms of a duration as (factor, name); the name is "" for plain seconds.

    Raises:
        ValueError: it is no duration; the text says what is accepted.
    """
    terms: list[tuple[float, str]] = []
    sign = "+"
    for part in re.split(r"([+-])", str(text)):
        if part in ("+", "-"):
            sign = part
            continue
        match = _TERM.fullmatch(part.strip())
        by = float(match["by"] or 1) if match else 0.0
        if not match or not (match["number"] or match["name"]) or not by:
            raise ValueError(f"{text!r} is no duration; write for instance 'ttl + 2m', 'ttl / 2' or '1.1 s'")
        name = "" if match["name"] in (None, "s") else match["name"]
        if name and name not in NAMES:
            raise ValueError(f"{name!r} is no quantity; use {', '.join(NAMES)}, or seconds")
        factor = float(match["number"] or 1) / by
        terms.append((-factor if sign == "-" else factor, name))
    return tuple(terms)


def within(pause: float, values: Mapping[str, float]) -> float:
    """A pause that is to lie within one life: no longer than three quarters of a TTL, where there is one."""
    return min(pause, 3 * values["ttl"] / 4) if "ttl" in values else pause


def seconds(text: str, values: Mapping[str, float]) -> float:
    """The duration in seconds, never below 0.

    Raises:
        KeyError: it names a quantity that `values` lacks.
        ValueError: it is no duration.
    """
    return max(0.0, sum(factor * (values[name] if name else 1.0) for factor, name in parse(text)))
