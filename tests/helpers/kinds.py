"""Which tests are quick, which judge whole servers or start processes, and which only CI runs.

A test is quick unless it stands here or says otherwise by its mark; a quick test that starts a
process fails, whoever runs it. `make check` leaves out besides what judges a server by whole runs or searches
it, in this process: most of its time would go there. No test at all asks for
anything beyond this machine, not even for the address of a name; and one that hangs is ended.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import pytest

__all__ = ["Guard", "is_quick", "mark", "order"]

# Files and folders of tests/, of which (nearly) every test starts a process or waits for a server that hangs.
PROCESSES: Final = (
    "attacks",
    "classroom/test_batch.py",
    "classroom/test_cluster.py",
    "classroom/test_pool.py",
    "classroom/test_told.py",
    "hosted",
    "proof",
    "pytest_plugin",
    "report/html/test_browser.py",
    "servers",
    "test_checkout.py",
    "test_ci.py",
    "test_hostile_runs.py",
    "test_imports.py",
    "wire/test_tls.py",
)
# Of which most judge a server by a whole run, or search it: half a second of CPU each.
RUNS: Final = (
    "commands",
    "execute/test_again.py",
    "execute/test_engine.py",
    "execute/test_explorations.py",
    "execute/test_searching.py",
    "fairness",
    "fuzz",
    "grading/test_again.py",
    "grading/test_fairness.py",
    "grading/test_points.py",
    "options/test_others.py",
    "proposing/test_propose.py",
    "report/html/test_page.py",
    "report/test_document.py",
    "report/test_formats.py",
    "report/test_markdown.py",
    "report/test_redact.py",
    "report/test_write.py",
    "test_api.py",
    "test_cli.py",
    "tools/test_matrix_command.py",
)
# What waits for minutes, or proves what a change seldom touches: for `.ci/run`.
SLOW: Final = (
    "attacks",
    "classroom/test_cluster.py",
    "commands/test_fuzz.py",
    "fuzz/test_schemathesis_checks.py",
    "report/html/test_browser.py",
    "test_real_time.py",
)
# Seconds after which a test hangs, also on a busy machine: no test is about how long it takes itself.
HANGS: Final = 600.0
SLOW_HANGS: Final = 1800.0

KINDS: Final = ((PROCESSES, pytest.mark.processes), (RUNS, pytest.mark.runs), (SLOW, pytest.mark.slow))

_STARTING: Final = frozenset(
    {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"}
)
_REACHING: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


def mark(items: Iterable[pytest.Item], root: Path) -> None:
    """Give every test of these files and folders its mark."""
    for item in items:
        if not item.path.is_relative_to(root):
            continue
        file = item.path.relative_to(root).as_posix()
        for places, kind in KINDS:
            if any(file == place or file.startswith(f"{place}/") for place in places):
                item.add_marker(kind)
        if item.config.pluginmanager.hasplugin("timeout"):  # who only judges from a checkout has none
            slow = item.get_closest_marker("slow") is not None
            item.add_marker(pytest.mark.timeout(SLOW_HANGS if slow else HANGS))


def order(items: list[pytest.Item]) -> None:
    """Files whose tests start processes come first, then what judges whole servers, and quick ones last.

    Workers take files in this order (`--no-loadscope-reorder`): what is quick fills the end of each.
    """
    rank: dict[Path, int] = {}
    for item in items:
        marks = [bool(item.get_closest_marker(kind.name)) for _, kind in KINDS]
        own = marks.index(True) if True in marks else len(KINDS)
        rank[item.path] = min(own, rank.get(item.path, own))
    items.sort(key=lambda item: rank[item.path])


def is_quick(item: pytest.Item) -> bool:
    """Whether it is neither slow nor one that starts processes."""
    return not any(map(item.get_closest_marker, ("processes", "slow")))


def is_here(host: object) -> bool:
    """Whether that is this machine, as it is known without asking anybody."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "127.0.0.1")
    with suppress(ValueError):
        address = ip_address(text.partition("%")[0])
        return (
            address.is_loopback or address.is_unspecified or text == "255.255.255.255"
        )  # it is refused here
    return text == "localhost" or text.endswith(".localhost")


class Guard:
    """Refuses what a test may not do: to reach another machine, and, if it is quick, to start a process."""

    def __init__(self) -> None:
        self._test = ""  # the one that runs
        self._quick = ""  # likewise, if it is a quick one
        sys.addaudithook(self._audit)
        start = BaseProcess.start

        def refusing(process: BaseProcess) -> None:
            self._refuse("multiprocessing")
            start(process)

        BaseProcess.start = refusing  # type: ignore[method-assign, assignment]
        look_up = socket.getaddrinfo

        def asking_nobody(host: Any, port: Any, *args: int, **named: int) -> Any:
            flags = named.get("flags", args[3] if len(args) > 3 else 0)
            if not flags & socket.AI_NUMERICHOST:
                self._stays("getaddrinfo", host)
            return look_up(host, port, *args, **named)

        socket.getaddrinfo = asking_nobody  # its audit event does not tell the flags

    @contextmanager
    def watching(self, item: pytest.Item) -> Iterator[None]:
        """While this test runs, its fixtures included."""
        before = self._test, self._quick
        self._test, self._quick = item.nodeid, item.nodeid if is_quick(item) else ""
        try:
            yield
        finally:
            self._test, self._quick = before

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event in _STARTING:
            self._refuse(event)
        elif event in _REACHING and isinstance(args[-1], tuple):  # a file's name is no host
            self._stays(event, args[-1][0])

    def _stays(self, event: str, host: object) -> None:
        if self._test and not is_here(host):
            raise AssertionError(
                f"{self._test} asks for {host!r} beyond this machine ({event}): let a server of "
                "helpers/hostile.py answer, or say what a name is by helpers/names.py"
            )

    def _refuse(self, event: str) -> None:
        if self._quick:
            raise AssertionError(
                f"{self._quick} starts a process ({event}): mark it `processes`, or name its file "
                "in tests/helpers/kinds.py"
            )
