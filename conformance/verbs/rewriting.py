"""`rewrite`: the resource itself is written, once, as it was shown before; nothing of it is made up.

What a write that ought to be refused has changed is put back by what was shown last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from conformance.language.values import HEADERS, STEP, choice, with_headers
from conformance.model import Effect, Step, StepRecord
from conformance.sending.ledger import Undo
from conformance.verbs.base import Argument, Verb, done, not_offered
from conformance.verbs.keys import letters
from conformance.verbs.writes import JSON, barred, is_refusal, told

if TYPE_CHECKING:
    from conformance.sending.context import Context

_FAILED: Final = 500
_CONDITION: Final = (412, 428)


def _rewrite(step: Step, context: Context) -> StepRecord:
    bar = barred(step, context, "change")
    if bar is not None:
        return bar
    write = context.resource.writes["change"]
    if write.source != "self" or write.method != "PUT":
        return not_offered(step, "the target declares no PUT of the resource itself")
    body, back = (_shown(context, step.args.get(each)) for each in ("as-in", "back"))
    if body is None:
        return not_offered(step, f"{step.args['as-in']} shows no JSON object to write")
    headers = context.headers(step.args.get("headers"))
    path, key, ledger = write.path, "", context.shared.ledger
    if step.args.get("under") == "new-key":  # what is kept is kept under another one
        path += f"{'&' if '?' in path else '?'}key={letters(context)}"
    if back is not None:
        undo = Undo("PUT", write.path, JSON, back, f"write {write.path} as it was")
        key = write.path if ledger.owe(write.path, undo) else ""
    exchange = context.send("PUT", path, (*JSON, *headers), body)
    if is_refusal(exchange.status):
        if key:
            ledger.settled(key)
        if exchange.status not in _CONDITION:
            return not_offered(step, told(exchange), [exchange])
        key = ""
    record = done(step, [exchange], effect=Effect("change", key=key))
    return replace(record, status="failed") if (exchange.status or 0) >= _FAILED else record


def _shown(context: Context, name: object) -> bytes | None:
    """The JSON object that a step has shown, as its bytes."""
    last = context.last(str(name)) if name else None
    if last is None or last.response is None or not isinstance(context.json(last), Mapping):
        return None
    return last.response.body.content


VERBS: Final = (
    Verb(
        "rewrite",
        _rewrite,
        "PUT the resource as {as-in} has shown it{under}{headers}{back}",
        (
            Argument("as-in", STEP, "{}", required=True),
            Argument("under", choice("new-key"), lambda _: " under a key that nobody has asked for"),
            Argument("headers", HEADERS, with_headers),
            Argument("back", STEP, "; should it be carried out, {} is put back"),
        ),
        phase="sweep",
        needs="change",
    ),
)
