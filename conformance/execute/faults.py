"""What the records of a server that dies, fails or hangs have in them. Pure.

It knows exchanges, and not whom to blame.
"""

from __future__ import annotations

from itertools import takewhile

from conformance.model import Headers, Record

__all__ = ["Asked", "answered", "faults", "has_failed", "silent", "silent_to_a_write", "unanswered"]

Asked = tuple[str, str, Headers]
"""A request: its method, its target, its fields."""


def unanswered(record: Record) -> Asked | None:
    """The request under which the server may have died: the first of those at the end that got no answer.

    Where the very first is refused, the server was dead before. Later ones are sent again on a new
    connection if the kept one breaks, so there it says nothing.
    """
    exchanges = [e for step in record.steps for e in step.exchanges]
    ended = list(takewhile(lambda e: e.fault is not None, reversed(exchanges)))
    if not ended:
        return None
    first = ended[-1]
    if first.fault is not None and first.fault.kind == "refused" and first is exchanges[0]:
        return None
    return first.request.method, first.request.target, first.request.headers


def answered(record: Record) -> bool:
    """Whether anything was answered."""
    return any(e.response is not None for step in record.steps for e in step.exchanges)


def has_failed(record: Record) -> bool:
    """Whether anything was answered 5xx."""
    statuses = [e.status or 0 for step in record.steps for e in step.exchanges]
    return any(status >= 500 for status in statuses)  # noqa: PLR2004


def silent_to_a_write(record: Record) -> bool:
    """Whether a write was waited for in vain."""
    late = [e for step in record.steps for e in step.exchanges if e.fault and e.fault.kind == "timeout"]
    return any(e.request.method not in ("GET", "HEAD") for e in late)


def silent(record: Record) -> set[str]:
    """The requests that got no answer, by method and target."""
    asked = (e.request for step in record.steps for e in step.exchanges if e.fault is not None)
    return {f"{request.method} {request.target}" for request in asked}


def faults(record: Record) -> set[str]:
    """The kinds of what went wrong, short of our own cancelling."""
    found = [e.fault for step in record.steps for e in step.exchanges if e.fault is not None]
    return {fault.kind for fault in found if fault.kind != "cancelled"}
