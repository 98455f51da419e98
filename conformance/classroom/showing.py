"""How far a class has come, on a terminal, or a line for each result where there is none. Shell.

It must not know what is graded, nor how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from conformance.classroom.roll import Row
from conformance.report.safe import safe

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["shown"]

_NAMED: Final = 4
_REASON: Final = 40  # characters of what one waits for


@contextmanager
def shown(stream: TextIO, goes_on: Callable[[], bool]) -> Iterator[Shown]:
    """What tells of it; on a terminal the line is gone at the end.

    Args:
        stream: where to.
        goes_on: whether it is to go on.
    """
    if not stream.isatty():
        yield Shown(stream, goes_on)
        return
    from rich.console import Console  # noqa: PLC0415 (0.1 s that a run in a pipeline does without)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    columns = BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=Console(file=stream), transient=True) as progress:
        yield Shown(stream, goes_on, progress, progress.add_task("starting", total=None))


class Shown:
    """Tells of results as they come, and of who is at work."""

    def __init__(
        self,
        stream: TextIO,
        goes_on: Callable[[], bool],
        progress: Progress | None = None,
        task: TaskID | None = None,
    ) -> None:
        self._stream = stream
        self._goes_on = goes_on
        self._progress = progress
        self._task = task

    def look(self, at_work: list[tuple[str, str]], done: int, of: int) -> bool:
        """Show who is at work, and what each waits for; whether to go on."""
        if self._progress is not None and self._task is not None:
            told = [f"{name} (waits: {safe(why, _REASON)})" if why else name for name, why in at_work]
            more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
            says = ", ".join(told[:_NAMED]) + more
            self._progress.update(self._task, completed=done, total=of, description=says)
        return self._goes_on()

    def result(self, row: Row, done: int, of: int) -> None:
        """A line for a result."""
        one = row.standing
        if one is None:
            return
        grade = f"{row.points} of {one.of} points" if one.status == "graded" else f"withheld: {one.why}"
        down = f" (did not start: {one.down})" if one.down and one.status == "graded" else ""
        line = safe(f"{row.name}: {grade}{down}", 300)
        if self._progress is not None:
            self._progress.console.print(line, markup=False, highlight=False)
        else:
            self._stream.write(f"[{done}/{of}] {line}\n")
            self._stream.flush()
