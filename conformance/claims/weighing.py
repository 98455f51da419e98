"""A history, exchange by exchange -> what was looked at, and what is wrong with it, claim by claim. Pure.

The first finding of each claim counts, since what comes after it may rest on it. A conditional request is
held against a plain read of the same face, before or after it with nothing written in between: a server that
serves old content is wrong in one thing, not in two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from conformance.claims.lives import Lives, Point
from conformance.claims.model import (
    ABSENT,
    Asked,
    Face,
    Seen,
    State,
    Versions,
    busy,
    overlap,
    span_of,
    state_of,
)
from conformance.fields import field_value, parse_entity_tag, tags_match_weakly
from conformance.model import Exchange, Finding, Headers, Resource, StepRecord
from conformance.oracle.serving import Span

__all__ = ["Weighed", "weigh"]

_OPEN: Final = ("refuse", "write")
"""Effects of which nobody knows what they did: what was not refused, and what may bring an item back."""
_READS: Final = ("GET", "HEAD")
_OK: Final = 200
_ACCEPTED: Final = 202
_NOT_MODIFIED: Final = 304
_GONE: Final = (404, 410)
_CLIENT: Final = 4  # hundred
_SERVER: Final = 5


Key = tuple[str, Headers]
"""What chooses a representation: the target, and the fields of a request that are no condition."""


@dataclass(slots=True)
class Weighed:
    """What a history comes to.

    Args:
        findings: claim -> the first thing that breaks it, in the order in which they were met.
        looked: claim -> how often it was looked at.
    """

    findings: dict[str, Finding] = field(default_factory=dict)
    looked: Counter[str] = field(default_factory=Counter)


def weigh(steps: Iterable[StepRecord], resource: Resource) -> Weighed:
    """Hold every claim against a history."""
    scales = _Scales(resource)
    met = [(step, index, exchange) for step in steps for index, exchange in enumerate(step.exchanges)]
    for step, index, exchange in _in_order(met):
        scales.put(step, index, exchange)
    return scales.weighed


_Met = tuple[StepRecord, int, Exchange]


def _in_order(met: list[_Met]) -> list[_Met]:
    """As they were sent; a read that was under way at once with a write comes after it, to be seen so."""
    if all(one[2].received_at <= other[2].sent_at for one, other in pairwise(met)):
        return met
    writes = [each[2] for each in met if each[2].request.method not in _READS]

    def moment(each: _Met) -> tuple[float, bool]:
        exchange, reads = each[2], each[2].request.method in _READS
        beside = [w.sent_at for w in writes if reads and overlap(span_of(w), span_of(exchange))]
        return max([exchange.sent_at, *beside]), reads

    return sorted(met, key=moment)


class _Scales:
    def __init__(self, resource: Resource) -> None:
        self.weighed = Weighed()
        self._resource = resource
        self._versions = Versions()
        self._faces: dict[Key, Face] = {}
        self._lives: dict[Key, Lives] = {}  # each face may have an entry of its own
        self._ends: list[Span] = []  # of all entries
        self._later = False  # whether they may end at any time
        self._items: set[str] = set()  # what shows an item, and not the resource
        self._where = ("", 0)

    def put(self, step: StepRecord, index: int, exchange: Exchange) -> None:
        """The next exchange."""
        self._where = (step.name, index)
        status, request = exchange.status, exchange.request
        path = step.effect.path if step.effect is not None else ""
        if step.item or (path != self._resource.read and path and request.target.endswith(path)):
            self._items.add(request.target)
        if status is None or busy(exchange):
            if status is None or request.method not in _READS:
                self._versions.unknown()
            return
        if status // 100 == _SERVER:
            self._found("answered", "an answer that is no failure", f"{status} to {request.method}")
        else:
            self.weighed.looked["answered"] += 1
        if request.method not in _READS:
            self._write(step, exchange, status)
        elif request.method == "GET" and (sent := field_value(request.headers, "if-none-match")) is not None:
            self._asked(exchange, sent)
        elif request.method == "GET" and status // 100 != _SERVER:
            self._read(exchange)
        elif request.method == "HEAD" and status == _OK and (lives := self._lives_of(exchange)) is not None:
            lives.made_unseen(exchange)

    def _face_of(self, exchange: Exchange) -> Face:
        return self._faces.setdefault(exchange.request.representation, Face())

    def _lives_of(self, exchange: Exchange) -> Lives | None:
        """What is known of the entry that answers this; None: nothing of any."""
        if self._resource.ttl is None or self._later:
            return None
        key, target = exchange.request.representation, exchange.request.target
        if key not in self._lives:
            self._lives[key] = Lives(self._resource, self._ends, valued=target not in self._items)
        return self._lives[key]

    # ---------------------------------------------------------------- writes

    def _write(self, step: StepRecord, exchange: Exchange, status: int) -> None:
        effect, refused, failed = step.effect, status // 100 == _CLIENT, status // 100 == _SERVER
        if effect is not None and effect.kind == "clear":
            if status == _ACCEPTED:
                self._later = True  # it is done later, and nobody knows when
            elif not refused and not failed:
                self._ends.append(span_of(exchange))
            if failed:
                self._found("cleared", "a clear that is done", f"{status}")
            self._versions.epoch += 1
        elif refused:
            if effect is not None and effect.kind == "refuse":
                self._versions.refused()
        else:
            for lives in self._lives.values():
                lives.life = None  # whatever was kept may be gone
            if effect is None or effect.kind in _OPEN:
                self._versions.unknown()
            else:
                self._versions.write(exchange, effect, failed=failed)

    # ---------------------------------------------------------------- plain reads

    def _read(self, exchange: Exchange) -> None:
        face = self._face_of(exchange)
        if exchange.status == _NOT_MODIFIED:
            self._found("answered", "200, since nothing was asked but for the resource", "304")
        self._shown(exchange)
        if exchange.status != _OK:
            return
        tag = field_value(exchange.headers, "etag")
        seen = Seen(tag, exchange.digest, self._versions.epoch, self._versions.refusals)
        if tag is not None:
            self._tags(face, seen, tag, exchange)
        lives = self._lives_of(exchange)
        if lives is not None:
            self._points(lives.read(exchange, tag))
        if self._versions.beside(span_of(exchange)):
            return  # nobody knows which version it is of
        face.last = seen
        if tag is not None:
            face.tags.append(tag)
            self._settle(face, seen, tag)

    def _shown(self, exchange: Exchange) -> None:
        """Whether it shows what was written."""
        allowed = self._versions.shown_at(span_of(exchange))
        shown = _state(exchange)
        claim = self._versions.kind
        if allowed is None or shown is None or not claim:
            return
        self.weighed.looked[claim] += 1
        if shown not in allowed:
            self._found(claim, _listed(allowed), _said(shown))

    def _tags(self, face: Face, seen: Seen, tag: str, exchange: Exchange) -> None:
        last, parsed = face.last, parse_entity_tag(tag)
        strong = parsed is not None and not parsed.weak
        if strong:
            body = face.bodies.setdefault(tag, seen.body)
            if last is not None:
                self._look("one-body", body == seen.body, "another tag for another body", f"{tag} for both")
        beside = self._versions.beside(span_of(exchange))
        if last is None or last.tag is None or last.epoch != seen.epoch or beside:
            return
        moved = f"{last.tag} and then {tag}"
        stays = tags_match_weakly(last.tag, tag)  # a weak tag may grow strong
        if self._resource.ttl is None and strong:
            if last.refusals != seen.refusals:
                same = stays and last.body == seen.body
                self._look("refused", same, "body and tag as before the refused write", moved)
            else:
                self._look("still", stays, "the same tag, since nothing was written", moved)
        if last.body == seen.body and self._one_life(exchange):
            self._look("same-tag", stays, "the same tag for the same bytes", moved)

    def _one_life(self, exchange: Exchange) -> bool:
        """Whether two reads without a write in between are of one state."""
        lives = self._lives_of(exchange)
        kept = lives is not None and lives.due(exchange) == {"kept"}
        return kept or self._resource.ttl is None

    # ---------------------------------------------------------------- conditions

    def _asked(self, exchange: Exchange, sent: str) -> None:
        face = self._face_of(exchange)
        if exchange.status not in (_OK, _NOT_MODIFIED):
            return
        if self._resource.ttl is not None:
            lives = self._lives_of(exchange)
            self._points(lives.revalidated(exchange, sent) if lives is not None else ())
            return
        last = face.last
        versions = self._versions
        face.waiting.append(Asked(exchange, sent, self._where, versions.epoch, versions.refusals))
        if last is not None and last.tag is not None and last.epoch == versions.epoch:
            self._settle(face, last, last.tag)

    def _settle(self, face: Face, seen: Seen, tag: str) -> None:
        """What was asked since the last write, now that a plain read tells what is current."""
        waiting, face.waiting = face.waiting, []
        for asked in waiting:
            if (asked.epoch, asked.refusals) == (seen.epoch, seen.refusals):
                self._condition(face, asked, seen, tag)

    def _condition(self, face: Face, asked: Asked, seen: Seen, tag: str) -> None:
        exchange, copy = asked.exchange, asked.exchange.status == _NOT_MODIFIED
        if tags_match_weakly(asked.sent, tag):
            named = field_value(exchange.headers, "etag")
            same = copy and (named is None or tags_match_weakly(named, tag))
            came = f"{exchange.status}" + (f" with {named}" if copy else "")
            self._look("current", same, f"304 to the current tag {tag}", came, asked.where)
            return
        claim = "old" if any(tags_match_weakly(asked.sent, each) for each in face.tags) else "missed"
        right = not copy and (exchange.digest == seen.body or claim == "missed")
        came = "304" if copy else "200 with another body"
        self._look(claim, right, f"200 with the body as it is, since {tag} is current", came, asked.where)

    # ---------------------------------------------------------------- findings

    def _points(self, points: Iterable[Point]) -> None:
        for each in points:
            self._look(each.claim, not each.expected, each.expected, each.actual)

    def _look(
        self, claim: str, holds: bool, expected: str, actual: str, where: tuple[str, int] | None = None, /
    ) -> None:
        self.weighed.looked[claim] += 1
        if not holds:
            self._found(claim, expected, actual, where)

    def _found(self, claim: str, expected: str, actual: str, where: tuple[str, int] | None = None, /) -> None:
        step, index = where or self._where
        found = Finding(expected, actual, step, index, code=f"history.{claim}")
        self.weighed.findings.setdefault(claim, found)


def _state(exchange: Exchange) -> State | None:
    """What an answer shows of the item that is written; None: nothing that can be told."""
    item = exchange.facts.item
    if exchange.status in _GONE:
        return ABSENT
    if exchange.status != _OK or item is None:
        return None
    return state_of(item.value) if item.there and not item.gone else ABSENT


def _listed(states: frozenset[State]) -> str:
    return " or ".join(sorted(_said(each) for each in states))


def _said(state: State) -> str:
    return f"the item with {state[1]!r}" if state[0] else "no such item"
