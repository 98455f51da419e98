"""Starting the server under test in processes of its own, and moving its clock.

    with start(AppSpec("main:app", Path("submission"))) as server:
        ...                       # requests to server.url
        server.move(31)           # half a minute later, at once

Who is who: `House` (one life) runs `warden.py` (parent of all its processes), which runs for an app
`runner.py` with what is in `inside/`, once for each worker, and else the command. Linux and macOS.

What is exported is imported when it is first asked for: the process under test imports this package, too.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from conformance.servers.errors import ServerDied, ServerError
    from conformance.servers.specs import AppSpec, CommandSpec
    from conformance.servers.started import Started, start

__all__ = ["AppSpec", "CommandSpec", "ServerDied", "ServerError", "Started", "start"]

_HOMES: Final = {
    "AppSpec": "specs",
    "CommandSpec": "specs",
    "ServerDied": "errors",
    "ServerError": "errors",
    "Started": "started",
    "start": "started",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
