"""The verbs of a resource's test bench: what stands behind it changes, fails, or is dated ahead.

To mend is owed before anything is broken, and is done at the end of the work. The answer to a hook is none of
the resource's, so no exchange is kept of it: what was done stands as a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from conformance.model import BENCHES, MEND, Bench, Step, StepRecord
from conformance.sending.hooks import consented, hooked, mend
from conformance.verbs.base import Verb, done, not_asked, not_offered, untestable

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = ["VERBS", "mend_what_is_owed"]

_OWED: Final = frozenset(bench.verb for bench in BENCHES.values() if bench.owed)


def _by(bench: Bench) -> Callable[[Step, Context], StepRecord]:
    def run(step: Step, context: Context) -> StepRecord:
        shared, resource = context.shared, context.resource
        hook, put_right = resource.hooks.get(bench.name), resource.hooks.get(MEND)
        if hook is None or (bench.owed and put_right is None):
            return not_offered(step, f"the target declares none: {bench.declared}")
        if not all(each is None or consented(each, shared.consent) for each in (hook, put_right)):
            says = (
                f"{hook.said} is sent to a server that is not on this machine with --conformance-allow-writes"
            )
            return not_asked(step, says)
        if put_right is not None and bench.owed:
            shared.ledger.owe_mend(resource.name, put_right)
        problem = hooked(hook, resource.headers, context.lane, shared.cancelled)
        shared.lives.forget()
        context.seen = None
        if shared.cancelled.is_set():
            return StepRecord(step.name, step.do, "stopped")
        says = f"the hook `{bench.name}` of {resource.name}, {hook.said}"
        return untestable(step, f"{says}, {problem}") if problem else done(step, [], says=f"{says}, was done")

    return run


def mend_what_is_owed(context: Context) -> None:
    """What this work has broken is put right at its end, whatever came of it."""
    if any(record.do in _OWED for record in context.steps.values()):
        mend(context.shared.ledger, context.resource.name, context.resource.headers, context.lane)


VERBS: Final = tuple(
    Verb(bench.verb, _by(bench), bench.does, phase="sweep", needs=bench.verb, lives=True, turns=True)
    for bench in BENCHES.values()
    if bench.verb
)
