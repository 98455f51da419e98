"""Attacks on the machine: other processes, other servers, and what all of them share."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import psutil
import pytest
from apps.writing import until
from helpers.attacks import SMALL, attacked, held

from conformance.model import Budget
from conformance.servers.isolation import base

FEW = SMALL.processes


@pytest.mark.parametrize("way", ["own", "given", "accepted"])
def test_asking_the_server_of_another_submission(level: str, way: str, tmp_path: Path) -> None:
    with (
        attacked(level, tmp_path / "other", "detects") as victim,
        attacked(level, tmp_path / "one", "port") as attacker,
        # One that it has accepted, besides that on which it answers.
        socket.create_connection(("127.0.0.1", attacker.server.port)),
    ):
        seen = attacker.does(port=victim.server.port, way=way)
        assert held("port", level, shut=seen != "200"), seen


def test_killing_the_suite(level: str, tmp_path: Path, suite: subprocess.Popen[bytes]) -> None:
    with attacked(level, tmp_path, "kills") as attacker:
        told = attacker.does(pid=suite.pid)
        assert held("kills", level, shut=told.startswith("failed: ") and suite.poll() is None)


def test_leaving_a_process_behind(level: str, tmp_path: Path) -> None:
    mark = f"1000.{os.getpid()}"

    def left() -> bool:
        return any(each.info["cmdline"] == ["sleep", mark] for each in psutil.process_iter(["cmdline"]))

    with attacked(level, tmp_path, "daemon") as attacker:
        assert attacker.does(mark=mark) == "left"
        assert until(left)
    assert held("daemon", level, shut=not left())


def test_processes_without_end(level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "_PROCESSES", FEW)
    with attacked(level, tmp_path, "forks", budget=SMALL) as attacker:
        started = attacker.does(upto=3 * FEW)
        # Either it could not start more, or it is ended for those that it has started.
        refused = isinstance(started, int) and started <= FEW
        assert held("forks", level, shut=refused or until(attacker.server.died))


def test_memory_of_one_process(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "memory", budget=SMALL, memory=SMALL.memory) as attacker:
        told = attacker.does(size=2 * SMALL.memory)
        assert held("memory", level, shut=told == "failed: MemoryError: ")
        assert attacker.server.died() is None


def test_memory_of_many_processes(level: str, tmp_path: Path) -> None:
    each = SMALL.memory // 4
    with attacked(level, tmp_path, "memories", budget=SMALL) as attacker:
        attacker.does(processes=6, size=each)
        server = attacker.server
        assert until(lambda: server.died() or server.memory() > 6 * each)
        ended = until(server.died, within=2.0)
        says = attacker.server.died() or ""
    assert held("memories", level, shut=ended and "MiB of memory" in says)


@pytest.mark.parametrize("command", [False, True], ids=["app", "command"])
@pytest.mark.parametrize("way", ["anonymous", "zero", "memfd", "segment"])
def test_memory_that_is_no_processes_own(level: str, way: str, command: bool, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "shared", command=command, budget=SMALL) as attacker:
        told = attacker.does(way=way, size=2 * SMALL.memory)
        refused = isinstance(told, str) and told.startswith(("failed: OSError", "failed: PermissionError"))
        ended = until(attacker.server.died, within=1.0) and "MiB of memory" in (attacker.server.died() or "")
    assert held("shared", level, shut=refused or ended)


def test_memory_by_files_that_hold_nothing(level: str, tmp_path: Path) -> None:
    budget = Budget(memory=128 << 20)
    # Where it would come to something, it is not done but for a few.
    few, many = 10, budget.memory >> 10
    with attacked(level, tmp_path, "empties", budget=budget) as attacker:
        told = attacker.does(upto=many if level == "namespaces" else few)
        ended = level == "namespaces" and until(attacker.server.died)
        assert told == few or "MiB of memory" in (attacker.server.died() or "")
    assert held("empties", level, shut=bool(ended))


def test_namespaces_of_its_own(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "nests") as attacker:
        made = attacker.does()
    if level == "none" and not made:
        pytest.skip("this machine lets nobody have namespaces of users")
    assert held("nests", level, shut=made == [])


def test_a_disk_that_is_filled(level: str, tmp_path: Path) -> None:
    with attacked(level, tmp_path, "fills", budget=SMALL) as attacker:
        assert held("fills", level, shut=attacker.does(upto=2 * SMALL.disk) <= SMALL.disk)
        assert attacker.server.died() is None


def test_what_was_put_where_all_may_write_is_gone_in_the_end(level: str, tmp_path: Path) -> None:
    place = Path(f"/var/tmp/forged-{os.getpid()}")  # noqa: S108 - the attacker's
    with attacked(level, tmp_path, "writes") as attacker:
        assert attacker.does(path=place)
    there = [path for path in (place, place.with_name("forged.pth")) if path.exists()]
    for path in there:
        path.unlink()
    assert bool(there) == (level == "none")
