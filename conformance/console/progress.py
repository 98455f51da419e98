"""The progress of a run on a terminal, or rarely a line where there is none. Shell.

It must not know what is being judged, nor what the line says. The plugin shows the same line by
pytest's terminal reporter, `pytest_plugin/waiting.py`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from conformance.console.terminal import rewrites
from conformance.execute.progress import Progress, line

_PATIENCE: Final = 1.0  # seconds of waiting that are worth no line
_RARELY: Final = 10.0  # seconds between two lines where there is no terminal


@contextmanager
def shown(stream: TextIO, now: Callable[[], float] = time.monotonic) -> Iterator[Callable[[Progress], None]]:
    """What to call with the progress; the line is gone at the end."""
    if not rewrites(stream):
        yield _Plain(stream, now)
        return
    from rich.console import Console  # noqa: PLC0415 (0.1 s that a run in a pipeline does without)
    from rich.text import Text  # noqa: PLC0415

    with Console(file=stream).status(Text("starting")) as status:
        yield lambda progress: status.update(Text(line(progress)))


class _Plain:
    """A line for each thing that is waited for, and one now and then, for logs."""

    def __init__(self, stream: TextIO, now: Callable[[], float]) -> None:
        self._stream = stream
        self._now = now
        self._last = now()
        self._seen: dict[tuple[str, str], float] = {}
        self._said: set[tuple[str, str]] = set()

    def __call__(self, progress: Progress) -> None:
        now = self._now()
        waits = {(why, name) for why, names in progress.waited_for().items() for name in names}
        long = {wait for wait in waits if now - self._seen.setdefault(wait, now) >= _PATIENCE}
        if long - self._said or now - self._last >= _RARELY:
            self._said |= long
            self._last = now
            self._stream.write(f"conformance: {line(progress)}\n")
            self._stream.flush()
