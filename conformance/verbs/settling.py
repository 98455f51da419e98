"""Writes to what the server keeps for a while: the old state may be served until that ends. Shell.

Where the target claims the lesson's contract a write shows at once, and nothing is waited for; likewise where
a cache of whole answers stands before the very URL that is written, which it has to drop (RFC 9111 4.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.content.effects import sees_write
from conformance.model import MISSING, Effect, StepRecord

if TYPE_CHECKING:
    from conformance.sending.context import Context

__all__ = ["may_be_late", "settled", "too_late", "wait_for_new"]

_MOST_LATE: Final = 3  # lives that are waited for where time is not moved: one for a create, two for changes
_SHOWN: Final = ("create", "change", "remove", "restore")


def may_be_late(context: Context) -> bool:
    """Whether a write may show only once what is kept has ended."""
    return context.resource.ttl is not None and not context.shared.target.contract


def too_late(context: Context) -> str:
    """Why the writes to the resource are not judged any further, or ""."""
    name = context.resource.name
    if context.shared.clock.moves or context.shared.lives.late[name] < _MOST_LATE:
        return ""
    return (
        f"a write to {name} shows only once its TTL has ended, and no more are waited for: let the suite "
        "start the app, where that costs no time, or set a shorter TTL"
    )


def settled(record: StepRecord, context: Context) -> None:
    """Return once the effect of a write shows, or what was kept before it has ended.

    In real time that is waited for once: each write would cost a TTL.
    """
    effect = record.effect
    if record.status != "done" or effect is None or not _is_seen(effect) or not may_be_late(context):
        return
    if context.resource.http_cache and effect.path == context.resource.read:
        return
    if not sees_write(context.read(), effect):
        wait_for_new(context)
        context.shared.lives.late[context.resource.name] += 1


def _is_seen(effect: Effect) -> bool:
    """Whether any read could tell of it: what is written as it was shown before is no news."""
    return effect.kind in _SHOWN and not (
        effect.kind == "change" and effect.before is effect.after is MISSING
    )


def wait_for_new(context: Context) -> None:
    """Until nothing is left of what was kept before now."""
    quantities = context.quantities()
    now = context.shared.clock.now()
    why = "its TTL to end, within which a write need not show"
    context.wait_until(now + quantities["end"] + quantities["w"], why)
