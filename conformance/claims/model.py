"""What is known of a resource by the writes and reads of a history: its versions, and each face of it. Pure.

A face is what one request target shows: the list, an item by its own route. The item that is written is
looked for in all of them. It says what may be shown; whether it was is another's business (`weighing.py`).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from conformance.fields import field_value
from conformance.model import Effect, Exchange, Json
from conformance.oracle.serving import Span

__all__ = ["ABSENT", "Asked", "Face", "Seen", "State", "Versions", "busy", "overlap", "span_of", "state_of"]

State = tuple[bool, Hashable]
"""Whether the item is there, and the value of the field that is written."""
ABSENT: State = (False, None)
_KINDS = {"create": "created", "change": "changed", "remove": "removed"}
_ACCEPTED = 202
_TOO_MANY = 429
_UNAVAILABLE = 503


def span_of(exchange: Exchange) -> Span:
    """When it was under way."""
    return Span(exchange.sent_at, exchange.received_at)


def busy(exchange: Exchange) -> bool:
    """Whether a server asks for patience: that says nothing of what was asked (RFC 6585 4, 9110 15.6.4)."""
    later = exchange.status == _UNAVAILABLE and field_value(exchange.headers, "retry-after") is not None
    return later or exchange.status == _TOO_MANY


def state_of(value: Json) -> State:
    """There, with that value: letters and digits alone, since a server may write it down in its own way."""
    if isinstance(value, str):
        return (True, "".join(c for c in value.casefold() if c.isalnum()))
    return (True, value if isinstance(value, Hashable) else str(value))


@dataclass(slots=True)
class Seen:
    """A plain read of a face, at which epoch."""

    tag: str | None
    body: str
    epoch: int
    refusals: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A conditional request: the tag that it had, where it stands in the history, and when it was."""

    exchange: Exchange
    sent: str
    where: tuple[str, int]
    epoch: int
    refusals: int


@dataclass(slots=True)
class Face:
    """What was seen of one face.

    Args:
        bodies: strong tag -> the digest that it came with first.
        tags: all tags that were seen, in order.
        waiting: conditional requests that the next plain read of the same epoch tells the truth of.
    """

    last: Seen | None = None
    bodies: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    waiting: list[Asked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Written:
    span: Span
    before: frozenset[State] | None
    after: frozenset[State] | None


@dataclass(slots=True)
class Versions:
    """The versions of what is written: those that may be current now, and which write was the last.

    Args:
        now: what may be there; None: nobody knows.
        kind: which claim the last write is about. epoch: counts what may have changed anything.
        refusals: counts the writes that were refused.
    """

    now: frozenset[State] | None = None
    kind: str = ""
    epoch: int = 0
    refusals: int = 0
    written: list[_Written] = field(default_factory=list)

    def refused(self) -> None:
        """A write was sent that had to be refused, and was."""
        self.refusals += 1

    def unknown(self) -> None:
        """Something was sent of which nobody knows what it has done."""
        self.epoch += 1
        self.now = None

    def write(self, exchange: Exchange, effect: Effect, *, failed: bool) -> None:
        """A write that was done, or may have been."""
        self.epoch += 1
        span, before = span_of(exchange), self.now
        after = None if exchange.status == _ACCEPTED else frozenset({_state(effect)})
        beside = [each for each in self.written if each.span.received > span.sent]
        if after is not None and failed:
            after = None if before is None else after | before
        for each in beside:
            after = None if after is None or each.after is None else after | each.after
        self.kind = "overlapped" if beside else _KINDS.get(effect.kind, "changed")
        self.written.append(_Written(span, before, after))
        self.now = after

    def beside(self, span: Span) -> bool:
        """Whether a request of that time was under way at once with a write."""
        return any(overlap(each.span, span) for each in self.written[-2:])

    def shown_at(self, span: Span) -> frozenset[State] | None:
        """What a read of that time may show; None: anything."""
        states = self.now
        for each in self.written[-2:]:
            if overlap(each.span, span):
                self.kind = "overlapped"
                if states is None or each.before is None or each.after is None:
                    return None
                states = states | each.before | each.after
        return states


def _state(effect: Effect) -> State:
    return ABSENT if effect.kind == "remove" else state_of(effect.after)


def overlap(one: Span, other: Span) -> bool:
    """Whether two were under way at once."""
    return one.received > other.sent and other.received > one.sent
