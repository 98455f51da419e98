"""The verb `overtake`: a change that comes while the resource is being read, and its answer put together.

What such a read has seen is older than the change, and may be kept after it. How long a read takes without an
entry is measured first, after a change of its own. That change is sent once more, so that the read which is
overtaken finds no entry either: looking for the item may have made one.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from conformance.language.values import Kind
from conformance.model import Exchange, Step, StepRecord
from conformance.verbs.base import Argument, Verb
from conformance.verbs.changing import change
from conformance.verbs.writes import send_write

if TYPE_CHECKING:
    from conformance.sending.context import Context

_LONGEST: Final = 5.0  # seconds that a read is waited for with a change
_PART: Final = Kind(
    "a part between 0 and 1", {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
)


def _overtake(step: Step, context: Context) -> StepRecord:
    cold = change(step, context)
    if cold.status != "done":
        return cold
    read = context.read()
    took = read.received_at - read.sent_at
    again = change(step, context)
    if again.status != "done" or read.response is None or took > _LONGEST:
        return again
    with ThreadPoolExecutor(1) as pool:
        reading: list[Future[Exchange]] = []

        def begin() -> None:
            context.eve = None
            request = cold.exchanges[-1].request
            path = request.target.removeprefix(context.shared.wire.prefix)
            write = context.resource.writes["change"]
            send_write(context, write, path, json.loads(request.body), request.method)
            context.lane.rest()
            reading.append(pool.submit(context.send_apart, "GET", context.resource.read))
            # In real time, whatever the clock: it is the server that is being overtaken.
            time.sleep(float(step.args["at"]) * took)

        context.eve = begin
        changed = change(step, context)
        context.eve = None  # nothing was sent
        for each in reading:
            each.result()
    return changed


VERBS: Final = (
    Verb(
        "overtake",
        _overtake,
        "change one field of an item while the resource is read, {at} of that time after the read began",
        (Argument("at", _PART, "{}", required=True),),
        phase="write",
        needs="change",
        subject=True,
    ),
)
