"""A copy of a stranger's folder, for the server to run in: bounded, and nowhere else than it was asked for.

No link is ever followed, whatever changes meanwhile: each step down is taken from an open folder. Links
are copied as they are; what is neither a file, a folder nor a link is left out, and so is what no server
needs. Times are kept: a server may make a tag of them.
"""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False  # as type checkers take it: importing `typing` would cost more than the copy
if TYPE_CHECKING:
    from typing import Final

__all__ = ["TooBig", "copy", "give_away"]

_LEFT_OUT: Final = frozenset({".git", "__pycache__"})
_PIECE: Final = 1 << 20
_DEPTH: Final = 64
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_ENTRY: Final = 4096  # what a file takes at least: a million empty ones are a fault, too


class TooBig(Exception):  # noqa: N818 - it is about a folder
    """It takes more than there is; the argument is a sentence."""


def copy(source: str | int, place: str, most: int, without: frozenset[tuple[int, int]] = frozenset()) -> None:
    """Copy what is in a folder into another, which is there.

    Args:
        source: its path, which alone may lead over links; or a descriptor of it, which stays open.
        place: where to.
        most: bytes that all of it may take.
        without: files and folders that are left out, each by its device and its number there.

    Raises:
        TooBig: it takes more.
        OSError: the source can't be read, or the place can't be written.
    """
    from_ = source if isinstance(source, int) else os.open(source, os.O_RDONLY | os.O_DIRECTORY)
    try:
        to = os.open(place, _FOLDER)
        try:
            _folder(from_, to, most, without, 0)
        finally:
            os.close(to)
    finally:
        if from_ is not source:
            os.close(from_)


def _folder(source: int, place: int, left: int, without: frozenset[tuple[int, int]], depth: int) -> int:
    """Copy what is in an open folder; how much is left of the bytes."""
    if depth > _DEPTH:
        raise TooBig(f"its folders are nested more than {_DEPTH} deep")
    for name in sorted(os.listdir(source)):
        about = os.stat(name, dir_fd=source, follow_symlinks=False)
        kind, mode = stat.S_IFMT(about.st_mode), stat.S_IMODE(about.st_mode) & 0o777
        if name in _LEFT_OUT or kind not in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
            continue
        if (about.st_dev, about.st_ino) in without:
            continue
        left -= _ENTRY
        if left < 0:
            raise TooBig("it takes more than it may")
        if kind == stat.S_IFLNK:
            os.symlink(os.readlink(name, dir_fd=source), name, dir_fd=place)
            os.utime(name, ns=(about.st_atime_ns, about.st_mtime_ns), dir_fd=place, follow_symlinks=False)
        elif kind == stat.S_IFREG:
            left = _file(name, source, place, left, mode | 0o600)
        else:
            os.mkdir(name, mode | 0o700, dir_fd=place)
            below = os.open(name, _FOLDER, dir_fd=source)
            there = os.open(name, _FOLDER, dir_fd=place)
            try:
                left = _folder(below, there, left, without, depth + 1)
            finally:
                os.close(below)
                os.close(there)
    _date(place, os.fstat(source))  # last, since each entry changes it
    return left


def _date(place: int, about: os.stat_result) -> None:
    os.utime(place, ns=(about.st_atime_ns, about.st_mtime_ns))


def _file(name: str, source: int, place: int, left: int, mode: int) -> int:
    # Non-blocking: what was a file when it was looked at may be a pipe by now.
    from_ = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=source)
    try:
        to = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode, dir_fd=place)
        try:
            while data := os.read(from_, _PIECE):
                left -= len(data)
                if left < 0:
                    raise TooBig("it takes more than it may")
                while data:
                    data = data[os.write(to, data) :]
            _date(to, os.fstat(from_))
        finally:
            os.close(to)
    finally:
        os.close(from_)
    return left


def give_away(folder: str, uid: int) -> None:
    """Have another user own a folder and all that is in it."""
    os.chown(folder, uid, uid)
    for _, folders, files, at in os.fwalk(folder, follow_symlinks=False):
        for each in (*folders, *files):
            os.chown(each, uid, uid, dir_fd=at, follow_symlinks=False)
