"""The level `namespaces`: a sandbox of bubblewrap for each server.

Its processes, its network, its files and its users are its own. What it is reached by is a socket that was
made outside, and handed in. Its folder is a copy in memory, of a size; all else that it can see it can't
write. What it can learn of its sandbox (arguments, environments) says nothing of us.

Root gives each server a user of its own besides, once all is in place. Anybody else needs that the kernel
lets them have namespaces of users.
"""

from __future__ import annotations

import contextlib
import functools
import marshal
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from conformance.servers.inside import copying
from conformance.servers.isolation import sight, uids
from conformance.servers.isolation.base import MovingIn, Placed, Quarters, limits_of, little
from conformance.servers.specs import Budget

if TYPE_CHECKING:
    import psutil

__all__ = ["Sandbox", "lacking"]

_GIVEN: Final = "/given"
_PLACE: Final = "/submission"
_SHARED: Final = 16 << 20  # bytes of /dev/shm
_ENTERING: Final = str(Path(copying.__file__).with_name("entering.py"))
_USER: Final = 1000  # in a namespace of users
# What root needs to give the copy to another, and then to be that one.
_ROOTS: Final = ("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_SETGID", "CAP_SETUID")
_PROBED_WITHIN: Final = 10.0
_SETTLED: Final = 1.0
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
    with tempfile.TemporaryDirectory() as folder:
        options = [program, *_options(folder, Budget(), {}), "--", sys.executable, "-I", "-S", "-c", ""]
        try:
            tried = subprocess.run(  # noqa: S603 - our own words
                options, env={}, capture_output=True, text=True, timeout=_PROBED_WITHIN, check=False
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
    folder: str, budget: Budget, env: Mapping[str, str], files: Mapping[str, int] | None = None
) -> list[str]:
    """Of bubblewrap: all but the command. `files`: path -> the descriptor that its content is read from."""
    data = [("--perms", "0444", "--ro-bind-data", str(at), path) for path, at in (files or {}).items()]
    if os.geteuid() == 0:
        user = ["--cap-drop", "ALL", *(word for each in _ROOTS for word in ("--cap-add", each))]
    else:
        user = ["--unshare-user", "--disable-userns", "--uid", str(_USER), "--gid", str(_USER)]
    disk = str(budget.disk)
    return [
        *user,
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
        *("--die-with-parent", "--hostname", "server", "--clearenv"),
        *(word for name, value in env.items() for word in ("--setenv", name, value)),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", str(_SHARED), "--perms", "1777", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"),  # noqa: S108
        *("--size", disk, "--perms", "1777", "--tmpfs", "/tmp"),  # noqa: S108
        *("--perms", "0755", "--dir", "/var", "--symlink", "/tmp", "/var/tmp"),  # noqa: S108
        *sight.binds(),
        *(word for each in data for word in each),
        *("--ro-bind", folder, _GIVEN, "--size", disk, "--tmpfs", _PLACE, "--chdir", _PLACE),
        *("--remount-ro", "/"),
    ]


class Sandbox(Quarters):
    """The sandboxes of one server, one for each of its lives."""

    level = "namespaces"
    relays = True

    def __init__(self, folder: Path, budget: Budget) -> None:
        super().__init__(folder, budget)
        self._uid = uids.fresh() if os.geteuid() == 0 else None
        self._kept: tempfile.TemporaryDirectory[str] | None = None

    @property
    def inside(self) -> str:
        """Its copy."""
        return _PLACE

    def path(self, env: Mapping[str, str]) -> str:
        """What of PATH can be seen inside."""
        return _seen(env.get("PATH", os.environ.get("PATH", ""))) or os.defpath

    def place(self, moving: MovingIn) -> Placed:
        """All processes of a life in one sandbox: what they share by files they share there, too."""
        given = self._kept.name if self._kept is not None else str(self.folder)
        entering = marshal.dumps(self._entering(moving)).hex()
        written = {
            "/etc/passwd": f"server:x:{self._owner}:{self._owner}::/nonexistent:/bin/sh\n",
            "/etc/group": f"server:x:{self._owner}:\n",
            "/etc/hosts": "127.0.0.1 localhost server\n",
        }
        files = {path: _in_memory(text.encode()) for path, text in written.items()}
        words = _options(given, self.budget, self._environment(moving.env), files)
        options = _in_memory("\0".join(words).encode())
        opened = [options, *files.values()]
        relay = [moving.relay[0]] if moving.relay else []
        command = [str(_program()), "--args", str(options), "--", sys.executable, "-I", "-S", _ENTERING]
        limits = limits_of(self.budget)
        settings = {
            "commands": [[*command, entering]],
            "handed": [[*opened, *relay, *(each for some in moving.handed for each in some)]],
            "limits": limits | {"processes": limits["processes"] + 8},
            "most": self.budget.processes,
            "memory": self.budget.memory,
            "uid": None,
        }
        return Placed(Path("/"), {}, settings, opened)

    @property
    def _owner(self) -> int:
        return _USER if self._uid is None else self._uid

    def _environment(self, added: Mapping[str, str]) -> dict[str, str]:
        temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), "/tmp")  # noqa: S108 - a sandbox has its own
        packages = _seen(os.environ.get("PYTHONPATH", ""))
        python = {"PYTHONPATH": packages} if packages else {}
        return {**little(os.environ), **temporary, **python, **added, "PATH": self.path(added)}

    def _entering(self, moving: MovingIn) -> dict[str, object]:
        budget = self.budget
        return {
            "given": _GIVEN,
            "place": _PLACE,
            "disk": budget.disk,
            "uid": self._uid,
            "limits": {
                "RLIMIT_CORE": 0,
                "RLIMIT_DATA": budget.memory,
                "RLIMIT_FSIZE": budget.file,
                "RLIMIT_NPROC": budget.threads,
            },
            "commands": [list(each) for each in moving.commands],
            "handed": [list(each) for each in moving.handed],
            "relay": list(moving.relay) if moving.relay else None,
        }

    def status(self, code: int) -> int:
        """Bubblewrap tells a signal as a shell does."""
        return _SIGNALLED - code if code > _SIGNALLED else code

    def keep(self, pids: Sequence[int]) -> None:
        """Copy the folder out while nothing in the sandbox runs: it goes with the last process."""
        for pid in pids:
            processes = _stopped(pid)
            if processes:
                kept = tempfile.TemporaryDirectory(prefix="kept-")
                with contextlib.suppress(copying.TooBig, OSError):
                    copying.copy(f"/proc/{processes[-1].pid}/root{_PLACE}", kept.name, 2 * self.budget.disk)
                    self.leave()
                    self._kept = kept
                    return
                kept.cleanup()

    def leave(self) -> None:
        """Forget what was kept."""
        if self._kept is not None:
            self._kept.cleanup()
            self._kept = None


def _seen(paths: str) -> str:
    """Of such a list, the folders that can be seen inside."""
    seen = sight.roots()
    return os.pathsep.join(each for each in paths.split(os.pathsep) if each and sight.on_path(each, seen))


def _stopped(pid: int) -> list[psutil.Process]:
    """The processes of a sandbox below the one that made it, stopped, or as many as that goes for."""
    import psutil  # noqa: PLC0415 (whoever asks for a level alone needs it not)

    found: list[psutil.Process] = []
    deadline = time.monotonic() + _SETTLED
    with contextlib.suppress(psutil.Error):
        while time.monotonic() < deadline:
            there = psutil.Process(pid).children(recursive=True)
            new = [each for each in there if each not in found]
            if not new:
                break
            for each in new:
                with contextlib.suppress(psutil.Error):
                    each.send_signal(signal.SIGSTOP)
            found += new
    return found


def _in_memory(data: bytes) -> int:
    """A descriptor from which these bytes can be read."""
    number = os.memfd_create(f"f{secrets.token_hex(2)}")
    os.write(number, data)
    os.lseek(number, 0, os.SEEK_SET)
    return number
