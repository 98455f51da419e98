"""What a symptom is made of, and what it may look at. Pure.

It must not know any symptom: those are in `answers.py`, `tags.py` and `kept.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from conformance.content.facts import is_hit
from conformance.fields import field_value
from conformance.matchers.base import Case
from conformance.model import MISSING, Exchange, Finding, Run

__all__ = ["DECLARED", "Row", "Sight", "Symptom", "asked", "condition", "row"]

DECLARED: Final = "declared.missing"
"""The code of a finding that the judge makes itself: what the target declares was not done."""
_TELLING: Final = (
    "if-none-match",
    "if-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "range",
    "cache-control",
)
_LONGEST: Final = 60  # characters of a field's value


@dataclass(frozen=True, slots=True)
class Symptom:
    """`says` starts the verdict's sentence; `mend` is the next step, "" where the check's hint says it."""

    says: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a symptom is recognised by.

    Args:
        exchange: the one that shows the finding.
    """

    run: Run
    finding: Finding
    case: Case
    exchange: Exchange

    @property
    def all(self) -> Iterator[Exchange]:
        """Every exchange of the case, in the order of the steps."""
        for step in self.case.steps.values():
            yield from step.exchanges

    @property
    def earlier(self) -> list[Exchange]:
        """Those with a value that were asked before this one, in the order of time."""
        valued = (each for each in self.all if each.facts.value is not MISSING)
        return sorted((e for e in valued if e.sent_at < self.exchange.sent_at), key=lambda e: e.sent_at)

    @property
    def kept(self) -> Exchange | None:
        """The first answer with a value: what the cache is to keep."""
        valued = [each for each in self.all if each.facts.value is not MISSING]
        return min(valued, key=lambda each: each.sent_at, default=None)

    def is_kept(self, exchange: Exchange, kept: Exchange) -> bool:
        """Whether an answer is that value, as a hit."""
        return is_hit(exchange.facts.hit) is True and bool(exchange.facts.value == kept.facts.value)


@dataclass(frozen=True, slots=True)
class Row:
    """One symptom.

    Args:
        codes: of the findings that it may be behind; empty: of any.
    """

    look: Callable[[Sight], Symptom | None]
    codes: frozenset[str] = frozenset()


def row(look: Callable[[Sight], Symptom | None], *codes: str) -> Row:
    """A row, with the codes of the findings that it may be behind; none: of any."""
    return Row(look, frozenset(codes))


def condition(exchange: Exchange) -> str | None:
    """What was sent as If-None-Match."""
    return field_value(exchange.request.headers, "if-none-match")


def asked(exchange: Exchange) -> str:
    """A request in a few words, with the fields that make it another than the plain one."""
    request = exchange.request
    told = [f"{name}: {value[:_LONGEST]}" for name, value in request.headers if name.lower() in _TELLING]
    return f"{request.method} {request.target}{' with ' if told else ''}{', '.join(told)}"
