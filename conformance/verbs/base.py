"""What every verb is made of, and what it may use.

A verb sends and observes; it never sees an expectation. It reads no clock but the run's and
opens no socket: both come to it in the Context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from conformance.model import Exchange, Step, StepRecord, StepStatus

if TYPE_CHECKING:  # the context is built by execute.py, which reads the table of verbs
    from conformance.sending.context import Context

NOT_OFFERED: Final = frozenset({400, 401, 403, 404, 405, 410, 415, 422, 429, 501})
_VALUE: Final = {"type": "string", "pattern": r"^[^\r\n\0]*$"}
FIELD_NAME: Final = {
    "type": "string",
    "pattern": r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
    "description": "a field name, such as If-None-Match",
}
HEADERS_SCHEMA: Final = {
    "type": "object",
    "minProperties": 1,
    "propertyNames": FIELD_NAME,
    "additionalProperties": {
        "anyOf": [
            _VALUE,
            {
                "type": "object",
                "properties": {"raw": _VALUE},
                "required": ["raw"],
                "additionalProperties": False,
            },
        ],
        "description": "text, which in YAML an ETag keeps its quotes in only as '\"abc\"'; "
        "or {raw: text} for what is malformed on purpose",
    },
}
DURATION_SCHEMA: Final = {
    "type": ["string", "number"],
    "description": "a duration such as 'ttl + 2m' or '1.1 s'",
}


@dataclass(frozen=True, slots=True)
class Verb:
    """One word of the language for something to do.

    Args:
        args: JSON Schemas of its own arguments. required: those that it can't do without.
        phase: when a check that uses it may run: "read" (any time), "write" (alone, before the
            clock of any timeline starts), "wait" (side by side), "sweep" (alone, at the end).
        needs: the capability without which it makes no sense, or "".
        says: what it does, for the reference and `explain`; may hold {args}.
    """

    name: str
    run: Callable[[Step, Context], StepRecord]
    says: str
    args: Mapping[str, Any]
    required: tuple[str, ...] = ()
    phase: str = "read"
    needs: str = ""


def done(step: Step, exchanges: Iterable[Exchange], **more: Any) -> StepRecord:
    """The record of a step that did what it is for; `more` are fields of StepRecord."""
    return StepRecord(step.name, step.do, exchanges=tuple(exchanges), **more)


def not_offered(
    step: Step, says: str, exchanges: Iterable[Exchange] = (), *, declared: bool = False, **more: Any
) -> StepRecord:
    """The record of a step that the server does not offer; `declared` makes that a failure."""
    status: StepStatus = "missing" if declared else "not-offered"
    return StepRecord(step.name, step.do, status, says, tuple(exchanges), **more)


def untestable(step: Step, says: str) -> StepRecord:
    """The record of a step for which a means of ours is missing."""
    return StepRecord(step.name, step.do, "untestable", says)
