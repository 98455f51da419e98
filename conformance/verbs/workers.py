"""Whether all workers show what was written: asked on purpose, once a resource, after its first write.

Which worker answers is luck. Where each has data of its own, nothing can be said of a resource that was
written to: what was seen of one worker would be held against another. Nothing here knows what follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.model import MISSING, Effect, Exchange
from conformance.sending.ask import How

if TYPE_CHECKING:
    from conformance.sending.context import Context

LOOKS: Final = 20  # one after the other: of those sent at once, one worker often takes all
_OK: Final = 200


def look_round(context: Context, effect: Effect) -> None:
    """Read the list over new connections; what has been seen there and then is not was not written for all.

    What is seen late is no such sign: that is a copy which goes a little later.
    """
    shared, resource = context.shared, context.resource
    known = shared.workers == 1 or resource.name in shared.division.looked
    if known or effect.kind not in ("create", "change"):
        return
    shared.division.looked.add(resource.name)
    seen = False
    for _ in range(LOOKS):
        exchange = context.send("GET", resource.read, how=How(fresh=True))
        if exchange.status != _OK:
            return
        shows = _shows(exchange, effect)
        if seen and not shows:
            written = "created" if effect.kind == "create" else "changed"
            says = (
                f"each worker has data of its own: what was {written} is on GET {resource.read} or not, "
                "whichever answers; keep it outside the workers, or run one"
            )
            shared.division.found[resource.name] = shared.life, says
            return
        seen = seen or shows
    if not seen:  # it is not there any more, or not yet: the next write may tell
        shared.division.looked.discard(resource.name)


def _shows(exchange: Exchange, effect: Effect) -> bool:
    """Whether an answer shows it: the facts tell how the item that was written last looks there."""
    item = exchange.facts.item
    if item is None or not item.there:
        return False
    return effect.kind == "create" or item.value not in (MISSING, *effect.earlier)
