"""A class on a cluster of several workers, one of which is killed half-way: everybody has one result."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from helpers.classes import GOOD, NO_TAG, Class
from helpers.rolls import standing

from conformance.classroom import cluster as about
from conformance.classroom.cluster import Cluster
from conformance.classroom.one import Graded, Order
from conformance.classroom.pool import Lost, Task
from conformance.execute.progress import Progress
from conformance.load.target import load_target

pytest.importorskip("distributed", reason="dask.distributed is not installed")

ORDER = Order(b"", load_target())
CLUSTER = """
import json, sys
from distributed import LocalCluster
if __name__ == "__main__":
    how = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(host="127.0.0.1", **how) as it:
        pids = [worker.pid for worker in it.workers.values()]
        print(json.dumps([it.scheduler_address, pids]), flush=True)
        sys.stdin.read()
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[int]]]:
    """The address of a cluster, and the processes of its workers."""
    program = tmp_path / "cluster.py"
    program.write_text(CLUSTER)
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        address, pids = json.loads(process.stdout.readline())
        yield address, pids
        process.stdin.close()


@pytest.mark.slow
def test_a_worker_that_is_killed_half_way_costs_nobody_a_result(
    cluster: tuple[str, list[int]], tmp_path: Path
) -> None:
    address, pids = cluster
    class_ = Class(tmp_path, {f"s{n}": (GOOD, NO_TAG, "x = 1\n")[n % 3] + f"# {n}\n" for n in range(9)})
    command = [sys.executable, "-m", "conformance", *class_.words, "--cluster", address]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("[1/9] ")
        os.kill(pids[0], signal.SIGKILL)
        said = process.stderr.read()
        assert process.wait() == 0, said
    right, wrong = {"40"}, {points for name, points in class_.points().items() if name in ("s1", "s4", "s7")}
    assert {class_.points()[each] for each in ("s0", "s3", "s6")} == right
    assert {class_.points()[each] for each in ("s2", "s5", "s8")} == {"0"}
    assert len(wrong) == 1
    assert 0 < int(wrong.pop()) < 40
    assert len(list((class_.out / "results").glob("*.report.json.gz"))) == 9


def test_nobody_at_an_address_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})
    command = [sys.executable, "-m", "conformance", *class_.words, "--cluster", "tcp://127.0.0.1:1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no cluster answers at 'tcp://127.0.0.1:1'" in done.stderr


# ------------------------------------------------------------------ what is lost


class Future:
    """A result, where it has come."""

    def __init__(self, result: Graded | None, key: str = "") -> None:
        self._result = result
        self.key = key

    def done(self) -> bool:
        return self._result is not None

    def result(self) -> Graded | None:
        return self._result


class Client:
    """A cluster whose workers give the results that are named, and nothing for the others."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.cancelled: list[Future] = []
        self.restarted: list[str] = []

    def run(self, what: Callable[..., Any], *args: Any, **_: Any) -> dict[str, Any]:
        return {"worker": what(*args)}

    def scatter(self, some: list[Any], **_: Any) -> list[Any]:
        return some

    def nthreads(self) -> dict[str, int]:
        return {"worker": 1}

    def submit(self, _what: Any, submission: bytes, *_: Any, **__: Any) -> Future:
        return Future(GRADED if submission == b"good" or self.restarted else None, submission.decode())

    def processing(self) -> dict[str, tuple[str, ...]]:
        return {"worker": ("lost",), "another": ("good",)}

    def restart_workers(self, workers: list[str], **_: Any) -> None:
        self.restarted += workers

    def cancel(self, futures: list[Future], **_: Any) -> None:
        self.cancelled += futures

    def close(self) -> None:
        pass


GRADED = Graded(standing(1), b"", {})


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Cluster[str]:
    """A cluster of one worker, that says nothing of what it was given last."""
    monkeypatch.setattr(about, "_ON_ITS_WAY", 0.0)
    monkeypatch.setitem(
        sys.modules, "distributed", SimpleNamespace(Client=Client, wait=lambda *_, **__: None)
    )
    return Cluster("tcp://127.0.0.1:1")


def test_what_is_lost_without_a_word_is_given_up_once_its_time_is_over(silent: Cluster[str]) -> None:
    tasks: Iterator[Task[str]] = iter([Task("ada", b"good", "", 0.0), Task("eve", b"lost", "", 0.0)])
    found = dict(silent.graded(ORDER, tasks, lambda: True))
    assert found == {"ada": GRADED, "eve": Lost("the cluster had no result within 0 s")}
    assert silent.at_work == []


def test_what_hangs_costs_nobody_behind_it_a_try_and_its_worker_begins_anew(silent: Cluster[str]) -> None:
    names = iter(["eve", "ada", "bob"])
    tasks = (Task(each, b"lost" if each == "eve" else b"later", "", 0.0) for each in names)
    results = silent.graded(ORDER, tasks, lambda: True)
    assert next(results) == ("eve", Lost("the cluster had no result within 0 s"))
    assert silent._client.restarted == ["worker"]  # noqa: SLF001
    assert [each for each, _ in silent.at_work] == ["ada", "bob"]
    results.close()


def test_what_waits_behind_others_is_not_given_up_as_long_as_results_come(silent: Cluster[str]) -> None:
    now, task = time.monotonic(), Task("eve", b"", "", 100.0)
    for sent, news, lost in ((50, 0, False), (150, 50, False), (150, 120, True), (401, 0, True)):
        silent._news = now - news  # noqa: SLF001
        assert silent._is_lost(about._Sent(task, now - sent)) is lost  # noqa: SLF001


def test_a_worker_ends_what_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*args: Any, **_: Any) -> None:
        while True:
            args[2](Progress(0, 1, (), print))

    monkeypatch.setattr(about, "grade_one", endless)
    with pytest.raises(TimeoutError, match="it did not end within 0 s"):
        about._graded(b"", ORDER, "", 0.0)  # noqa: SLF001
