"""A class on a cluster of several workers, one of which is killed half-way: everybody has one result."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.classes import GOOD, NO_TAG, Class

pytest.importorskip("distributed", reason="dask.distributed is not installed")

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
