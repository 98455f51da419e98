"""What a target wants done before and after a run: requests, and commands on this machine. Shell.

Each list is done once and in order, before anything is judged, and at the end whatever came of it; what
checks have changed is put back before that. It must not know what is judged.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from conformance.clocks import Clock
from conformance.execute.options import Options
from conformance.model import Hook, Target
from conformance.sending.context import Context, Shared
from conformance.verbs.writes import put_back
from conformance.wire import Lane, Limits, Wire

__all__ = ["begin", "tidy"]

_TIDY: Final = Limits(deadline=2.0)
_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_JSON: Final = ("Content-Type", "application/json")
_DONE: Final = range(200, 400)
_TOLD: Final = 200  # characters of what a command has said


def begin(shared: Shared, lane: Lane) -> str:
    """Do what is wanted before the run; why the run can't begin, or ""."""
    return _all("before", shared.target.before, shared, lane)


def tidy(shared: Shared, options: Options, base_url: str, clock: Clock, *, begun: bool) -> None:
    """Put back what is owed, and do what is wanted after the run, over wires that nobody has cancelled.

    Args:
        shared: of the run.
        options: of the run.
        base_url: of the server.
        clock: of the run.
        begun: whether what is wanted before the run was begun with.
    """
    owed, after = shared.ledger.open, options.target.after if begun else ()
    if not owed and not after:
        return
    with Wire(base_url, clock, limits=_TIDY, verify=options.verify) as wire:
        lane = wire.lane()
        if owed:
            again = dataclasses.replace(shared, wire=wire, cancelled=threading.Event())
            first = options.target.resources[0]  # any would do
            context = Context(again, lane, first, {}, random.Random(0))  # noqa: S311
            shared.ledger.put_back(owed, lambda undo: put_back(context, undo), final=True)
    if after:
        with Wire(base_url, clock, verify=options.verify) as wire, wire.lane() as lane:
            problem = _all("after", after, shared, lane)
        if problem:
            shared.ledger.problems.append(problem)


def _all(when: str, hooks: Iterable[Hook], shared: Shared, lane: Lane) -> str:
    """Do them; what went wrong with the first that fails, after which none is done."""
    for hook in hooks:
        told = (
            _command(hook, lane.wire) if hook.command else _request(hook, shared.target, shared.consent, lane)
        )
        if told:
            return f"`{when}` of the target: {hook.command or f'{hook.method} {hook.path}'} {told}"
    return ""


def _request(hook: Hook, target: Target, consent: str, lane: Lane) -> str:
    if hook.method not in _SAFE and not consent:
        return "is a write, and a server that is not on this machine needs --conformance-allow-writes for it"
    body = b"" if hook.body is None else json.dumps(hook.body).encode()
    headers = (*target.resources[0].headers, *([_JSON] if body else []))
    sent = lane.exchange(hook.method, hook.path, headers, body)
    if sent.fault is not None:
        return f"brought no answer: {sent.fault.says}"
    return "" if sent.status in _DONE else f"was answered {sent.status}"


def _command(hook: Hook, wire: Wire) -> str:
    """Run it as a shell would split it, but without one; it finds the server by $CONFORMANCE_URL."""
    env = os.environ | {"CONFORMANCE_URL": wire.origin + wire.prefix}
    try:
        process = subprocess.Popen(  # noqa: S603 - it is the user's, who has consented
            shlex.split(hook.command),
            cwd=hook.folder or None,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as problem:
        return f"could not be started: {problem}"
    try:
        said, _ = process.communicate(timeout=hook.within)
    except subprocess.TimeoutExpired:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"has not ended within {hook.within:g} s, and was ended"
    if process.returncode == 0:
        return ""
    last = said.decode(errors="replace").strip().rpartition("\n")[2][-_TOLD:]
    return f"ended with {process.returncode}" + (f": {last}" if last else "")
