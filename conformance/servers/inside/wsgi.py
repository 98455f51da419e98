"""A WSGI app, served over HTTP/1.1 by a thread for each connection.

Small on purpose: of what PEP 3333 leaves to a server it adds the Date and the framing, and no more,
so that what the client sees is the app's own doing.
"""

from __future__ import annotations

import io
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from email.utils import formatdate
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import h11

__all__ = ["serve"]

_IDLE: Final = 15.0  # seconds that a connection is kept between requests
_BODY: Final = 64 << 20
_BODILESS: Final = frozenset({204, 304})
_HOP_BY_HOP: Final = frozenset({b"transfer-encoding", b"keep-alive", b"upgrade", b"proxy-connection"})


def serve(app: Any, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM."""
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    listening.setblocking(False)
    ready()
    while True:
        select.select([listening], [], [])
        try:
            connection, peer = listening.accept()
        except OSError:  # another worker was faster, or the client has thought better of it
            continue
        connection.setblocking(True)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=_Connection(app, connection, peer).main, daemon=True).start()


class _Connection:
    def __init__(self, app: Any, sock: socket.socket, peer: tuple[str, int]) -> None:
        self.app = app
        self.sock = sock
        self.peer = peer
        self.http = h11.Connection(h11.SERVER)

    def main(self) -> None:
        """Requests and answers, until one side has had enough."""
        try:
            with self.sock:
                self.sock.settimeout(_IDLE)
                while self._one():
                    self.http.start_next_cycle()
        except (OSError, h11.RemoteProtocolError):
            pass  # the client is gone, or speaks something else

    def _next(self) -> Any:
        while True:
            event = self.http.next_event()
            if event is not h11.NEED_DATA:
                return event
            if self.http.they_are_waiting_for_100_continue:
                self._send(h11.InformationalResponse(status_code=100, headers=[]))
            self.http.receive_data(self.sock.recv(1 << 16))

    def _send(self, event: h11.Event) -> None:
        data = self.http.send(event)
        if data:
            self.sock.sendall(data)

    def _one(self) -> bool:
        """One exchange; whether there can be another on this connection."""
        try:
            request = self._next()
            if not isinstance(request, h11.Request):
                return False
            body = bytearray()
            while isinstance(event := self._next(), h11.Data):
                body += event.data
                if len(body) > _BODY:
                    return self._refuse(413)
        except h11.RemoteProtocolError as problem:
            return self._refuse(problem.error_status_hint)
        answer = _Answer(self, request)
        try:
            answer.run(self.app, _environ(request, bytes(body), self.sock, self.peer))
        except OSError:
            raise
        except Exception:  # noqa: BLE001 - the app's, and it is told as any server would
            traceback.print_exc()
            if answer.begun:
                return False
            self._refuse(500)
        return self.http.our_state is h11.DONE and self.http.their_state is h11.DONE

    def _refuse(self, status: int) -> bool:
        if self.http.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            headers = [("Date", formatdate(usegmt=True)), ("Content-Length", "0"), ("Connection", "close")]
            self._send(h11.Response(status_code=status, headers=headers))
            self._send(h11.EndOfMessage())
        return False


class _Answer:
    """From `start_response` to the last byte."""

    def __init__(self, connection: _Connection, request: h11.Request) -> None:
        self.connection = connection
        self.bodiless = request.method == b"HEAD"
        self.begun = False
        self._head: tuple[str, list[tuple[str, str]]] | None = None

    def run(self, app: Any, environ: dict[str, Any]) -> None:
        """Call the app and send what it says."""
        chunks: Iterable[bytes] = app(environ, self._start_response)
        try:
            whole = isinstance(chunks, (list, tuple))
            for chunk in [b"".join(chunks)] if whole else chunks:
                if chunk or whole:
                    self._write(chunk, whole=whole)
            if not self.begun:
                self._write(b"", whole=True)
            self.connection._send(h11.EndOfMessage())  # noqa: SLF001 - the other half of this file
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        if exc_info and self.begun:
            raise exc_info[1].with_traceback(exc_info[2])
        if self._head is not None and not exc_info:
            raise RuntimeError("start_response was called twice")
        self._head = (status, headers)
        return self._write

    def _write(self, data: bytes, *, whole: bool = False) -> None:
        if not self.begun:
            self._begin(len(data) if whole else None)
        if data and not self.bodiless:
            self.connection._send(h11.Data(data=data))  # noqa: SLF001

    def _begin(self, length: int | None) -> None:
        if self._head is None:
            raise RuntimeError("the app answered without start_response")
        status, given = self._head
        code, _, reason = status.partition(" ")
        headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in given]
        headers = [(n, v) for n, v in headers if n.lower() not in _HOP_BY_HOP]
        names = {name.lower() for name, _ in headers}
        self.bodiless = self.bodiless or int(code) in _BODILESS
        if b"date" not in names:
            headers.append((b"Date", formatdate(time.time(), usegmt=True).encode()))
        if b"content-length" not in names and length is not None and not self.bodiless:
            headers.append((b"Content-Length", str(length).encode()))
        self.connection._send(  # noqa: SLF001
            h11.Response(status_code=int(code), headers=headers, reason=reason.encode("latin-1"))
        )
        self.begun = True


def _environ(request: h11.Request, body: bytes, sock: socket.socket, peer: tuple[str, int]) -> dict[str, Any]:
    target = request.target
    if not target.startswith(b"/") and b"://" in target:
        target = b"/" + target.split(b"://", 1)[1].partition(b"/")[2]
    path, _, query = target.partition(b"?")
    host, port = sock.getsockname()[:2]
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method.decode("ascii"),
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "REQUEST_URI": request.target.decode("latin-1"),
        "RAW_URI": request.target.decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{request.http_version.decode('ascii')}",
        "REMOTE_ADDR": peer[0],
        "REMOTE_PORT": str(peer[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in request.headers:
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        value = raw_value.decode("latin-1")
        key = name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"
        if key in environ:
            value = f"{environ[key]}{'; ' if name == 'COOKIE' else ','}{value}"
        environ[key] = value
    if body and "CONTENT_LENGTH" not in environ:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ
