"""One client cache of one scenario: the passed time, and what reached the server.

It knows no caching rule: those are the engine's (`rfc9111.py`), which is handed in. What reached the
server is seen here, beneath the engine, from what `send` brought, and never from what the engine says.
A cache belongs to one lane; two threads must not ask it at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from conformance.clients.records import ClientKind, Contact, Origin, Seen, Send, Through
from conformance.model import Headers

_CONDITIONS: Final = frozenset({"if-none-match", "if-modified-since"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine gives back; `stored` as in Through."""

    status: int
    reason: str
    headers: Headers
    content: bytes
    stored: bool | None


class Engine(Protocol):
    """A cache: it answers a GET, or asks the origin that it was made with."""

    def get(self, url: str, headers: Headers) -> Answer:
        """Answer from what is kept, or by asking the origin."""


@dataclass(slots=True)
class Beneath:
    """What lies beneath an engine: the way to the server, what came by it, and the passed time."""

    send: Send
    passed: float = 0.0
    seen: list[Seen] = field(default_factory=list)

    def ask(self, method: str, url: str, headers: Headers, shown: Callable[[Headers], Headers]) -> Origin:
        """Have one exchange with the server, and give its answer back with the fields as they are `shown`."""
        origin = self.send(method, url, headers, b"")
        rewritten = shown(origin.headers)
        conditional = any(name.lower() in _CONDITIONS for name, _ in headers)
        self.seen.append(Seen(headers, conditional, origin.status, rewritten, self.passed))
        return Origin(origin.status, origin.reason, rewritten, origin.content)


class ClientCache:
    """A cache between a check and the server.

    Args:
        kind: a row of CLIENTS.
        send: does one real exchange with the server.
        engine: makes the cache proper.
    """

    def __init__(self, kind: ClientKind, send: Send, engine: Callable[[ClientKind, Beneath], Engine]) -> None:
        self.kind: Final = kind
        self._beneath = Beneath(send)
        self._engine = engine(kind, self._beneath)

    @property
    def age(self) -> float:
        """The seconds that have passed for this cache in all."""
        return self._beneath.passed

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Every answer that the cache got to see in all, in order."""
        return tuple(self._beneath.seen)

    def pass_time(self, seconds: float) -> None:
        """Let time pass for this cache, and for nothing else."""
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"time goes forwards by a number of seconds, not by {seconds!r}")
        self._beneath.passed += seconds

    def read(self, url: str, headers: Headers = ()) -> Through:
        """GET through the cache.

        Raises:
            NoAnswer: as `send` raised it; the cache is what it was before.
        """
        before = len(self._beneath.seen)
        answer = self._engine.get(url, headers)
        seen = tuple(self._beneath.seen[before:])
        return Through(
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            content=answer.content,
            contact=_contact(seen),
            seen=seen,
            stored=answer.stored,
            at=self.age,
        )


def _contact(seen: tuple[Seen, ...]) -> Contact:
    if not seen:
        return "none"
    return "conditional" if all(each.conditional for each in seen) else "full"
