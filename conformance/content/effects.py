"""What an answer shows of a write. Pure; it must not know whether that is due."""

from __future__ import annotations

from conformance.model import MISSING, Effect, Exchange

__all__ = ["sees_write"]


def sees_write(exchange: Exchange, effect: Effect | None) -> bool:
    """Whether this answer shows what a write was to change."""
    item, kind = exchange.facts.item, effect.kind if effect else None
    if kind == "remove":
        return exchange.status in (404, 410) or (item is not None and (item.gone or not item.there))
    if effect is None or item is None or not item.there:
        return False
    if kind == "create":
        return True
    # A server may write down another value than it was sent: any that was not there before is new.
    new = item.value not in (MISSING, effect.before, *effect.earlier)
    return bool(item.value is not MISSING and item.value == effect.after) or new
