"""A folder, or a zip file, of a stranger -> its bytes, the same for the same files; and back. Shell.

What comes out depends on names, contents and who may run a file, on nothing else: not on times, owners, the
order of a disk, nor on whether it was a zip. Nothing is read that lies elsewhere, nothing is taken that could
be written elsewhere, and no more than there is room for. It must not know what an app is.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import msgspec

from conformance.report.safe import safe

__all__ = [
    "ENVIRONMENT",
    "LEFT_OUT",
    "MOST_BYTES",
    "Item",
    "Packed",
    "Unfit",
    "pack_folder",
    "pack_zip",
    "unpack",
]

MOST_BYTES: Final = 64 << 20
"""Of all files of a submission together."""
_MOST_ITEMS: Final = 10_000
_MOST_ENTRIES: Final = 50_000  # files and folders, those that are left out included
_ENTRY: Final = b"PK\x01\x02"  # begins an entry in the list of a zip
_LARGEST: Final = 32 << 20  # bytes of one file
_DEEPEST: Final = 40
_LONGEST: Final = 255  # bytes of a name
_LONGEST_PATH: Final = 1000  # bytes of all of a path: it has to be written below another
LEFT_OUT: Final = frozenset(
    {b".git", b"__pycache__", b"__MACOSX", b"node_modules", b".DS_Store", b".mypy_cache", b".pytest_cache"}
)
"""Names of what no server needs."""
ENVIRONMENT: Final = b"pyvenv.cfg"
"""Stands in a virtual environment."""
_SHOWN: Final = 100  # characters of a path
_TOLD: Final = 20  # things that were left out
_WHEN: Final = 1_704_067_200  # the time of every file, so that no copy differs from another: 2024-01-01
_PIECE: Final = 1 << 16
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # what was a file may be a pipe by now


class Unfit(Exception):  # noqa: N818 - it is about a submission
    """It can't be taken; the argument is a sentence."""


class Item(msgspec.Struct, frozen=True, array_like=True):
    """A file: its path from the submission's folder on, in bytes."""

    path: bytes
    data: bytes
    runs: bool = False


class Packed(msgspec.Struct, frozen=True):
    """A submission as bytes.

    Args:
        left_out: what was not taken along, as sentences.
        unfit: why there is nothing that could be taken, or "".
    """

    items: tuple[Item, ...] = ()
    left_out: tuple[str, ...] = ()
    unfit: str = ""

    def encode(self) -> bytes:
        """All of it, the same for the same."""
        return msgspec.msgpack.encode(self)

    @staticmethod
    def decode(data: bytes) -> Packed:
        """What `encode` made."""
        return msgspec.msgpack.decode(data, type=Packed)

    @property
    def digest(self) -> str:
        """SHA-256 of its files, or of why there are none."""
        return hashlib.sha256(msgspec.msgpack.encode((self.items, self.unfit))).hexdigest()


class _Bag:
    """What was taken so far."""

    def __init__(self) -> None:
        self._items: dict[bytes, Item] = {}
        self._folders: set[bytes] = set()
        self._left_out: dict[str, None] = {}
        self._room = MOST_BYTES

    def leave(self, path: bytes, why: str) -> None:
        """Take it not along, and say so."""
        self._left_out[f"{safe(os.fsdecode(path), _SHOWN)}: {why}"] = None

    def take(self, path: bytes, file: IO[bytes], *, runs: bool) -> None:
        """A file, to its end, as far as there is room."""
        if path in self._folders or any(above in self._items for above in _above(path)):
            self.leave(path, "a file and a folder have this name")
            return
        if len(self._items) >= _MOST_ITEMS:
            raise Unfit(f"it has more than {_MOST_ITEMS} files")
        pieces, size = [], 0
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > _LARGEST:
                self.leave(path, f"it has more than {_LARGEST >> 20} MiB")
                return
            if size > self._room:
                raise Unfit(f"its files have more than {MOST_BYTES >> 20} MiB together")
            pieces.append(piece)
        self._room -= size
        self._folders.update(_above(path))
        self._items[path] = Item(path, b"".join(pieces), runs)

    def packed(self) -> Packed:
        """All of it."""
        if not self._items:
            raise Unfit("it has no file" + (f" ({next(iter(self._left_out))})" if self._left_out else ""))
        told = list(self._left_out)
        more = [f"and {len(told) - _TOLD} more"] if len(told) > _TOLD else []
        return Packed(tuple(item for _, item in sorted(self._items.items())), (*told[:_TOLD], *more))


def _above(path: bytes) -> Iterator[bytes]:
    """The folders that a file is in."""
    parts = path.split(b"/")
    return (b"/".join(parts[:count]) for count in range(1, len(parts)))


# ------------------------------------------------------------------ a folder


def pack_folder(folder: str | Path) -> Packed:
    """All files of a folder. A link to a file inside is taken as that file, any other is left out.

    Raises:
        Unfit: it has no file, or more than there is room for.
        OSError: it can't be read.
    """
    bag, root, count = _Bag(), os.fsencode(os.path.realpath(folder)), 0
    for place, folders, files, at in os.fwalk(root, onerror=_refuse):
        count += len(folders) + len(files)
        if count > _MOST_ENTRIES:
            raise Unfit(f"it has more than {_MOST_ENTRIES} files and folders")
        below = os.path.relpath(place, root)
        prefix = b"" if below == b"." else below + b"/"
        for name in sorted(folders):
            why = _unwanted(name, at, prefix)
            if why:
                folders.remove(name)
                bag.leave(prefix + name, why)
        folders.sort()
        for name in sorted(files):
            if name not in LEFT_OUT:
                _take(bag, root, prefix + name, at)
    return bag.packed()


def _refuse(problem: OSError) -> None:
    raise problem


def _unwanted(name: bytes, at: int, prefix: bytes) -> str:
    """Why a folder is not taken along, or ""."""
    if name in LEFT_OUT:
        return "no server needs it"
    if stat.S_ISLNK(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
        return "a link to a folder"
    if prefix.count(b"/") >= _DEEPEST:
        raise Unfit(f"its folders are nested more than {_DEEPEST} deep")
    try:
        os.stat(name + b"/" + ENVIRONMENT, dir_fd=at, follow_symlinks=False)
    except OSError:
        return ""
    return "a virtual environment; the packages are those of the grader"


def _take(bag: _Bag, root: bytes, path: bytes, at: int) -> None:
    name, about = (
        path.rpartition(b"/")[2],
        os.stat(path.rpartition(b"/")[2], dir_fd=at, follow_symlinks=False),
    )
    if stat.S_ISLNK(about.st_mode):
        real = os.path.realpath(root + b"/" + path)
        if not real.startswith(root + b"/"):
            bag.leave(path, "a link out of its folder")
            return
        if not stat.S_ISREG(os.lstat(real).st_mode if os.path.lexists(real) else 0):
            bag.leave(path, "a link to no file")
            return
        handle = os.open(real, _READ)
    elif stat.S_ISREG(about.st_mode):
        handle = os.open(name, _READ, dir_fd=at)
    else:
        bag.leave(path, "neither a file nor a folder")
        return
    with os.fdopen(handle, "rb") as file:
        now = os.fstat(handle)
        if len(path) > _LONGEST_PATH:
            bag.leave(path, f"its path has more than {_LONGEST_PATH} bytes")
        elif stat.S_ISREG(now.st_mode):
            bag.take(path, file, runs=bool(now.st_mode & stat.S_IXUSR))


# ------------------------------------------------------------------ a zip


def pack_zip(path: str | Path) -> Packed:
    """All files of a zip, as far as they are what they are said to be.

    Raises:
        Unfit: it is no zip, encrypted or damaged, or has more than there is room for.
        OSError: it can't be read.
    """
    with os.fdopen(os.open(path, _READ), "rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unfit(f"its zip has more than {MOST_BYTES >> 20} MiB")
    if data.count(_ENTRY) > _MOST_ENTRIES:  # before each gets an object
        raise Unfit(f"its zip has more than {_MOST_ENTRIES} entries")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _from_zip(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as problem:
        raise Unfit(f"its zip can't be read: {problem}") from None
    except RuntimeError:
        raise Unfit("its zip is encrypted") from None
    except (ArithmeticError, LookupError, TypeError, OSError, struct.error) as problem:
        # What a crafted one makes of the library is no fault of whoever grades.
        raise Unfit(f"its zip can't be read: {type(problem).__name__}") from None


def _from_zip(archive: zipfile.ZipFile) -> Packed:
    entries = archive.infolist()
    bag = _Bag()
    paths = {each.filename: _path(each.filename) for each in entries}
    environments = {path.rpartition(b"/")[0] for path in paths.values() if path.endswith(b"/" + ENVIRONMENT)}
    for entry in entries:
        path, mode = paths[entry.filename], entry.external_attr >> 16
        if not path:
            bag.leave(entry.filename.encode("utf-8", "replace"), "its path leads out of the folder")
        elif entry.is_dir() or LEFT_OUT.intersection(path.split(b"/")):
            continue
        elif found := environments.intersection(_above(path)):
            bag.leave(min(found), "a virtual environment; the packages are those of the grader")
        elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            bag.leave(path, "a link" if stat.S_ISLNK(mode) else "neither a file nor a folder")
        elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            bag.leave(path, "it is compressed in a way that is not known here")
        else:
            with archive.open(entry) as file:
                bag.take(path, file, runs=bool(mode & stat.S_IXUSR))
    return bag.packed()


def _path(name: str) -> bytes:
    """The path of an entry, or b"" where it is none that may be written."""
    if "/" not in name:
        name = name.replace("\\", "/")  # as some programs write it
    parts = name.encode("utf-8", "surrogatepass").rstrip(b"/").split(b"/")
    odd = any(each in (b"", b".", b"..") or len(each) > _LONGEST or b"\0" in each for each in parts)
    path = b"/".join(parts)
    return b"" if odd or len(parts) > _DEEPEST or len(path) > _LONGEST_PATH else path


# ------------------------------------------------------------------ and back


def unpack(packed: Packed, folder: Path) -> None:
    """Write all of it into a folder that is there and empty."""
    for item in packed.items:
        parts = item.path.split(b"/")
        if any(each in (b"", b".", b"..") for each in parts):
            raise Unfit("a path leads out of its folder")
        place = folder.joinpath(*map(os.fsdecode, parts))
        place.parent.mkdir(0o755, parents=True, exist_ok=True)
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o755 if item.runs else 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(item.data)
        os.utime(place, (_WHEN, _WHEN))
