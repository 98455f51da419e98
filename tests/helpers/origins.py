"""Origins behind a client cache, scripted and in this process."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import formatdate

from conformance.clients import CLIENTS, ClientCache, Contact, NoAnswer, Origin
from conformance.fields import field_value
from conformance.model import Headers, WireFault

__all__ = ["DATE", "GONE", "KINDS", "NOON", "URL", "Scripted", "contacts", "policy"]

URL = "http://origin.example/items"
KINDS = tuple(CLIENTS)
NOON = datetime(2026, 11, 4, 12, 0, 0, tzinfo=UTC)
DATE = "Wed, 04 Nov 2026 12:00:00 GMT"
GONE = WireFault("reset", "the connection broke")


class Scripted:
    """An origin that answers 304 where the condition holds, on its own, maybe wrong, clock."""

    def __init__(self, *fields: tuple[str, str], etag: str | None = '"v1"', clock: float | None = 0) -> None:
        self.fields = fields
        self.etag = etag
        self.clock = clock
        self.content = b'{"a": 1}'
        self.requests: list[tuple[str, str, Headers, bytes]] = []
        self.fault: WireFault | None = None
        self.on_304: tuple[tuple[str, str], ...] | None = None

    def __call__(self, method: str, url: str, headers: Headers, body: bytes) -> Origin:
        self.requests.append((method, url, headers, body))
        if self.fault is not None:
            raise NoAnswer(self.fault)
        always: Headers = ()
        if self.clock is not None:
            always += (("Date", formatdate(time.time() + self.clock, usegmt=True)),)
        if self.etag is not None:
            always += (("ETag", self.etag),)
        if self.etag is not None and field_value(headers, "if-none-match") == self.etag:
            return Origin(304, "Not Modified", (*always, *(self.on_304 or self.fields)), b"")
        fields = (*always, *self.fields, ("Content-Type", "application/json"))
        return Origin(200, "Fine", fields, self.content)


def contacts(client: ClientCache, *moments: float) -> list[Contact]:
    """What reaches the origin by a read at each moment."""
    result: list[Contact] = []
    for moment in moments:
        client.pass_time(moment - client.age)
        result.append(client.read(URL).contact)
    return result


def policy(*lines: str) -> tuple[tuple[str, str], ...]:
    return tuple(("Cache-Control", line) for line in lines)
