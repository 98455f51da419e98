"""Verbs that touch every resource, and so run alone at the end: `clear`, `flood`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from conformance.model import Step, StepRecord
from conformance.verbs.base import NOT_OFFERED, Verb, done, not_offered, untestable

if TYPE_CHECKING:
    from conformance.context import Context


def _clear(step: Step, context: Context) -> StepRecord:
    """Clear the server's cache by hand."""
    resource, shared = context.resource, context.shared
    write = resource.writes.get("clear")
    if write is None:
        return not_offered(step, "the target declares no way to clear the cache", [], declared=False)
    if not shared.consent:
        says = "clearing a cache that is not on this machine needs --conformance-allow-writes"
        return untestable(step, says)
    if write.ask and shared.survey.offers(write.method, write.path) is False:
        says = f"OpenAPI lists no {write.method} {write.path}"
        return not_offered(step, says, [], declared=False)
    exchange = context.send(write.method, write.path)
    if exchange.status in NOT_OFFERED:
        path = urlsplit(exchange.request.url).path
        says = f"{write.method} {path} was answered {exchange.status}"
        return not_offered(step, says, [exchange], declared=not write.ask)
    return done(step, [exchange], {"kind": "clear"})


def _flood(step: Step, _context: Context) -> StepRecord:
    return untestable(step, "the server's memory can only be measured where the suite has started the server")


VERBS: Final = (
    Verb("clear", _clear, "clear the cache by hand", {}, phase="sweep", needs="clear"),
    Verb("flood", _flood, "ask for many distinct keys and watch the server's memory", {}, phase="sweep"),
)
