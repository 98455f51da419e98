"""Starting the server under test in processes of its own, and moving its clock.

    with start(AppSpec("main:app", Path("submission"))) as server:
        ...                       # requests to server.url
        server.move(31)           # half a minute later, at once

Who is who, from the user's words to the process:

    AppSpec, CommandSpec   specs.py    what is to be started (`options.Serving` is how people say it)
    Server                 server.py   what is started, until it is stopped: the one that a run holds
    Life                   life.py     one life of it; a restart begins the next, on the same port
    House                  house.py    the processes of a life, what they print, their temporary folder
    warden                 warden.py   the process that is parent of them all, and ends them
    runner                 runner.py   the process of an app, one for each worker, with what is in `inside/`

What they share: channel.py (lines of JSON to a process that may be dead), output.py (what it prints),
environment.py (what it sees of ours), isolation/ (what it is kept from), strays.py (what outlives its
warden), errors.py (what is its fault).

Somebody's code is started so that it reaches nothing else, and within half a second or not at all:

    level = chosen("auto").name           # of isolation/: the strongest that this machine has; "none"
    spec = AppSpec("main:app", folder, isolate=level, budget=Budget(memory=1 << 29), apart=(assignment,),
                   listening=socket, ready_within=0.5)

Linux and macOS.

What is exported is imported when it is first asked for: the process under test imports this package, too.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from conformance.servers.errors import ServerDied, ServerError
    from conformance.servers.server import Server, start
    from conformance.servers.specs import AppSpec, CommandSpec

__all__ = ["AppSpec", "CommandSpec", "Server", "ServerDied", "ServerError", "start"]

_HOMES: Final = {
    "AppSpec": "specs",
    "CommandSpec": "specs",
    "Server": "server",
    "ServerDied": "errors",
    "ServerError": "errors",
    "start": "server",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
