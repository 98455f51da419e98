"""The nouns of this room: what goes in, what comes through, and what was asked beneath."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from conformance.model import Headers, WireFault

Contact = Literal["none", "conditional", "full"]


@dataclass(frozen=True, slots=True)
class ClientKind:
    """A row of CLIENTS; `says` completes "asked through ...".

    Args:
        shared: whether it serves many users, which is what `private` and `s-maxage` are about.
    """

    shared: bool
    says: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The server's answer as it came, before anything is rewritten for the cache."""

    status: int
    reason: str
    headers: Headers
    content: bytes


Send = Callable[[str, str, Headers, bytes], Origin]
"""Method, absolute URL, headers, body -> the server's answer; raises NoAnswer where there is none."""


class NoAnswer(Exception):  # noqa: N818 - what happened, not a defect
    """The server gave no whole answer. `send` raises it, and it passes through the cache as it is."""

    def __init__(self, fault: WireFault) -> None:
        self.fault = fault
        super().__init__(fault.says)


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer as the cache got to see it: what the oracle has to be asked about.

    Args:
        asked: the header fields of the request that reached `send`.
        headers: of the answer, rewritten as `rewriting.py` says. `Date` is the moment of receipt:
            the answer is 0 s old when it comes, and `through.at - seen.at` seconds old at a later read.
        at: the seconds that had passed when it came.
    """

    asked: Headers
    conditional: bool
    status: int
    headers: Headers
    at: float


@dataclass(frozen=True, slots=True)
class Through:
    """What the client got, and how.

    Args:
        reason: the standard phrase where the answer is a stored one.
        headers: as the client saw them: names in lower case, fields of one name side by side.
        content: the body without the transfer coding, any content coding left on.
        contact: none (nothing reached the server), conditional (each request had If-None-Match or
            If-Modified-Since), full (one had not); counted beneath the cache.
        seen: the answers that this read brought from the server, in order; more than one where the
            cache could not use a 304.
        stored: whether the cache keeps the server's whole answer; None where it answered from an
            entry that it had, so that there was nothing new to keep.
        at: the seconds that had passed when it was asked.
    """

    status: int
    reason: str
    headers: Headers
    content: bytes
    contact: Contact
    seen: tuple[Seen, ...]
    stored: bool | None
    at: float
