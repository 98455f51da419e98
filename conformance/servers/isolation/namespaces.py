"""The level `namespaces`: a sandbox of bubblewrap for each server.

Its processes, its network, its files and its users are its own. What it is reached by is a socket that was
made outside, and handed in. Its folder is a copy in memory, of a size; all else that it can see it can't
write. What it can learn of its sandbox (arguments, environments) says nothing of us.

No path leads from one side to the other. The folder is handed in as a descriptor, which is closed before
anything of the server runs; its copy is handed out as one at the same time, and outlives its processes: the
next life begins with a copy of that, made in its own sandbox. So nothing of what a server has left is ever
looked up by a name, or written on a disk.

Root gives each server a user of its own besides, once all is in place. Anybody else needs that the kernel
lets them have namespaces of users. A server itself can have none (`calls.py`).
"""

from __future__ import annotations

import contextlib
import functools
import marshal
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.servers.errors import ServerError
from conformance.servers.isolation import calls, sight, uids
from conformance.servers.isolation.base import MovingIn, Placed, Quarters, limits_of, little
from conformance.servers.isolation.fence import fence

if TYPE_CHECKING:
    from conformance.model import Budget

__all__ = ["Sandbox", "lacking"]

_PLACE: Final = "/submission"
_ROOMS: Final = (_PLACE, "/tmp", "/dev/shm")  # noqa: S108 - a sandbox has its own
_SHARED: Final = 16 << 20  # bytes of /dev/shm
_PROBED: Final = 1 << 20  # bytes of disk, where one is only tried
_OURS: Final = 3  # processes of the sandbox itself
# As a module, which is compiled once; at the end of the path, where it shadows nothing.
_ENTERING: Final = (
    f"import sys; sys.path.append({str(sight.ROOT / 'conformance/servers/inside')!r}); "
    "from entering import main; main()"
)
_USER: Final = 1000  # in a namespace of users
# What root needs to give the copy to another, and then to be that one.
_ROOTS: Final = ("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SETGID", "CAP_SETUID")
_PROBED_WITHIN: Final = 10.0
_SIGNALLED: Final = 128
_TOLD: Final = 300  # characters of what bubblewrap says
_APPARMOR: Final = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_USERNS: Final = Path("/proc/sys/kernel/unprivileged_userns_clone")


@functools.cache
def lacking() -> str:
    """Why there are none, and how to get them; "" where a sandbox could be made, which is tried once."""
    if sys.platform != "linux":
        return "bubblewrap, which makes the sandbox, is for Linux alone"
    program = _program()
    if program is None:
        return "bubblewrap is not installed: apt-get install bubblewrap (or dnf, apk, pacman)"
    if calls.lacking():
        return calls.lacking()
    with contextlib.ExitStack() as opened:
        given = _in_memory(calls.program(shares=False), opened)
        words = [program, *_options(_PROBED, {}, given), "--", sys.executable, "-I", "-S", "-c", ""]
        try:
            tried = subprocess.run(  # noqa: S603 - our own words
                words,
                env={},
                capture_output=True,
                text=True,
                timeout=_PROBED_WITHIN,
                check=False,
                pass_fds=[given],
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            return f"bubblewrap can't be run: {problem}"
    if tried.returncode == 0:
        return ""
    said = " ".join(tried.stderr.split())[:_TOLD] or f"it ends with status {tried.returncode}"
    return f"bubblewrap can't make a sandbox ({said}): {_advice(said)}"


def _program() -> str | None:
    return shutil.which("bwrap", path=f"/usr/bin:/usr/local/bin:/bin:{os.environ.get('PATH', '')}")


def _advice(said: str) -> str:
    if "Unknown option" in said:
        return "0.8 or a later version is needed"
    if _read(_APPARMOR) == "1":
        return (
            "AppArmor keeps users from namespaces here: sudo sysctl -w "
            "kernel.apparmor_restrict_unprivileged_userns=0, or a profile for bwrap (docs/isolation.md)"
        )
    if _read(_USERNS) == "0":
        return "the kernel keeps users from namespaces: sudo sysctl -w kernel.unprivileged_userns_clone=1"
    return "in a container, that one is the boundary (docs/isolation.md)"


def _read(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""


def _options(
    disk: int, env: Mapping[str, str], allowed: int, files: Mapping[str, int] | None = None
) -> list[str]:
    """Of bubblewrap: all but the command.

    Args:
        disk: bytes of its folder, and as many of temporary files.
        env: all that it sees of an environment.
        allowed: the descriptor that the filter of system calls is read from.
        files: path -> the descriptor that its content is read from.
    """
    data = [("--perms", "0444", "--ro-bind-data", str(at), path) for path, at in (files or {}).items()]
    if os.geteuid() == 0:
        user = ["--cap-drop", "ALL", *(word for each in _ROOTS for word in ("--cap-add", each))]
    else:
        user = ["--unshare-user", "--disable-userns", "--uid", str(_USER), "--gid", str(_USER)]
    return [
        *user,
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
        *("--die-with-parent", "--hostname", "server", "--clearenv"),
        *(word for name, value in env.items() for word in ("--setenv", name, value)),
        *("--seccomp", str(allowed), "--proc", "/proc", "--dev", "/dev"),
        # Mapped, the one is memory that nobody counts; the other can't be, and reads the same.
        *("--dev-bind", "/dev/full", "/dev/zero"),
        *("--size", str(_SHARED), "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"),  # noqa: S108
        *("--size", str(disk), "--perms", "1777", "--tmpfs", "/tmp"),  # noqa: S108
        *("--perms", "0755", "--dir", "/var", "--symlink", "/tmp", "/var/tmp"),  # noqa: S108
        *sight.binds(),
        *(word for each in data for word in each),
        *("--size", str(disk), "--tmpfs", _PLACE, "--chdir", _PLACE),
        *("--remount-ro", "/"),
    ]


class Sandbox(Quarters):
    """The sandboxes of one server, one for each of its lives."""

    level = "namespaces"
    relays = True

    def __init__(self, folder: Path, budget: Budget, apart: Sequence[Path] = ()) -> None:
        super().__init__(folder, budget, apart)
        self._uid = uids.fresh() if os.geteuid() == 0 else None
        self._fenced = False
        self._door: socket.socket | None = None  # on which the life that begins hands out its copy
        self._copy: int | None = None  # of the life that goes on
        self._kept: int | None = None  # of the one before

    @property
    def inside(self) -> str:
        """Its copy."""
        return _PLACE

    def path(self, env: Mapping[str, str]) -> str:
        """What of PATH can be seen inside."""
        return _seen(env.get("PATH", os.environ.get("PATH", ""))) or os.defpath

    def fence(self, sock: socket.socket) -> None:
        """It is a way into the network of the machine, which is not the server's."""
        self._fenced = fence(sock)

    def place(self, moving: MovingIn) -> Placed:
        """All processes of a life in one sandbox: what they share by files they share there, too."""
        with contextlib.ExitStack() as opened:
            placed = self._place(moving, opened)
            opened.pop_all()
        return placed

    def _place(self, moving: MovingIn, opened: contextlib.ExitStack) -> Placed:
        written = {
            "/etc/passwd": f"server:x:{self._owner}:{self._owner}::/nonexistent:/bin/sh\n",
            "/etc/group": f"server:x:{self._owner}:\n",
            "/etc/hosts": "127.0.0.1 localhost server\n",
        }
        files = {path: _in_memory(text.encode(), opened) for path, text in written.items()}
        # Behind a relay no server has the socket; and the relay asks, on its behalf.
        asks = self._fenced or moving.relay is not None
        allowed = _in_memory(calls.program(shares=moving.shares, asks=asks), opened)
        words = _options(self.budget.disk, self._environment(moving.env), allowed, files)
        options = _in_memory("\0".join(words).encode(), opened)
        given = self._open_given()
        opened.callback(os.close, given)
        door = self._open_door(opened)
        told = marshal.dumps(self._entering(moving, given, door)).hex()
        command = [str(_program()), "--args", str(options), "--", sys.executable, "-I", "-S", "-c", _ENTERING]
        limits = limits_of(self.budget)
        own = [options, allowed, *files.values(), given, door]
        relay = [moving.relay[0]] if moving.relay else []
        settings = moving.settings(
            commands=[[*command, told]],
            handed=[[*own, *relay, *(each for some in moving.handed for each in some)]],
            limits=limits | {"processes": limits["processes"] + 8},
            most=self.budget.processes + _OURS,
            memory=self.budget.memory,
            rooms=list(_ROOMS),
        )
        return Placed(Path("/"), {}, settings, own)

    def _open_given(self) -> int:
        """What its copy is to be made of."""
        if self._kept is not None:
            return os.dup(self._kept)
        try:
            return os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        except PermissionError as problem:
            raise ServerError(f"{self.folder} can't be read: {problem.strerror}") from None

    def _open_door(self, opened: contextlib.ExitStack) -> int:
        if self._door is not None:  # of a life that did not begin
            self._door.close()
        self._door, theirs = socket.socketpair()
        door = theirs.detach()
        opened.callback(os.close, door)
        return door

    @property
    def _owner(self) -> int:
        return _USER if self._uid is None else self._uid

    def _environment(self, added: Mapping[str, str]) -> dict[str, str]:
        temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), "/tmp")  # noqa: S108 - a sandbox has its own
        packages = _seen(os.environ.get("PYTHONPATH", ""))
        python = {"PYTHONPATH": packages} if packages else {}
        return {**little(os.environ), **temporary, **python, **added, "PATH": self.path(added)}

    def _entering(self, moving: MovingIn, given: int, door: int) -> dict[str, object]:
        disk, limits = self.budget.disk, limits_of(self.budget)
        return {
            "given": given,
            "without": self.without() if self._kept is None else frozenset(),
            "place": _PLACE,
            "disk": disk,
            # What a life has written has fitted once; by how small files are counted here it may not.
            "most": disk if self._kept is None else 2 * disk,
            "door": door,
            "uid": self._uid,
            "limits": {
                "RLIMIT_CORE": 0,
                "RLIMIT_DATA": limits["data"],
                "RLIMIT_FSIZE": limits["file"],
                "RLIMIT_NPROC": limits["processes"],
                "RLIMIT_NOFILE": limits["descriptors"],
            },
            "commands": [list(each) for each in moving.commands],
            "handed": [list(each) for each in moving.handed],
            "relay": list(moving.relay) if moving.relay else None,
        }

    def status(self, code: int) -> int:
        """Bubblewrap tells a signal as a shell does."""
        return _SIGNALLED - code if code > _SIGNALLED else code

    def settled(self) -> None:
        """Take its copy, which was handed out before anything of the server ran; forget the one before."""
        assert self._door is not None  # noqa: S101 - a life begins in a place
        with self._door:
            _, (copy, *_), *_ = socket.recv_fds(
                self._door, 1, 1, socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC
            )
        _close(self._kept)
        self._door, self._kept, self._copy = None, None, copy

    def keep(self) -> None:
        """What is in the copy stays, whatever ends."""
        if self._copy is not None:
            _close(self._kept)
            self._kept, self._copy = self._copy, None

    def leave(self) -> None:
        """Forget the copies."""
        _close(self._kept)
        _close(self._copy)
        self._kept = self._copy = None
        if self._door is not None:
            self._door.close()
            self._door = None


def _close(number: int | None) -> None:
    if number is not None:
        os.close(number)


def _seen(paths: str) -> str:
    """Of such a list, the folders that can be seen inside."""
    seen = sight.roots()
    return os.pathsep.join(each for each in paths.split(os.pathsep) if each and sight.on_path(each, seen))


def _in_memory(data: bytes, opened: contextlib.ExitStack) -> int:
    """A descriptor from which these bytes can be read."""
    number = os.memfd_create(f"f{secrets.token_hex(2)}")
    opened.callback(os.close, number)
    os.write(number, data)
    os.lseek(number, 0, os.SEEK_SET)
    return number
