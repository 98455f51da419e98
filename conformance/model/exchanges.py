"""What was sent and received: bytes and times, immutable."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, Literal

from conformance.model.words import MISSING, Frozen, Headers, Json, Safe

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

JsonType = Literal["object", "array", "string", "number", "boolean", "null", "none"]


class Request(Frozen, frozen=True):
    """One request as it was sent: `target` as it stands in the request line, `body` its bytes.

    What is the same in all of a run is not in it: the server's scheme and authority, which the report tells
    once; Host, where it is that authority (RFC 9110 7.2); the suite's own User-Agent.

    Args:
        target: path and query, with the base URL's own path (RFC 9112 3.2.1).
    """

    method: Safe = "GET"
    target: str = ""
    headers: Headers = ()
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path alone."""
        return self.target.partition("?")[0]

    @property
    def representation(self) -> tuple[str, Headers]:
        """What chooses it: all but the method, conditions and a range; names in lower case."""
        if not self.headers:
            return self.target, ()
        fields = ((name.lower(), value) for name, value in self.headers)
        return self.target, tuple(
            sorted((n, v) for n, v in fields if n != "range" and not n.startswith("if-"))
        )


class Body(Frozen, frozen=True, array_like=True):
    """A body by length and digest; `content` is None where it was too large to be kept.

    Args:
        length: bytes on the wire after the transfer coding is taken off.
        digest: the first 16 hex digits of its SHA-256: to tell bodies apart, not to sign them.
    """

    length: int
    digest: Safe
    content: bytes | None = None


def digest_of(content: bytes) -> str:
    """By which equal bytes are known: see `Body`."""
    return hashlib.sha256(content).hexdigest()[:16]


HTTP_1_1: Final = "HTTP/1.1"
OK: Final = "OK"
"""The one object for each, since a report leaves out what is at its default by identity."""


NO_BODY: Final = Body(0, "")
"""An empty body: what it was cut from makes no difference, so it is one object, and left out."""


class Response(Frozen, frozen=True):
    """One final answer.

    Args:
        wire_bytes: head and body as they came, in bytes (interim answers and stray bytes excluded).
        interim: the status codes of the 1xx answers that came first.
        stray: bytes that follow a complete answer that has no body, such as a body after a 304.
    """

    status: int
    reason: str = OK
    headers: Headers = ()
    body: Body = NO_BODY
    wire_bytes: int = 0
    version: str = HTTP_1_1
    interim: tuple[int, ...] = ()
    stray: bytes = b""


class WireFault(Frozen, frozen=True):
    """Why there is no (whole) answer: `says` is a sentence for a person, `raw` the first bytes that came."""

    kind: FaultKind
    says: str
    raw: bytes = b""


class ItemFacts(Frozen, frozen=True):
    """How the item that a write is about looks in an answer.

    Args:
        there: whether it is there. value: of the field that was changed.
        gone: whether it says of itself that it was removed.
    """

    there: bool
    value: Json = MISSING
    gone: bool = False


class Slice(Frozen, frozen=True):
    """Some bytes of a body that an answer holds, as its Content-Range says.

    Args:
        first, last: their positions, both inclusive; None where no valid Content-Range says them.
        whole: how long the whole is; None where it is not said.
        length, digest: of what is there. due: the digest of what is at these positions of the whole, or "".
    """

    first: int | None
    last: int | None
    whole: int | None
    length: int
    digest: Safe
    due: Safe = ""


class Slices(Frozen, frozen=True):
    """What a 206 holds, beside the whole that was read before it.

    Args:
        of: the digest of that whole; "" where none was read.
        multipart: whether its parts stand in one body. broken: why they can't be read (any further), or "".
    """

    slices: tuple[Slice, ...] = ()
    of: Safe = ""
    multipart: bool = False
    broken: Safe = ""


class Decoded(Frozen, frozen=True):
    """What a body with a content coding is without it; where it could not be looked into, it has no digest.

    Args:
        codings: their names, the last that was put on at the end.
        length, digest: of the content.
        fault: why it can't be decoded, or "".
        capped: whether it goes on beyond what is looked at: then `length` is what was seen of it.
        told: whether Content-Encoding names them, or the bytes alone.
    """

    codings: str
    length: int = 0
    digest: Safe = ""
    fault: str = ""
    capped: bool = False
    told: bool = True


class Facts(Frozen, frozen=True):
    """What is to be known of an answer beyond its fields, read once, when it arrived.

    Judging sees these and never the body, so a body need not be kept.

    Args:
        json: the type of the JSON text, or "none" where the body is no JSON.
        constant: NaN or Infinity, where that is all that keeps the body from being JSON.
        members: name -> JSON type, of a top-level object, where the target declares its members.
        items: how many items the list has, or None where there is no list.
        value, hit: what the target's pointers point to; MISSING where they point to nothing.
        item: of the item that a write is about.
        slices: of a 206: which bytes it holds.
        decoded: of a body that has a content coding.
        wants: of a 428: the words in its content that say which condition to send.
        redirected: the path that answered instead, where it differs in the final slash only.
        login_ended: the number of the request in the run at which a server that had answered us before
            did not know us any more; 0: it knows us, or never did.
    """

    json: JsonType = "none"
    constant: Safe = ""
    members: Mapping[str, JsonType] | None = None
    items: int | None = None
    value: Json = MISSING
    hit: Json = MISSING
    item: ItemFacts | None = None
    slices: Slices | None = None
    decoded: Decoded | None = None
    wants: tuple[Safe, ...] = ()
    redirected: str = ""
    login_ended: int = 0


NO_FACTS: Final = Facts()


class Exchange(Frozen, frozen=True):
    """One request and what came of it, immutable.

    Args:
        sent_at: when the first byte was about to be sent, seconds on the run's clock.
        received_at: when the last byte of the answer had come (or the fault was noticed).
        connection: which connection of this run carried it, counted from 1 (0: none was made).
        facts: what `content/facts.py` read from the answer.
        through: the client cache that was asked, or None.
        contact: with `through`: none (answered from the cache), conditional, full.
    """

    request: Request
    response: Response | None = None
    fault: WireFault | None = None
    sent_at: float = 0.0
    received_at: float = 0.0
    connection: int = 0
    facts: Facts = NO_FACTS
    through: Safe | None = None
    contact: Literal["none", "conditional", "full"] | None = None

    @property
    def status(self) -> int | None:
        """The status code, or None where no answer came."""
        return self.response.status if self.response else None

    @property
    def digest(self) -> str:
        """Of the answer's body, by which equal bodies are known; "" where there is none."""
        return self.response.body.digest if self.response else ""

    @property
    def headers(self) -> Headers:
        """The answer's fields; empty where none came."""
        return self.response.headers if self.response else ()
