"""One request, as a record and as bytes.

Rules of this file: exactly the headers asked for go out, with Host, User-Agent and the length of a
body beside them (RFC 9110 7.2, 10.1.5, 8.6) and nothing else. What is wrong with a request is a
fault of ours: the loaders let nothing through that is no HTTP.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from conformance.errors import HarnessError
from conformance.fields import field_value
from conformance.model import Headers, Request

__all__ = ["NEUTRAL", "compose", "encode", "unconditional"]

NEUTRAL: Final = "Mozilla/5.0"
"""A User-Agent by which no server can tell who asks."""

# Methods that expect content: "Content-Length: 0" says that there is none (RFC 9110 8.6).
_WITH_CONTENT = frozenset({"POST", "PUT", "PATCH"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_SAME: Final = 64  # requests that come again and again, such as the plain read
_NO_VALUE = re.compile(r"[^\x01-\x09\x0b\x0c\x0e-\xff]")  # also what latin-1 does not have


@lru_cache(maxsize=_SAME)
def compose(method: str, where: str, headers: Headers, body: bytes) -> Request:
    """The record of a request: what is asked for, and the length of its body.

    `where` is the request target (RFC 9112 3.2.1), with the base URL's own path in it.

    Raises:
        HarnessError: it is no HTTP request.
    """
    if not _TOKEN.match(method) or method == "CONNECT":
        raise HarnessError(f"the method {method!r} can't be sent")
    given = set()
    for name, value in headers:
        if not _TOKEN.match(name):
            raise HarnessError(f"the header name {name!r} can't be sent: it is no token (RFC 9110 5.1)")
        if _NO_VALUE.search(value):
            why = "it holds a line end, a NUL or more than latin-1"
            raise HarnessError(f"the value {value!r} of {name} can't be sent: {why}")
        given.add(name.lower())
    if (body or method in _WITH_CONTENT) and given.isdisjoint(("content-length", "transfer-encoding")):
        headers = (*headers, ("Content-Length", str(len(body))))
    return Request(method, where, headers, body)


@lru_cache(maxsize=_SAME)
def encode(request: Request, authority: str, user_agent: str) -> bytes:
    """The bytes of a request (RFC 9112 2.1), with what is the same for all of a run."""
    lines = [f"{request.method} {request.target} HTTP/1.1\r\n"]
    if field_value(request.headers, "host") is None:
        lines.append(f"Host: {authority}\r\n")
    if field_value(request.headers, "user-agent") is None:
        lines.append(f"User-Agent: {user_agent}\r\n")
    lines += [f"{name}: {value}\r\n" for name, value in request.headers]
    lines.append("\r\n")
    return "".join(lines).encode("latin-1") + request.body


def unconditional(request: Request) -> Request:
    """The same request without its conditions (RFC 9110 13.1)."""
    kept = tuple(pair for pair in request.headers if not pair[0].lower().startswith("if-"))
    return Request(request.method, request.target, kept, request.body)
