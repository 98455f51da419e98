"""The sandbox of a suite that is not root, which has a namespace of users in place of another user."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from helpers.attacks import everybodys_python

import conformance
from conformance.servers.isolation import uids

ROOT = Path(conformance.__file__).parents[1]
PROGRAM = """
import atexit, json, os, socket, subprocess, sys
from pathlib import Path
from conformance.servers.isolation import namespaces
from apps.writing import until
from conformance.model import Budget
from helpers.attacks import SMALL, attacked

seen = {"lacking": namespaces.lacking()}
if not seen["lacking"]:
    folder = Path(sys.argv[1])
    (folder / "result").write_text("81 points")
    (folder / "result").chmod(0o600)
    # With no pipe of ours, for which we would wait if this ends early.
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    suite = subprocess.Popen(["/bin/sleep", "1000"], env={"GRADING_TOKEN": "hunter2"}, **silent)
    atexit.register(suite.kill)
    prey = {
        "secrets": {},
        "reads": {"path": folder / "result"},
        "writes": {"path": folder / "result"},
        "kills": {"pid": suite.pid},
        "packages": {"really": 1},
        "fills": {"upto": 400 << 20},
        "nests": {},
    }
    for name, about in prey.items():
        with attacked("namespaces", folder / name, name) as attacker:
            seen[name] = attacker.does(**about)
    few = Budget(memory=128 << 20)
    taken = {
        "empties": ({"upto": few.memory >> 10}, {"budget": few}),
        "shared": ({"way": "anonymous", "size": 2 * SMALL.memory}, {"budget": SMALL, "command": True}),
    }
    for name, (about, more) in taken.items():
        with attacked("namespaces", folder / name, name, **more) as attacker:
            attacker.does(**about)
            seen[name] = until(attacker.server.died) and "MiB of memory" in attacker.server.died()
    with attacked("namespaces", folder / "plants", "plants") as attacker:
        attacker.does(path=folder / "result")
        attacker.server.restart()
        seen["plants"] = attacker.does()
    with (
        attacked("namespaces", folder / "other", "detects") as victim,
        attacked("namespaces", folder / "port", "port") as attacker,
        socket.create_connection(("127.0.0.1", attacker.server.port)),
    ):
        ways = ("own", "given", "accepted")
        seen["port"] = [attacker.does(port=victim.server.port, way=way) for way in ways].count("200")
    seen["alive"] = suite.poll() is None
    suite.kill()
    suite.wait()
    seen["result"] = (folder / "result").read_text()
print(json.dumps(seen))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="who is not root has done all attacks so")
def test_a_suite_of_any_user_is_as_safe(open_folder: Path) -> None:
    python, packages = everybodys_python()
    if not python:
        pytest.skip("there is no Python here that every user may run")
    uid = uids.fresh()
    os.chown(open_folder, uid, uid)
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests"), packages])
    ran = subprocess.run(
        [python, "-P", "-c", PROGRAM, str(open_folder)],
        user=uid,
        group=uid,
        extra_groups=[],
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path, "TMPDIR": str(open_folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Permission denied" in ran.stderr and str(ROOT) in ran.stderr:
        pytest.skip("this checkout is closed to other users")
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    if seen.get("lacking"):
        pytest.skip(seen["lacking"])
    assert "hunter2" not in seen.pop("secrets")
    assert seen.pop("fills") <= 256 << 20
    assert seen == {
        "lacking": "",
        "reads": f"failed: FileNotFoundError: [Errno 2] No such file or directory: '{open_folder}/result'",
        "writes": "",
        "kills": "failed: ProcessLookupError: [Errno 3] No such process",
        "packages": [],
        "nests": [],
        "empties": True,
        "shared": True,
        "plants": "",
        "port": 0,
        "alive": True,
        "result": "81 points",
    }
