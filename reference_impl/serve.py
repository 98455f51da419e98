"""Serving the app over real HTTP: in a thread of this process, or in the foreground.

Tests and the suite's embedded reference use `start`; the command uses `serve`.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Protocol, Self

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reference_impl.app import build
from reference_impl.caching import http_date
from reference_impl.settings import Clock, Settings

_STARTING_SECONDS = 10.0
_STOPPING_SECONDS = 10.0
_TURNS = 3  # of the loop, until what was accepted is served


class Engine(Protocol):
    """Something that serves an app on a socket."""

    async def run(self, sock: socket.socket, ready: Callable[[], None]) -> None:
        """Serve until stopped; `ready` is called once requests are answered."""

    def stop(self) -> None:
        """End `run`, from any thread."""


class UvicornEngine:
    """uvicorn, on one socket, with Date taken from the app's clock."""

    def __init__(self, app: ASGIApp, *, log_level: str = "critical") -> None:
        config = uvicorn.Config(
            app,
            http="h11",
            lifespan="on",
            log_config=None,
            log_level=log_level,
            access_log=False,
            date_header=False,
            server_header=False,  # of no use to a client, and in every answer
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config)

    async def run(self, sock: socket.socket, ready: Callable[[], None]) -> None:
        """See `Engine`."""
        self._server.ready = ready
        await self._server.serve(sockets=[sock])

    def stop(self) -> None:
        """See `Engine`."""
        self._server.stop()


class _Server(uvicorn.Server):
    """A server that says when it has started and ends when told to, where uvicorn's own is polled."""

    ready: Callable[[], None]

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self.should_exit = True
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.stop()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self._stopping.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self.ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End as uvicorn does, with no connection half taken, but at once where nobody is being served."""
        for each in self.servers:
            await accept_no_more(each)
        if self.server_state.connections or self.server_state.tasks:
            await super().shutdown(sockets=sockets)  # which takes 0.1 s at least
            return
        for taking in (*self.servers, *(sockets or ())):
            taking.close()
        if not self.force_exit:
            await self.lifespan.shutdown()


class Running:
    """A server in a daemon thread of this process, until it is closed."""

    def __init__(self, make: Callable[[], Engine], sock: socket.socket) -> None:
        self.port: int = sock.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._make = make  # called in the loop that will run what it makes
        self._sock = sock
        self._engine: Engine | None = None
        self._ended: BaseException | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"reference:{self.port}", daemon=True)
        self._thread.start()
        if not self._ready.wait(_STARTING_SECONDS) or self._ended is not None:
            self.close()
            raise RuntimeError(f"the reference did not start: {self._ended}") from self._ended

    def close(self) -> None:
        """Stop serving and wait for the end of it; a second time does nothing."""
        if self._engine is not None:
            self._engine.stop()
        self._thread.join(_STOPPING_SECONDS)
        self._sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - whatever it is, `start` is waiting for it
            self._ended = error
        finally:
            if not self._ready.is_set():
                self._ended = self._ended or RuntimeError("it ended before it was ready")
            self._ready.set()

    async def _serve(self) -> None:
        self._engine = self._make()
        await self._engine.run(self._sock, self._ready.set)


def start(
    settings: Settings | None = None, port: int = 0, build: Callable[[Settings], ASGIApp] = build
) -> Running:
    """Serve on loopback, on a free port unless one is given, from a thread of this process."""
    chosen = settings or Settings()
    return Running(lambda: engine(build(chosen), chosen), listen("127.0.0.1", port))


def serve(make: Callable[[], Engine], sock: socket.socket, ready: Callable[[], None]) -> None:
    """Serve in the foreground until a signal comes; `make` is called in the loop that will run the engine."""

    async def run() -> None:
        await make().run(sock, ready)

    asyncio.run(run())


def listen(host: str, port: int) -> socket.socket:
    """A socket that already takes connections, so that no client comes too early."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named; without it, each answer
    # on a kept connection waits 40 ms for an acknowledgement between its head and its body.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(1024)
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


async def accept_no_more(server: asyncio.Server) -> None:
    """Before a server is closed: Python 3.11 never closes what it accepts in that moment."""
    loop = asyncio.get_running_loop()
    for sock in server.sockets:
        with suppress(NotImplementedError):  # of Windows' loop
            loop.remove_reader(sock.fileno())
    for _ in range(_TURNS):
        await asyncio.sleep(0)


def engine(app: ASGIApp, settings: Settings, *, log_level: str = "critical") -> Engine:
    """What serves an app; to be called in the loop that will run it."""
    return UvicornEngine(dated(app, settings.clock), log_level=log_level)


def dated(app: ASGIApp, clock: Clock) -> ASGIApp:
    """The app with Date in each answer, from the app's own clock.

    uvicorn's Date can be a second old, and knows nothing of a clock that an embedder moves: Last-Modified
    would be later than it, which RFC 9110 8.8.2.1 forbids.
    """

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if not any(name.lower() == b"date" for name, _ in headers):
                    headers.append((b"date", http_date(clock()).encode()))
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, send_dated)

    return outer
