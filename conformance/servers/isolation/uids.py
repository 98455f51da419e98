"""The level `uid`: root without namespaces gives each server a user of its own, and a copy of its folder.

That user can't signal, trace or write what is another's. It sees what all users of the machine see, other
processes and files that everybody may read included, and shares their network.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.errors import HarnessError
from conformance.servers.errors import ServerError
from conformance.servers.inside import copying
from conformance.servers.isolation import calls
from conformance.servers.isolation.base import MovingIn, Placed, Quarters, limits_of, little
from conformance.servers.isolation.sight import ROOT

if TYPE_CHECKING:
    from conformance.model import Budget

__all__ = ["Lodging", "fresh", "lacking"]

_MANY: Final = (1_900_000_000, 200_000_000)  # the first, how many: a range that systemd leaves to nobody
_FEW: Final = (61_184, 4_000)  # where a container has no more than 65,536 users
# What this machine lacks is no fault of a submission's.
_OURS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
_PROBED_WITHIN: Final = 20.0
_OPEN_TO_ALL: Final = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - where it may have left something


def lacking() -> str:
    """Why a server can't have a user of its own, and how it could; "" where it can, which is tried once."""
    return _lacking(sys.executable)


@functools.cache
def _lacking(python: str) -> str:
    if os.geteuid() != 0:
        return "only root can give a server a user of its own; without root, there are namespaces"
    if sys.platform == "linux" and calls.lacking():
        return calls.lacking()
    uid = fresh()
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import conformance.servers.runner, time_machine"
    )
    try:
        tried = subprocess.run(  # noqa: S603 - our own words
            [python, "-P", "-c", program],
            user=uid,
            group=uid,
            extra_groups=[],
            cwd="/",
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=_PROBED_WITHIN,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"another user can't run {python} ({problem}): {_ADVICE}"
    last = tried.stderr.strip().splitlines()[-1:] or [""]
    return "" if tried.returncode == 0 else f"another user can't run {python} ({last[0]}): {_ADVICE}"


_ADVICE: Final = "install Python and the suite where everybody may read them, such as below /opt"


def _environment() -> dict[str, str]:
    paths = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return little(os.environ) | paths


def fresh() -> int:
    """The number of a user that nobody is: one at random of those that this machine, or container, has."""
    first, count = _MANY if _has(sum(_MANY)) else _FEW
    while True:
        uid = first + secrets.randbelow(count)
        if not _taken(uid):
            return uid


def _has(uid: int) -> bool:
    with contextlib.suppress(OSError, ValueError):
        rows = (map(int, line.split()) for line in Path("/proc/self/uid_map").read_text().splitlines())
        return any(first <= uid < first + count for first, _, count in rows)
    return False


def _taken(uid: int) -> bool:
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if each.stat().st_uid == uid:
                return True
    return False


class Lodging(Quarters):
    """A user, and a folder that is theirs from the first life of a server to its last."""

    level = "uid"

    def __init__(self, folder: Path, budget: Budget, apart: Sequence[Path] = ()) -> None:
        super().__init__(folder, budget, apart)
        self._uid = fresh()
        self._home: Path | None = None

    @property
    def inside(self) -> str:
        """Its copy, which is made when it is first asked for."""
        if not self.folder.is_dir():
            return str(self.folder)  # which is told when it is to be lived in
        if self._home is None:
            home = Path(tempfile.mkdtemp(prefix="lodged-"))
            try:
                copying.copy(str(self.folder), str(home), self.budget.disk, self.without())
                copying.give_away(str(home), self._uid)
            except (copying.TooBig, OSError) as problem:
                shutil.rmtree(home, ignore_errors=True)
                ours = isinstance(problem, OSError) and problem.errno in _OURS
                says = f"{self.folder} can't be copied for a user of its own: {problem}"
                raise (HarnessError if ours else ServerError)(says) from None
            self._home = home
        return str(self._home)

    def path(self, env: Mapping[str, str]) -> str:
        """As everybody's."""
        return env.get("PATH", os.environ.get("PATH", os.defpath))

    def place(self, moving: MovingIn) -> Placed:
        """The processes are started as that user, who owns their temporary folder."""
        copying.give_away(moving.temporary, self._uid)
        temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), moving.temporary)
        budget, linux = self.budget, sys.platform == "linux"
        settings = moving.settings(
            limits=limits_of(budget),
            most=budget.processes,
            memory=budget.memory,
            uid=self._uid,
            home=self.inside,
            filter=calls.program(shares=moving.shares).hex() if linux else "",
        )
        return Placed(Path(self.inside), _environment() | temporary | dict(moving.env), settings)

    def leave(self) -> None:
        """Remove what was that user's."""
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None
        for folder in _OPEN_TO_ALL:
            with contextlib.suppress(OSError):
                for each in os.scandir(folder):
                    with contextlib.suppress(OSError):
                        if each.stat(follow_symlinks=False).st_uid == self._uid:
                            _remove(each)


def _remove(entry: os.DirEntry[str]) -> None:
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        Path(entry.path).unlink()
