"""A copy of a stranger's folder: bounded, and no link is followed."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from conformance.servers.inside.copying import TooBig, copy, give_away

MIB = 1 << 20


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder to copy from."""
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder to copy to."""
    folder = tmp_path / "place"
    folder.mkdir()
    return folder


def test_files_and_folders_are_there_with_what_may_be_run(source: Path, place: Path) -> None:
    (source / "a" / "b").mkdir(parents=True)
    (source / "a" / "b" / "file").write_bytes(b"x" * 3 * MIB)
    (source / "run.sh").write_text("true")
    (source / "run.sh").chmod(0o555)
    (source / "empty\nname").touch()
    copy(str(source), str(place), 4 * MIB)
    assert (place / "a" / "b" / "file").read_bytes() == b"x" * 3 * MIB
    assert (place / "empty\nname").is_file()
    assert (place / "run.sh").stat().st_mode & 0o777 == 0o755, "its owner may write it"


def test_times_stay_to_the_nanosecond(source: Path, place: Path) -> None:
    (source / "folder").mkdir()
    (source / "folder" / "file").write_text("x")
    (source / "link").symlink_to("nowhere")
    for number, name in enumerate(("folder/file", "link", "folder", ".")):
        at = 1_700_000_000_123_456_789 + number
        os.utime(source / name, ns=(at, at), follow_symlinks=False)
    copy(str(source), str(place), MIB)
    for name in ("folder/file", "link", "folder", "."):
        assert (place / name).lstat().st_mtime_ns == (source / name).lstat().st_mtime_ns


def test_what_is_not_its_own_is_left_out_whatever_it_is_called(source: Path, place: Path) -> None:
    for name in ("main.py", "assignment.yaml"):
        (source / name).touch()
    (source / "again.yaml").hardlink_to(source / "assignment.yaml")
    (source / "checks").mkdir()
    (source / "checks" / "hidden.yaml").touch()
    ours = [(source / name).stat() for name in ("assignment.yaml", "checks")]
    copy(str(source), str(place), MIB, frozenset((each.st_dev, each.st_ino) for each in ours))
    assert [path.name for path in place.iterdir()] == ["main.py"]


def test_a_folder_may_be_named_by_a_descriptor_which_stays_open(source: Path, place: Path) -> None:
    (source / "main.py").touch()
    given = os.open(source, os.O_RDONLY)
    copy(given, str(place), MIB)
    os.close(given)
    assert [path.name for path in place.iterdir()] == ["main.py"]


def test_a_link_is_copied_and_never_followed(source: Path, place: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    (tmp_path / "secrets").mkdir()
    (source / "file").symlink_to(tmp_path / "secret")
    (source / "folder").symlink_to(tmp_path / "secrets")
    (source / "loop").symlink_to(".")
    copy(str(source), str(place), MIB)
    assert {path.name for path in place.iterdir() if path.is_symlink()} == {"file", "folder", "loop"}
    assert (place / "file").readlink() == tmp_path / "secret"


def test_the_folder_itself_may_be_named_by_a_link(source: Path, place: Path, tmp_path: Path) -> None:
    (source / "main.py").touch()
    (tmp_path / "link").symlink_to(source)
    copy(str(tmp_path / "link"), str(place), MIB)
    assert [path.name for path in place.iterdir()] == ["main.py"]


def test_pipes_sockets_and_what_no_server_needs_are_left_out(source: Path, place: Path) -> None:
    os.mkfifo(source / "pipe")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(os.path.relpath(source / "socket"))
        (source / ".git").mkdir()
        (source / "__pycache__").mkdir()
        (source / "main.py").touch()
        copy(str(source), str(place), MIB)
    assert [path.name for path in place.iterdir()] == ["main.py"]


@pytest.mark.parametrize("fault", ["one file", "many files", "many empty ones", "a hole"])
def test_a_folder_that_takes_too_much_is_refused(fault: str, source: Path, place: Path) -> None:
    if fault == "one file":
        (source / "file").write_bytes(b"x" * 2 * MIB)
    elif fault == "many files":
        for number in range(4):
            (source / str(number)).write_bytes(b"x" * (MIB // 2))
    elif fault == "many empty ones":
        for number in range(300):
            (source / str(number)).touch()
    else:
        with (source / "file").open("wb") as file:
            file.truncate(1 << 40)
    with pytest.raises(TooBig, match="more than it may"):
        copy(str(source), str(place), MIB)


def test_folders_without_end_are_refused(source: Path, place: Path) -> None:
    (source / "/".join(["d"] * 80)).mkdir(parents=True)
    with pytest.raises(TooBig, match="nested more than 64 deep"):
        copy(str(source), str(place), MIB)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_all_of_a_folder_is_given_away_and_nothing_that_a_link_names(place: Path, tmp_path: Path) -> None:
    (tmp_path / "ours").touch()
    (place / "a").mkdir()
    (place / "a" / "file").touch()
    (place / "a" / "link").symlink_to(tmp_path / "ours")
    give_away(str(place), 12345)
    assert {path.lstat().st_uid for path in (place, *place.rglob("*"))} == {12345}
    assert (tmp_path / "ours").stat().st_uid == os.getuid()
