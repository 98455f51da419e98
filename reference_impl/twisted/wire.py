"""A small HTTP/1.1 server that writes its answers by hand, for what a real one would mend or refuse.

It reads requests by h11, asks an ASGI app, and hands request and answer to a `render`, whose bytes go out as
they are. It is for deliberately odd servers on loopback, and for nothing else.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from http import HTTPStatus
from types import EllipsisType
from typing import Any

import h11
from starlette.types import ASGIApp, Message

from reference_impl.serve import accept_no_more
from reference_impl.twisted.asgi import Answer, Asked, ask

CLOSE = ...  # in place of bytes: close the connection
Render = Callable[[Asked, Answer], Iterable[bytes | float | EllipsisType]]
"""What happens on the wire for an answer: bytes are written, a number is a pause in seconds, CLOSE closes."""

_IDLE_SECONDS = 5.0
_CHUNK = 65536
_LINE_END = b"\r\n"


def head(answer: Answer, version: str = "1.1", reason: str | None = None) -> bytes:
    """Status line and fields of an answer, as any server writes them."""
    phrase = HTTPStatus(answer.status).phrase if reason is None else reason
    lines = [
        f"HTTP/{version} {answer.status} {phrase}",
        *(f"{name}: {value}" for name, value in answer.fields),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def content(asked: Asked, answer: Answer) -> bytes:
    """The body where this answer has one."""
    return b"" if asked.method == "HEAD" or answer.status in {204, 304} else answer.body


def plain(asked: Asked, answer: Answer) -> Iterable[bytes | float | EllipsisType]:
    """An answer as it ought to be."""
    yield head(answer) + content(asked, answer)


class RawServer:
    """Serves one app on one socket until it is told to stop."""

    def __init__(
        self, app: ASGIApp, render: Render = plain, *, one_at_a_time: bool = False, hasty: bool = False
    ) -> None:
        self._app = app
        self._render = render
        self._hasty = hasty
        self._turn = asyncio.Semaphore(1 if one_at_a_time else 1000)
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self, sock: socket.socket, ready: Callable[[], None]) -> None:
        """Serve; `ready` is called once connections are answered."""
        self._loop = asyncio.get_running_loop()
        lifespan = _Lifespan(self._app)
        await lifespan.startup()
        server = await asyncio.start_server(self._accept, sock=sock)
        ready()
        await self._stopping.wait()
        await accept_no_more(server)
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await lifespan.shutdown()

    def stop(self) -> None:
        """End `run`; may be called from another thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - we are in one
        self._tasks.add(task)
        try:
            async with self._turn:
                await self._talk(reader, writer)
        except (OSError, TimeoutError, asyncio.CancelledError, h11.RemoteProtocolError):
            pass  # the client left, or we stop
        finally:
            self._tasks.discard(task)
            writer.transport.abort() if self._stopping.is_set() else writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rest = b""
        while True:
            read = await asyncio.wait_for(_read(reader, writer, rest, hasty=self._hasty), _IDLE_SECONDS)
            if read is None:
                return
            scope, body, rest, last = read
            bodies = [body]

            async def receive(bodies: list[bytes] = bodies) -> Message:
                if bodies:
                    return {"type": "http.request", "body": bodies.pop(), "more_body": False}
                return {"type": "http.disconnect"}

            answer = await ask(self._app, scope, receive)
            for part in self._render(Asked.of(scope), answer):
                if isinstance(part, EllipsisType):
                    return
                if isinstance(part, float):
                    await asyncio.sleep(part)
                else:
                    writer.write(part)
                    await writer.drain()
            if last:
                return


async def _read(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rest: bytes, *, hasty: bool = False
) -> tuple[dict[str, Any], bytes, bytes, bool] | None:
    """The next request: its scope, its body, what came behind it, and whether the connection ends with it.

    A hasty reader takes the first lines that come for the whole header.
    """
    parser = h11.Connection(h11.SERVER)
    came = rest
    if rest:
        parser.receive_data(rest)
    request, body, cut = None, b"", False
    while True:
        event = parser.next_event()
        if event is h11.NEED_DATA:
            if parser.they_are_waiting_for_100_continue:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            data = await reader.read(_CHUNK)
            cut = hasty and data.endswith(_LINE_END) and _LINE_END * 2 not in data
            came += data
            parser.receive_data(data + _LINE_END if cut else data)
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and request is not None:
            last = cut or parser.their_state is h11.MUST_CLOSE
            return _scope(request, came, writer), body, parser.trailing_data[0], last
        else:
            return None


def _scope(request: h11.Request, came: bytes, writer: asyncio.StreamWriter) -> dict[str, Any]:
    """As ASGI has it, and under `extensions` the header as it came, which ASGI does not tell."""
    path, _, query = request.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": request.http_version.decode(),
        "method": request.method.decode(),
        "scheme": "http",
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": list(request.headers),
        "client": writer.get_extra_info("peername")[:2],
        "server": writer.get_extra_info("sockname")[:2],
        "extensions": {"head": came.partition(_LINE_END * 2)[0]},
    }


class _Lifespan:
    """The start and end of an app, as ASGI has it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._outbox: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def startup(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self._task = asyncio.ensure_future(self._app(scope, self._inbox.get, self._outbox.put))
        await self._exchange("lifespan.startup")

    async def shutdown(self) -> None:
        await self._exchange("lifespan.shutdown")
        if self._task is not None:
            await self._task

    async def _exchange(self, kind: str) -> None:
        await self._inbox.put({"type": kind})
        told = await self._outbox.get()
        if told["type"] != f"{kind}.complete":
            raise RuntimeError(told.get("message", told["type"]))
