"""How a server is kept from what is not its own: the levels, the strongest first, and which this machine has.

    base.py        what a level is; `none`, which keeps it from nothing
    uids.py        a user of its own for each server; for root
    namespaces.py  a sandbox of bubblewrap for each server
    sight.py       what of the machine is seen in a sandbox
    calls.py       what may not be asked of the kernel
    fence.py       what the socket on which a server is asked is of no use for

What each level holds against is a table of docs/isolation.md, to which the attacks in tests/attacks/ hold it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from conformance.errors import UsageError
from conformance.servers.isolation import namespaces, uids
from conformance.servers.isolation.base import Level, Open, Quarters
from conformance.servers.specs import AppSpec, CommandSpec

__all__ = ["AUTO", "LEVELS", "chosen", "none_because", "quarters_of", "unheld"]

AUTO: Final = "auto"

LEVELS: Final = (
    Level("namespaces", namespaces.lacking, namespaces.Sandbox, ("memory", "processes", "disk")),
    # What all its processes take together is counted by what Linux tells of them.
    Level("uid", uids.lacking, uids.Lodging, ("memory", "processes") if sys.platform == "linux" else ()),
    Level("none", lambda: "", Open),
)


def chosen(asked: str) -> Level:
    """The level of that name; of "auto" the strongest that this machine has.

    Raises:
        UsageError: there is none of that name, or this machine has it not.
    """
    if asked == AUTO:
        return next(level for level in LEVELS if not level.lacking())
    level = next((each for each in LEVELS if each.name == asked), None)
    if level is None:
        names = ", ".join((AUTO, *(each.name for each in LEVELS)))
        raise UsageError(f"there is no level of isolation {asked!r}; accepted: {names}")
    lacking = level.lacking()
    if lacking:
        raise UsageError(f"the server can't be isolated by {asked} here: {lacking}")
    return level


def quarters_of(spec: AppSpec | CommandSpec) -> Quarters:
    """Where the server lives.

    Raises:
        UsageError: as of `chosen`.
    """
    from conformance.model import Budget  # noqa: PLC0415 (see specs.py)

    folder = spec.app_dir if isinstance(spec, AppSpec) else spec.cwd
    return chosen(spec.isolate).quarters((folder or Path()).resolve(), spec.budget or Budget(), spec.apart)


def unheld(asked: str, word: str) -> str:
    """Why a server is not held to that word of a budget at that level, and what to do; "" where it is."""
    level = chosen(asked)
    if word in level.holds:
        return ""
    able = " or ".join(each.name for each in LEVELS if word in each.holds)
    says = f"no server is held to it at the level of isolation {level.name!r}"
    return f"{says}: isolate it by {able} (--isolate), or leave it out"


def none_because() -> str:
    """Why this machine isolates no server, as a sentence."""
    told = "; ".join(f"{each.name}: {each.lacking()}" for each in LEVELS if each.lacking())
    return f"the server is not isolated, since this machine has no level of isolation ({told})"
