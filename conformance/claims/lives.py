"""The lives of a value that a server keeps, as the reads of a history show them. Pure.

Whether a read was answered from the entry that was there or anew is told by the value, where two values of
different computations differ; else by the mark of a hit. What was due is the oracle's word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.claims.model import span_of
from conformance.content.facts import is_hit
from conformance.fields import tags_match_weakly
from conformance.language.durations import margin
from conformance.model import MISSING, Exchange, Json, Resource
from conformance.oracle.serving import Keeping, Served, Span, may_serve

__all__ = ["Lives", "Point"]

_NOBODY_KNOWS: Final = float("-inf")


@dataclass(frozen=True, slots=True)
class Point:
    """Something that was looked at: of which claim; what is wrong with it, or ""."""

    claim: str
    expected: str = ""
    actual: str = ""


@dataclass(slots=True)
class _Life:
    span: Span
    value: Json
    number: int
    tags: list[str] = field(default_factory=list)
    hit: bool = False  # whether the last read was one: then the next is alike


@dataclass(slots=True)
class Lives:
    """What is known of the entry that answers one face of a resource.

    Args:
        ends: requests that end every entry, as they come.
        valued: whether it is the resource's own, which has the value that is declared.
        tags: those of all lives so far, each with the value that it was seen with. differs: whether two
            values were seen to.
    """

    resource: Resource
    ends: list[Span] = field(default_factory=list)
    tags: dict[str, Json] = field(default_factory=dict)
    differs: bool = False
    valued: bool = True
    life: _Life | None = None

    @property
    def _keeping(self) -> Keeping:
        ttl = self.resource.ttl or 0.0
        return Keeping(ttl, self.resource.ttl_most or ttl, self.resource.stale, margin(ttl))

    def due(self, exchange: Exchange) -> frozenset[Served]:
        """What a request of that time may be answered with; nothing is known without a life."""
        if self.life is None:
            return frozenset()
        return may_serve(self.life.span, span_of(exchange), self._keeping, self.ends)

    def read(self, exchange: Exchange, tag: str | None) -> Iterator[Point]:
        """A plain read that was answered 200."""
        value, hit = exchange.facts.value, is_hit(exchange.facts.hit)
        self.tags |= {} if tag is None else {tag: value}
        if self.valued and self.resource.value is not None and value is MISSING:
            yield Point("answered", "its value in the answer", f"none at {self.resource.value}")
            return
        if self.life is None:
            self._begin(exchange, tag, known=hit is False)
            return
        yield from self._judged(exchange, value, hit, tag, self.life)

    def _judged(
        self, exchange: Exchange, value: Json, hit: bool | None, tag: str | None, life: _Life
    ) -> Iterator[Point]:
        due = self.due(exchange)
        by_value = self._by_value(exchange, hit, life, kept=due == {"kept"})
        if hit is not None and by_value is not None and life.value is not MISSING:
            wrong = hit is not (by_value == "kept")
            was = "the value from before" if by_value == "kept" else "another value than before"
            yield Point(
                "told", *(("a mark that tells the truth", f"{_marked(hit)} on {was}") if wrong else ())
            )
        elif hit and value is not MISSING and value == life.value:
            yield Point("told")
        served: Served | None = by_value or (None if hit is None else "kept" if hit else "new")
        yield from self._held(exchange, due, served, life)
        if by_value == "new" and tag is not None and life.tags:
            wrong = any(tags_match_weakly(tag, each) for each in life.tags)
            yield Point("anew", *(("another tag for another value", f"{tag} for both") if wrong else ()))
        if served == "new" or (served is None and due == {"new"}):
            self._begin(exchange, tag, known=True)
        else:
            life.value = value if life.value is MISSING else life.value
            life.tags += [tag] if tag is not None else []
            life.hit = hit is not False

    def _held(
        self, exchange: Exchange, due: frozenset[Served], served: Served | None, life: _Life
    ) -> Iterator[Point]:
        age, ttl = exchange.received_at - life.span.sent, self.resource.ttl
        if due == {"kept"}:
            wrong = served == "new"
            says = (f"the value that is kept for {ttl:g} s", f"a new one after {age:.1f} s") if wrong else ()
            yield Point("again" if life.number else "kept", *says)
        elif due == {"new"}:
            cleared = any(end.sent >= life.span.received for end in self.ends)
            wrong = served == "kept"
            since = "the clear" if cleared else f"its TTL of {ttl:g} s"
            says = (f"a new value after {since}", "the one from before") if wrong else ()
            yield Point("cleared" if cleared else "ended", *says)

    def _by_value(self, exchange: Exchange, hit: bool | None, life: _Life, *, kept: bool) -> Served | None:
        """What the value tells; where it is the same, that may be a computation of equal text.

        Then a mark that says so is believed, but within the TTL; and where there is none, the value tells
        only where others were seen to differ.
        """
        value = exchange.facts.value
        if value is MISSING or life.value is MISSING:
            return None
        if value != life.value:
            self.differs = True
            return "new"
        apart = exchange.sent_at - life.span.received > self.resource.resolution + 1
        telling = kept if hit is False else hit or self.differs
        return "kept" if apart and telling and not self.resource.repeats else None

    def _begin(self, exchange: Exchange, tag: str | None, *, known: bool) -> None:
        span = span_of(exchange)
        number = 0 if self.life is None else self.life.number + 1
        made = span if known else Span(_NOBODY_KNOWS, span.received)
        tags = [] if tag is None else [tag]
        self.life = _Life(made, exchange.facts.value, number, tags, hit=self.resource.hit is None)

    def _may_be_of(self, life: _Life, value: Json) -> bool:
        """Whether a value may be that of a life: a server may have several tags for one, as for its hits."""
        return self.resource.repeats if MISSING in (value, life.value) else value == life.value

    def made_unseen(self, exchange: Exchange) -> None:
        """What shows no value (HEAD, a 304) may have begun a life all the same: only its time is known."""
        life, due = self.life, self.due(exchange)
        if life is not None and due != {"kept"}:
            span = span_of(exchange)
            made = span if due == {"new"} else Span(life.span.sent, span.received)
            self.life = _Life(made, MISSING, life.number + 1)

    def revalidated(self, exchange: Exchange, sent: str) -> Iterator[Point]:
        """A request with a tag in If-None-Match that was answered 200 or 304."""
        life, due = self.life, self.due(exchange)
        copy = exchange.status == 304  # noqa: PLR2004
        if life is None or not life.tags:
            pass  # of a life that is not known
        elif not any(tags_match_weakly(sent, each) for each in life.tags):
            if due == {"kept"} and sent in self.tags and not self._may_be_of(life, self.tags[sent]):
                says = ("200, since another value is kept by now", "304") if copy else ()
                yield Point("anew", *says)
        elif due == {"kept"} and life.hit and sent == life.tags[-1]:
            says = () if copy else ("304 to the tag of the value that is kept", f"{exchange.status}")
            yield Point("hits-current", *says)
        elif due == {"new"} and not self.resource.repeats:
            says = ("200, since its life is over", "304") if copy else ()
            yield Point("anew", *says)
        self.made_unseen(exchange)


def _marked(hit: bool) -> str:
    return "a hit" if hit else "a miss"
