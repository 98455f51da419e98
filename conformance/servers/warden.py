"""The parent of a server under test: starts it, waits for it, and leaves nothing of it behind.

A small process between the suite and the server (`python -I -S`, and nothing but this file), because only a
parent can be sure of all its descendants: on Linux it adopts those whose parents have died, so that
a daemon can't get away. It ends everything when it is told to, and also when the suite is gone, for
whatever reason: its end of the control socket closes then.

Must not know: HTTP, clocks, apps. Imports nothing of ours and little else, since each start pays.
Each server gets a session and a process group of its own, so that it can't hit the warden by its group.
"""

# ruff: noqa: PTH112, PTH115, PTH116, PTH123, PTH208
# (pathlib would cost each start more than all that is imported here)

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

_GLANCE = 0.25  # seconds between looks at how many processes there are, and at what they hold
_THOROUGH = 4  # of so many glances one looks also for memory that is not resident
_PER_FILE = 1 << 10  # bytes of the kernel's for each file that is in memory, however empty
_FILTERED, _BY_PROGRAM = 22, 2  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
_OF_NO_FILE = (b"/dev/zero (deleted)", b"/memfd:", b"/SYSV")  # as the kernel calls such memory
_KILLED_WITHIN = 5.0
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER
_NO_NEW_PRIVILEGES = 38  # PR_SET_NO_NEW_PRIVS
_RESTORED = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


class Warden:
    """One server, of one or more processes, from its start to its end.

    Args:
        settings: control (descriptor of the socket to the suite), commands, handed (for each command
            the descriptors that it gets), limits, most (processes), memory (bytes that all of them may
            hold together, 0: any), rooms (the folders of a sandbox that are memory, too), uid (whose they
            are to be, None: ours), filter (of system calls, in hexadecimal, or ""), grace (seconds after
            SIGTERM), temporary (a folder to remove), home (another, where the suite is gone, and no next
            life begins with it).
    """

    def __init__(self, settings: dict[str, Any]) -> None:
        self.settings = settings
        self.control = socket.socket(fileno=settings["control"])
        self.servers: list[int] = []
        self.running: set[int] = set()
        self.told_to_end = False
        self.alone = False
        self.shared: dict[bytes, int] = {}
        self.glances = 0

    def main(self) -> None:
        """Start, wait, end."""
        _adopt_orphans()
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._told)
        for ignored in (signal.SIGINT, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)
        try:
            self._start()
            self._watch(woken)
        finally:
            self._end()

    def _told(self, *_: object) -> None:
        self.told_to_end = True

    def _tell(self, **message: Any) -> None:
        with contextlib.suppress(OSError):
            self.control.sendall(json.dumps(message).encode() + b"\n")

    def _start(self) -> None:
        handed = self.settings["handed"]
        for descriptor in {self.control.fileno(), *(each for some in handed for each in some)}:
            os.set_inheritable(descriptor, False)
        for command, descriptors in zip(self.settings["commands"], handed, strict=True):
            pid, failed = spawn(command, descriptors, self.settings)
            self.servers.append(pid)
            self.running.add(pid)
            if failed:
                self._tell(failed=failed)
        for descriptor in {each for some in handed for each in some}:
            os.close(descriptor)
        self._tell(pids=self.servers)

    def _watch(self, woken: int) -> None:
        """Until the suite says so or is gone; the death of a server is reported, no more."""
        while not self.told_to_end:
            ready, _, _ = select.select([self.control.fileno(), woken], [], [], _GLANCE)
            if woken in ready:
                os.read(woken, 512)
            self._reap()
            if self.control.fileno() in ready:
                self.alone = self._is_alone()
                return
            there = descendants(os.getpid())
            held = self._held(there) if self._may_hold(there) else 0
            if len(there) > self.settings["most"]:
                self._tell(crowd=len(there))
            elif held > self.settings["memory"]:
                self._tell(bloated=held)
            else:
                continue
            self.settings["grace"] = 0.0  # in which it would take more
            return

    def _is_alone(self) -> bool:
        """Whether the suite is gone: it has not even said that this is to end."""
        try:
            return not self.control.recv(512)
        except OSError:
            return True

    def _may_hold(self, pids: list[int]) -> bool:
        """Whether it is time to look what they hold, which costs more than a glance."""
        most = self.settings["memory"]
        self.glances += 1
        return most and (self.glances % _THOROUGH == 0 or sum(map(resident, pids)) > most // 2)

    def _held(self, pids: list[int]) -> int:
        """How many bytes of memory they hold together: each its own, what they share, and their files."""
        before, self.shared = self.shared, {}
        for pid in pids:
            for which, size in of_no_file(pid):
                # A part may be given back where none sees it, and still be held; so the most is what counts.
                self.shared[which] = max(size, self.shared.get(which, 0), before.get(which, 0))
        rooms = files(pids, self.settings["rooms"]) * _PER_FILE
        return sum(map(own, pids)) + sum(self.shared.values()) + rooms

    def _reap(self) -> bool:
        """Whether there are children left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid in self.running:
                self.running.discard(pid)
                self._tell(exited=self.servers.index(pid), status=os.waitstatus_to_exitcode(status))

    def _end(self) -> None:
        """Ask all to end; after the grace, make them; then say whether any is left.

        Asked first, although a verdict needs nothing of them any more: a container that a command has
        started, or files that an app tidies up, would be left by SIGKILL. Who obeys costs some milliseconds.
        """
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + self.settings["grace"]
        while self._reap() and time.monotonic() < deadline:
            time.sleep(0.005)
        deadline = time.monotonic() + _KILLED_WITHIN
        while self._reap() and time.monotonic() < deadline:
            # First stopped, then killed: whoever forks as fast as we look would get away otherwise.
            self._signal(signal.SIGSTOP)
            self._signal(signal.SIGKILL)
            time.sleep(0.005)
        for folder in (self.settings["temporary"], self.settings["home"] if self.alone else ""):
            if folder:
                import shutil  # noqa: PLC0415 (only at the end)

                shutil.rmtree(folder, ignore_errors=True)
        self._tell(ended=True, left=self._reap())

    def _signal(self, number: int) -> None:
        for pid in self.running:
            with contextlib.suppress(OSError):
                os.killpg(pid, number)
        for pid in descendants(os.getpid()):
            with contextlib.suppress(OSError):
                os.kill(pid, number)


def spawn(command: list[str], handed: list[int], settings: dict[str, Any]) -> tuple[int, str]:
    """Start a command with these descriptors; its pid, and why it could not be run, if so."""
    uid = settings["uid"]
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            for number in _RESTORED:
                signal.signal(number, signal.SIG_DFL)
            limit(settings["limits"], alone=uid is not None)
            if uid is not None:
                _become(uid, bytes.fromhex(settings["filter"]))
            for descriptor in handed:
                os.set_inheritable(descriptor, True)
            os.execvp(command[0], command)  # noqa: S606 - no shell, on purpose
        except BaseException as problem:  # noqa: BLE001 - the child must not go on as a second warden
            os.write(writing, str(getattr(problem, "strerror", None) or problem).encode())
        finally:
            os._exit(127)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        return pid, pipe.read().decode()


def limit(limits: dict[str, int], *, alone: bool = False) -> None:
    """Set what the platform has of the limits: data, file (bytes), processes (of the user, more than now).

    And descriptors, where they are limited.

    `alone`: the user will be one who has no other processes.
    """
    wanted = {"RLIMIT_CORE": 0, "RLIMIT_DATA": limits["data"], "RLIMIT_FSIZE": limits["file"]}
    if "descriptors" in limits:
        wanted["RLIMIT_NOFILE"] = limits["descriptors"]
    if alone:
        wanted["RLIMIT_NPROC"] = limits["processes"]
    elif os.getuid() != 0:  # root is not bound by it
        wanted["RLIMIT_NPROC"] = limits["processes"] + _threads_of_mine()
    for name, value in wanted.items():
        number = getattr(resource, name, None)
        if number is None:
            continue
        hard = resource.getrlimit(number)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(number, (most, most))


def descendants(pid: int) -> list[int]:
    """All processes below one, as far as the platform tells (Linux does)."""
    found: list[int] = []
    ask = [pid]
    while ask:
        children = list(_children(ask.pop()))
        found += children
        ask += children
    return found


def _children(pid: int) -> Iterator[int]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for thread in threads:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children") as children:
            yield from map(int, children.read().split())


def _threads_of_mine() -> int:
    count = 0
    for name in os.listdir("/proc") if os.path.isdir("/proc") else []:
        with contextlib.suppress(OSError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == os.getuid():
                count += len(os.listdir(f"/proc/{name}/task"))
    return count


def resident(pid: int) -> int:
    """How many bytes of memory a process is in, whosever they are."""
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/statm", "rb") as pages:
        return int(pages.read().split()[1]) * resource.getpagesize()
    return 0


def own(pid: int) -> int:
    """How many bytes of memory a process has for itself, those that were swapped out included."""
    return _said(pid, b"RssAnon:", b"VmSwap:")


def _said(pid: int, *words: bytes) -> int:
    """The bytes of what the kernel tells everybody of a process."""
    kib = 0
    with contextlib.suppress(OSError, ValueError), open(f"/proc/{pid}/status", "rb") as status:
        kib = sum(int(line.split()[1]) for line in status if line.startswith(words))
    return kib << 10


def of_no_file(pid: int) -> Iterator[tuple[bytes, int]]:
    """The memory of a process that it may share and that has no file: which it is, and how much there is.

    As much as is taken, where we may know (root may, but for some in containers); else as much as may be; or
    what is resident of it.
    """
    try:
        with open(f"/proc/{pid}/maps", "rb") as maps:
            yield from _mapped(pid, maps)
    except PermissionError:
        yield b"of %d" % pid, _said(pid, b"RssShmem:")
    except OSError:
        return  # it is gone


def _mapped(pid: int, maps: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    for line in maps:
        name = line.rstrip().split(None, 5)[5:]
        if not name or not name[0].startswith(_OF_NO_FILE):
            continue
        where, _, offset, device, number = line.split()[:5]
        first, _, end = where.partition(b"-")
        size = int(end, 16) - int(first, 16) + int(offset, 16)
        with contextlib.suppress(OSError):
            size = os.stat(b"/proc/%d/map_files/%b" % (pid, where)).st_blocks * 512
        yield device + number, size


def files(pids: list[int], rooms: list[str]) -> int:
    """How many files there are in these folders of a sandbox, as the first process has them that is in it."""
    for pid in pids if rooms else ():
        with contextlib.suppress(OSError):
            if os.readlink(f"/proc/{pid}/ns/mnt") != os.readlink("/proc/self/ns/mnt"):
                counts = [os.statvfs(f"/proc/{pid}/root{room}") for room in rooms]
                return sum(each.f_files - each.f_ffree for each in counts)
    return 0


def _become(uid: int, calls: bytes) -> None:
    """Be that user, for good: no program can give back what is given up.

    `calls`: what it may not ask of the kernel, or nothing.
    """
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 (see below)

        class Program(ctypes.Structure):
            _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        program = Program(len(calls) // 8, calls)
        if calls and libc.prctl(_FILTERED, _BY_PROGRAM, ctypes.byref(program), 0, 0):
            raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")
    os.setgroups([])
    os.setregid(uid, uid)
    os.setreuid(uid, uid)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 (4 ms that no other platform needs)

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def main(settings: str) -> None:
    """Be the warden of one server, by settings in JSON."""
    Warden(json.loads(settings)).main()
