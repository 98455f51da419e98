"""A server of one item that accepts a change and does not answer the next read, until the change is put back.

A run against it is in the middle of a check, with the item changed, for as long as a test likes.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from http import HTTPStatus
from typing import Any, ClassVar

FIRST = "as it was"


class Hanging(http.server.BaseHTTPRequestHandler):
    """One list with one item, both to be read, and a PUT."""

    protocol_version = "HTTP/1.1"
    item: ClassVar[dict[str, Any]]
    changed: ClassVar[threading.Event]
    hung: ClassVar[threading.Event]
    back: ClassVar[threading.Event]

    def do_GET(self) -> None:
        shown: dict[str, object] = {"/items/": [self.item], "/items/1": self.item}
        if self.path not in shown:
            self._answer(HTTPStatus.NOT_FOUND, {})
            return
        if self.changed.is_set() and not self.hung.is_set():
            self.hung.set()
            self.back.wait(30)
            shown = {"/items/": [self.item], "/items/1": self.item}
        self._answer(HTTPStatus.OK, shown[self.path])

    def do_PUT(self) -> None:
        new = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).item = {**self.item, **new}
        (self.back if self.item["name"] == FIRST else self.changed).set()
        self._answer(HTTPStatus.OK, self.item)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, status: int, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def hanging() -> tuple[http.server.ThreadingHTTPServer, type[Hanging]]:
    """A server, started, with a handler class of its own."""

    class Own(Hanging):
        item: ClassVar[dict[str, Any]] = {"id": 1, "name": FIRST, "price": 2.5}
        changed = threading.Event()
        hung = threading.Event()
        back = threading.Event()

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Whoever asked has hung up, as planned."""

    server = Quiet(("127.0.0.1", 0), Own)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, Own
