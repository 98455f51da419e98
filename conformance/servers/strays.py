"""Processes of a server that has killed its warden: on Linux they become our children, and are ended.

While a server runs, the suite's own process is a subreaper, as the warden is: whoever loses the warden
does not get away to init. Processes are all that this file knows. What the warden can do is left to it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import weakref
from typing import Final

import psutil

__all__ = ["Strays"]

_SET_SUBREAPER, _GET_SUBREAPER = 36, 37
_KILLED_WITHIN: Final = 5.0
_LOCK: Final = threading.Lock()
_OURS = False  # whether it is us who made this process a subreaper


class Strays:
    """Those of one server.

    Args:
        temporary: the folder that its processes have as TMPDIR, unless they have thrown it away.
    """

    def __init__(self, temporary: str) -> None:
        self._temporary = temporary
        self.warden = 0
        self._since = 0.0
        with _LOCK:
            _RUNNING.add(self)
            _adopt(wanted=True)

    def watch(self, warden: int) -> None:
        """Know the warden: what is older is not of this server."""
        self.warden = warden
        with contextlib.suppress(psutil.Error):
            self._since = psutil.Process(warden).create_time()

    def end(self, known: list[psutil.Process]) -> bool:
        """Kill those known, and all that are found, which may go on forking; whether any is left."""
        deadline = time.monotonic() + _KILLED_WITHIN
        while found := [each for each in (*known, *self._adopted(), *self._marked()) if _lives(each)]:
            if time.monotonic() > deadline:
                return True
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for each in found:
                    with contextlib.suppress(psutil.Error):
                        each.send_signal(number)
            time.sleep(0.005)
        return False

    def forget(self) -> None:
        """The server has ended."""
        with _LOCK:
            _RUNNING.discard(self)
            _adopt(wanted=bool(_RUNNING))

    def _adopted(self) -> list[psutil.Process]:
        """Our children of other sessions since the warden started, and what is below them.

        A child that somebody else in this process started since, in a session of its own, would be one of
        them; but only a server that kills its warden lets it come to this.
        """
        found = []
        wardens = {each.warden for each in _RUNNING}
        for child in psutil.Process().children() if sys.platform == "linux" else []:
            with contextlib.suppress(psutil.Error, OSError):
                older = child.create_time() < self._since or child.pid in wardens
                if not older and os.getsid(child.pid) != os.getsid(0):
                    found += [child, *child.children(recursive=True)]
        return found

    def _marked(self) -> list[psutil.Process]:
        """Processes with our temporary folder in their environment: they can only be the server's."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("TMPDIR") == self._temporary:
                    found.append(process)
        return found


_RUNNING: Final[weakref.WeakSet[Strays]] = weakref.WeakSet()


def _lives(process: psutil.Process) -> bool:
    """Whether it still runs. One of ours that has ended is asked how, or it would stay as a zombie."""
    with contextlib.suppress(psutil.Error):
        if process.status() != psutil.STATUS_ZOMBIE:
            return True
        if process.ppid() == os.getpid():
            with contextlib.suppress(OSError):
                os.waitpid(process.pid, os.WNOHANG)
    return False


def _adopt(*, wanted: bool) -> None:
    """Have orphans below us come to us, or not any more; whoever made us a subreaper before keeps it so."""
    global _OURS  # noqa: PLW0603 - a property of the process
    if sys.platform != "linux" or wanted == _OURS:
        return
    import ctypes  # noqa: PLC0415 (no other platform needs it)

    with contextlib.suppress(OSError, AttributeError):
        prctl, already = ctypes.CDLL(None).prctl, ctypes.c_int()
        prctl(_GET_SUBREAPER, ctypes.byref(already), 0, 0, 0)
        if wanted and already.value:
            return
        prctl(_SET_SUBREAPER, int(wanted), 0, 0, 0)
        _OURS = wanted
