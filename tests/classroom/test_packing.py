"""Submissions as bytes: the same for the same files, and nothing that lies elsewhere or has no end."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.classroom import packing
from conformance.classroom.packing import Item, Packed, Unfit, pack_folder, pack_zip, unpack


def folder(at: Path, files: Mapping[str, str]) -> Path:
    at.mkdir(exist_ok=True)
    for name, text in files.items():
        path = at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return at


def zipped(at: Path, files: Mapping[str, str | bytes], mode: int = 0) -> Path:
    with zipfile.ZipFile(at, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = mode << 16
            archive.writestr(entry, data)
    return at


def names(packed: Packed) -> list[bytes]:
    return [item.path for item in packed.items]


FILES = {"main.py": "app = 1\n", "data/a.json": "[]"}


def test_the_same_files_are_the_same_bytes_whenever_and_however_they_were_handed_in(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "one", FILES), folder(tmp_path / "other", dict(reversed(FILES.items())))
    os.utime(other / "main.py", (1, 1))
    archive = zipped(tmp_path / "x.zip", FILES)
    assert pack_folder(one).encode() == pack_folder(other).encode() == pack_zip(archive).encode()
    (other / "main.py").write_text("app = 2\n")
    assert pack_folder(one).digest != pack_folder(other).digest


def test_what_is_packed_comes_back_as_it_was(tmp_path: Path) -> None:
    source, place = folder(tmp_path / "a", FILES), tmp_path / "b"
    (source / "main.py").chmod(0o755)
    place.mkdir()
    unpack(Packed.decode(pack_folder(source).encode()), place)
    assert {path.relative_to(place).as_posix(): path.read_text() for path in place.rglob("*.*")} == FILES
    assert (place / "main.py").stat().st_mode & stat.S_IXUSR
    assert not (place / "data/a.json").stat().st_mode & stat.S_IXUSR


def test_what_no_server_needs_is_left_out_and_told(tmp_path: Path) -> None:
    source = folder(
        tmp_path / "a",
        FILES | {".git/config": "", "__pycache__/main.pyc": "", "env/pyvenv.cfg": "", "env/bin/python": ""},
    )
    packed = pack_folder(source)
    assert names(packed) == [b"data/a.json", b"main.py"]
    assert "env: a virtual environment; the packages are those of the grader" in packed.left_out


def test_a_virtual_environment_in_a_zip_is_left_out(tmp_path: Path) -> None:
    packed = pack_zip(zipped(tmp_path / "x.zip", FILES | {"p/.venv/pyvenv.cfg": "", "p/.venv/lib/x.py": ""}))
    assert names(packed) == [b"data/a.json", b"main.py"]
    assert packed.left_out == ("p/.venv: a virtual environment; the packages are those of the grader",)


def test_a_link_out_of_the_folder_is_left_out_and_one_inside_is_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("grades")
    source = folder(tmp_path / "a", {"src/main.py": "app = 1\n"})
    (source / "main.py").symlink_to("src/main.py")
    (source / "theirs").symlink_to(tmp_path / "secret")
    (source / "up").symlink_to("../secret")
    (source / "gone").symlink_to("nowhere")
    (source / "folder").symlink_to(tmp_path)
    packed = pack_folder(source)
    assert packed.items == (Item(b"main.py", b"app = 1\n"), Item(b"src/main.py", b"app = 1\n"))
    assert set(packed.left_out) == {
        "theirs: a link out of its folder",
        "up: a link out of its folder",
        "gone: a link to no file",
        "folder: a link to a folder",
    }


def test_a_pipe_is_left_out(tmp_path: Path) -> None:
    source = folder(tmp_path / "a", FILES)
    os.mkfifo(source / "pipe")
    assert pack_folder(source).left_out == ("pipe: neither a file nor a folder",)


@pytest.mark.parametrize(
    "path", ["../evil.py", "/etc/evil.py", "a/../../evil.py", "..\\evil.py", "a//b", "./a"]
)
def test_a_path_that_climbs_is_left_out_of_a_zip(tmp_path: Path, path: str) -> None:
    packed = pack_zip(zipped(tmp_path / "x.zip", FILES | {path: "x"}))
    assert names(packed) == [b"data/a.json", b"main.py"]
    assert len(packed.left_out) == 1
    assert packed.left_out[0].endswith(": its path leads out of the folder")


def test_backslashes_of_a_zip_are_folders_where_it_has_no_others(tmp_path: Path) -> None:
    packed = pack_zip(zipped(tmp_path / "x.zip", {"src\\main.py": "x"}))
    assert names(packed) == [b"src/main.py"]


def test_a_link_in_a_zip_is_left_out(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"main.py": "/etc/passwd"}, stat.S_IFLNK | 0o777)
    with pytest.raises(Unfit, match=r"it has no file \(main\.py: a link\)"):
        pack_zip(path)


def test_a_bomb_is_ended_by_its_size_whatever_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "MOST_BYTES", 1 << 20)
    monkeypatch.setattr(packing, "_LARGEST", 1 << 20)
    path = zipped(tmp_path / "x.zip", {f"{number}.bin": b"\0" * 900_000 for number in range(3)})
    assert path.stat().st_size < 10_000
    with pytest.raises(Unfit, match="more than 1 MiB together"):
        pack_zip(path)


def test_a_huge_file_is_left_out_and_the_rest_is_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_LARGEST", 1 << 20)
    source = folder(tmp_path / "a", FILES)
    with (source / "film.mp4").open("wb") as file:
        file.truncate(100 << 30)  # it has no blocks on the disk
    packed = pack_folder(source)
    assert names(packed) == [b"data/a.json", b"main.py"]
    assert packed.left_out == ("film.mp4: it has more than 1 MiB",)


def test_more_files_than_there_may_be_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_MOST_ITEMS", 1)
    with pytest.raises(Unfit, match="more than 1 files"):
        pack_folder(folder(tmp_path / "a", FILES))


def test_more_entries_than_there_may_be_are_refused_however_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_MOST_ENTRIES", 5)
    source = folder(tmp_path / "a", FILES)
    archive = zipped(tmp_path / "x.zip", {f"{number}/": "" for number in range(6)})
    for number in range(6):
        (source / str(number)).mkdir()
    with pytest.raises(Unfit, match="more than 5 files and folders"):
        pack_folder(source)
    with pytest.raises(Unfit, match="its zip has more than 5 entries"):
        pack_zip(archive)


def test_folders_without_an_end_are_refused(tmp_path: Path) -> None:
    source = folder(tmp_path / "a", {"/".join(["d"] * 60) + "/main.py": ""})
    with pytest.raises(Unfit, match="nested more than 40 deep"):
        pack_folder(source)


def test_an_empty_folder_has_nothing_to_grade(tmp_path: Path) -> None:
    with pytest.raises(Unfit, match="it has no file"):
        pack_folder(tmp_path)


def test_a_file_that_is_no_zip_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(Unfit, match="its zip can't be read"):
        pack_zip(path)


def test_a_damaged_entry_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"main.py": os.urandom(4000)})
    data = bytearray(path.read_bytes())
    data[1000] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(Unfit, match="its zip can't be read"):
        pack_zip(path)


def test_an_encrypted_zip_says_so(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("main.py", "x")
    data = bytearray(made.getvalue())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + at] |= 1
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(Unfit, match="encrypted"):
        pack_zip(tmp_path / "x.zip")


def test_a_file_in_the_place_of_a_folder_is_left_out(tmp_path: Path) -> None:
    packed = pack_zip(zipped(tmp_path / "x.zip", {"a": "file", "a/b": "below", "c/d": "x", "c": "file"}))
    assert names(packed) == [b"a", b"c/d"]
    assert set(packed.left_out) == {
        "a/b: a file and a folder have this name",
        "c: a file and a folder have this name",
    }


def test_what_is_unpacked_stays_in_its_folder(tmp_path: Path) -> None:
    with pytest.raises(Unfit):
        unpack(Packed((Item(b"../x", b""),)), tmp_path)


def test_a_path_that_is_too_long_as_a_whole_is_left_out(tmp_path: Path) -> None:
    names = "/".join(["d" * 200] * 20)
    with zipfile.ZipFile(tmp_path / "long.zip", "w") as archive:
        archive.writestr(f"{names}/x.py", "")
        archive.writestr("main.py", "")
    packed = pack_zip(tmp_path / "long.zip")
    assert [item.path for item in packed.items] == [b"main.py"]
    assert len(packed.left_out) == 1


def test_a_zip_that_breaks_the_library_is_unfit(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "far.zip", "w") as archive:
        archive.writestr("main.py", "")
    data = bytearray((tmp_path / "far.zip").read_bytes())
    entry = data.index(b"PK\x01\x02")
    # The place of the file is told by 64 bits, beyond what a file can be.
    extra = struct.pack("<HHQ", 1, 8, 2**64 - 16)
    data[entry + 42 : entry + 46] = b"\xff" * 4
    data[entry + 30 : entry + 32] = struct.pack("<H", len(extra))
    name = entry + 46 + len("main.py")
    data[name:name] = extra
    end = data.index(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", end - entry)
    (tmp_path / "far.zip").write_bytes(data)
    with pytest.raises(Unfit, match="can't be read"):
        pack_zip(tmp_path / "far.zip")
