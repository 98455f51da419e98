"""Which tests are quick, which start processes, and which take so long that only CI runs them.

A test is quick unless it stands here or says otherwise by its mark; a quick test that starts a
process fails, whoever runs it. So `make check` can promise what it does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import pytest

__all__ = ["Guard", "mark"]

# Files and folders of tests/, of which (nearly) every test starts a process or waits for a server that hangs.
PROCESSES: Final = (
    "hosted",
    "proof",
    "pytest_plugin",
    "report/html/test_browser.py",
    "servers",
    "test_checkout.py",
    "test_hostile_runs.py",
    "test_imports.py",
    "wire/test_tls.py",
)
# What waits for minutes, or proves what a change seldom touches: for `.ci/run`.
SLOW: Final = ("test_real_time.py",)

_STARTING: Final = frozenset(
    {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"}
)


def mark(items: Iterable[pytest.Item], root: Path) -> None:
    """Give every test of these files and folders its mark."""
    for item in items:
        if not item.path.is_relative_to(root):
            continue
        file = item.path.relative_to(root).as_posix()
        for places, kind in ((PROCESSES, pytest.mark.processes), (SLOW, pytest.mark.slow)):
            if any(file == place or file.startswith(f"{place}/") for place in places):
                item.add_marker(kind)


class Guard:
    """Refuses to start a process while a quick test runs."""

    def __init__(self) -> None:
        self._quick = ""  # the test that runs, if it is a quick one
        sys.addaudithook(self._audit)
        start = BaseProcess.start

        def refusing(process: BaseProcess) -> None:
            self._refuse("multiprocessing")
            start(process)

        BaseProcess.start = refusing  # type: ignore[method-assign]

    @contextmanager
    def watching(self, item: pytest.Item) -> Iterator[None]:
        """While this test runs, its fixtures included."""
        quick = not any(map(item.get_closest_marker, ("processes", "slow")))
        before, self._quick = self._quick, item.nodeid if quick else ""
        try:
            yield
        finally:
            self._quick = before

    def _audit(self, event: str, _args: tuple[Any, ...]) -> None:
        if event in _STARTING:
            self._refuse(event)

    def _refuse(self, event: str) -> None:
        if self._quick:
            raise AssertionError(
                f"{self._quick} starts a process ({event}): mark it `processes`, or name its file "
                "in tests/helpers/kinds.py"
            )
