"""What is to be started: an app of Python, or any command. Values, checked nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

__all__ = ["AppSpec", "Budget", "CommandSpec", "Isolation"]

Isolation = Literal["none", "uid", "namespaces"]
"""How a server is kept from what is not its own: levels of `isolation/`, the weakest first."""

_READY_WITHIN: Final = 20.0


@dataclass(frozen=True)
class Budget:
    """What an isolated server may take; one that is not has the limits of `House` alone.

    Attributes:
        memory: bytes, of each of its processes and of all together.
        processes: how many there may be. threads: of all of them.
        disk: bytes of its folder; as many again of temporary files.
        file: bytes of one file.
    """

    memory: int = 1 << 30
    processes: int = 64
    threads: int = 256
    disk: int = 256 << 20
    file: int = 64 << 20


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
        budget: what it may take where it is isolated.
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
    budget: Budget = Budget()


@dataclass(frozen=True)
class CommandSpec:
    """Any command that serves HTTP on the port that it is given; its clock is not in our hands.

    Attributes:
        command: split as a shell would, but run without one; `{port}` is replaced, and `$PORT` is set.
        cwd: where it runs; None is the current folder.
        ready_within: see AppSpec, as for `env`, `memory`, `isolate` and `budget`.
    """

    command: str
    cwd: Path | None = None
    ready_within: float = _READY_WITHIN
    env: Mapping[str, str] | None = None
    memory: int | None = None
    isolate: str = "none"
    budget: Budget = Budget()
