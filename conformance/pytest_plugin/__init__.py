"""The specs as pytest items: what `--conformance` switches on.

The plan for the selected items runs once, in one process (`conductor.py`, the engine's threads);
an item only waits for its verdict and reports it. Under xdist that process is the controller, and
the workers ask it over a socket (`bridge.py`). Rules of this room: it decides nothing about a
server, it only carries verdicts into pytest's words; and it imports nothing private of pytest's.

    settings.py    the options, checked once -> Settings
    paths.py       which arguments mean specs: node ids work in every folder
    collect.py     specs -> collectors and items
    conductor.py   the one engine: starts it, answers for each item, closes it
    answers.py     Verdict -> what pytest is told
    hooks.py       the hooks of the process that runs the plan
    bridge.py      the socket between controller and workers, and the worker's hooks
    waiting.py     the line that tells what is being waited for
    closing.py     the section of the terminal summary, report files, the exit code
"""

from __future__ import annotations

import pytest

from conformance.pytest_plugin import collect, paths
from conformance.pytest_plugin.settings import Stand, read

__all__ = ["NAME", "install"]

NAME = "conformance-session"
"""Under it the plugin of a session is registered, and workers are told where to ask."""


def install(config: pytest.Config, *, stand: Stand | None = None, beside: bool = False) -> None:
    """Make this session judge a server.

    Args:
        config: as pytest_configure has it.
        stand: what to start for this target, where nobody says which server to judge.
        beside: the specs run beside the tests that the arguments or `testpaths` name; else, without
            arguments, instead of them.

    Raises:
        pytest.UsageError: an option is wrong or missing.
    """
    settings = read(config, stand)
    paths.choose(config, settings.own, beside=beside)
    collect.register_markers(config, settings)
    config.pluginmanager.register(collect.Collection(config, settings), NAME)
    if settings.sending is not None:
        from conformance.pytest_plugin.hooks import Hooks  # noqa: PLC0415 (it brings the engine)

        config.pluginmanager.register(Hooks(config, settings.sending), f"{NAME}-run")
    elif hasattr(config, "workerinput"):
        from conformance.pytest_plugin.bridge import Worker  # noqa: PLC0415 (workers only)

        address = config.workerinput.get(NAME)
        config.pluginmanager.register(Worker(address), f"{NAME}-worker")
