"""What the benchmarks share: figures and how they are told, processes and what they take, a server to ask."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
_LEAST_NOISE: Final = 0.03  # of a value: less is nothing that anybody should look at


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    Args:
        key: what it is called in figures.json.
        budget: at most this; None: told only, beside the figure that has one.
        noise: by how much it may differ from another measurement for no reason.
    """

    key: str
    says: str
    value: float
    unit: str
    budget: float | None
    noise: float

    @property
    def held(self) -> bool:
        """Whether the budget is held."""
        return self.budget is None or self.value <= self.budget


def figure(
    key: str, says: str, samples: Sequence[float], unit: str = "", budget: float | None = None
) -> Figure:
    """The median of samples; where there are several, half of them are within its noise."""
    value = statistics.median(samples)
    spread = 0.0
    if len(samples) > 2:  # noqa: PLR2004 - fewer have no quartiles
        low, _, high = statistics.quantiles(samples, n=4)
        spread = high - low
    return Figure(key, says, value, unit, budget, max(spread, abs(value) * _LEAST_NOISE))


# ------------------------------------------------------------------ this process


@dataclass(frozen=True, slots=True)
class Spent:
    """What something took, in seconds: of the clock on the wall, and of a processor."""

    wall: float
    cpu: float


def spent(what: Callable[[], object]) -> Spent:
    """What one call takes in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    what()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


Pairs = list[tuple[Spent, Spent]]


def in_turns(a: Callable[[], Spent], b: Callable[[], Spent], rounds: int) -> Pairs:
    """Both, round by round, now this one first and now that: whatever else the machine does meets both."""
    a(), b()
    pairs: Pairs = []
    for number in range(rounds):
        if number % 2:
            second = b()
            pairs.append((a(), second))
        else:
            pairs.append((a(), b()))
    return pairs


def ratios(pairs: Pairs, of: str) -> list[float]:
    """Of each pair a : b, by `wall` or `cpu`."""
    return [getattr(a, of) / getattr(b, of) for a, b in pairs]


# ------------------------------------------------------------------ other processes


def run(command: Sequence[str], *, codes: Sequence[int] = (0,), **more: Any) -> Spent:
    """What a process takes, together with those that it has waited for."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **more)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Spent(took, usage.ru_utime + usage.ru_stime)


def compiled() -> dict[str, str]:
    """An environment in which all code of ours is compiled, as pip leaves it, and the specs, too."""
    never = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
    env = {name: value for name, value in os.environ.items() if name not in never}
    packages = [str(ROOT / "conformance"), str(ROOT / "reference_impl")]
    run([sys.executable, "-m", "compileall", "-q", *packages], env=env)
    run([sys.executable, "-m", "conformance", "list"], env=env, cwd=ROOT)
    return env


@contextlib.contextmanager
def reference(*options: str, flaw: str = "") -> Iterator[str]:
    """The URL of a reference server, or of its twin with a flaw, that runs in a process of its own."""
    module = ["reference_impl.twisted", "--flaw", flaw] if flaw else ["reference_impl"]
    command = [sys.executable, "-m", *module, "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - it is piped
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()
