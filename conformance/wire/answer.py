"""One answer as far as it has come, what it may take, and why there will be none.

Rules of this file: it holds and says, and reads no bytes; `framing.py` and `parser.py` do, and both
fill in the same `Answer`.
"""

from __future__ import annotations

from dataclasses import dataclass

from conformance.model import FaultKind, Headers

__all__ = ["Answer", "Broken", "Limits", "field_pairs"]

_NO_BODY = (204, 304)
_START = b"HTTP/"


class Broken(Exception):  # noqa: N818 (the server's doing, no error of ours)
    """There will be no whole answer; `says` is for a person."""

    def __init__(self, kind: FaultKind, says: str) -> None:
        self.kind: FaultKind = kind
        self.says = says
        super().__init__(says)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one exchange may take.

    Args:
        deadline: seconds for the whole of it, looking up the name included.
        header: bytes of one head.
        body: bytes of the body, its transfer coding taken off.
        interim: how many 1xx answers may come first.
        stray: bytes kept of what follows an answer.
    """

    deadline: float = 10.0
    header: int = 65536
    body: int = 5 * 1024 * 1024
    interim: int = 32
    stray: int = 4096


class Answer:
    """One answer as far as it has come; `framing.py` and `parser.py` fill it in.

    `first` are its first bytes, for evidence. `status` is 0 until the final head is in.
    `expected` is the length of the body, or -1 where only its end will tell.
    `bodiless`: it can't have a body. `reusable`: the connection may carry another request.
    """

    __slots__ = (
        "bodiless",
        "body",
        "complete",
        "content",
        "expected",
        "first",
        "headers",
        "interim",
        "leftover",
        "length",
        "limits",
        "method",
        "reason",
        "received",
        "reusable",
        "status",
        "version",
        "wire_bytes",
    )

    def __init__(self, method: str, limits: Limits) -> None:
        self.method = method
        self.limits = limits
        self.first = b""
        self.received = 0
        self.interim: tuple[int, ...] = ()
        self.status = 0
        self.reason = ""
        self.version = ""
        self.headers: Headers = ()
        self.bodiless = False
        self.expected = -1
        self.body = bytearray()  # as far as it came, while it is not complete
        self.length = 0
        self.complete = False
        self.content = b""
        self.wire_bytes = 0
        self.leftover = b""
        self.reusable = False

    def looks_like_http(self) -> bool:
        """Whether the first bytes are those of a status line, as far as they have come."""
        return self.first.startswith(_START[: self.received])

    def where(self) -> str:
        """How far it got, as the end of a sentence."""
        if not self.received:
            return "before any byte of an answer"
        if not self.status:
            answers = "1 interim answer" if len(self.interim) == 1 else f"{len(self.interim)} interim answers"
            after = f", after {answers}" if self.interim else ""
            return f"within the head of its answer{after} ({self.received} bytes had come)"
        if self.expected >= 0:
            return f"within the body, after {self.length} of {self.expected} bytes"
        return f"within the body, after {self.length} bytes of unknown total"

    def cap_head(self, length: int) -> None:
        """Refuse a head of more than the limit."""
        if length > self.limits.header:
            raise Broken("too-large", f"the head of the answer is longer than {self.limits.header} bytes")

    def cap_body(self, length: int) -> None:
        """Refuse a body of more than the limit, whether announced or come."""
        if length > self.limits.body:
            announced = f" (its Content-Length says {length})" if length == self.expected else ""
            raise Broken("too-large", f"the body is longer than {self.limits.body} bytes{announced}")

    def has_no_body(self, status: int) -> bool:
        """Whether an answer of that status ends with its head (RFC 9112 6.3, rule 1)."""
        return status in _NO_BODY or self.method == "HEAD"


def field_pairs(lines: list[str]) -> Headers:
    """Field lines as pairs, in order, repeated ones apart, without the space around a value.

    A line that begins with a space goes on from the one before (obs-fold, RFC 9112 5.2).
    """
    pairs: list[tuple[str, str]] = []
    for line in lines:
        if not line:
            continue
        if line[0] in " \t" and pairs:
            name, value = pairs.pop()
            more = line.strip(" \t")
            pairs.append((name, f"{value} {more}".strip(" ")))
            continue
        name, _, value = line.partition(":")
        pairs.append((name, value.strip(" \t")))
    return tuple(pairs)
