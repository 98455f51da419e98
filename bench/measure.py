"""What the benchmarks share: a reference server in a process of its own, and medians."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def reference(*options: str, flaw: str = "") -> Iterator[str]:
    """The URL of a reference server, or of its twin with a flaw, that runs in a process of its own."""
    module = ["reference_impl.twisted", "--flaw", flaw] if flaw else ["reference_impl"]
    command = [sys.executable, "-m", *module, "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - it is piped
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


def seconds(what: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def paired(a: Callable[[], object], b: Callable[[], object], times: int) -> tuple[float, float, float]:
    """Medians of a and of b, run in turn, and the median of the ratios a/b, pair by pair."""
    pairs = [(seconds(a), seconds(b)) for _ in range(times)]
    ratio = statistics.median(x / y for x, y in pairs)
    return statistics.median(x for x, _ in pairs), statistics.median(y for _, y in pairs), ratio


def row(name: str, found: str, budget: str, *, held: bool) -> bool:
    """Print one line of the table, and pass on whether the budget was held."""
    print(f"{'ok  ' if held else 'OVER'}  {name:<58} {found:<26} budget {budget}", flush=True)
    return held
