"""Saves of files, as they come: the only file that knows watchfiles, which is an extra. Shell.

Only what a server is written in counts: a database or a log that it writes itself would make it run for ever.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from conformance.errors import UsageError

__all__ = ["SOURCES", "Saves"]

SOURCES: Final = frozenset(
    (".py", ".toml", ".yaml", ".yml", ".env", ".html", ".jinja", ".js", ".ts", ".mjs", ".go", ".rs", ".rb")
) | frozenset((".php", ".java", ".kt", ".cs", ".ex", ".exs", ".swift", ".scala", ".clj", ".lua", ".pl"))
_STEP: Final = 50  # milliseconds without another save, after which it is one
_MOST: Final = 400  # milliseconds
_GLANCE: Final = 200  # milliseconds, after which it is seen that nobody wants more


class Saves:
    """Which files were saved, from when it is made to when it is closed.

    Args:
        folders: that are looked into, at any depth.
        files: that count, whatever they are called.

    Raises:
        UsageError: watchfiles is not installed.
    """

    def __init__(self, folders: Iterable[Path], files: Iterable[Path] = ()) -> None:
        try:
            import watchfiles  # noqa: PLC0415 (an extra)
        except ImportError as problem:
            raise UsageError(
                "watching needs watchfiles; install it with: pip install 'cache-conformance[watch]' "
                f"({problem})"
            ) from None
        self._named = frozenset(path.resolve() for path in files)
        self._come: queue.SimpleQueue[frozenset[Path]] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._ended = "without saying why"
        places = {path.resolve() for path in folders} | {path.parent for path in self._named}
        self._thread = threading.Thread(
            target=self._watch, args=(watchfiles, sorted(places)), name="conformance: saves", daemon=True
        )
        self._thread.start()

    def _watch(self, watchfiles: Any, places: Collection[Path]) -> None:
        try:
            self._look(watchfiles, places)
        except Exception as problem:  # noqa: BLE001 - whatever it is, somebody waits for what comes
            self._ended = f"{type(problem).__name__}: {problem}"

    def _look(self, watchfiles: Any, places: Collection[Path]) -> None:
        usual = watchfiles.DefaultFilter()

        def counts(change: Any, path: str) -> bool:
            return bool(usual(change, path)) and self.counts(Path(path))

        for changes in watchfiles.watch(
            *places,
            watch_filter=counts,
            debounce=_MOST,
            step=_STEP,
            stop_event=self._closed,
            rust_timeout=_GLANCE,
            raise_interrupt=False,
        ):
            self._come.put(frozenset(Path(path) for _, path in changes))

    def counts(self, path: Path) -> bool:
        """Whether a save of that file is one."""
        return path.suffix in SOURCES or path.name == ".env" or path.resolve() in self._named

    def __bool__(self) -> bool:
        """Whether one has come that nobody has taken."""
        return not self._come.empty()

    def __iter__(self) -> Iterator[frozenset[Path]]:
        """Each save, waited for; several that have come meanwhile are one.

        Raises:
            UsageError: nobody looks for them any more.
        """
        while True:
            over = not self._thread.is_alive()  # asked first: what it has said before is still taken
            try:
                found = self._come.get(timeout=0 if over else _GLANCE / 1000)
            except queue.Empty:
                if over:
                    raise UsageError(
                        f"saves are not seen any more, since watchfiles has ended ({self._ended}): see to "
                        "that, and start watch again"
                    ) from None
                continue
            while self:
                found |= self._come.get()
            yield found

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
