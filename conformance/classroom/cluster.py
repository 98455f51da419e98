"""A Dask cluster in place of processes of this machine: the same function, submission by submission. Shell.

Which worker grades what, and what is tried again where one dies, is Dask's business. It needs the extra
`cache-conformance[cluster]`, here and on the workers, and the same version of the suite. It must not know
what a grade is, nor where results are kept.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Generic, TypeVar

from conformance.classroom.one import Graded, Order, grade_one
from conformance.classroom.pool import Lost, Task, waits_for
from conformance.classroom.temporary import sweep
from conformance.errors import UsageError
from conformance.execute.progress import Progress
from conformance.version import __version__

__all__ = ["Cluster", "level_of"]

T = TypeVar("T")
_GLANCE: Final = 0.5  # seconds between looks at whether to stop
_OVERLAP: Final = (
    4  # submissions for each thread of the cluster that are there at a time, on their way included
)
_ANSWERS_WITHIN: Final = 20.0
_ON_ITS_WAY: Final = 20.0  # seconds that a submission and its result may travel


@dataclass(frozen=True, slots=True)
class _Sent(Generic[T]):
    task: Task[T]
    at: float


class Cluster(Generic[T]):
    """Has the workers of a cluster grade what it is given; a context manager that leaves it.

    Args:
        address: of the scheduler, such as tcp://10.0.0.7:8786.

    Raises:
        UsageError: nobody answers there, the cluster has no worker, or one of another version.
    """

    def __init__(self, address: str) -> None:
        try:
            distributed = import_module("distributed")  # an extra
        except ImportError as problem:
            raise UsageError(
                "grading on a cluster needs dask.distributed; install it with: "
                f"pip install 'cache-conformance[cluster]' ({problem})"
            ) from None
        try:
            self._client: Any = distributed.Client(address, timeout=_ANSWERS_WITHIN, set_as_default=False)
            versions = self.ask(_version)
        except (OSError, TimeoutError, ValueError) as problem:
            raise UsageError(f"no cluster answers at {address!r}: {problem}") from None
        other = {name: each for name, each in versions.items() if each != __version__}
        if other or not versions:
            self.close()
            what = next((f"{n} has version {v}" for n, v in other.items()), "it has no worker")
            raise UsageError(f"the cluster at {address!r} can't grade by version {__version__}: {what}")
        self._at_work: dict[Any, _Sent[T]] = {}
        self._news = time.monotonic()  # when the last result came

    def ask(self, what: Callable[..., Any], *args: Any) -> Mapping[str, Any]:
        """What a function gives on each worker."""
        found: Mapping[str, Any] = self._client.run(what, *args, on_error="return")
        return found

    @property
    def at_work(self) -> list[tuple[T, str]]:
        """What the workers have; for what each waits, nobody here knows."""
        return [(each.task.key, "") for each in self._at_work.values()]

    def graded(
        self, order: Order, tasks: Iterator[Task[T]], look: Callable[[], bool]
    ) -> Generator[tuple[T, Graded | Lost]]:
        """The results, as they come; `look` is called now and then, and ends it all where it says so."""
        wait = import_module("distributed").wait
        [sent] = self._client.scatter([order], broadcast=True)
        threads = max(1, sum(self._client.nthreads().values()))
        most = threads * _OVERLAP
        more = True
        self._news = time.monotonic()
        try:
            while (more or self._at_work) and look():
                while more and len(self._at_work) < most:
                    task = next(tasks, None)
                    more = task is not None
                    if task is not None:
                        words = (task.submission, sent, task.name, task.within)
                        future = self._client.submit(_graded, *words, pure=False)
                        self._at_work[future] = _Sent(task, time.monotonic())
                with contextlib.suppress(TimeoutError, ValueError):  # nobody is at work
                    wait(list(self._at_work), timeout=_GLANCE, return_when="FIRST_COMPLETED")
                for future in [each for each in self._at_work if each.done()]:
                    self._news = time.monotonic()
                    yield self._at_work.pop(future).task.key, _result(future)
                for future in self._lost(threads):
                    self._give_up(future)
                    task = self._at_work.pop(future).task
                    yield task.key, Lost(f"the cluster had no result within {task.within:.0f} s")
        finally:
            self._client.cancel(list(self._at_work), force=True)
            self._at_work.clear()

    def _lost(self, threads: int) -> list[Any]:
        """Those that are: of all whose time is over the first, one for each thread; the others wait for them.

        Theirs begins anew, so that one that hangs costs nobody else a try.
        """
        over = [future for future, sent in self._at_work.items() if self._is_lost(sent)]
        now = self._news = time.monotonic() if over else self._news
        for future in over[threads:]:
            self._at_work[future] = _Sent(self._at_work[future].task, now)
        return over[:threads]

    def _give_up(self, future: Any) -> None:
        """Begin the worker anew that has it, where it can be: else what hangs there would hold its thread."""
        with contextlib.suppress(Exception):  # whatever keeps us from that, there is no result
            workers = [name for name, keys in self._client.processing().items() if future.key in keys]
            self._client.cancel([future], force=True)
            if workers:
                self._client.restart_workers(workers, timeout=_ANSWERS_WITHIN, raise_for_error=False)

    def _is_lost(self, sent: _Sent[T]) -> bool:
        """Whether its worker is, or hangs: nobody knows when it began, but how long others may be before it.

        Whatever was at work when the last result came has had its time once that is as long ago.
        """
        now, within = time.monotonic(), sent.task.within + _ON_ITS_WAY
        took = now - sent.at
        return took > within * _OVERLAP or (took > within and now - self._news > within)

    def close(self) -> None:
        """Leave it; what the workers still do is not waited for."""
        self._client.close()


def _result(future: Any) -> Graded | Lost:
    try:
        made: Graded = future.result()
    except Exception as problem:  # noqa: BLE001 - a worker that died wherever it was tried, a scheduler that went
        return Lost(f"the cluster has no result: {type(problem).__name__}: {problem}")
    return made


# ------------------------------------------------------------------ on a worker


def _graded(submission: bytes | str, order: Order, name: str, within: float) -> Graded:
    """One submission; once it waits it gives its place back, so that the worker begins another.

    Raises:
        TimeoutError: it took longer than it may.
    """
    left, begun = False, time.monotonic()
    sweep()  # a worker that was killed has left what it had unpacked

    def tell(progress: Progress) -> None:
        nonlocal left
        if time.monotonic() - begun > within:
            raise TimeoutError(f"it did not end within {within:.0f} s")
        if not left and waits_for(progress, time.monotonic() - begun):
            left = True
            import_module("distributed").secede()

    return grade_one(submission, order, tell, name=name)


def _version() -> str:
    return __version__


def level_of(asked: str) -> str:
    """The level of isolation of that name, as the machine has it on which this is called; an error's text."""
    from conformance.servers.isolation import chosen  # noqa: PLC0415 (a worker asks it once)

    try:
        return chosen(asked).name
    except UsageError as problem:
        return str(problem)
