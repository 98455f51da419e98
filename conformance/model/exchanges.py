"""What was sent and received: bytes and times, immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from conformance.model.words import Headers, Json

FaultKind = Literal[
    "refused",  # nothing listens
    "dns",  # the host has no address
    "tls",  # the handshake failed
    "timeout",  # the deadline of the exchange passed
    "reset",  # the connection broke before or within the answer
    "closed",  # closed without (the whole of) an answer
    "too-large",  # past a cap of ours
    "malformed",  # bytes came that are no valid HTTP message
    "cancelled",  # we stopped it: the run's deadline, -x, Ctrl-C
]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it was sent: `url` is absolute, `body` its bytes."""

    method: str
    url: str
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Body:
    """A body by length and digest; `content` is None where it was too large to be kept.

    Args:
        length: bytes on the wire after the transfer coding is taken off.
        digest: "sha256:" and 32 hex digits (half a SHA-256: to tell bodies apart, not to sign them).
    """

    length: int
    digest: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Response:
    """One final answer.

    Args:
        wire_bytes: head and body as they came, in bytes (interim answers and stray bytes excluded).
        interim: the status codes of the 1xx answers that came first.
        stray: bytes that follow a complete answer that has no body, such as a body after a 304.
    """

    status: int
    reason: str
    version: str
    headers: Headers
    body: Body
    wire_bytes: int
    interim: tuple[int, ...] = ()
    stray: bytes = b""


@dataclass(frozen=True, slots=True)
class WireFault:
    """Why there is no (whole) answer: `says` is a sentence for a person, `raw` the first bytes that came."""

    kind: FaultKind
    says: str
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it, immutable.

    Args:
        sent_at: when the first byte was about to be sent, seconds on the run's clock.
        received_at: when the last byte of the answer had come (or the fault was noticed).
        connection: which connection of this run carried it, counted from 1 (0: none was made).
        facts: what `observe.py` read from the body; judging never opens the body itself, so that
            a large body need not be kept. Keys: json, members, value, hit, item, items.
        through: the client cache that was asked, or None.
        contact: with `through`: none (answered from the cache), conditional, full.
    """

    request: Request
    response: Response | None
    fault: WireFault | None
    sent_at: float
    received_at: float
    connection: int = 0
    facts: Mapping[str, Json] = field(default_factory=dict)
    through: str | None = None
    contact: Literal["none", "conditional", "full"] | None = None

    @property
    def status(self) -> int | None:
        """The status code, or None where no answer came."""
        return self.response.status if self.response else None

    @property
    def headers(self) -> Headers:
        """The answer's fields; empty where none came."""
        return self.response.headers if self.response else ()
