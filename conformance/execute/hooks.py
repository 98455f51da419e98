"""What a target wants done before and after a run, and the end of what is owed. Shell.

Each list is done once and in order, before anything is judged, and at the end whatever came of it; what
checks have broken is mended before that, and then what they have changed put back. It must not know what is
judged.
"""

from __future__ import annotations

import dataclasses
import random
import threading
from collections.abc import Iterable
from typing import Final

from conformance.clocks import Clock
from conformance.execute.options import Options
from conformance.model import Hook
from conformance.sending.context import Context, Shared
from conformance.sending.hooks import consented, hooked, mend
from conformance.verbs.writes import put_back
from conformance.wire import Lane, Limits, Wire

__all__ = ["begin", "tidy"]

_TIDY: Final = Limits(deadline=2.0)
_WRITES: Final = (
    "is a write, and a server that is not on this machine needs --conformance-allow-writes for it"
)


def begin(shared: Shared, lane: Lane) -> str:
    """Do what is wanted before the run; why the run can't begin, or ""."""
    return _all("before", shared.target.before, shared, lane, shared.cancelled)


def tidy(shared: Shared, options: Options, base_url: str, clock: Clock, *, begun: bool) -> None:
    """Mend and put back what is owed, and do what is wanted after the run, over wires that nobody cancels.

    Args:
        shared: of the run.
        options: of the run.
        base_url: of the server.
        clock: of the run.
        begun: whether what is wanted before the run was begun with.
    """
    owed, after = shared.ledger.open, options.target.after if begun else ()
    if shared.ledger.unmended:
        with (
            Wire(base_url, clock, verify=options.verify, user_agent=options.user_agent) as wire,
            wire.lane() as lane,
        ):
            for name in shared.ledger.unmended:
                mend(shared.ledger, name, options.target.resource(name).headers, lane, final=True)
    if not owed and not after:
        return
    with Wire(base_url, clock, limits=_TIDY, verify=options.verify, user_agent=options.user_agent) as wire:
        lane = wire.lane()
        if owed:
            again = dataclasses.replace(shared, wire=wire, cancelled=threading.Event())
            first = options.target.resources[0]  # any would do
            context = Context(again, lane, first, {}, random.Random(0))  # noqa: S311
            shared.ledger.put_back(owed, lambda undo: put_back(context, undo), final=True)
    if after:
        with (
            Wire(base_url, clock, verify=options.verify, user_agent=options.user_agent) as wire,
            wire.lane() as lane,
        ):
            problem = _all("after", after, shared, lane, threading.Event())
        if problem:
            shared.ledger.problems.append(problem)


def _all(when: str, hooks: Iterable[Hook], shared: Shared, lane: Lane, cancelled: threading.Event) -> str:
    """Do them; what went wrong with the first that fails, after which none is done."""
    for hook in hooks:
        headers = shared.target.resources[0].headers
        told = hooked(hook, headers, lane, cancelled) if consented(hook, shared.consent) else _WRITES
        if told:
            return f"`{when}` of the target: {hook.said} {told}"
    return ""
