"""A clear that is accepted for later: the next move finds it done, whenever the server gets to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import context, done
from helpers.student import Student, reply

from conformance.execute.steps import bind
from conformance.sending import context as sending


class Queue:
    """A kept value, and clears that are answered at once and done after so many more reads.

    Attributes:
        value: what is kept, or None. asked: the methods, in order.
    """

    def __init__(self, status: int, after: int) -> None:
        self.status, self.after = status, after
        self.value: int | None = None
        self.made = 0
        self.pending: list[int] = []
        self.asked: list[str] = []

    def __call__(self, method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Any:
        self.asked.append(method)
        if (method, path) == ("DELETE", "/cache/"):
            self.pending.append(self.after)
            self._cleared(0)
            return reply(self.status, {})
        if path != "/cached-time/":
            return None
        self._cleared(1)
        hit = self.value is not None
        self.made += not hit
        self.value = self.value or self.made
        return reply(200, {"time": str(self.value), "cached": hit})

    def _cleared(self, reads: int) -> None:
        self.pending = [left - reads for left in self.pending]
        if any(left <= 0 for left in self.pending):
            self.value = None
        self.pending = [left for left in self.pending if left > 0]


def played(queue: Queue, monkeypatch: pytest.MonkeyPatch, *moves: str) -> None:
    """A history for each move, one after another; whoever waits for what is later does so without time."""
    with serve(Student(queue)) as server, context(server.url, "cached-time") as made:
        monkeypatch.setattr(sending, "_GLANCE", 0.001)
        monkeypatch.setattr(sending, "_LATER", 0.02)
        for move in moves:
            done(bind(made, {}), "play", "move-1", move=move)


@pytest.mark.parametrize("after", [1, 3, 9])
def test_a_clear_that_is_done_later_is_done_when_the_move_ends(
    after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = Queue(202, after)
    played(queue, monkeypatch, "clear", "look", *["look"] * after, "clear", "clear")
    assert queue.pending == []


def test_a_search_that_ends_meanwhile_waits_for_it_and_sends_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    queue = Queue(202, 3)
    with serve(Student(queue)) as server, context(server.url, "cached-time") as made:
        monkeypatch.setattr(sending, "_GLANCE", 0.001)
        for move in ("clear", "look", "look", "look"):
            done(bind(made, {}), "play", "move-1", move=move)
        ending = bind(made, {})
        ending.over = lambda: queue.pending != []
        done(ending, "play", "move-1", move="clear look")
        assert queue.pending == []
        ending.over = lambda: True
        asked = len(queue.asked)
        with pytest.raises(sending.GivenUpError):
            done(ending, "play", "move-2", move="look")
        assert len(queue.asked) == asked


def test_a_clear_that_is_done_at_once_is_sent_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(204, 0)
    played(queue, monkeypatch, "clear", "clear", "look")
    assert queue.asked == ["DELETE", "DELETE", "GET"]


def test_one_whose_effect_never_shows_is_given_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(202, 10_000)
    played(queue, monkeypatch, "clear", "clear")
    assert queue.asked[:3] == ["DELETE", "GET", "DELETE"]
    assert set(queue.asked[3:]) == {"GET"}
