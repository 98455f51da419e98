"""A server that runs, flawed or odd, its clock in our hands, and what it answers to requests one by one."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx

from helpers.clocks import StandingClock
from reference_impl.settings import Settings
from reference_impl.twisted.serve import start

__all__ = ["ITEMS", "PEN", "REPORTS", "TIME", "TTL", "Fields", "Served", "Site"]

TTL = 30.0
TIME, ITEMS, REPORTS = "/cached-time/", "/items/", "/reports/"
PEN = {"name": "Pen", "description": "Blue", "price": 1.5}


Fields = dict[str, str] | dict[bytes, bytes]


@dataclass
class Served:
    """A running server, a flaw or a variant, with its clock."""

    flaw: str = ""
    variant: str = ""
    clock: StandingClock = field(default_factory=StandingClock)
    stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.settings = Settings(ttl=TTL, clock=self.clock, cost=0.0)
        self.running = self.stack.enter_context(start(self.settings, self.flaw, self.variant))

    def ask(self, method: str, path: str, fields: Fields | None = None, **more: Any) -> httpx.Response:
        """A request on a connection of its own."""
        transport = httpx.HTTPTransport(verify=False)  # no TLS here, and making a context takes its time
        with httpx.Client(transport=transport, base_url=self.running.url) as client:
            return client.request(method, path, headers=fields, **more)

    def raw(self, method: str, path: str, *fields: str, body: bytes = b"") -> bytes:
        """All bytes of an answer, up to the end of the connection."""
        lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *fields]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        with socket.create_connection(("127.0.0.1", self.running.port)) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            return b"".join(iter(lambda: connection.recv(4096), b""))


class Site(Served):
    """A flawed server, and what there is to see of its list, its tags and its cache."""

    def get(self, path: str = ITEMS) -> httpx.Response:
        return self.ask("GET", path)

    def tag(self, path: str = ITEMS) -> str:
        return str(self.get(path).headers["etag"])

    def matching(self, tag: str, path: str = ITEMS) -> httpx.Response:
        return self.ask("GET", path, {"If-None-Match": tag})

    def hit(self, path: str = ITEMS) -> httpx.Response:
        """The answer to the current tag."""
        self.get(path)
        return self.matching(self.tag(path), path)

    def patch(self, **data: Any) -> httpx.Response:
        return self.ask("PATCH", "/items/2", json=data)

    def cached(self, path: str = TIME) -> Any:
        return self.get(path).json()["cached"]

    def policy(self, path: str) -> str | None:
        value: str | None = self.get(path).headers.get("cache-control")
        return value

    def raw_after_304(self) -> bytes:
        """What comes behind the head of a 304, up to the end of the connection."""
        whole = self.raw("GET", ITEMS, f"If-None-Match: {self.tag()}")
        return whole.partition(b"\r\n\r\n")[2]
