"""Servers that do what no server should, on loopback, each in threads that end by themselves.

A server is a script: a function that is called with each connection (a `Peer`). Nothing here
knows HTTP beyond where a request ends, so that a script can send any bytes it likes.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["Peer", "Script", "Server", "answers", "hold_after", "serve", "unused_port"]

BOUND = 10.0  # seconds after which anything here gives up


class Peer:
    """One accepted connection."""

    def __init__(self, sock: socket.socket, server: Server, number: int) -> None:
        self.sock = sock
        self.server = server
        self.number = number  # from 1
        self._buffer = bytearray()

    def request(self) -> bytes:
        """The next request, whole; b"" at the end."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._more():
                return b""
        end = self._buffer.index(b"\r\n\r\n") + 4
        for line in self._buffer[:end].lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                end += int(line.partition(b":")[2])
        while len(self._buffer) < end:
            if not self._more():
                return b""
        request = bytes(self._buffer[:end])
        del self._buffer[:end]
        with self.server.changed:
            self.server.requests.append(request)
            self.server.changed.notify_all()
        return request

    def _more(self) -> bool:
        data = self.sock.recv(65536)
        self._buffer += data
        return bool(data)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, piece: bytes, every: float = 0.01) -> None:
        """Send a piece again and again, until nobody listens."""
        while not self.server.over.wait(every):
            self.send(piece)

    def hold(self) -> None:
        """Keep the connection open, silent, until the test is over."""
        self.server.over.wait(BOUND)

    def wait_for_end(self) -> None:
        """Until the client has closed."""
        with suppress(OSError):
            while self._more():
                pass

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


Script = Callable[[Peer], None]


class Server:
    """Listens until the test is over."""

    def __init__(self, listener: socket.socket, script: Script, tls: ssl.SSLContext | None) -> None:
        self._listener = listener
        self._script = script
        self._tls = tls
        self._threads: list[threading.Thread] = []
        self._socks: list[socket.socket] = []
        self.port: int = listener.getsockname()[1]
        self.over = threading.Event()
        self.changed = threading.Condition()
        self.requests: list[bytes] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    def wait_for_requests(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.requests) >= count, BOUND)

    def run(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:  # closed, or nobody came
                return
            if self.over.is_set():  # it was `serve`, to wake us
                sock.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._talk, args=(sock, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _talk(self, sock: socket.socket, number: int) -> None:
        sock.settimeout(BOUND)
        with suppress(OSError):  # the client may leave at any time
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
            self._socks.append(sock)
            self._script(Peer(sock, self, number))
        sock.close()

    def close(self) -> None:
        self.over.set()
        for sock in self._socks:
            with suppress(OSError):  # wakes a thread that waits for the client
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(BOUND)


@contextmanager
def serve(script: Script, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Server]:
    """A server, until the block ends."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listener:
        listener.settimeout(BOUND)
        server = Server(listener, script, tls)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            with suppress(OSError), socket.socket(family) as waker:
                waker.connect((host, server.port))  # so that accept returns
            thread.join(BOUND)
            server.close()


def answers(*each: bytes, close: bool = False) -> Script:
    """One answer for each request of a connection, the last one again and again."""

    def script(peer: Peer) -> None:
        for number in range(1000):
            if not peer.request():
                return
            peer.send(each[min(number, len(each) - 1)])
            if close:
                return

    return script


def hold_after(*pieces: bytes) -> Script:
    """Send these in answer to a request, then nothing more."""

    def script(peer: Peer) -> None:
        peer.request()
        for piece in pieces:
            peer.send(piece)
        peer.hold()

    return script


def unused_port() -> int:
    """A port of loopback on which nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port
