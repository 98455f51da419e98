"""A client of the reference in this process, under a clock that the test moves: no socket, no thread."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from helpers.clocks import StandingClock
from reference_impl.app import build
from reference_impl.settings import Settings

__all__ = ["Client", "Fields"]

Fields = dict[str, str]


class Client:
    """Sends requests to one app."""

    def __init__(self, **settings: Any) -> None:
        self.clock = StandingClock()
        self.app = build(Settings(clock=self.clock, cost=0, **settings))

    def ask(
        self, method: str, path: str, fields: Fields | None = None, data: Any = None, **more: Any
    ) -> httpx.Response:
        return self.ask_many(1, method, path, headers=fields, **(more if data is None else {"json": data}))[0]

    def ask_many(self, times: int, method: str, path: str, **request: Any) -> list[httpx.Response]:
        async def send() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://reference") as client:
                return list(
                    await asyncio.gather(*(client.request(method, path, **request) for _ in range(times)))
                )

        return asyncio.run(send())

    def get(self, path: str, **fields: str) -> httpx.Response:
        return self.ask("GET", path, {name.replace("_", "-"): value for name, value in fields.items()})
