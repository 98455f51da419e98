"""What people say about a server that the suite shall start -> the function that starts it.

Shell. Nothing is started here, and what starting needs is imported when it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conformance.errors import UsageError
from conformance.hosting import Hosted

__all__ = ["Serving"]


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
        def start() -> Hosted:
            from conformance.servers import AppSpec, Host  # noqa: PLC0415 - psutil, and most runs start nothing

            return Host(AppSpec(app, folder, factory=self.factory, workers=self.workers))

        return start

    def _start_command(self, command: str, folder: Path | None) -> Callable[[], Hosted]:
        def start() -> Hosted:
            from conformance.servers import CommandSpec, Host  # noqa: PLC0415 - as above

            return Host(CommandSpec(command, folder))

        return start
