"""conformance.judge.offered: what a server does not offer is told by the route."""

from __future__ import annotations

import pytest
from helpers.records import check, court, done, exchange, resource, run, writes
from msgspec.structs import replace

from conformance.judge.offered import not_there
from conformance.model import NOT_ASKED, NOT_OFFERED, StepRecord

ITEMS = resource(writes=writes("change"))
RUN = run(check("one"), ITEMS)


def lacking(record: StepRecord) -> tuple[str, str, str]:
    verdict = not_there(RUN, court(RUN), replace(record, status="not-offered", says="it is not there"))
    return verdict.verdict, verdict.code, verdict.expected


@pytest.mark.parametrize(
    ("record", "route"),
    [
        (done("a", exchange(404)), "GET /items/"),
        (done("a", exchange(404), do="change"), "GET /items/"),
        (done("a", do="change"), f"{ITEMS.writes['change'].method} {ITEMS.writes['change'].path}"),
        (done("a", exchange(304)), ""),
        (done("a", do="restart"), ""),
    ],
)
def test_the_route_is_the_one_that_was_answered_so_or_the_writes_own(record: StepRecord, route: str) -> None:
    assert lacking(record) == ("not-applicable", NOT_OFFERED, route)


def test_what_was_held_back_is_told_apart() -> None:
    held = not_there(RUN, court(RUN), replace(done("a"), status="not-asked", says="you said so"))
    assert (held.code, held.cause, held.message) == (
        NOT_ASKED,
        "you said so",
        "not applicable: not asked for: you said so",
    )
