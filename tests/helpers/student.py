"""A student's server in one function, where a real one would get in the way, and a run on it."""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from conformance.clocks import VirtualClock
from helpers.hostile import Peer, serve
from helpers.runs import only, quick, run

__all__ = ["HOLD", "Refusing", "Student", "judge_student", "reply"]

HOLD = object()


class Student:
    """A small server in one function, for scripts: a list with an ETag, a cached time, and writes.

    Attributes:
        items: the list. asked: (method, path) of each request, in order.
        before: called with (method, path, headers, body); bytes are sent as they are, None leaves it to
            the server, and HOLD never answers.
    """

    def __init__(self, before: Callable[[str, str, Mapping[str, str], bytes], Any] | None = None) -> None:
        self.items: list[dict[str, Any]] = [
            {"id": n, "name": name, "note": f"This is item number {n}, and it has been here for long"}
            for n, name in enumerate(("Pen", "Cup", "Hat"), 1)
        ]
        self.asked: list[tuple[str, str]] = []
        self._before = before or (lambda *_: None)
        self._kept: tuple[float, str] = (0.0, "")
        self._lock = threading.Lock()

    def __call__(self, peer: Peer) -> None:
        """The script of a connection; see hostile.py."""
        while request := peer.request():
            head, _, body = request.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
            with self._lock:
                self.asked.append((method, path))
                answer = self._before(method, path, headers, body)
                if answer is None:
                    answer = self._answer(method, path, headers, body)
            if answer is HOLD:
                peer.hold()
                return
            peer.send(answer)

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
        if (method, path) == ("GET", "/items/"):
            content = json.dumps(self.items).encode()
            etag = f'"{zlib.crc32(content):x}"'
            fields = {"ETag": etag, "Cache-Control": "no-cache"}
            if headers.get("if-none-match") == etag:
                return reply(304, None, fields)
            return reply(200, self.items, fields)
        if (method, path) == ("GET", "/cached-time/"):
            now = time.time()
            hit = now - self._kept[0] < 4
            if not hit:
                self._kept = (now, time.strftime("%Y-%m-%d %H:%M:%S"))
            return reply(200, {"time": self._kept[1], "cached": hit})
        return self._item(method, path, body)

    def _item(self, method: str, path: str, body: bytes) -> bytes:
        if (method, path) == ("POST", "/items/"):
            item = {**json.loads(body), "id": max(i["id"] for i in self.items) + 1}
            self.items.append(item)
            return reply(201, item)
        index = next((n for n, i in enumerate(self.items) if path == f"/items/{i['id']}"), None)
        if index is None:
            return reply(404, {"detail": "Not Found"})
        if method == "DELETE":
            return reply(200, self.items.pop(index))
        if method in ("PUT", "PATCH"):
            try:
                self.items[index] = self.items[index] | json.loads(body)
            except ValueError:
                return reply(400, {"detail": "no JSON"})
        return reply(200, self.items[index])


class Refusing:
    """A student's server that answers some writes itself, and keeps those that it gets."""

    def __init__(self, refuse: Any) -> None:
        self.refuse = refuse
        self.bodies: list[tuple[str, Any, str | None]] = []

    def __call__(self, method: str, _path: str, headers: Mapping[str, str], body: bytes) -> Any:
        if method in ("GET", "DELETE"):
            return None
        sent = json.loads(body)
        self.bodies.append((method, sent, headers.get("if-match")))
        return self.refuse(method, sent, headers)


def reply(status: int, document: Any = None, fields: Mapping[str, str] | None = None) -> bytes:
    """An answer with JSON, or without a body where the document is None."""
    content = b"" if document is None else json.dumps(document).encode()
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(content)}"]
    lines += [] if document is None else ["Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in (fields or {}).items()]
    if status == 304:
        lines = [line for line in lines if not line.startswith("Content-Length")]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


def judge_student(before: Any, *checks: str, student: Student | None = None) -> Any:
    """A run on a server that answers some requests in its own way: these checks of its list."""
    student = student or Student(before)
    with serve(student) as server:
        given = quick(server.url, 5.0, selected=only(*checks))
        return run(replace(given, clock=lambda: VirtualClock(lambda _: None)))
