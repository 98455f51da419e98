"""What is said where no answer comes, or none that is whole: which request it was, and what to do. Pure."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from conformance.judge.sight import asked
from conformance.model import Record, WireFault

__all__ = ["ended", "mend_of"]

_HANGS: Final = (
    "find what it waits for there: a lock that nobody frees, a sleep, another server without a time-out; in "
    "an async def route nothing may block"
)


def ended(record: Record) -> tuple[str, str]:
    """What a record says under which the server has ended, and what to do: its request stands first."""
    exchanges = [e for step in record.steps for e in step.exchanges]
    silent = list(takewhile(lambda e: e.fault is not None, reversed(exchanges))) or exchanges[-1:]
    on = asked(silent[-1]) if silent else "this"
    if record.hangs:
        return f"the server hangs on {on} ({record.crash})", _HANGS
    mend = f"find what ends your program when it gets {on}: a server has to outlive its requests"
    return f"the server crashed on {on} ({record.crash})", mend


def mend_of(fault: WireFault) -> str:
    """What to do about an answer that did not come, or not whole; "" where nothing more is known."""
    head, _, _ = fault.raw.lower().partition(b"\r\n\r\n")
    if head != fault.raw.lower() and b"\r\ncontent-length:" in head:
        return (
            "see whether the Content-Length is right: it counts the bytes of the body, not its characters; "
            "leave it to the framework"
        )
    return _HANGS if fault.kind == "timeout" else ""
