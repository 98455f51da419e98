"""What a run is waiting for just now, and for how many seconds more. For people; decides nothing.

It must not know how the line looks that tells it (`progress.py`), nor what is being judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from conformance.clocks import Clock
from conformance.model import Record

__all__ = ["Wait", "Waits", "pace"]

Wait = tuple[str, str, float]
"""A resource, or whatever else it is; what is waited for; seconds that are left, as far as is known."""
_SLOW: Final = 0.2  # seconds for an answer, from which on the server is what takes the time
_PATIENCE: Final = 1.0  # seconds that need no word


@dataclass(slots=True)
class _Search:
    resource: str
    check: str
    most: int
    began: float
    tried: int = 0


class Waits:
    """What lanes wait for; each entry is made and taken away by the lane that waits.

    Args:
        now: tells real time.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._instants: dict[tuple[str, str], tuple[float, Clock]] = {}
        self._searches: dict[str, _Search] = {}
        self._asked: dict[tuple[str, float], float] = {}  # since when it was seen

    def of(
        self, clock: Clock, reasons: Mapping[str, str] | None = None
    ) -> Callable[[str, str, float | None], None]:
        """What lanes call to say what they wait for: a resource, why, until when; None: no more.

        Args:
            clock: by which it is waited for.
            reasons: resource -> why it is waited for by this clock.
        """
        known = reasons or {}

        def waiting(resource: str, why: str, until: float | None) -> None:
            name = f"{resource} in real time: {known[resource]}" if resource in known else resource
            key = name, why
            if until is None:
                self._instants.pop(key, None)
            else:
                self._instants[key] = until, clock

        return waiting

    @contextmanager
    def searching(self, resource: str, check: str, most: int) -> Iterator[Callable[[], None]]:
        """While a counterexample is searched for; call what is given for each value that is tried."""
        search = self._searches[f"{resource} {check}"] = _Search(resource, check, most, self._now())

        def tried() -> None:
            search.tried += 1

        try:
            yield tried
        finally:
            del self._searches[f"{resource} {check}"]

    def left(
        self,
        records: Mapping[str, Record],
        elapsed: float,
        done: int,
        total: int,
        asking: Sequence[tuple[str, float]] = (),
    ) -> tuple[Wait, ...]:
        """What there is, the longest last; else that the server is slow, where it is.

        What is waited for by a clock that is moved is left out: it comes as soon as nobody is busy.

        Args:
            records: what was done so far.
            elapsed: for how many seconds.
            done: how many runs are judged.
            total: of so many.
            asking: requests that are not answered yet, and when (in real time) that is given up.
        """
        waits = [
            (resource, why, until - clock.now())
            for (resource, why), (until, clock) in list(self._instants.items())
            if not clock.moves
        ]
        waits += [self._search(each) for each in list(self._searches.values())]
        waits += self._silent(asking)
        if done and not any(seconds >= _PATIENCE for *_, seconds in waits):
            answer = pace(records)
            if answer >= _SLOW:
                rest = elapsed / done * (total - done)
                waits.append(("the server", f"all other checks, at about {answer:.1f} s an answer", rest))
        return tuple(sorted(waits, key=lambda wait: wait[2]))

    def _silent(self, asking: Sequence[tuple[str, float]]) -> Iterator[Wait]:
        """What is not answered for longer than is worth no word."""
        now = self._now()
        for key in [each for each in self._asked if each not in asking]:
            del self._asked[key]
        for request, until in asking:
            if now - self._asked.setdefault((request, until), now) >= _PATIENCE:
                yield request, "an answer, or its time-out", until - now

    def _search(self, search: _Search) -> Wait:
        each = (self._now() - search.began) / max(1, search.tried)
        left = max(_PATIENCE, (search.most - search.tried) * each)
        return search.resource, f"a search for counterexamples to {search.check}", left


def pace(records: Mapping[str, Record]) -> float:
    """How long an answer takes, in seconds, the middle one of all: one that hangs is another matter."""
    took = sorted(
        e.received_at - e.sent_at
        for record in records.values()
        for step in record.steps
        for e in step.exchanges
        if e.response is not None and e.through is None
    )
    return took[len(took) // 2] if took else 0.0
