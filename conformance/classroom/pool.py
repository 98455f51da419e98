"""Processes, one for each submission, that are graded side by side. Shell.

What waits, for a TTL in real time or for a server that hangs, holds no place: another one begins. What dies,
or does not end, costs nobody else anything. It must not know what a grade is, nor where results are kept.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from conformance.classroom.one import Graded, Order, grade_one
from conformance.classroom.temporary import temporary
from conformance.errors import UsageError
from conformance.execute.progress import Progress

__all__ = ["Lost", "Pool", "Task", "waits_for"]

T = TypeVar("T")
_GLANCE: Final = 0.25  # seconds between looks at whether to stop
_STARTING: Final = 4.0  # seconds that the start of a server may take before it counts as waiting
_ENDING: Final = 2.0  # seconds that a process has to end in which has said all
_OVERLAP: Final = 8  # for each place so many may be there, those that wait included


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """A submission: whose it is, its bytes or its URL, SHA-256 of that, and the seconds that it may take."""

    key: T
    submission: bytes | str
    name: str
    within: float


@dataclass(frozen=True, slots=True)
class Lost:
    """There is no result, since the process that was to make it has died or did not end; as a sentence."""

    why: str


@dataclass
class _Running(Generic[T]):
    task: Task[T]
    process: ForkServerProcess
    line: Connection
    folder: Path
    begun: float = field(default_factory=time.monotonic)
    waiting: str = ""


class Pool(Generic[T]):
    """Grades what it is given.

    Args:
        places: how many may be at work at a time.

    Raises:
        UsageError: no process can be started from here.
    """

    def __init__(self, places: int) -> None:
        self._places = places
        self._running: list[_Running[T]] = []
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["conformance.classroom.preloaded"])
        try:
            forkserver.ensure_running()
        except OSError as problem:
            folder, why = tempfile.gettempdir(), problem.strerror or problem
            raise UsageError(
                f"the folder for temporary files, {folder!r}, can't hold a socket: {why}; set TMPDIR to one "
                "with a short path that can be written to"
            ) from None

    @property
    def at_work(self) -> list[tuple[T, str]]:
        """Which are being graded, and what each waits for, or ""."""
        return [(each.task.key, each.waiting) for each in self._running]

    def graded(
        self, order: Order, tasks: Iterator[Task[T]], look: Callable[[], bool]
    ) -> Generator[tuple[T, Graded | Lost]]:
        """The results, as they come; `look` is called now and then, and ends it all where it says so."""
        with temporary("class") as base:
            base.chmod(0o711)  # others may pass through: a user who is given a folder in it has to reach that
            yield from self._graded(order, tasks, look, base)

    def _graded(
        self, order: Order, tasks: Iterator[Task[T]], look: Callable[[], bool], base: Path
    ) -> Generator[tuple[T, Graded | Lost]]:
        more = True
        try:
            while (more or self._running) and look():
                while more and self._has_room():
                    task = next(tasks, None)
                    more = task is not None
                    if task is not None:
                        self._begin(task, order, base)
                for each in self._news():
                    result = self._result(each)
                    if result is not None:
                        yield each.task.key, result
        finally:
            for each in list(self._running):
                self._end(each)

    def _has_room(self) -> bool:
        busy = sum(not each.waiting for each in self._running)
        return busy < self._places and len(self._running) < self._places * _OVERLAP

    def _begin(self, task: Task[T], order: Order, base: Path) -> None:
        ours, theirs = self._context.Pipe()
        folder = Path(tempfile.mkdtemp(dir=base))
        folder.chmod(0o711)
        words = (theirs, order, task.submission, task.name, str(folder))
        process = self._context.Process(target=_work, args=words, daemon=True)
        process.start()
        theirs.close()
        self._running.append(_Running(task, process, ours, folder))

    def _news(self) -> list[_Running[T]]:
        """Those that have something to say, or have said nothing for too long."""
        if not self._running:
            return []
        ready = wait([each.line for each in self._running], _GLANCE)
        now = time.monotonic()
        return [e for e in self._running if e.line in ready or now - e.begun > e.task.within]

    def _result(self, running: _Running[T]) -> Graded | Lost | None:
        """What has come of it, or None as long as it goes on."""
        took = time.monotonic() - running.begun
        if took > running.task.within:
            self._end(running)
            return Lost(f"its process did not end within {running.task.within:.0f} s")
        try:
            word, said = running.line.recv()
        except (EOFError, OSError):
            running.process.join(_GLANCE)
            code = running.process.exitcode
            self._end(running)
            return Lost(f"its process {_ending(code)}")
        if word == "waits":
            running.waiting = said
            return None
        running.process.join(_ENDING)
        self._end(running)
        return Graded(*said) if word == "graded" else Lost(str(said))

    def _end(self, running: _Running[T]) -> None:
        self._running.remove(running)
        running.line.close()
        if running.process.is_alive():
            running.process.kill()
        running.process.join()
        running.process.close()
        shutil.rmtree(running.folder, ignore_errors=True)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            return f"was killed by {signal.Signals(-code).name}"
    return f"ended with status {code}"


# ------------------------------------------------------------------ in a process of its own


def _work(line: Connection, order: Order, submission: bytes | str, name: str, folder: str) -> None:
    """Grade one, tell when it waits, and end with whoever asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is ours to be told by whoever asked
    tempfile.tempdir = folder
    threading.Thread(target=_leave_with, args=[line], daemon=True).start()
    said = ""

    def tell(progress: Progress) -> None:
        nonlocal said
        waits = waits_for(progress, time.monotonic() - begun)
        if bool(waits) != bool(said):
            said = waits
            line.send(("waits", waits))

    begun = time.monotonic()
    message: tuple[str, Any]
    try:
        graded = grade_one(submission, order, tell, name=name)
        message = "graded", (graded.standing, graded.report, dict(graded.files))
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is ours, and of this one alone
        message = "failed", f"the suite is at fault: {type(problem).__name__}: {problem}"
    with contextlib.suppress(OSError):
        line.send(message)


def waits_for(progress: Progress, seconds: float = 0.0) -> str:
    """What it waits for so long that another may work meanwhile, or ""; `seconds`: since it began."""
    if not progress.total and seconds < _STARTING:
        return ""
    return next(iter(progress.waited_for()), "")


def _leave_with(line: Connection) -> None:
    """Nothing is ever said on this line: what comes is its end, and then nobody wants a result any more."""
    with contextlib.suppress(EOFError, OSError):
        line.recv()
    os._exit(1)
