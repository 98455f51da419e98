"""Folders that go: at the end, or with the next grader, and nobody else's ever."""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path

import pytest

from conformance.classroom.temporary import sweep, temporary

DEAD = 2**22 + 1  # beyond what Linux gives to any process


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def left(at: Path, name: str, *, age: float = 3600.0) -> Path:
    """A folder with a file, as old as that."""
    place = at / name
    place.mkdir()
    (place / "file").write_text("")
    os.utime(place, (place.stat().st_atime, place.stat().st_mtime - age))
    return place


def test_a_folder_is_gone_at_the_end_and_held_until_then(tmp_path: Path) -> None:
    with temporary("class") as folder:
        assert folder.parent == tmp_path
        handle = os.open(folder, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(handle)
    assert list(tmp_path.iterdir()) == []


def test_what_a_grader_that_is_gone_has_left_goes(tmp_path: Path) -> None:
    for kind in ("class", "submission"):
        left(tmp_path, f"{kind}-p{DEAD}-abcdefgh")
    sweep()
    assert list(tmp_path.iterdir()) == []


def test_what_may_be_somebody_elses_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {
        left(tmp_path, f"class-p{os.getpid()}-abcdefgh"),
        left(tmp_path, f"class-p{DEAD}-young_01", age=1.0),
        left(tmp_path, f"class-p{DEAD}"),
        left(tmp_path, "class-abcdefgh"),
        left(tmp_path, "photos"),
    }
    link, held = tmp_path / f"class-p{DEAD}-linked_1", left(tmp_path, f"class-p{DEAD}-locked_1")
    link.symlink_to(tmp_path / "photos")
    handle = os.open(held, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    sweep()
    os.close(handle)
    assert set(tmp_path.iterdir()) == {*kept, link, held}
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    sweep()
    assert held.exists()
