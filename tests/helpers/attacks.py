"""Attacks on the suite by a submission: the levels that this machine has, and what is promised of each."""

from __future__ import annotations

import functools
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

from conformance.servers import AppSpec, start
from conformance.servers.isolation import LEVELS, uids
from conformance.servers.server import Server
from conformance.servers.specs import Budget

__all__ = ["ATTACKS", "SMALL", "Attacker", "able", "attacked", "held", "promised", "submission_of"]

ATTACKS: Final = Path(__file__).parents[1] / "attacks"
DOCS: Final = Path(__file__).parents[2] / "docs" / "isolation.md"
_ROW: Final = re.compile(r"^\| `(\w+)`: [^|]+\| (shut|open) \| (shut|open) \| (shut|open) \|$", re.MULTILINE)
_SYSTEMS: Final = "/usr/bin/python3"
_ASKS: Final = "import sys; print(*sys.version_info[:2])"


@functools.cache
def promised() -> Mapping[str, Mapping[str, str]]:
    """Attack -> level -> shut or open, as the documentation has it."""
    levels = [each.name for each in LEVELS]
    rows = _ROW.findall(DOCS.read_text("utf-8"))
    return {name: dict(zip(levels, said, strict=True)) for name, *said in rows}


@functools.cache
def _systems_python() -> str:
    """The system's Python, where it is as ours: every user may run it, and it can have our packages."""
    if not Path(_SYSTEMS).is_file():
        return ""
    version = subprocess.run([_SYSTEMS, "-c", _ASKS], capture_output=True, text=True, check=False).stdout
    return _SYSTEMS if version.split() == [str(each) for each in sys.version_info[:2]] else ""


def able(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the test where this machine has not that level.

    Where our Python is closed to other users, the system's takes its place, with our packages.
    """
    row = next(each for each in LEVELS if each.name == level)
    if level == "uid" and uids.lacking() and _systems_python():
        for_all = [each for each in sys.path if Path(each).name in ("site-packages", "dist-packages")]
        monkeypatch.setenv("PYTHONPATH", ":".join(for_all))
        monkeypatch.setattr(sys, "executable", _systems_python())
    if lacking := row.lacking():
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
def attacked(level: str, folder: Path, attack: str, **more: Any) -> Iterator[Attacker]:
    """The server with that attack, at that level."""
    spec = AppSpec(app_dir=submission_of(folder, attack), isolate=level, **more)
    with start(spec) as server:
        assert server.isolation == level
        yield Attacker(server)


SMALL: Final = Budget(memory=160 << 20, processes=20, threads=24, disk=2 << 20)


def held(attack: str, level: str, *, shut: bool) -> bool:
    """Whether that came of an attack which the documentation promises of it, at that level."""
    return promised()[attack][level] == ("shut" if shut else "open")
