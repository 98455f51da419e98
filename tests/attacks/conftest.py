"""What the attacks share: each is done at each level that the machine has, on prey that is nobody's."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import attacks

from conformance.servers.isolation import LEVELS


@pytest.fixture(params=[each.name for each in LEVELS])
def level(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """A level of isolation that this machine has."""
    name: str = request.param
    attacks.able(name, monkeypatch)
    return name


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may read, as those of pytest are not."""
    folder = Path(tempfile.mkdtemp(prefix="prey-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def suite() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for the suite: it is of the same user, and has a secret in its environment."""
    with subprocess.Popen(["/bin/sleep", "1000"], env={"GRADING_TOKEN": "hunter2"}) as process:
        yield process
        process.kill()
