"""conformance.verbs.settling: where a write may show late, it is waited for until what was kept has ended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from helpers.records import done as record
from helpers.records import exchange, resource, skipped, target, timed
from msgspec.structs import replace

from conformance.model import Effect, Exchange, ItemFacts, Resource, StepRecord
from conformance.sending.lives import Lives
from conformance.verbs.settling import may_be_late, settled, too_late

CHANGED = Effect("change", before="Pen", after="Cup")


class Context:
    """As much of a step's surroundings as a write needs to settle, at one instant."""

    def __init__(self, shown: str = "Pen", on: Resource | None = None, contract: str = "") -> None:
        self.resource = on or timed()
        clock = SimpleNamespace(now=lambda: 100.0, moves=False)
        claims = replace(target(self.resource), contract=contract)
        self.shared: Any = SimpleNamespace(clock=clock, target=claims, lives=Lives())
        self.shown, self.reads = shown, 0
        self.waits: list[float] = []

    def read(self) -> Exchange:
        self.reads += 1
        return exchange(item=ItemFacts(there=True, value=self.shown))

    def quantities(self) -> dict[str, float]:
        return {"end": 30.0, "w": 1.0}

    def wait_until(self, instant: float, _why: str) -> None:
        self.waits.append(instant)


def after(context: Any, *written: StepRecord) -> tuple[int, list[float], int]:
    """How often it was read, until when was waited, and how many writes are known to have been late."""
    for each in written:
        settled(each, context)
    return context.reads, context.waits, context.shared.lives.late["time"]


WRITTEN = record("write", exchange(method="PUT"), effect=CHANGED)


def test_what_shows_at_once_is_not_waited_for() -> None:
    assert after(Context(shown="Cup"), WRITTEN) == (1, [], 0)


def test_what_does_not_show_is_waited_for_until_what_was_kept_has_ended() -> None:
    assert after(Context(), WRITTEN) == (1, [131.0], 1)


@pytest.mark.parametrize(
    "written",
    [
        replace(WRITTEN, status="refused"),
        replace(WRITTEN, effect=None),
        replace(WRITTEN, effect=Effect("clear")),
        replace(WRITTEN, effect=Effect("change")),  # it was written as it had been shown
        skipped("write"),
    ],
)
def test_what_has_changed_nothing_is_not_looked_for(written: StepRecord) -> None:
    assert after(Context(), written) == (0, [], 0)


@pytest.mark.parametrize(("path", "found"), [("/time/", (0, [], 0)), ("/time/7", (1, [131.0], 1))])
def test_a_cache_of_whole_answers_has_to_drop_what_is_written_itself(
    path: str, found: tuple[int, list[float], int]
) -> None:
    context = Context(on=replace(timed(), http_cache=True, read="/time/"))
    assert after(context, replace(WRITTEN, effect=replace(CHANGED, path=path))) == found


@pytest.mark.parametrize(("on", "contract"), [(resource("time"), ""), (timed(), "lesson")])
def test_where_nothing_is_kept_or_the_lesson_is_claimed_a_write_shows_at_once(
    on: Resource, contract: str
) -> None:
    context: Any = Context(on=on, contract=contract)
    assert not may_be_late(context)
    assert after(context, WRITTEN) == (0, [], 0)


@pytest.mark.parametrize("moves", [True, False])
def test_no_more_than_three_are_waited_for_where_that_takes_time(moves: bool) -> None:
    context: Any = Context()
    context.shared.clock.moves = moves
    after(context, WRITTEN, WRITTEN)
    assert not too_late(context)
    after(context, WRITTEN)
    assert bool(too_late(context)) is not moves
