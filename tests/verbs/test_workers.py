"""conformance.verbs.workers: after the first write to a resource it is asked whether all workers show it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat
from types import SimpleNamespace
from typing import Any

import pytest
from helpers.records import exchange, resource

from conformance.model import MISSING, Effect, Exchange, ItemFacts
from conformance.sending.ask import How
from conformance.sending.division import Division
from conformance.verbs.workers import LOOKS, look_round

CREATED, CHANGED = Effect("create"), Effect("change", earlier=("Pen",))
NEW, OLD = (
    exchange(item=ItemFacts(there=True, value="Cup")),
    exchange(item=ItemFacts(there=True, value="Pen")),
)
NONE = exchange(item=ItemFacts(there=False))


class Context:
    """A resource whose answers are told beforehand, in the server's second life."""

    def __init__(self, answers: Iterable[Exchange], workers: int | None = None) -> None:
        self.resource = resource()
        self.shared = SimpleNamespace(workers=workers, division=Division(), life=2)
        self.asked: list[How] = []
        self._answers = iter(answers)

    def send(self, method: str, path: str, *, how: How) -> Exchange:
        assert (method, path) == ("GET", self.resource.read)
        self.asked.append(how)
        return next(self._answers)


def look(context: Any, effect: Effect = CREATED) -> tuple[int, bool, bool]:
    """How often it was asked, whether the workers' data are found to differ, and whether that is settled."""
    look_round(context, effect)
    division = context.shared.division
    return len(context.asked), bool(division.why(2, "items")), "items" in division.looked


def test_all_that_show_it_are_asked_over_connections_of_their_own() -> None:
    context = Context(repeat(NEW))
    assert look(context) == (LOOKS, False, True)
    assert context.asked == [How(fresh=True)] * LOOKS


@pytest.mark.parametrize(("effect", "other"), [(CREATED, NONE), (CHANGED, OLD)])
def test_what_was_seen_and_then_is_not_belongs_to_one_worker(effect: Effect, other: Exchange) -> None:
    context = Context([NEW, NEW, other])
    assert look(context, effect) == (3, True, True)
    assert "each worker has data of its own" in context.shared.division.why(2, "items")
    assert not context.shared.division.why(3, "items")  # another life has other data


def test_what_is_seen_late_is_a_copy_that_goes_later() -> None:
    assert look(Context([NONE, OLD, *[NEW] * LOOKS]), CHANGED) == (LOOKS, False, True)


def test_what_is_never_seen_is_asked_for_again_after_the_next_write() -> None:
    context = Context(repeat(exchange(item=ItemFacts(there=True, value=MISSING))))
    assert look(context, CHANGED) == (LOOKS, False, False)


@pytest.mark.parametrize("answer", [exchange(500), exchange(None)])
def test_a_read_that_fails_tells_nothing(answer: Exchange) -> None:
    assert look(Context([NEW, answer])) == (2, False, True)


def test_it_is_asked_once_and_only_where_more_than_one_may_answer() -> None:
    context = Context(repeat(NEW))
    assert look(context) == look(context)
    assert look(Context([], workers=1)) == (0, False, False)
    assert look(Context([]), Effect("remove")) == (0, False, False)
