"""One life of a server under test: its warden, its processes, its output, its temporary folder.

Shell. Knows processes and nothing of apps, clocks or HTTP; `restart` is a new house.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import psutil

from conformance.servers.channel import Channel, Closed
from conformance.servers.errors import ServerError
from conformance.servers.isolation.base import MovingIn, Quarters
from conformance.servers.output import Output
from conformance.servers.strays import Strays

__all__ = ["House"]

GRACE: Final = 1.5  # seconds between SIGTERM and SIGKILL
_ENDED_WITHIN: Final = GRACE + 6.0
_PIDS_WITHIN: Final = 10.0
# As a module, which is compiled once; at the end of the path, where it shadows nothing.
_WARDEN: Final = (
    f"import sys; sys.path.append({str(Path(__file__).parent)!r}); from warden import main; main(sys.argv[1])"
)


class House:
    """Starts commands at once; what is handed to them stays open in our process, for the caller to close.

    Args:
        commands: one for each process.
        handed: for each command the descriptors that it gets.
        quarters: where they live.
        env: added to the environment that they have there.
        memory: bytes of data for each process, or None for a generous default.
        relay, shares: see `MovingIn`.

    Raises:
        ServerError: a command can't be run, or the folder is none. Nothing of it is left then.
    """

    def __init__(  # noqa: PLR0913 - each is said of a life
        self,
        commands: Sequence[Sequence[str]],
        handed: Sequence[Sequence[int]],
        *,
        quarters: Quarters,
        env: Mapping[str, str],
        memory: int | None,
        relay: tuple[int, int] | None = None,
        shares: bool = False,
    ) -> None:
        if not quarters.folder.is_dir():
            raise ServerError(f"{quarters.folder} is not a folder, so no server can run there")
        self.pids: tuple[int, ...] = ()
        self.exited: dict[int, int] = {}
        self.crowd = self.bloated = 0
        self._quarters = quarters
        self._lock = threading.RLock()
        self._over = self._ended = self._left = False
        with contextlib.ExitStack() as undone, contextlib.ExitStack() as theirs:
            self.temporary = tempfile.mkdtemp(prefix="served-")
            undone.callback(shutil.rmtree, self.temporary, ignore_errors=True)
            self._strays = Strays(self.temporary)
            undone.callback(self._strays.forget)
            ours, control = socket.socketpair()
            undone.callback(ours.close)
            theirs.callback(control.close)
            reading, writing = os.pipe()
            undone.callback(os.close, reading)
            theirs.callback(os.close, writing)
            moving = MovingIn(commands, handed, env, self.temporary, memory, relay, shares)
            self._warden = self._begin(quarters, moving, control.fileno(), writing)
            undone.pop_all()
        self._strays.watch(self._warden.pid)
        self.channel = Channel(ours)
        self.output = Output(reading)
        self._await_pids()

    def _begin(
        self, quarters: Quarters, moving: MovingIn, control: int, writing: int
    ) -> subprocess.Popen[bytes]:
        placed = quarters.place(moving)
        settings = placed.settings | {"control": control, "grace": GRACE, "temporary": self.temporary}
        try:
            return subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-I", "-S", "-c", _WARDEN, json.dumps(settings)],
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                cwd=placed.cwd,
                env=placed.env,
                pass_fds=[control, *{each for some in settings["handed"] for each in some}],
                start_new_session=True,
            )
        finally:
            for each in placed.opened:
                os.close(each)

    def _await_pids(self) -> None:
        deadline = time.monotonic() + _PIDS_WITHIN
        while not self.pids:
            if not self._hear(deadline - time.monotonic()) and not self.pids:
                self.end()
                raise ServerError("no process could be started for the server", self.output.text())

    def _hear(self, within: float) -> bool:
        """Take one message of the warden; False where there is none."""
        try:
            message = self.channel.receive(max(0.0, within))
        except Closed:
            self._lose()
            return False
        if message is None:
            return False
        self._take(message)
        return True

    def _take(self, message: dict[str, Any]) -> None:
        if "failed" in message:
            self.end()
            raise ServerError(f"the command can't be run: {message['failed']}", self.output.text())
        if "pids" in message:
            self.pids = tuple(message["pids"])
        if "exited" in message:
            self.exited[message["exited"]] = self._quarters.status(message["status"])
        if "crowd" in message:
            self.crowd = message["crowd"]
        if "bloated" in message:
            self.bloated = message["bloated"]
        if "ended" in message:
            self._over, self._left = True, bool(message.get("left"))

    def _lose(self) -> None:
        """The warden is gone; only the server can have done that."""
        self._over = True
        for index in range(len(self.pids)):
            self.exited.setdefault(index, -signal.SIGKILL)

    def look(self, within: float = 0.0) -> None:
        """Learn what has happened; waits for news so many seconds."""
        with self._lock:
            while not self._over and self._hear(within):
                within = 0.0

    def processes(self) -> list[psutil.Process]:
        """The server's processes and their descendants, without the warden."""
        found = {}
        for pid in (self._warden.pid, *self.pids):
            with contextlib.suppress(psutil.Error):
                for process in psutil.Process(pid).children(recursive=True):
                    found[process.pid] = process
                if pid != self._warden.pid:
                    found[pid] = psutil.Process(pid)
        return list(found.values())

    def memory(self) -> int:
        """The resident memory of all processes, in bytes."""
        total = 0
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def listening(self) -> set[int]:
        """The TCP ports on which its processes listen, as far as we may know."""
        ports = set()
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                ports |= {
                    each.laddr.port
                    for each in process.net_connections("tcp")
                    if each.status == psutil.CONN_LISTEN
                }
        return ports

    def keep(self) -> None:
        """Have what they have written there for the next life; called while they live."""
        with self._lock:
            if not self._ended and not self._over:
                self._quarters.keep()

    def end(self) -> None:
        """End all processes, and leave nothing behind; may be called twice.

        Returns once they are dead: the warden, which nobody can leave, says so. Where the server has
        killed its warden, they have become ours, and we see to it.

        Raises:
            ServerError: some can't be killed.
        """
        with self._lock:
            if not self._ended:
                self._ended = True
                self._end()
        if self._left:
            raise ServerError("processes of the server can't be ended")

    def _end(self) -> None:
        left = self.processes() if sys.platform != "linux" or self._warden.poll() is not None else []
        deadline = time.monotonic() + _ENDED_WITHIN
        with contextlib.suppress(Closed):
            self.channel.send({"end": True})
        while not self._over and time.monotonic() < deadline:
            self._hear(deadline - time.monotonic())
        self._left = self._kill(left) or self._left
        self._strays.forget()
        self.channel.close()
        self.output.close()
        shutil.rmtree(self.temporary, ignore_errors=True)

    def _kill(self, left: list[psutil.Process]) -> bool:
        """What the warden could not do: it was killed itself, or the platform hides orphans from it.

        Returns:
            Whether any of them is still alive.
        """
        try:
            self._warden.wait(1.0)
        except subprocess.TimeoutExpired:
            self._warden.kill()
            self._warden.wait()
        if self._warden.returncode == 0 and not left:
            return False
        for pid in self.pids:
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
        return self._strays.end(left)
