"""What grading a class of a hundred costs: on the wall, of the whole machine's processors, and of memory.

Of the whole machine, since what dies in a namespace of processes is counted by nobody's; so nothing else may
run meanwhile.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from handed_in import hand_in
from measure import Figure, compiled, figure

_QUICK: Final = 20
_WHOLE: Final = 100
_MIB: Final = 1 << 20
_DONE: Final = re.compile(r"\[(\d+)/\d+\] ")


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the wall and of processors, and by how much the grader has grown from the twentieth on."""

    wall: float
    cpu: float
    growth: int


def figures(*, quick: bool) -> Iterator[Figure]:
    """A class whose entries without an end are of plain Python, and one in which they are waited for."""
    count = _QUICK if quick else _WHOLE
    for real, budget in ((False, 60.0), (True, 100.0)):
        took = graded(count, real=real)
        name, kind = ("-real", "real time") if real else ("", "plain Python")
        limit = None if quick else budget
        yield figure(f"class{name}-seconds", f"a class of {count}, {kind}", [took.wall], "s", limit)
        yield figure(f"class{name}-cpu", "of processors, for each submission", [took.cpu / count], "s")
        if not quick:
            yield figure(
                f"class{name}-growth",
                f"the grader's memory from submission {_QUICK} to {count}",
                [took.growth / _MIB],
                "MiB",
                10.0,
            )


def graded(count: int, *, real: bool) -> Took:
    """Grade a class, as the command does."""
    env = compiled()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "submissions").mkdir()
        hand_in(folder / "submissions", count, real=real)
        command = [sys.executable, "-m", "conformance", "grade", "submissions", "--app", "main:app"]
        begun, busy = time.perf_counter(), _busy()
        held: dict[int, int] = {}
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder, env=env) as grader:
            assert grader.stderr is not None  # noqa: S101 - it is piped
            for line in grader.stderr:
                if match := _DONE.match(line):
                    held[int(match[1])] = _memory(grader.pid)
        if grader.returncode:
            raise subprocess.CalledProcessError(grader.returncode, command)
        return Took(
            time.perf_counter() - begun,
            _busy() - busy,
            max(held.values()) - max(size for done, size in held.items() if done <= _QUICK),
        )


def _busy() -> float:
    """Seconds that all processors of this machine have worked."""
    first = Path("/proc/stat").read_text().partition("\n")[0]
    user, nice, system, _, _, irq, softirq, *_ = map(int, first.split()[1:])
    return (user + nice + system + irq + softirq) / 100


def _memory(pid: int) -> int:
    """The resident memory of a process, in bytes; 0 where it has ended."""
    try:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
