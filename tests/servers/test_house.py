"""A house leaves nothing behind: one that can't be built, and one whose suite is gone."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from apps.writing import submission

from conformance.servers import AppSpec, house, start
from conformance.servers.isolation import namespaces, quarters_of
from conformance.servers.isolation.base import MovingIn, Open, Quarters


class Nowhere(Open):
    """Quarters that nobody can move into."""

    def place(self, *_: Any) -> Any:
        raise OSError(28, "No space left on device")


def fails(*_: Any, **__: Any) -> Any:
    raise OSError(24, "Too many open files")


def left(begin: Callable[[], object], temporary: Path) -> tuple[int, list[str], bool]:
    """What is left of what did not begin: descriptors, files, and orphans that are still waited for."""
    from conformance.servers import strays  # noqa: PLC0415

    before = psutil.Process().num_fds()
    with pytest.raises(OSError, match=r"No space left|Too many open files"):
        begin()
    waited = bool(strays._RUNNING)  # noqa: SLF001
    return psutil.Process().num_fds() - before, [each.name for each in temporary.iterdir()], waited


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where all temporary files are."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_nothing_is_left_where_there_is_no_place(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: Callable[..., Quarters] = lambda *_: Nowhere(tmp_path, None)  # type: ignore[arg-type] # noqa: E731
    monkeypatch.setattr("conformance.servers.server.quarters_of", made)
    assert left(lambda: start(AppSpec(app_dir=submission(tmp_path))), temporary) == (0, [], False)


def test_nothing_is_left_where_no_process_can_be_started(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = AppSpec(app_dir=submission(tmp_path))
    monkeypatch.setattr(subprocess, "Popen", fails)
    assert left(lambda: start(spec), temporary) == (0, [], False)


def test_nothing_is_left_of_a_sandbox_that_is_half_made(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lacking := namespaces.lacking():
        pytest.skip(lacking)
    spec = AppSpec(app_dir=submission(tmp_path), isolate="namespaces")
    assert quarters_of(spec).level == "namespaces"
    monkeypatch.setattr(namespaces.Sandbox, "_open_door", fails)
    assert left(lambda: start(spec), temporary) == (0, [], False)


@pytest.mark.parametrize(("says", "stays"), [(b"{}\n", True), (b"", False)], ids=["to end", "gone"])
def test_a_folder_for_all_lives_goes_with_the_suite(says: bytes, stays: bool, tmp_path: Path) -> None:
    """Also with one that was killed: the warden notices."""
    home, ours, theirs = tmp_path / "home", *socket.socketpair()
    home.mkdir()
    moving = MovingIn([[sys.executable, "-c", "input()"]], [[]], {}, "")
    limits = {"data": 1 << 30, "file": 1 << 20, "processes": 64}
    more = {"control": theirs.fileno(), "grace": 0.0, "temporary": "", "limits": limits, "most": 64}
    settings = moving.settings(home=str(home), **more)
    with theirs:
        words = [sys.executable, "-I", "-S", "-c", house._WARDEN, json.dumps(settings)]  # noqa: SLF001
        warden = subprocess.Popen(words, pass_fds=[theirs.fileno()], stdin=subprocess.PIPE)
    assert b"pids" in ours.recv(512)
    ours.sendall(says)
    if not says:
        ours.close()
    with warden:
        assert warden.wait(10) == 0
    ours.close()
    assert home.exists() is stays
