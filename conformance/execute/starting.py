"""A server that starts while the specs are read, which takes as long; and one that is started anew. Shell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Final

from conformance.servers.errors import ServerError
from conformance.servers.specs import AppSpec, CommandSpec

if TYPE_CHECKING:
    from conformance.execute.progress import Progress
    from conformance.servers.server import Server
    from conformance.wire import Wire

__all__ = ["Anew", "Early", "abandon", "await_start", "start_soon"]

_GLANCE: Final = 0.1  # seconds between looks
_PATIENCE: Final = 1.0  # seconds that need no word


def start_soon(spec: AppSpec | CommandSpec) -> Future[Server]:
    """Begin to start it; the result is the server, or the ServerError that says why there is none."""
    future: Future[Server] = Future()

    def run() -> None:
        from conformance.servers.server import start  # noqa: PLC0415 (its import is a part of the wait)

        try:
            future.set_result(start(spec))
        except Exception as problem:  # noqa: BLE001 - raised where somebody waits for the server
            future.set_exception(problem)

    threading.Thread(target=run, name="conformance: start", daemon=True).start()
    return future


def await_start(
    future: Future[Server], spec: AppSpec | CommandSpec, tell: Callable[[Progress], None]
) -> None:
    """Return once it has started, or has not; meanwhile `tell` that, and how long it may take still."""
    from conformance.execute.progress import Progress  # noqa: PLC0415 (whoever starts early imports little)

    name = spec.app if isinstance(spec, AppSpec) else spec.command
    begun = time.monotonic()
    while wait([future], _GLANCE).not_done:
        left = spec.ready_within - (time.monotonic() - begun)
        if left < spec.ready_within - _PATIENCE:
            tell(Progress(0, 0, ((name, "the start of the server", max(left, _PATIENCE)),), lambda _: None))


def abandon(future: Future[Server]) -> None:
    """End it, where nobody will ask it anything after all."""
    if future.exception() is None:
        future.result().stop()


class Early:
    """A server that starts before anybody is sure that it is wanted: whoever takes it must ask for the same.

    Args:
        spec: of what seems to be wanted; None: nothing.
    """

    def __init__(self, spec: AppSpec | CommandSpec | None) -> None:
        self._spec = spec
        self._future = None if spec is None else start_soon(spec)

    def take(self, spec: AppSpec | CommandSpec) -> Future[Server]:
        """The start of that server: the one that has begun, or another."""
        if self._future is None or spec != self._spec:
            return start_soon(spec)
        future, self._future = self._future, None
        return future

    def close(self) -> None:
        """End it, where nobody has taken it."""
        future, self._future = self._future, None
        if future is not None:
            abandon(future)


class Anew:
    """A fresh start, once however often it is called, in a process that hashes text otherwise."""

    def __init__(self, server: Server, wire: Wire) -> None:
        self._server = server
        self._wire = wire
        self._done = False
        self._problem = ""

    def __call__(self) -> str:
        """Why it does not start a second time, or ""."""
        if not self._done:
            self._done = True
            self._wire.rest()
            try:
                self._server.restart(other_hashes=True)
            except ServerError as problem:
                self._problem = str(problem)
        return self._problem
