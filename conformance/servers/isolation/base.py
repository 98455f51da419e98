"""What a level of isolation is: whether it is to be had, and where a server lives by it; the level `none`.

It must not know what an app is, nor start anything: it says how, and the house does.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.servers.environment import scrubbed
from conformance.servers.specs import Isolation

if TYPE_CHECKING:
    import socket

    from conformance.model import Budget

__all__ = ["Level", "MovingIn", "Open", "Placed", "Quarters", "limits_of", "little"]

_DATA: Final = 4 << 30
_FILE: Final = 1 << 30
_PROCESSES: Final = 256
_DESCRIPTORS: Final = 1024
_THREADS: Final = 4  # for each process that there may be


@dataclass(frozen=True)
class MovingIn:
    """One life of a server that is to begin.

    Attributes:
        commands: one for each process. handed: for each the descriptors that it gets.
        env: what is added to the environment of its level.
        temporary: a folder that is its own, and goes with the life.
        memory: bytes of data for each process, where the level has no budget, or None.
        relay: a listening socket's descriptor, and the port that a command listens on behind it; or None.
        shares: whether its processes may share memory that is no file's, as those of nginx do.
    """

    commands: Sequence[Sequence[str]]
    handed: Sequence[Sequence[int]]
    env: Mapping[str, str]
    temporary: str
    memory: int | None = None
    relay: tuple[int, int] | None = None
    shares: bool = False

    def settings(self, **more: Any) -> dict[str, Any]:
        """What the warden is told (`Warden` has the words), with what its level has to say."""
        handed = [list(each) for each in self.handed]
        standard = {"handed": handed, "memory": 0, "rooms": [], "uid": None, "filter": "", "home": ""}
        return {"commands": [list(each) for each in self.commands], **standard, **more}


@dataclass(frozen=True)
class Placed:
    """How the house starts it.

    Attributes:
        env: the whole environment of the warden and, at most levels, of the server.
        settings: what the warden is told.
        opened: descriptors that are to be closed once all are started.
    """

    cwd: Path
    env: Mapping[str, str]
    settings: dict[str, Any]
    opened: Sequence[int] = field(default=())


class Quarters:
    """Where a server lives, from its first life to its last.

    Args:
        folder: the server's own.
        budget: what it may take.
        apart: what lies in the folder, and is not the server's; it may not be there yet.

    Attributes:
        level: its name. relays: whether a command's port can't be reached but by a relay.
    """

    level: Isolation = "none"
    relays = False

    def __init__(self, folder: Path, budget: Budget, apart: Sequence[Path] = ()) -> None:
        self.folder = folder
        self.budget = budget
        self._apart = tuple(apart)

    @property
    def inside(self) -> str:
        """The folder as the server sees it."""
        return str(self.folder)

    def path(self, env: Mapping[str, str]) -> str:
        """The PATH by which a command is looked for, with what is added to the environment."""
        return scrubbed(os.environ, env).get("PATH", os.defpath)

    def fence(self, sock: socket.socket) -> None:
        """See that the socket on which it is asked is of no other use to it; called before it has it."""

    def place(self, moving: MovingIn) -> Placed:
        """How one life of it is started."""
        raise NotImplementedError

    def status(self, code: int) -> int:
        """The status of an ended process, of which the warden has heard this one."""
        return code

    def without(self) -> frozenset[tuple[int, int]]:
        """What of the folder is not the server's, each by its device and its number there, and by no name."""
        found = set()
        for each in self._apart:
            with contextlib.suppress(OSError, ValueError):
                about = each.stat()
                found.add((about.st_dev, about.st_ino))
        return frozenset(found)

    def settled(self) -> None:
        """A life of it has begun."""

    def keep(self) -> None:
        """Have what it has written in its folder there in its next life, too; called while it lives."""

    def leave(self) -> None:
        """Nothing of it stays; another life may begin all the same."""


@dataclass(frozen=True)
class Level:
    """A row of LEVELS.

    Attributes:
        lacking: why this machine has it not, and how to get it, as a clause; "" where it has it.
        quarters: makes the quarters of a server.
        holds: what of a budget a server is held to there.
    """

    name: Isolation
    lacking: Callable[[], str]
    quarters: Callable[[Path, Budget, Sequence[Path]], Quarters]
    holds: tuple[str, ...] = ()


class Open(Quarters):
    """No isolation: the server runs as whoever runs the suite, in its own folder."""

    def place(self, moving: MovingIn) -> Placed:
        """As it is."""
        temporary = dict.fromkeys(("TMPDIR", "TMP", "TEMP"), moving.temporary)
        limits = {"data": moving.memory or _DATA, "file": _FILE, "processes": _PROCESSES}
        settings = moving.settings(limits=limits, most=_PROCESSES)
        return Placed(self.folder, scrubbed(os.environ) | temporary | dict(moving.env), settings)


def limits_of(budget: Budget) -> dict[str, int]:
    """As the warden has them: of each process, but for how many threads all may have."""
    return {
        "data": budget.memory,
        "file": budget.disk,
        "processes": budget.processes * _THREADS,
        "descriptors": _DESCRIPTORS,
    }


def little(environ: Mapping[str, str]) -> dict[str, str]:
    """What an isolated server sees of our environment: how to speak, and what time zone it is. No home."""
    return {k: v for k, v in environ.items() if k in ("LANG", "LANGUAGE", "TZ") or k.startswith("LC_")}
