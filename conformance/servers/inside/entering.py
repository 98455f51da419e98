"""The first step of a server in a sandbox: its folder is copied, its limits are set, then it may begin.

    python -I -S -c "from entering import main; main()" SETTINGS

It imports next to nothing, since each start pays: neither typing, nor json, nor the packages above it.

What is trusted ends here: from `_drop` on nothing is left that the server itself may not have. The folder
that is copied comes as a descriptor, and is closed again: the server can't see it. The copy is handed out as
a descriptor, before any of the server runs: it is what a next life begins with, whatever this one does. A
single command takes this process over; of several this one stays the parent, and ends as the first of them.
"""

from __future__ import annotations

import _socket
import marshal
import os
import resource
import sys

TYPE_CHECKING = False  # as type checkers take it
if TYPE_CHECKING:
    from typing import Any, Final, NoReturn

__all__ = ["main"]

_FAILED: Final = 3


def main() -> None:
    """Enter, with the settings that are the only argument: a dictionary, as `marshal` has it in hexadecimal.

    given: descriptor of the folder. without: what of it is not the server's, as `copying` has it. place:
    where its copy belongs. disk: bytes for it, most: as many as are copied at all. door: descriptor of the
    socket on which the copy is handed out. limits: name -> value, of `resource`. uid: whose the processes
    are to be, or None where they are already. commands, handed: for each process its command and the
    descriptors that it gets. relay: descriptor of a socket that is bound, and the port to which it leads,
    or None.
    """
    settings: dict[str, Any] = marshal.loads(bytes.fromhex(sys.argv[1]))  # noqa: S302 - it is ours
    _move_in(settings)
    for name, value in settings["limits"].items():
        most = resource.getrlimit(getattr(resource, name))[1]
        value = value if most == resource.RLIM_INFINITY else min(value, most)  # noqa: PLW2901
        resource.setrlimit(getattr(resource, name), (value, value))
    _drop(settings["uid"])
    commands, handed = settings["commands"], settings["handed"]
    relay = settings["relay"]
    every = {each for some in handed for each in some} | ({relay[0]} if relay else set())
    if len(commands) == 1 and not relay:
        _become(commands[0], handed[0], every)
    if relay:
        _close_up()  # what it starts is open again once it is another program
    running = [_start(*each, every) for each in zip(commands, handed, strict=True)]
    for each in every - ({relay[0]} if relay else set()):
        os.close(each)
    if relay:
        _sibling("relay").begin(*relay)
    pid, status = os.wait()
    while pid not in running:
        pid, status = os.wait()
    code = os.waitstatus_to_exitcode(status)
    os._exit(128 - code if code < 0 else code)  # the others end with us


def _close_up() -> None:
    """Let no process of this user look into this one, or take a descriptor of its."""
    import ctypes  # noqa: PLC0415 (who has no relay does without)

    ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def _sibling(name: str) -> Any:
    """A file beside this one, without the packages above it, which take longer than all that it does."""
    return __import__(name)  # its folder is on the path as long as this program is


def _move_in(settings: dict[str, Any]) -> None:
    copying = _sibling("copying")
    try:
        copying.copy(settings["given"], settings["place"], settings["most"], settings["without"])
    except (copying.TooBig, OSError) as problem:
        room = settings["disk"] >> 20
        sys.stderr.write(f"error: the folder can't be copied to the {room} MiB that it has: {problem}\n")
        sys.exit(_FAILED)
    if settings["uid"] is not None:
        copying.give_away(settings["place"], settings["uid"])
    os.close(settings["given"])
    _hand_out(settings["place"], settings["door"])


def _hand_out(place: str, door: int) -> None:
    held = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    sock = _socket.socket(fileno=door)  # `socket` would cost more than all that is done here
    data = held.to_bytes(4, sys.byteorder)
    sock.sendmsg([b"x"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, data)])
    sock.close()
    os.close(held)


def _drop(uid: int | None) -> None:
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _become(command: list[str], handed: list[int], every: set[int]) -> NoReturn:
    import signal  # noqa: PLC0415 (after the fork, where there is one)

    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores
        signal.signal(number, signal.SIG_DFL)
    for each in every:
        os.set_inheritable(each, each in handed)
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell, on purpose
    except OSError as problem:
        sys.stderr.write(f"error: {command[0]} can't be run: {problem.strerror}\n")
        sys.stderr.flush()
        os._exit(127)


def _start(command: list[str], handed: list[int], every: set[int]) -> int:
    pid = os.fork()
    if pid == 0:
        _become(command, handed, every)
    return pid
