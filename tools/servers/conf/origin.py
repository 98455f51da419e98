"""What stands behind the caches: pages that stay, that tell the time, or that a test or a PUT changes.

A small origin that answers conditional requests as RFC 9110 13.2.2 has it, so that what a cache in front of
it gets wrong is the cache's own: `python origin.py PORT TTL`. Python's standard library only.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from datetime import UTC, datetime
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

PORT, TTL = int(sys.argv[1]), int(sys.argv[2])
SINCE: Final = int(time.time()) - 30 * 86400
# What tells the time, by its path: how it may be kept.
TIMES: Final = {
    "/no-store.json": "no-store",
    "/private.json": f"private, max-age={TTL}",
    "/no-cache.json": f"no-cache, max-age={TTL}",
    "/shared.json": f"s-maxage={TTL}, max-age={6 * TTL}",
}
# What is the same until somebody changes it; a field tells when the answer was made.
KEPT: Final = {
    "/validated.json": f"max-age={TTL}, must-revalidate",
    "/standing-in.json": f"max-age={TTL}, stale-if-error={6 * TTL}",
}
# Seconds between what a read of what is written to has seen and its answer: a write surely comes in between.
SLOW: Final = {"/validated.json": 0.2}
WORDS: Final = {"de": "Guten Tag", "en": "Good day"}
PAGE: Final = json.dumps({"title": "A page", "words": [f"word {n}" for n in range(400)]}).encode()


class Bench:
    """What is kept, and what a test may do to this origin, by POST: nothing that stands before it is told."""

    def __init__(self) -> None:
        self.revision, self.down = 1, False
        self.texts = dict.fromkeys(KEPT, "Revision 1")

    def do(self, name: str) -> bool:
        if name == "change":
            self.revision += 1
            self.texts = dict.fromkeys(KEPT, f"Revision {self.revision}")
        self.down = {"break": True, "mend": False}.get(name, self.down)
        return name in ("change", "break", "mend")


BENCH: Final = Bench()


def time_now() -> bytes:
    return json.dumps({"time": datetime.now(UTC).isoformat()}).encode()


def date_of(text: str) -> float | None:
    """A date in one of the three forms, as seconds; None where it is none, and so is ignored."""
    for form in ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    return None


def tags_of(text: str) -> list[str]:
    """The tags of a list; ours have no comma in them, and that of another is not ours."""
    return [each.strip() for each in text.split(",")]


def text_in(body: bytes) -> str | None:
    """What a PUT wants kept: {"text": TEXT}; None where it is something else."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    text = said.get("text") if isinstance(said, dict) else None
    return text if isinstance(text, str) else None


def shown(path: str) -> tuple[bytes, str]:
    """What is kept at a path, and its tag."""
    body = json.dumps({"text": BENCH.texts[path]}).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'


class Origin(BaseHTTPRequestHandler):
    """GET and HEAD of these pages, PUT of what is kept."""

    protocol_version = "HTTP/1.1"
    server_version = sys_version = ""

    def do_GET(self) -> None:
        if BENCH.down:
            self.send(503, {"Content-Type": "text/plain"}, b"It does not work.\n")
        elif self.path.partition("?")[0] in KEPT:
            self.kept(self.path.partition("?")[0])
        elif self.path == "/page.json":
            self.answer(PAGE, SINCE, 3600)
        elif self.path == "/time.json":
            self.answer(time_now(), None)
        elif self.path == "/words.json":
            self.words()
        elif self.path in TIMES:
            fields = {"Content-Type": "application/json", "Cache-Control": TIMES[self.path]}
            self.send(200, fields, time_now())
        else:
            self.send(404, {"Content-Type": "text/plain"}, b"There is no such page.\n")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        done = BENCH.do(self.path.removeprefix("/test/"))
        self.send(200 if done else 404, {"Content-Type": "text/plain", "Cache-Control": "no-store"}, b"")

    def do_PUT(self) -> None:
        """Another text, unless a condition refuses it; whoever keeps the old one sees the write, or not."""
        path, text = self.path.partition("?")[0], text_in(self.content())
        if BENCH.down:
            self.send(503, {"Content-Type": "text/plain"}, b"It does not work.\n")
        elif path not in KEPT:
            self.send(405, {"Allow": "GET, HEAD"}, b"")
        elif text is None:
            self.send(422, {"Content-Type": "text/plain"}, b'Send {"text": TEXT}.\n')
        elif self.status(shown(path)[1], None) == 200:
            BENCH.texts[path] = text
            self.send(204, {}, b"")
        else:
            self.send(412, {}, b"")

    def content(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def kept(self, path: str) -> None:
        body, tag = shown(path)
        fields = {"Cache-Control": KEPT[path], "ETag": tag, "X-Made": datetime.now(UTC).isoformat()}
        status = self.status(tag, None)
        time.sleep(SLOW.get(path, 0.0))
        if status == 200:
            self.send(200, fields | {"Content-Type": "application/json"}, body)
        else:
            self.send(status, fields if status == 304 else {}, b"")

    def words(self) -> None:
        """Chosen by the language that is asked for first; English where none of these is."""
        language = (self.headers.get("Accept-Language") or "en")[:2]
        language = language if language in WORDS else "en"
        fields = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": f"max-age={TTL}"}
        said = json.dumps({"words": WORDS[language]}).encode()
        self.send(200, fields | {"Content-Type": "application/json"}, said)

    def answer(self, body: bytes, changed: int | None, kept: int = TTL) -> None:
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        fields = {"Cache-Control": f"max-age={kept}", "ETag": tag}
        if changed is not None:
            fields["Last-Modified"] = formatdate(changed, usegmt=True)
        status = self.status(tag, changed)
        if status == 200:
            self.send(200, fields | {"Content-Type": "application/json"}, body)
        else:
            self.send(status, fields if status == 304 else {}, b"")

    def status(self, tag: str, changed: int | None) -> int:
        match, unmatched = self.field("If-Match"), self.field("If-None-Match")
        if match is not None:
            if match != "*" and tag not in tags_of(match):
                return 412
        elif (
            changed is not None and (date := self.date("If-Unmodified-Since")) is not None and changed > date
        ):
            return 412
        if unmatched is not None:
            weakly = {each.removeprefix("W/") for each in tags_of(unmatched)}
            return 304 if unmatched == "*" or tag in weakly else 200
        date = self.date("If-Modified-Since")
        return 304 if changed is not None and date is not None and changed <= date else 200

    def field(self, name: str) -> str | None:
        lines = self.headers.get_all(name)
        return ", ".join(lines).strip() if lines else None

    def date(self, name: str) -> float | None:
        lines = self.headers.get_all(name) or []
        return date_of(lines[0].strip()) if len(lines) == 1 else None

    def send(self, status: int, fields: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Date", formatdate(usegmt=True))
        for name, value in fields.items():
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is told."""


if __name__ == "__main__":
    ThreadingHTTPServer.daemon_threads = True
    ThreadingHTTPServer(("127.0.0.1", PORT), Origin).serve_forever()
