"""Bytes in, one answer out: where its head ends, how long its body is, what is left over.

Rules of this file: no socket and no clock, so every hostile answer can be fed to it as bytes.
h11 decides what is HTTP and what is not (`parser.py`). One shortcut stands before it, for the
common answer: its head in one piece, HTTP/1.1, a Content-Length or no body at all, and nothing
that needs thought. It takes only what h11 takes, and a test holds the two to equal results.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.model import FaultKind, Headers

if TYPE_CHECKING:
    from conformance.wire.parser import Parser

__all__ = ["Answer", "Broken", "Limits", "field_pairs"]

RAW = 2048  # so many first bytes are evidence enough
_MOST_DIGITS = 18
_NO_BODY = (204, 304)
_START = b"HTTP/"

_VALUE = rb"[\t\x20-\x7e\x80-\xff]*"
_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PLAIN = re.compile(
    rb"HTTP/1\.1 ([2-9][0-9][0-9])(?: (" + _VALUE + rb"))?\r\n((?:" + _NAME + rb":" + _VALUE + rb"\r\n)*)\r\n"
)
_OF_INTEREST = frozenset({len("connection"), len("content-length"), len("transfer-encoding")})


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
    """One answer, fed with bytes as they come, and how far it got.

    `first` are its first bytes, for evidence. `status` is 0 until the final head is in.
    `expected` is the length of the body, or -1 where only its end will tell.
    `bodiless`: it can't have a body. `reusable`: the connection may carry another request.
    """

    __slots__ = (
        "_parser",
        "_shortcut",
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

    def __init__(self, method: str, limits: Limits, *, shortcut: bool = True) -> None:
        self._parser: Parser | None = None
        self._shortcut = shortcut
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

    def feed(self, data: bytes) -> bool:
        """Take what came (not empty); whether the answer is complete.

        Raises:
            Broken: it is no HTTP, or past a limit.
        """
        self.received += len(data)
        if len(self.first) < RAW:
            self.first += data[: RAW - len(self.first)]
        if self._parser is None:
            if self.status:
                return self._more(data)
            if self._shortcut and (match := _PLAIN.match(data)) and self._plain(data, match):
                return self.complete
            self._parser = self._thinking()
        return self._parser.feed(data)

    def end(self) -> None:
        """The server closed the connection; the answer is complete now, or never.

        Raises:
            Broken: it is not.
        """
        if self._parser is not None and self._parser.end():
            return
        raise Broken("closed", f"the server closed the connection {self.where()}")

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

    # ------------------------------------------------------------------ shared with parser.py

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

    # ------------------------------------------------------------------ the shortcut

    def _plain(self, data: bytes, match: re.Match[bytes]) -> bool:
        """Take the common answer; False leaves everything to h11, untouched."""
        headers = field_pairs(match[3].decode("latin-1").split("\r\n"))
        length = -1
        reusable = True
        for name, value in headers:
            if len(name) not in _OF_INTEREST:
                continue
            lower = name.lower()
            if lower == "content-length":
                if length >= 0 or not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
                    return False
                length = int(value)
            elif lower == "connection":
                reusable = reusable and "close" not in [each.strip() for each in value.lower().split(",")]
            elif lower == "transfer-encoding":
                return False
        status = int(match[1])
        bodiless = self.has_no_body(status)
        if length < 0 and not bodiless:
            return False
        self.cap_head(match.end())
        self.status = status
        self.reason = (match[2] or b"").decode("latin-1")
        self.version = "HTTP/1.1"
        self.headers = headers
        self.bodiless = bodiless
        self.reusable = reusable
        self.expected = 0 if bodiless else length
        self.cap_body(self.expected)
        self.wire_bytes = match.end() + self.expected
        self._more(data[match.end() :])
        return True

    def _more(self, data: bytes) -> bool:
        """Take more of a body whose length is known."""
        missing = self.expected - self.length
        if len(data) < missing:
            self.body += data
            self.length += len(data)
            return False
        if len(data) > missing:
            data, self.leftover = data[:missing], data[missing:]
        self.content = bytes(self.body + data) if self.body else data
        self.length = self.expected
        self.complete = True
        return True

    def _thinking(self) -> Parser:
        from conformance.wire.parser import Parser  # noqa: PLC0415 (most runs need no h11, 20 ms)

        return Parser(self)


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
