"""A clear that a server accepts, and does later (202): the moves of a history wait for it, by plain reads.

What is cleared in the middle of the next history would end a life there. Its effect is to be seen only
where an entry was there: so once a resource is known to be cleared later, one is read before each clear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.content.facts import is_hit
from conformance.model import MISSING, Exchange, Step, StepRecord
from conformance.verbs.writes import ACCEPTED

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = ["clear"]

_LATER: Final = "clears later"


def clear(step: Step, context: Context) -> Exchange:
    """Send a clear, and return once it is done.

    Raises:
        GivenUpError: the run is being cancelled.
    """
    write, shared, key = context.resource.writes["clear"], context.shared, (context.resource.name, _LATER)
    before = context.read() if key in shared.shapes else None
    exchange = context.send(write.method, write.path)
    if exchange.status == ACCEPTED:
        shared.shapes.setdefault(key, StepRecord(step.name, step.do))
        over, context.over = context.over, bool  # when a search ends, too: what comes next would meet it
        try:
            # The first has met nothing whose end could be seen: it is given the time that we give to any.
            context.done_later(lambda: before is not None and _anew(context.read(), before))
        finally:
            context.over = over
    return exchange


def _anew(now: Exchange, before: Exchange) -> bool:
    """Whether what is there by now was made after what was there before."""
    value = now.facts.value
    differs = MISSING not in (value, before.facts.value) and value != before.facts.value
    return differs or is_hit(now.facts.hit) is False
