"""A started server as the engine wants it: with a count of its starts, and its output piece by piece."""

from __future__ import annotations

from typing import Final

from conformance.servers.specs import AppSpec, CommandSpec
from conformance.servers.started import Started, start

__all__ = ["Host"]

_LOG: Final = 4000  # characters of a log that a record keeps: the end of a traceback


class Host:
    """See `hosting.Hosted`; made by starting what `spec` says.

    Raises:
        ServerError: it did not start.
    """

    def __init__(self, spec: AppSpec | CommandSpec) -> None:
        self._server: Final[Started] = start(spec)
        self.url = self._server.url
        self.moves = self._server.moves
        self.workers: int | None = spec.workers if isinstance(spec, AppSpec) else None
        self.starts = 1

    def move(self, seconds: float) -> None:
        """Set the clock of all workers forward."""
        self._server.move(seconds)

    def died(self, within: float = 0.0) -> str | None:
        """Why it does not run any more, or None."""
        return self._server.died(within)

    def where(self) -> str:
        """Where in the app's code its main thread is, as a phrase, if that blocks it; else ""."""
        return self._server.where()

    def restart(self) -> None:
        """Start it anew on the same port, with nothing kept."""
        self._server.restart()
        self.starts += 1

    def memory(self) -> int:
        """Bytes that all its processes hold."""
        return self._server.memory()

    def printed(self) -> int:
        """How many bytes it has printed so far."""
        return self._server.printed

    def log(self, since: int) -> str:
        """What it has printed since then, the end of it where it is long."""
        return self._server.output_since(since)[-_LOG:]

    def stop(self) -> None:
        """End it, and leave nothing behind."""
        self._server.stop()
