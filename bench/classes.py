"""What grading a class of a hundred costs: on the wall, of processors, and of memory.

What dies in a namespace of processes is counted by nobody's processor time. A control group counts it, where
we may have one (root may); else the whole machine is looked at, and nothing else may run meanwhile.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from handed_in import LESSON, hand_in
from measure import Figure, Spent, compiled, figure, in_turns, ratios

from conformance import api
from conformance.options.run import Asked, Serving
from conformance.report.document import encode

_QUICK: Final = 20
_WHOLE: Final = 100
_MIB: Final = 1 << 20
_ROUNDS: Final = 9
_GLANCE: Final = 0.02
_DONE: Final = re.compile(r"\[(\d+)/\d+\] ")


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the wall and of processors, and by how much the grader has grown from the twentieth on."""

    wall: float
    cpu: float
    growth: int


def figures(*, quick: bool) -> Iterator[Figure]:
    """A class whose entries without an end are of plain Python, and one in which they are waited for."""
    yield from _alone()
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


def _alone() -> Iterator[Figure]:
    """What a submission costs, isolated and without its second start, as a multiple of bare."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "main.py").write_text(LESSON, "utf-8")
        serving = Serving(app="main:app", app_dir=name, isolate="auto")
        asked = Asked(serving=serving, no_restart=True, seed=1)
        report = api.conduct(api.make_options(asked))  # brings what the first one imports
        requests = [x.request for r in report.records.values() for s in r.steps for x in s.exchanges]
        with httpx.Client() as client:
            pairs = in_turns(
                lambda: _spent(lambda: encode(api.conduct(api.make_options(asked)))),
                lambda: _spent(
                    lambda: _bare(name, client, [(each.method, each.target) for each in requests])
                ),
                _ROUNDS,
            )
    says = "a submission, isolated, without a restart, as a multiple of bare"
    yield figure("class-cpu-times", says, ratios(pairs, "cpu"), "x", 1.35)


def _bare(folder: str, client: httpx.Client, requests: list[tuple[str, str]]) -> None:
    """The same requests to the same app, served by uvicorn, and nothing else."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    command = [sys.executable, "-m", "uvicorn", "main:app", "--port", url.rpartition(":")[2]]
    with subprocess.Popen([*command, "--log-level", "critical"], cwd=folder) as server:
        while True:
            with contextlib.suppress(httpx.TransportError):
                client.get(f"{url}/items/")
                break
            time.sleep(_GLANCE)
        for method, target in requests:
            client.request(method, f"{url}{target}")
        server.terminate()


def _spent(what: Callable[[], object]) -> Spent:
    """What it takes of the whole machine."""
    begun, busy = time.perf_counter(), _busy()
    what()
    return Spent(time.perf_counter() - begun, _busy() - busy)


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


_GROUPS: Final = ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup", "/sys/fs/cgroup/unified")


@functools.cache
def _group() -> Path | None:
    """A control group with this process in it, and all that it starts; None where we may have none."""
    for root in map(Path, _GROUPS):
        group = root / f"bench-{os.getpid()}"
        with contextlib.suppress(OSError):
            group.mkdir()
            if (group / "cgroup.procs").exists():
                (group / "cgroup.procs").write_text(str(os.getpid()))
                atexit.register(_leave, root, group)
                return group
            group.rmdir()
    return None


def _leave(root: Path, group: Path) -> None:
    (root / "cgroup.procs").write_text(str(os.getpid()))
    with contextlib.suppress(OSError):  # what is just dying is in it still
        group.rmdir()


def _busy() -> float:
    """Seconds that processors have worked: for us, where that is known, else at all."""
    group = _group()
    if group is not None and (group / "cpuacct.usage").exists():
        return int((group / "cpuacct.usage").read_text()) / 1e9
    if group is not None:
        return int((group / "cpu.stat").read_text().split()[1]) / 1e6
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
