"""A server that starts while something else is done: reading the specs takes as long. Shell."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.servers.server import Server
    from conformance.servers.specs import AppSpec, CommandSpec

__all__ = ["abandon", "start_soon"]


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


def abandon(future: Future[Server]) -> None:
    """End it, where nobody will ask it anything after all."""
    if future.exception() is None:
        future.result().stop()
