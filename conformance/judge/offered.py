"""What a server does not offer, or was not asked for: no business of a check's. Pure.

Which route it lacks is told apart, so that a summary may list routes and need not read sentences.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from conformance.judge.court import Court, made
from conformance.model import NOT_ASKED, NOT_OFFERED, Run, StepRecord, Verdict

__all__ = ["not_there"]

_READ: Final = "GET"
_LACKING: Final = (401, 403, 404, 405, 410, 501)


def not_there(run: Run, court: Court, record: StepRecord) -> Verdict:
    """The server does not offer it, or the user held it back."""
    if record.status == "not-offered":
        lacking = made(run, court, "not-applicable", f"not applicable: {record.says}", cause=record.says)
        return replace(lacking, code=NOT_OFFERED, expected=_route(run, record))
    held = made(
        run, court, "not-applicable", f"not applicable: not asked for: {record.says}", cause=record.says
    )
    return replace(held, code=NOT_ASKED)


def _route(run: Run, record: StepRecord) -> str:
    """The method and the path that it lacks, as the target has them; "" where neither is in question."""
    if run.resource is None:
        return ""
    last = record.exchanges[-1] if record.exchanges else None
    if last is not None and last.request.method == _READ and last.status in _LACKING:
        return f"{_READ} {run.resource.read}"
    write = run.resource.writes.get(record.do)
    return "" if write is None else f"{write.method} {write.path}"
