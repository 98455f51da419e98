"""The line that tells what is being waited for, by pytest's terminal reporter.

On a terminal one line that is rewritten and then taken away; else one line for each thing that is
waited for. It must not know why anything is waited for.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Final

import pytest

from conformance.execute.progress import Progress, line

_PATIENCE: Final = 1.0  # seconds of waiting that are worth no line


class Waiting:
    """Shows the progress while a verdict is waited for.

    Args:
        plain: never rewrite a line: others write at the same time.
    """

    def __init__(
        self, config: pytest.Config, *, plain: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        reporter = config.pluginmanager.getplugin("terminalreporter")
        self._reporter: pytest.TerminalReporter | None = reporter
        if config.get_verbosity() < 0:
            self._reporter = None
        self._rewrites = not plain and reporter is not None and bool(reporter.isatty)
        self._clock = clock
        self._since: float | None = None
        self._plain = plain
        self._said: frozenset[tuple[str, str]] = frozenset()
        self._shown = False

    def show(self, progress: Progress) -> None:
        """To be called now and then while a verdict is waited for."""
        if self._reporter is None:
            return
        self._since = self._clock() if self._since is None else self._since
        if self._clock() - self._since < _PATIENCE:
            return
        text = f"conformance: {line(progress)}"
        waits = {(why, name) for why, names in progress.waited_for().items() for name in names}
        if self._rewrites:
            if not self._shown:
                self._reporter.ensure_newline()
                self._shown = True
            self._reporter.rewrite(text[: shutil.get_terminal_size().columns - 1], erase=True, cyan=True)
        elif waits - self._said:
            self._said |= waits
            self._reporter.write_line(f"\n{text}" if self._plain else text)

    def done(self) -> None:
        """The verdict is there: take the line away."""
        self._since = None
        if self._shown and self._reporter is not None:
            self._reporter.rewrite("", erase=True)
            self._reporter.rewrite("")
            self._shown = False
