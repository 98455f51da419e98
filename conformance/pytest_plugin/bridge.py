"""Between xdist's controller and its workers: a worker asks for a verdict, and waits for the answer.

A socket on loopback, lines of JSON, and a token that only the workers have been told. It must not
know what is asked: the controller's side gets a function, the worker's side is one hook.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import socket
import socketserver
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import asdict
from typing import Any, Final

import pytest

from conformance.pytest_plugin.answers import Answer
from conformance.pytest_plugin.collect import CheckItem

_HOST: Final = "127.0.0.1"
_LONGEST: Final = 4096  # bytes of a question
_HANDSHAKE: Final = 10.0  # seconds
GONE: Final = "the process that runs the checks has gone"
FAR: Final = "this worker was not told where to ask for verdicts: is the plugin loaded in the controller?"


class Bridge:
    """The controller's side.

    Args:
        answer: called in a thread for each worker; may wait.

    Attributes:
        session: the controller's, which knows whether -x has struck.
        address: what a worker has to be told.
    """

    def __init__(self, answer: Callable[[str], Answer], session: pytest.Session) -> None:
        self.session = session
        token = secrets.token_hex(16)

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    self.connection.settimeout(_HANDSHAKE)
                    said = self.rfile.readline(_LONGEST).strip()
                    if not hmac.compare_digest(said, token.encode()):
                        return
                    self.connection.settimeout(None)
                    while asked := self.rfile.readline(_LONGEST):
                        found = answer(json.loads(asked))
                        self.wfile.write(json.dumps(asdict(found)).encode() + b"\n")

        self._server = _Server((_HOST, 0), Handler)
        self.address = {"port": self._server.server_address[1], "token": token}
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="conformance-bridge", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Take no more questions; a second time does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True


class Worker:
    """The worker's side: the hook that asks, before anybody's time-out begins."""

    def __init__(self, address: Mapping[str, Any] | None) -> None:
        self._address = address
        self._stream: Any = None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Ask and wait, outermost."""
        if isinstance(item, CheckItem) and not item.config.getoption("setuponly", default=False):
            item.take(self._ask(item.run_id))
        return (yield)

    def _ask(self, run_id: str) -> Answer:
        if self._address is None:
            return Answer("error", FAR, "error")
        try:
            if self._stream is None:
                with socket.create_connection((_HOST, self._address["port"]), _HANDSHAKE) as connection:
                    connection.settimeout(None)
                    self._stream = connection.makefile("rwb")
                self._send(self._address["token"])
            self._send(json.dumps(run_id))
            line = self._stream.readline()
        except OSError as problem:
            return Answer("error", f"{GONE}: {problem}", "error")
        return Answer(**json.loads(line)) if line else Answer("error", GONE, "error")

    def _send(self, text: str) -> None:
        self._stream.write(text.encode() + b"\n")
        self._stream.flush()

    def pytest_unconfigure(self) -> None:
        """Hang up."""
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._stream.close()
