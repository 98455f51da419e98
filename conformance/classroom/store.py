"""Where the results of a class are kept: each once, by what it rests on, so that what broke off goes on.

    results/SUBMISSION-FREEZE.json             how it stands, written last: what is there is whole
    results/SUBMISSION-FREEZE.report.json.gz   its report
    students/NAME/                             a student's: the same, the page, and what else was asked for
    .handed-out.json                           which files of those are ours, so that no other is touched

Shell. One grader at a time writes here. It must not know how a result comes about.
"""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Final, Self

import msgspec

from conformance.classroom.one import Graded
from conformance.classroom.standing import Standing, decode, encode
from conformance.errors import UsageError

__all__ = ["REPORT", "Store"]

REPORT: Final = "report.json.gz"
_LOCK: Final = ".lock"
_OURS: Final = ".handed-out.json"
_KEPT: Final = "results"
_STUDENTS: Final = "students"
FOLDERS: Final = (_KEPT, _STUDENTS)
"""What it writes to, in the folder of results."""
_FREEZE: Final = 16  # digits of its digest


class Store:
    """The folder of results of one class; a context manager that holds it.

    Raises:
        UsageError: it can't be written, or another grader is at work there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: IO[str] | None = None
        self._ours: dict[str, list[str]] = {}  # the name of a student's folder -> what was written there

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(0o700, parents=True, exist_ok=True)  # grades are nobody else's business
            for each in FOLDERS:
                (self.folder / each).mkdir(exist_ok=True)
            lock = (self.folder / _LOCK).open("a+", encoding="ascii")
            self._probe()
        except OSError as problem:
            raise UsageError(f"{str(self.folder)!r} can't be written: {problem.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if not isinstance(problem, BlockingIOError):
                lock.close()
                raise UsageError(
                    f"{str(self.folder)!r} can't be locked ({problem.strerror}), and two graders could "
                    "meet there: name another folder by --out"
                ) from None
            lock.seek(0)
            who = lock.read(40).strip()
            lock.close()
            raise UsageError(
                f"another grader is at work in {str(self.folder)!r}{f' (process {who})' if who else ''}: "
                "wait for it, or name another folder by --out"
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock
        with contextlib.suppress(msgspec.DecodeError):  # else nothing there is known to be ours
            self._ours = msgspec.json.decode(self.read(_OURS) or b"{}", type=dict[str, list[str]])
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _probe(self) -> None:
        for each in (self.folder, self.folder / _KEPT, self.folder / _STUDENTS):
            name = each / f".probe.{secrets.token_hex(4)}"
            try:
                name.write_bytes(b"")
            finally:
                name.unlink(missing_ok=True)

    # ---------------------------------------------------------------- results

    def _path(self, submission: str, freeze: str) -> Path:
        return self.folder / _KEPT / f"{submission}-{freeze[:_FREEZE]}"

    def standing(self, submission: str, freeze: str, how: str) -> Standing | None:
        """How it stands, where that is known of the same submission, graded by the same."""
        path = self._path(submission, freeze)
        try:
            found = decode(path.with_suffix(".json").read_bytes())
        except OSError:
            return None
        same = found is not None and (found.submission, found.freeze, found.how) == (submission, freeze, how)
        return found if same and path.with_suffix(f".{REPORT}").exists() else None

    def report(self, standing: Standing) -> bytes:
        """Its report, compressed."""
        return self._path(standing.submission, standing.freeze).with_suffix(f".{REPORT}").read_bytes()

    def keep(self, graded: Graded) -> None:
        """Keep a result.

        Raises:
            OSError: it can't be written; what was there before is.
        """
        path = self._path(graded.standing.submission, graded.standing.freeze)
        put(path.with_suffix(f".{REPORT}"), graded.report)
        put(path.with_suffix(".json"), encode(graded.standing))

    # ---------------------------------------------------------------- students

    def has(self, slug: str, standing: Standing, names: list[str]) -> bool:
        """Whether a student has this report, and these files of it, and no other."""
        place = self.folder / _STUDENTS / slug
        kept = self._path(standing.submission, standing.freeze).with_suffix(f".{REPORT}")
        try:
            same = filecmp.cmp(place / REPORT, kept, shallow=False)
        except OSError:
            return False
        wanted = sorted({REPORT, *names})
        return same and self._ours.get(slug) == wanted and all((place / name).exists() for name in wanted)

    def hand_out(self, slug: str, standing: Standing | None, files: Mapping[str, bytes]) -> None:
        """Write a student's reports, each whole, in place of what was there; what else we wrote there goes.

        Args:
            slug: the name of the folder.
            standing: whose report it is; None: there is none yet, and the one that was there goes.
            files: the other reports, by their names.
        """
        place = self.folder / _STUDENTS / slug
        place.mkdir(exist_ok=True)
        (place / REPORT).unlink(missing_ok=True)
        self._note(slug, {REPORT, *files, *self._ours.get(slug, ())})  # before the first is there
        for name, data in files.items():
            put(place / name, data)
        for name in self._ours[slug]:
            if name not in (REPORT, *files):
                (place / name).unlink(missing_ok=True)
        self._note(slug, {REPORT, *files})
        if standing is not None:  # last: by it the others are known to be of this result
            self._link(self._path(standing.submission, standing.freeze).with_suffix(f".{REPORT}"), place)

    def _note(self, slug: str, names: Collection[str]) -> None:
        """Keep in mind which files of a folder are ours."""
        if self._ours.get(slug) != sorted(names):
            self._ours[slug] = sorted(names)
            put(self.folder / _OURS, msgspec.json.encode(self._ours), 0o600)

    def forget(self, kept: Collection[str]) -> list[str]:
        """Remove what we wrote for students in other folders than these; which folders stay all the same.

        Raises:
            UsageError: a file can't be removed.
        """
        try:
            return list(self._forget(kept))
        except OSError as problem:
            raise UsageError(
                f"{str(problem.filename)!r}, whose path has a name, can't be removed: {problem.strerror}"
            ) from None

    def _forget(self, kept: Collection[str]) -> Iterator[str]:
        for place in sorted((self.folder / _STUDENTS).iterdir()):
            if place.name in kept:
                continue
            if place.is_dir() and not place.is_symlink():
                for name in self._ours.pop(place.name, ()):
                    (place / name).unlink(missing_ok=True)
                with contextlib.suppress(OSError):  # there is something that is not ours
                    place.rmdir()
            if place.exists():
                yield place.name
        # Folders that somebody has removed are named by nothing of ours either.
        self._ours = {name: ours for name, ours in self._ours.items() if name in kept}
        put(self.folder / _OURS, msgspec.json.encode(self._ours), 0o600)

    def _link(self, report: Path, place: Path) -> None:
        """The report is there once on the disk, where that goes."""
        temporary = place / f".{REPORT}.{secrets.token_hex(4)}"
        try:
            try:
                os.link(report, temporary)
            except OSError:
                shutil.copyfile(report, temporary)
            temporary.replace(place / REPORT)
        finally:
            temporary.unlink(missing_ok=True)

    def write(self, name: str, data: bytes, *, private: bool = False) -> None:
        """A file of the whole class."""
        put(self.folder / name, data, 0o600 if private else 0o666)

    def read(self, name: str) -> bytes:
        """What it holds; b"" where there is none."""
        with contextlib.suppress(OSError):
            return (self.folder / name).read_bytes()
        return b""


def put(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Write a file whole, or not at all.

    Raises:
        OSError: not at all.
    """
    temporary = path.with_name(f".{path.name[:60]}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
