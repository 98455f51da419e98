"""The verbs of a fresh start, `restart` and `recall`: what is only seen once the first process has ended.

One fresh start serves all resources, since it costs as much as the first; so it comes when all else is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from conformance.fields import field_value
from conformance.model import Exchange, Step, StepRecord
from conformance.verbs.base import Verb, done, not_asked, not_offered, out_of_reach

if TYPE_CHECKING:
    from conformance.sending.context import Context


def _restart(step: Step, context: Context) -> StepRecord:
    """GET the resource from a new process, beside the answer of the first that had the same body."""
    shared, resource = context.shared, context.resource
    if resource.name in shared.lacking:
        return not_offered(step, shared.lacking[resource.name])
    if shared.server is None or shared.server.workers is None:
        return out_of_reach(step, "only an app that the suite starts itself can be started anew")
    if shared.restart is None:
        return not_asked(step, "a fresh start was left out (--no-restart)")
    context.read()  # just before, so that no tag with the hour in it counts as one of each process
    earlier = dict(shared.plain)
    problem = shared.restart()
    if problem:
        return StepRecord(step.name, step.do, "broken", f"a second start fails: {problem}")
    again = context.read()
    before = earlier.get((resource.name, again.digest)) or _any(earlier, resource.name)
    return done(step, [again] if before is None else [before, again], restarted=True)


def _recall(step: Step, context: Context) -> StepRecord:
    """GET the resource, beside an earlier answer with its ETag and another body, where there was one."""
    if context.shared.server is None:
        return out_of_reach(
            step, "what a server has answered before is kept of one that the suite has started"
        )
    earlier = [each for (name, _), each in context.shared.plain.items() if name == context.resource.name]
    now = context.read()
    if now.response is None or not earlier:
        return done(step, [now])
    tag = field_value(now.headers, "etag")
    again = (e for e in earlier if e.digest != now.digest and field_value(e.headers, "etag") == tag)
    return done(step, [next(again, earlier[-1]), now])


def _any(earlier: Mapping[tuple[str, str], Exchange], resource: str) -> Exchange | None:
    return next((exchange for (name, _), exchange in earlier.items() if name == resource), None)


VERBS: Final = (
    Verb(
        "restart",
        _restart,
        "start the app anew, in a process that hashes text otherwise, and GET the resource",
        phase="end",
        lives=True,
        started=True,
    ),
    Verb(
        "recall",
        _recall,
        "GET the resource, beside what had the same ETag before",
        phase="end",
        started=True,
    ),
)
