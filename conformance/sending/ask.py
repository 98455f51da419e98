"""What is asked and how, as values: between the verbs, which decide, and the context, which sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from conformance.model import Headers, Resource

if TYPE_CHECKING:  # so that the verbs, and with them the planner, need no sockets
    from conformance.wire import Lane


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, before it is sent."""

    method: str
    path: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class How:
    """How a request is to be sent.

    Args:
        of: another resource than the context's own.
        fresh: on a new connection. stray: watch for bytes after an answer without a body.
        lane: another lane than the context's own, for bursts.
    """

    of: Resource | None = None
    fresh: bool = False
    stray: bool = False
    lane: Lane | None = None


PLAIN: Final = How()
