"""The main program of a server under test: moves its own clock, imports the app, serves it.

`start` runs it in a process of its own, one for each worker. The order is what makes it work: first
everything that has to keep real time, then the moved clock, and only then the app (see
`inside/clock.py`). Moves are asked for on a socket that only the suite holds the other end of, and
answered in a thread of their own, so that a blocked event loop does not keep the clock from moving.
"""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import gc
import json
import os
import queue
import sched
import selectors
import socket
import socketserver
import subprocess
import sys
import threading
from typing import Any, Final

from conformance.servers.inside import apps
from conformance.servers.inside.clock import AppClock
from conformance.servers.inside.watch import Watch

__all__ = ["main"]

_REAL_TIME: Final = (
    concurrent.futures.thread,
    queue,
    sched,
    selectors,
    socketserver,
    subprocess,
)  # imported early
_TRACE: Final = 64 << 10
_NOT_READY: Final = 3
_SELDOM: Final = 20_000  # objects between looks for garbage while the app is imported, which makes little


class _Runner:
    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.folder: str = settings["folder"]
        self.name: str = settings["app"]
        self.control = socket.socket(fileno=settings["control"])
        self.control.set_inheritable(False)
        self.listening = socket.socket(
            # The protocol is said because asyncio sets TCP_NODELAY only where it is.
            socket.AF_INET,
            socket.SOCK_STREAM,
            socket.IPPROTO_TCP,
            fileno=settings["listening"],
        )
        self.listening.set_inheritable(False)
        self.watch = Watch()
        self.clock = AppClock(settings["ahead"]) if settings["clock"] else None
        self._main = threading.main_thread().ident or 0
        self._exit = os._exit
        self._collects = gc.get_threshold()
        gc.set_threshold(_SELDOM, *self._collects[1:])
        self._dumps, self._loads = json.dumps, json.loads
        threading.Thread(target=self._obey, name="clock", daemon=True).start()

    def _tell(self, **message: Any) -> None:
        self.control.sendall(self._dumps(message).encode() + b"\n")

    def _obey(self) -> None:
        """Move the clock when asked to; end when the suite is gone."""
        buffer = b""
        while True:
            data = self.control.recv(1 << 12)
            if not data:
                self._exit(0)
            buffer += data
            while b"\n" in buffer:
                line, _, buffer = buffer.partition(b"\n")
                message = self._loads(line)
                if "move" in message:
                    if self.clock is not None:
                        self.clock.move(message["move"])
                    self._tell(moved=message["move"])
                elif "where" in message:
                    self._tell(where=apps.where(self._main, self.folder), asked=apps.asked(self._main))
                elif "clocks" in message:
                    self._tell(clocks=self.watch.found())

    def main(self) -> None:
        """Import and serve; a failure is told to the suite, and ends the process."""
        try:
            self._serve()
        except apps.NotAnApp as problem:
            sys.stdout.flush()
            sys.stderr.flush()
            self._tell(failed=problem.says, trace=problem.trace[-_TRACE:])
            self._exit(_NOT_READY)

    def _serve(self) -> None:
        sync = apps.looks_sync(self.name, self.folder)
        if not sync:
            self._uvicorn(needed=False)  # before a file of the app's can shadow what it imports
        sys.path.insert(0, self.folder)
        sys.argv = ["uvicorn", self.name]
        with asyncio.Runner(loop_factory=self._loop_factory()) as loop:
            # As under `uvicorn main:app`, where a loop is running while the app is imported.
            app, kind = self._load() if sync else loop.run(self._load_in_loop())
            if kind == "asgi":
                loop.run(self._serve_asgi(app))
                return
        from conformance.servers.inside import wsgi  # noqa: PLC0415 (most apps are ASGI)

        wsgi.serve(app, self.listening, self._ready)

    def _load(self) -> tuple[Any, apps.Kind]:
        app = apps.load(self.name, self.folder, factory=self.settings["factory"])
        if gc.get_threshold()[0] == _SELDOM:  # else the app has its own mind
            gc.set_threshold(*self._collects)
        if self.clock is not None:
            self.clock.pin()
        return app

    async def _load_in_loop(self) -> tuple[Any, apps.Kind]:
        return self._load()

    async def _serve_asgi(self, app: Any) -> None:
        asgi = self._uvicorn(needed=True)
        try:
            await asgi.serve(app, self.listening, self._ready)
        except asgi.StartFailed as problem:
            # Its traceback has been printed already.
            says = (
                f"{self.name} does not start: its lifespan fails: {apps.last_line(str(problem), self.folder)}"
            )
            raise apps.NotAnApp(says) from None

    def _ready(self) -> None:
        self.watch.serving()
        if self.clock is not None:
            self.clock.pin()
        self._tell(ready=True)

    def _uvicorn(self, *, needed: bool) -> Any:
        try:
            from conformance.servers.inside import asgi  # noqa: PLC0415 (a WSGI app does without)
        except ModuleNotFoundError as problem:
            if not needed:
                return None
            raise apps.NotAnApp(
                f"{self.name} is an ASGI app, and {problem.name}, which is to serve it, is not installed "
                "here: pip install uvicorn"
            ) from None
        return asgi

    def _loop_factory(self) -> Any:
        if self.settings["loop"] != "uvloop":
            return lambda: self.watch.timers(asyncio.new_event_loop())
        try:
            import uvloop  # noqa: PLC0415 (only where it is asked for)
        except ModuleNotFoundError:
            raise apps.NotAnApp("the event loop uvloop is not installed here: pip install uvloop") from None
        return uvloop.new_event_loop


def main() -> None:
    """Run, with the settings that are the only argument."""
    _Runner(json.loads(sys.argv[1])).main()


if __name__ == "__main__":
    main()
