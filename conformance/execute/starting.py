"""What people say about a server that the suite shall start -> the function that starts it.

Shell. What starting needs is imported when it is done: most runs start nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import UsageError
from conformance.servers.hosted import Hosted

__all__ = ["Serving", "Starting"]


class Starting:
    """A server on its way: starting it takes as long as reading the specs, in a process of its own.

    Calling it waits for the server, as often as one likes.
    """

    def __init__(self, start: Callable[[], Hosted]) -> None:
        self._start = start
        self._host: Hosted | None = None
        self._problem: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="conformance: start", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._host = self._start()
        except Exception as problem:  # noqa: BLE001 - raised where somebody waits for the server
            self._problem = problem

    def __call__(self) -> Hosted:
        """The server, once it is ready.

        Raises:
            ServerError: it did not start.
        """
        self._thread.join()
        if self._host is None:
            assert self._problem is not None  # noqa: S101 - one of the two is there
            raise self._problem
        return self._host

    def abandon(self) -> None:
        """End it, where nobody will ask it anything after all."""
        self._thread.join()
        if self._host is not None:
            self._host.stop()


@dataclass(frozen=True, slots=True)
class Serving:
    """How to start the server under test; one of `app` and `serve`, or neither.

    Args:
        app: an ASGI or WSGI app as `module:attribute`, such as main:app. Its clock can be moved.
        serve: a command in any language, such as "uvicorn main:app --port {port}".
        app_dir: the folder that it is imported from and runs in; None is the current one.
        factory: whether `app` names a function that returns the app.
        workers: how many processes serve the app.
    """

    app: str | None = None
    serve: str | None = None
    app_dir: str | Path | None = None
    factory: bool = False
    workers: int = 1

    def begin(self) -> Starting | None:
        """Start it, in the background, or None where nothing is to be started.

        Raises:
            UsageError: the parts do not fit together.
        """
        host = self.host()
        return None if host is None else Starting(host)

    def host(self) -> Callable[[], Hosted] | None:
        """What starts it, or None where nothing is to be started.

        Raises:
            UsageError: the parts do not fit together.
        """
        if self.app and self.serve:
            raise UsageError(
                "an app and a command to serve exclude each other: one server is judged at a time"
            )
        if not self.app and (self.factory or self.workers != 1):
            raise UsageError(
                "a factory, or a number of workers, is for an app that the suite starts (main:app)"
            )
        if self.workers < 1:
            raise UsageError(f"{self.workers} workers are none; accepted is a number of 1 or more")
        folder = Path(self.app_dir) if self.app_dir is not None else None
        if folder is not None and not folder.is_dir():
            raise UsageError(f"there is no folder {str(folder)!r} to start the server in")
        if self.app:
            if ":" not in self.app:
                raise UsageError(f"{self.app!r} names no app; accepted is module:attribute, such as main:app")
            return self._start_app(self.app, folder)
        return self._start_command(self.serve, folder) if self.serve else None

    def _start_app(self, app: str, folder: Path | None) -> Callable[[], Hosted]:
        def begin() -> Hosted:
            from conformance.servers import AppSpec, start  # noqa: PLC0415 - psutil, and most runs start nothing

            return start(AppSpec(app, folder, factory=self.factory, workers=self.workers))

        return begin

    def _start_command(self, command: str, folder: Path | None) -> Callable[[], Hosted]:
        def begin() -> Hosted:
            from conformance.servers import CommandSpec, start  # noqa: PLC0415 - as above

            return start(CommandSpec(command, folder))

        return begin
