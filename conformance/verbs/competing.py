"""The verb `compete`: several writes at once to an item of our own, all with the tag it has now; in rounds.

Whoever compares first and writes later, with anything in between, lets two of them through now and then; so
there are many rounds. Who has won is not known here.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from conformance.content import edits
from conformance.fields import field_value
from conformance.language.values import COUNT
from conformance.model import Effect, Exchange, Step, StepRecord
from conformance.sending.ask import Ask
from conformance.verbs.base import Argument, Verb, not_offered
from conformance.verbs.conditional import beside
from conformance.verbs.ours import NothingToShowError, held, look, shown_to_work, unbarred
from conformance.verbs.writes import JSON, token

if TYPE_CHECKING:
    from conformance.sending.context import Context

_WRITERS: Final = 4
_STRONG: Final = '"'


def _compete(step: Step, context: Context) -> StepRecord:
    try:
        unbarred(step, context)
        return _rounds(step, context, step.args.get("rounds", 1))
    except NothingToShowError as nothing:
        return nothing.record


def _rounds(step: Step, context: Context, rounds: int) -> StepRecord:
    item = held(step, context)
    shape = shown_to_work(step, context, item, "")
    before = look(step, context, item)
    exchanges: list[Exchange] = []
    with ThreadPoolExecutor(_WRITERS) as pool:
        for _ in range(rounds):
            seen = look(step, context, item)
            tag = field_value(seen.headers, "etag")
            if tag is None or not tag.startswith(_STRONG):
                raise NothingToShowError(not_offered(step, f"GET {item.look} has no strong ETag", [seen]))
            headers = (*JSON, ("If-Match", tag))
            old = item.shown.get(shape.field)
            asks = [
                Ask(shape.method, item.path, headers, shape.body(item, edits.edited(old, token(context))))
                for _ in range(_WRITERS)
            ]
            context.lane.rest()
            # A server may serve one after the other of those that come over one connection.
            exchanges += pool.map(lambda a: context.send_apart(a.method, a.path, a.headers, a.body), asks)
            if any(each.response is None for each in exchanges):
                break
    effect = Effect("write", item.id, shape.field, path=item.path)
    return beside(step, context, [before], exchanges, [context.send("GET", item.look)], effect=effect)


VERBS: Final = (
    Verb(
        "compete",
        _compete,
        "send four changes of an item of our own at once, with the tag that it has{rounds}",
        (Argument("rounds", COUNT, ", {} times"),),
        phase="write",
        needs="change",
        subject=True,
    ),
)
