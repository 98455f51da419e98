"""What a target has done besides what is judged: one request, or one command on this machine. Shell.

It says whether that may be done at all, and what has gone wrong; it must not know what it is done for.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.model import Headers, Hook

if TYPE_CHECKING:  # so that the verbs, and with them the planner, need no sockets
    from conformance.sending.ledger import Ledger
    from conformance.wire import Lane, Wire

__all__ = ["consented", "hooked", "mend"]

_SAFE: Final = ("GET", "HEAD", "OPTIONS")
_JSON: Final = ("Content-Type", "application/json")
_DONE: Final = range(200, 400)
_TOLD: Final = 200  # characters of what a command has said
_GLANCE: Final = 0.2  # seconds between two looks at whether the run goes on


def consented(hook: Hook, consent: str) -> bool:
    """Whether a hook may be done: commands were consented to when the target was read."""
    return bool(hook.command or consent) or hook.method in _SAFE


def hooked(hook: Hook, headers: Headers, lane: Lane, cancelled: threading.Event) -> str:
    """Do it; what went wrong, as the end of a sentence about it, or ""."""
    return _command(hook, lane.wire, cancelled) if hook.command else _request(hook, headers, lane)


def mend(ledger: Ledger, resource: str, headers: Headers, lane: Lane, *, final: bool = False) -> None:
    """Put what stands behind a resource right, where that is owed: done even while the run is being stopped.

    What does not work stays owed, and after the `final` try is told.
    """
    hook = ledger.unmended.get(resource)
    if hook is None:
        return
    problem = hooked(hook, headers, lane, threading.Event())
    if not problem or final:
        ledger.mended(resource)
    if problem and final:
        ledger.regret(
            f"what stands behind {resource} may still be broken: its `mend`, {hook.said}, {problem}"
        )


def _request(hook: Hook, headers: Headers, lane: Lane) -> str:
    body = b"" if hook.body is None else json.dumps(hook.body).encode()
    sent = lane.exchange(hook.method, hook.path, (*headers, *([_JSON] if body else [])), body)
    if sent.fault is not None:
        return f"brought no answer: {sent.fault.says}"
    return "" if sent.status in _DONE else f"was answered {sent.status}"


def _command(hook: Hook, wire: Wire, cancelled: threading.Event) -> str:
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
    left, said = hook.within, b""
    while True:
        try:
            said, _ = process.communicate(timeout=min(left, _GLANCE))
            break
        except subprocess.TimeoutExpired:
            left -= _GLANCE
        if left <= 0 or cancelled.is_set():
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return f"has not ended within {hook.within:g} s, and was ended" if left <= 0 else "was stopped"
    if process.returncode == 0:
        return ""
    last = said.decode(errors="replace").strip().rpartition("\n")[2][-_TOLD:]
    return f"ended with {process.returncode}" + (f": {last}" if last else "")
