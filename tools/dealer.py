"""A load balancer in little: it deals the connections of each path out in turn.

Workers that share a socket take connections as they come, so whether a suite ever meets the second
one would be luck. Here the first connection that begins with a request for /items/ goes to the
first server, the next such connection to the second, and so on.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

__all__ = ["dealt"]

_PIECE: Final = 65536
_ENDING: Final = 10.0  # seconds


class _Dealer:
    def __init__(self, listener: socket.socket, ports: Sequence[int]) -> None:
        self._listener = listener
        self._turns: defaultdict[bytes, Iterator[int]] = defaultdict(lambda: itertools.cycle(ports))
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def run(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            begin = b""
            while b"\r\n" not in begin:
                piece = client.recv(_PIECE)
                if not piece:
                    return
                begin += piece
            with self._lock:
                port = next(self._turns[begin.split(b" ", 2)[1]])
            with socket.create_connection(("127.0.0.1", port)) as server:
                with self._lock:
                    self._open |= {client, server}
                server.sendall(begin)
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                _pump(client, server)
                back.join()
                with self._lock:
                    self._open -= {client, server}

    def close(self) -> None:
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Bytes from one to the other, until the end of them."""
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            sink.sendall(piece)
    for each in (source, sink):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextmanager
def dealt(settings: Mapping[str, str], workers: int = 2) -> Iterator[str]:
    """The URL of several processes of a flawed twin with one database, each meeting every other connection.

    Args:
        settings: environment variables, such as REFERENCE_FLAW.
        workers: how many processes.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="dealt-"))
        env = os.environ | {"REFERENCE_DATABASE": str(Path(folder, "items.sqlite"))} | dict(settings)
        command = [sys.executable, "-m", "reference_impl.twisted", "--port", "0"]
        servers = [stack.enter_context(_process(command, env)) for _ in range(workers)]
        ports = [_port(server) for server in servers]
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=128))
        dealer = _Dealer(listener, ports)
        accepting = threading.Thread(target=dealer.run, daemon=True)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            dealer.close()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes accept
            accepting.join(_ENDING)


@contextmanager
def _process(command: Sequence[str], env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - ours
        try:
            yield server
        finally:
            server.terminate()
            try:
                server.wait(_ENDING)
            except subprocess.TimeoutExpired:
                server.kill()


def _port(server: subprocess.Popen[str]) -> int:
    """The port that a server says it listens on, once it is ready."""
    line = server.stdout.readline() if server.stdout else ""
    if not line:
        raise RuntimeError(f"a worker ended with {server.wait(_ENDING)} before it was ready")
    return int(line.rpartition(":")[2])
