"""Bytes in, one answer out: where its head ends, how long its body is, what is left over.

Rules of this file: no socket and no clock, so every hostile answer can be fed to it as bytes.
h11 decides what is HTTP and what is not (`parser.py`). One shortcut stands before it, for the
common answer: its head in one piece, HTTP/1.1, a Content-Length or no body at all, and nothing
that needs thought. It takes only what h11 takes, and a test holds the two to equal results.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from conformance.model import Headers
from conformance.wire.answer import Answer, Broken, Limits, field_pairs

if TYPE_CHECKING:
    from conformance.wire.parser import Parser

__all__ = ["Incoming"]

RAW = 2048  # so many first bytes are evidence enough
_MOST_DIGITS = 18

_VALUE = rb"[\t\x20-\x7e\x80-\xff]*"
_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PLAIN = re.compile(
    rb"HTTP/1\.1 ([2-9][0-9][0-9])(?: (" + _VALUE + rb"))?\r\n((?:" + _NAME + rb":" + _VALUE + rb"\r\n)*)\r\n"
)
_END = b"\r\n\r\n"
_OF_INTEREST = frozenset({len("connection"), len("content-length"), len("transfer-encoding")})


@lru_cache(maxsize=32)  # answers that differ in their bodies only, or in nothing, come one after the other
def _head(head: bytes) -> tuple[int, str, Headers, int, bool] | None:
    """Of a head that needs no thought: status, reason, fields, length or -1, whether more may be asked."""
    match = _PLAIN.fullmatch(head)
    if match is None:
        return None
    headers = field_pairs(match[3].decode("latin-1").split("\r\n"))
    length = -1
    reusable = True
    for name, value in headers:
        if len(name) not in _OF_INTEREST:
            continue
        lower = name.lower()
        if lower == "content-length":
            if length >= 0 or not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
                return None
            length = int(value)
        elif lower == "connection":
            reusable = reusable and "close" not in [each.strip() for each in value.lower().split(",")]
        elif lower == "transfer-encoding":
            return None
    return int(match[1]), (match[2] or b"").decode("latin-1"), headers, length, reusable


class Incoming(Answer):
    """An answer that is fed with bytes as they come; a class and not a wrapper, for speed."""

    __slots__ = ("_parser", "_shortcut")

    def __init__(self, method: str, limits: Limits, *, shortcut: bool = True) -> None:
        super().__init__(method, limits)
        self._parser: Parser | None = None
        self._shortcut = shortcut

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
            if self._shortcut and self._plain(data):
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

    # ------------------------------------------------------------------ the shortcut

    def _plain(self, data: bytes) -> bool:
        """Take the common answer; False leaves everything to h11, untouched."""
        end = data.find(_END) + len(_END)
        head = _head(data[:end]) if end >= len(_END) else None
        if head is None:
            return False
        status, reason, headers, length, reusable = head
        bodiless = self.has_no_body(status)
        if length < 0 and not bodiless:
            return False
        self.cap_head(end)
        self.status = status
        self.reason = reason
        self.version = "HTTP/1.1"
        self.headers = headers
        self.bodiless = bodiless
        self.reusable = reusable
        self.expected = 0 if bodiless else length
        self.cap_body(self.expected)
        self.wire_bytes = end + self.expected
        self._more(data[end:])
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
