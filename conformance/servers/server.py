"""A started server, from `start` to `stop`, restarts included. What the engine holds.

It knows neither HTTP nor verdicts: whether a request was answered is not asked here.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, Self

from conformance.servers.environment import spoken_of, withheld
from conformance.servers.errors import ServerError
from conformance.servers.isolation import quarters_of
from conformance.servers.isolation.base import Quarters
from conformance.servers.life import Life, launch_app, launch_command
from conformance.servers.specs import AppSpec, CommandSpec, Isolation

__all__ = ["Server", "start"]

Launch = Callable[[int, float, int], Life]
_LOG: Final = 4000  # characters of a log that a record keeps: the end of a traceback
_LIVE: weakref.WeakSet[Server] = weakref.WeakSet()


class Server:
    """A server that is ready; a context manager that stops it.

    Args:
        launch: makes it run on a port (0: any), its clock so many seconds ahead, with this salt for hashes.
        moves: whether its clock is in our hands.
        workers: how many processes answer, where that is known.
        env: what of the environment it was given on purpose.
        quarters: where it lives, from its first life to its last.

    Attributes:
        isolation: by which level it is isolated.
        moves: whether `move` has any effect.
        starts: how often it has been started; another number means that its state is another.
    """

    def __init__(
        self,
        launch: Launch,
        *,
        moves: bool,
        workers: int | None = None,
        env: Mapping[str, str] | None = None,
        quarters: Quarters | None = None,
    ) -> None:
        self.workers = workers
        self.isolation: Isolation = quarters.level if quarters else "none"
        self._quarters = quarters
        self._env = env
        self.starts = 1
        self._launch = launch
        self._lock = threading.RLock()
        self._ahead = 0.0
        self._salt = 0
        self._stopped = False
        try:
            self._life = self._begin(0)
        except BaseException:
            self._leave()
            raise
        self.moves = moves
        _LIVE.add(self)

    def _begin(self, port: int) -> Life:
        life = self._launch(port, self._ahead, self._salt)
        if self._quarters is not None:
            self._quarters.settled()
        return life

    @property
    def port(self) -> int:
        """Its port, the same after a restart."""
        return self._life.port

    @property
    def url(self) -> str:
        """Its base URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pids(self) -> tuple[int, ...]:
        """Its own processes: one for each worker, or that of the command."""
        return self._life.house.pids

    @property
    def output(self) -> str:
        """What it has printed since it was last started, the middle left out where it is long."""
        return self._life.house.output.text()

    def printed(self) -> int:
        """How many bytes that was, the ones left out included; for `log`."""
        return self._life.house.output.printed

    def log(self, since: int) -> str:
        """What it has printed after so many bytes, the end of it where it is long.

        All, where it was started again since.
        """
        output = self._life.house.output
        return output.since(since if since <= output.printed else 0)[-_LOG:]

    def withheld(self, printed: str) -> tuple[str, ...]:
        """Which variables that it was not given what it has printed speaks of."""
        return spoken_of(withheld(os.environ, self._env), printed)

    def move(self, seconds: float) -> None:
        """Set its clock forward, in all workers; returns once that is done.

        Raises:
            ServerDied: a worker is gone, or does not answer.
        """
        if not self.moves:
            return
        with self._lock:
            self._life.move(seconds)
            self._ahead += seconds

    def died(self, within: float = 0.0) -> str | None:
        """How it ended, as a sentence, or None while it runs.

        Args:
            within: seconds to wait for such news; right after a connection was reset, the process may
                still be about to end.
        """
        with self._lock:
            return "the server was stopped" if self._stopped else self._life.died(within)

    def where(self) -> tuple[str, str]:
        """What the app's main thread is doing, such as `home in main.py:12: time.sleep(100)`; "" if unknown.

        And the request that it is doing it for, such as `GET /items/`, or "". For an app of Python only:
        where it blocks its event loop, this is what to blame.
        """
        with self._lock:
            return ("", "") if self._stopped else self._life.where()

    def other_clocks(self) -> str:
        """What may tell the app another time than the one that we move, or "" where nothing can."""
        with self._lock:
            return "it was stopped" if self._stopped else self._life.other_clocks()

    def restart(self, *, in_time: bool = False, other_hashes: bool = False) -> None:
        """Start it again from nothing on the same port.

        Args:
            other_hashes: Python is to hash text otherwise from now on, as it does in any other process.
            in_time: with its clock back at the real time; else it stays as far ahead as it was.

        Raises:
            ServerError: it does not start any more.
        """
        with self._lock:
            port = self.port
            if not self._stopped:
                self._life.house.keep()
                self._life.stop()
                self._stopped = True
            self._ahead = 0.0 if in_time else self._ahead
            self._salt += other_hashes
            self._life = self._begin(port)
            self._stopped = False
            self.starts += 1

    def memory(self) -> int:
        """The resident memory of its processes, in bytes."""
        return self._life.house.memory()

    def stop(self) -> None:
        """End all its processes, and leave nothing behind; may be called twice.

        Raises:
            ServerError: some can't be ended.
        """
        with self._lock:
            try:
                if not self._stopped:
                    self._life.stop()
                    self._stopped = True
            finally:
                self._leave()

    def _leave(self) -> None:
        if self._quarters is not None:
            self._quarters.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def start(spec: AppSpec | CommandSpec) -> Server:
    """Start a server, and return once it is ready.

    Raises:
        ServerError: it did not start; the text says why.
        UsageError: it can't be isolated as it is to be.
    """
    if sys.platform == "win32" or not hasattr(os, "fork"):
        raise ServerError("servers are started on Linux and macOS only; start it yourself and pass its URL")
    quarters = quarters_of(spec)
    if isinstance(spec, AppSpec):
        return Server(
            lambda port, ahead, salt: launch_app(spec, quarters, port, ahead, salt),
            moves=spec.clock,
            workers=spec.workers,
            env=spec.env,
            quarters=quarters,
        )
    return Server(
        lambda port, _ahead, _salt: launch_command(spec, quarters, port),
        moves=False,
        env=spec.env,
        quarters=quarters,
    )


@atexit.register
def _stop_all() -> None:
    """For whoever forgot; whoever is killed has the warden, which notices that we are gone."""
    for each in list(_LIVE):
        with contextlib.suppress(ServerError):
            each.stop()
