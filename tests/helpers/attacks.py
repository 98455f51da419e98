"""Attacks on the suite by a submission: the levels that this machine has, and what is promised of each."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from conformance.model import Budget
from conformance.servers import AppSpec, CommandSpec, start
from conformance.servers.isolation import LEVELS, uids
from conformance.servers.server import Server

__all__ = [
    "ATTACKS",
    "SMALL",
    "Attacker",
    "able",
    "attacked",
    "everybodys_python",
    "held",
    "promised",
    "submission_of",
]

ATTACKS: Final = Path(__file__).parents[1] / "attacks"
DOCS: Final = Path(__file__).parents[2] / "docs" / "isolation.md"
_ROW: Final = re.compile(r"^\| `(\w+)`: [^|]+\| (shut|open) \| (shut|open) \| (shut|open) \|$", re.MULTILINE)
_SYSTEMS: Final = "/usr/bin/python3"
_ASKS: Final = "import sys, httpx, time_machine, uvicorn; print(*sys.version_info[:2])"


@functools.cache
def promised() -> Mapping[str, Mapping[str, str]]:
    """Attack -> level -> shut or open, as the documentation has it."""
    levels = [each.name for each in LEVELS]
    rows = _ROW.findall(DOCS.read_text("utf-8"))
    return {name: dict(zip(levels, said, strict=True)) for name, *said in rows}


@functools.cache
def everybodys_python() -> tuple[str, str]:
    """A Python that every user may run, and the PYTHONPATH by which it has our packages; or "".

    Ours may be closed to them; then the system's takes its place, where it is of the same version.
    """
    packages = [each for each in sys.path if Path(each).name in ("site-packages", "dist-packages")]
    for python in (sys.executable, _SYSTEMS):
        if not Path(python).is_file():
            continue
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = {"user": uids.fresh(), "group": 65534, "extra_groups": []}
        env = {"PYTHONPATH": os.pathsep.join(packages)}
        with contextlib.suppress(OSError):
            words = [python, "-c", _ASKS]
            told = subprocess.run(words, env=env, capture_output=True, text=True, check=False, **user)
            if told.stdout.split() == [str(each) for each in sys.version_info[:2]]:
                return python, env["PYTHONPATH"]
    return "", ""


def able(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the test where this machine has not that level."""
    if level == "uid" and uids.lacking() and everybodys_python()[0] not in ("", sys.executable):
        python, packages = everybodys_python()
        monkeypatch.setenv("PYTHONPATH", packages)
        monkeypatch.setattr(sys, "executable", python)
    if lacking := next(each for each in LEVELS if each.name == level).lacking():
        pytest.skip(lacking)


def submission_of(folder: Path, attack: str) -> Path:
    """A folder with that attack in it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ATTACKS / "attacker.py", folder / "main.py")
    shutil.copy(ATTACKS / "apps" / f"{attack}.py", folder / "attack.py")
    return folder


@dataclass(frozen=True)
class Attacker:
    """A server that attacks when it is told to."""

    server: Server

    def does(self, **prey: object) -> Any:
        """What it tells of its attack; "failed: ..." also where it is gone before it can tell."""
        try:
            params = {name: str(value) for name, value in prey.items()}
            return httpx.get(self.server.url, params=params, timeout=30).json()
        except httpx.TransportError as problem:
            return f"failed: {type(problem).__name__}"


@contextmanager
def attacked(
    level: str, folder: Path, attack: str, *, command: bool = False, **more: Any
) -> Iterator[Attacker]:
    """The server with that attack, at that level; `command`: as one that listens itself."""
    submission_of(folder, attack)
    itself = f"{sys.executable} -m uvicorn main:app --port {{port}}"
    about: dict[str, Any] = {"isolate": level, **more}
    spec = CommandSpec(itself, folder, **about) if command else AppSpec(app_dir=folder, **about)
    with start(spec) as server:
        assert server.isolation == level
        yield Attacker(server)


SMALL: Final = Budget(memory=160 << 20, processes=20, disk=2 << 20)


def held(attack: str, level: str, *, shut: bool) -> bool:
    """Whether that came of an attack which the documentation promises of it, at that level."""
    return promised()[attack][level] == ("shut" if shut else "open")
