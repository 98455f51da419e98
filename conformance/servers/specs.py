"""What is to be started: an app of Python, or any command. Values, checked nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    import socket

    from conformance.model import Budget  # whose import would keep a server from starting meanwhile

__all__ = ["AppSpec", "CommandSpec", "Isolation"]

Isolation = Literal["none", "uid", "namespaces"]
"""How a server is kept from what is not its own: levels of `isolation/`, the weakest first."""

_READY_WITHIN: Final = 20.0
_YOURS: Final = 8000  # the port that servers listen at which were told nothing else


@dataclass(frozen=True)
class AppSpec:
    """An ASGI or WSGI app, served by our runner, so that its clock can be moved.

    Attributes:
        app: `module:attribute`, such as `main:app`.
        app_dir: the folder it is imported from and runs in; None is the current one.
        factory: whether the attribute is a function that returns the app.
        workers: how many processes serve it, on one port.
        ready_within: seconds until it has to be ready.
        env: variables to add to the scrubbed environment, whatever they are called.
        memory: bytes of data that each of its processes may hold; None is a generous default.
        clock: whether its clock is wanted moved.
        loop: the event loop of an ASGI app.
        isolate: the level of isolation, or "auto", the strongest that this machine has.
        budget: what it may take where it is isolated, as far as that level holds it to that; None is the
            standard one. Its seconds are those of a run, and no business of a server's.
        apart: files and folders that are not its own although they may lie in its folder, such as reports:
            where it is isolated, its copy of the folder is without them.
        listening: a socket that listens already, on which it is to be asked in all its lives; it stays the
            caller's. None makes one.
    """

    app: str = "main:app"
    app_dir: Path | None = None
    factory: bool = False
    workers: int = 1
    ready_within: float = _READY_WITHIN
    env: Mapping[str, str] | None = None
    memory: int | None = None
    clock: bool = True
    loop: Literal["asyncio", "uvloop"] = "asyncio"
    isolate: str = "none"
    budget: Budget | None = None
    apart: tuple[Path, ...] = ()
    listening: socket.socket | None = None

    @property
    def by_hand(self) -> str:
        """How a person would start it, in its folder."""
        factory = " --factory" if self.factory else ""
        workers = f" --workers {self.workers}" if self.workers > 1 else ""
        return f"uvicorn {self.app}{factory}{workers} --port {_YOURS}"


@dataclass(frozen=True)
class CommandSpec:
    """Any command that serves HTTP on the port that it is given; its clock is not in our hands.

    Attributes:
        command: split as a shell would, but run without one; `{port}` is replaced, and `$PORT` is set.
        cwd: where it runs; None is the current folder.
        ready_within: see AppSpec, as for `env`, `memory`, `isolate`, `budget` and `apart`.
    """

    command: str
    cwd: Path | None = None
    ready_within: float = _READY_WITHIN
    env: Mapping[str, str] | None = None
    memory: int | None = None
    isolate: str = "none"
    budget: Budget | None = None
    apart: tuple[Path, ...] = ()

    @property
    def by_hand(self) -> str:
        """How a person would start it, in its folder."""
        named = "{port}" in self.command
        return self.command.replace("{port}", str(_YOURS)) if named else f"PORT={_YOURS} {self.command}"
