"""An ASGI app, served by uvicorn as `uvicorn main:app` would, on a socket that is handed in."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from email.utils import formatdate
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.server import ServerState

__all__ = ["StartFailed", "serve"]

_Headers = list[tuple[bytes, bytes]]
_now = time.time


class StartFailed(Exception):  # noqa: N818 - it is the app's failure
    """The app's lifespan did not start; the argument is what it logged."""


class _State(ServerState):
    """Uvicorn looks at the time once a second for its Date; after a move, that is too late."""

    def __init__(self) -> None:
        self._given: _Headers = []
        self._second = 0
        super().__init__()

    @property
    def default_headers(self) -> _Headers:
        """What goes with every answer, its Date of this second."""
        second = int(_now())
        if second != self._second:
            date = formatdate(second, usegmt=True).encode()
            self._given = [(n, date if n == b"date" else v) for n, v in self._given]
            self._second = second
        return self._given

    @default_headers.setter
    def default_headers(self, headers: _Headers) -> None:
        self._given = headers
        self._second = 0


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.server_state = _State()
        self._ready = ready
        self._loop = asyncio.get_running_loop()
        self._leaving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        heard = _Heard()
        logger = logging.getLogger("uvicorn.error")
        logger.addHandler(heard)
        try:
            await super().startup(sockets)
        except SystemExit:
            raise StartFailed("\n".join(heard.said)) from None
        finally:
            logger.removeHandler(heard)
        await self.on_tick(0)
        self._ready()

    async def main_loop(self) -> None:
        """Until told to go, at once: uvicorn looks only ten times a second whether it is."""
        await self._leaving.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._loop.call_soon_threadsafe(self._leaving.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """At once, but for requests under way: connections that nobody uses are worth no wait."""
        if self.server_state.tasks:
            await super().shutdown(sockets)
        else:
            await self.lifespan.shutdown()


class _Heard(logging.Handler):
    """What is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if not record.msg.startswith("Application startup failed"):  # what follows the reason
            self.said.append(self.format(record))


async def serve(app: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM.

    Raises:
        StartFailed: the lifespan says so.
    """
    config = uvicorn.Config(
        app,
        interface="asgi3",
        ws="none",
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    await _Server(config, ready).serve(sockets=[listening])
