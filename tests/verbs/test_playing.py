"""Moves of a history against the reference: what each sends, what it leaves out, and what it puts back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from helpers.exploring import Ground, ground
from helpers.hostile import serve
from helpers.runs import context, done, put_back_all
from helpers.student import Student, reply

from conformance.claims import weigh
from conformance.content.openapi import Wanted
from conformance.execute.steps import bind
from conformance.model import Record
from conformance.sending.survey import Survey
from conformance.verbs.games import compare
from conformance.verbs.playing import beside_of


@pytest.fixture(scope="module")
def items() -> Iterator[Ground]:
    with ground("items") as made:
        made.play(("put 0",))  # how a change is written is tried before the first move of a run
        yield made


@pytest.fixture(scope="module")
def document() -> Iterator[Ground]:
    with ground("versioned") as made:
        made.play(("put 0",))
        yield made


@pytest.fixture(scope="module")
def clock() -> Iterator[Ground]:
    with ground("cached-time") as made:
        yield made


def asked(record: Record, step: str = "move-1") -> list[tuple[str, int | None]]:
    """The requests of a move: the method, a star where it has a condition, and the status."""
    found = record.step(step)
    assert found is not None
    return [
        (each.request.method + "*" * any(n == "If-None-Match" for n, _ in each.request.headers), each.status)
        for each in found.exchanges
    ]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (("look",), [("GET", 200)]),
        (("look item",), [("GET", 200)]),
        (("head",), [("HEAD", 200)]),
        (("put 1",), [("PUT", 200)]),
        (("put 1 look",), [("PUT", 200), ("GET", 200)]),
        (("patch 2 item",), [("PATCH", 200), ("GET", 200)]),
        (("drop item",), [("DELETE", 204), ("GET", 404)]),
        (("spoil json look",), [("PUT", 400), ("GET", 200)]),
        (("spoil type",), [("PUT", 422)]),
        (("both put-look",), [("GET", 200)]),
        (("look", "ask 0 exact"), [("GET*", 304)]),
        (("look", "ask 3 cut look"), [("GET*", 200), ("GET", 200)]),
        (("put 0 look", "put 1 look", "ask 1 exact"), [("GET*", 200)]),
        (("drop", "make look"), [("POST", 201), ("GET", 200)]),
        (("drop", "put 1 item"), [("PUT", 201), ("GET", 200)]),
    ],
)
def test_a_move_sends_this_and_no_more(
    history: tuple[str, ...], expected: list[tuple[str, int]], items: Ground
) -> None:
    record = items.play(history)
    assert not record.error
    assert asked(record, f"move-{len(history)}") == expected
    assert weigh(record.steps, items.resource).findings == {}


@pytest.mark.parametrize(
    ("history", "says"),
    [
        (("ask 0 exact",), "no tag was seen there yet"),
        (("make",), "there is an item of ours"),
        (("drop", "drop"), "it was removed already"),
        (("drop", "patch 1"), "what was removed can't be changed in part"),
        (("drop", "spoil json"), "it was removed"),
    ],
)
def test_a_move_that_can_not_be_made_is_left_out(history: tuple[str, ...], says: str, items: Ground) -> None:
    last = items.play((*history, "look")).step(f"move-{len(history)}")
    assert last is not None
    assert (last.status, last.says, last.exchanges) == ("skipped", says, ())


def test_two_at_once_are_two_records_over_two_connections(items: Ground) -> None:
    record = items.play(("both put-put",))
    one, other = record.step(beside_of("move-1")), record.step("move-1")
    assert one is not None
    assert other is not None
    assert {each.effect.kind for each in (one, other) if each.effect} == {"change"}
    assert one.exchanges[0].connection != other.exchanges[0].connection


def test_the_values_of_a_history_are_much_alike(items: Ground) -> None:
    record = items.play(tuple(f"put {number}" for number in range(4)))
    values = [each.effect.after for each in record.steps if each.effect and each.name.startswith("move-")]
    bare = [value.split("~")[1] for value in values]
    assert bare[1].lower() == bare[0].lower()
    assert (bare[2], bare[3]) == (bare[0][::-1], bare[0] * 2)


def test_time_passes_and_is_read_so_often(clock: Ground) -> None:
    record = clock.play(("look", "pass 0.6 2", "pass 1.1 1"))
    assert [step.exchanges[0].facts.hit for step in record.steps] == [False, True, False]
    begun, later = (step.exchanges[0].sent_at for step in record.steps[:2])
    assert 18 <= later - begun < 19
    assert len(record.steps[1].exchanges) == 2


def test_each_history_begins_cold(clock: Ground) -> None:
    for _ in range(2):
        assert clock.play(("look",)).steps[0].exchanges[0].facts.hit is False


def test_what_a_history_has_changed_is_put_back(items: Ground, document: Ground) -> None:
    def shown(at: Ground) -> object:
        exchange = at.context.read()
        assert exchange.response is not None
        return json.loads(exchange.response.body.content or b"")

    before = shown(document)
    document.play(("put 0", "put 1", "spoil json"))
    after = shown(document)
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert after["text"] == before["text"]
    listed = shown(items)
    items.play(("put 0", "patch 1", "put 2 look"))
    assert shown(items) == listed
    items.play(("put 0", "drop", "make", "drop", "put 2"))
    count = shown(items)
    items.play(("drop",))
    assert isinstance(count, list)
    assert len(count) <= 4
    assert items.context.shared.ledger.problems == []


class Settings:
    """A document with a secret that GET does not show, and that a PUT without it wipes.

    Attributes:
        stored: it. writes: the bodies of the PUTs, in order. refusing: statuses for the next of them.
    """

    def __init__(self) -> None:
        self.stored = {"text": "of the user", "pepper": "precious"}
        self.writes: list[bytes] = []
        self.refusing: list[int] = []

    def __call__(self, method: str, path: str, _headers: Mapping[str, str], body: bytes) -> Any:
        if path != "/versioned/" or method not in ("GET", "PUT"):
            return None
        if method == "PUT":
            self.writes.append(body)
            if self.refusing:
                return reply(self.refusing.pop(0), {"detail": "not now"})
            try:
                self.stored = json.loads(body)
            except ValueError:
                return reply(400, {"detail": "no JSON"})
        return reply(200, {"text": self.stored["text"]})


SHOWN, HIDDEN = frozenset({"text"}), frozenset({"text", "pepper"})


@pytest.mark.parametrize(
    ("wanted", "known", "written"),
    [
        ({"text": "a"}, None, True),
        ({"text": "a"}, SHOWN, True),
        ({"text": "a", "pepper": "made up"}, None, False),
        ({"text": "a"}, HIDDEN, False),
        ({}, HIDDEN, False),
    ],
    ids=["shown", "all-shown", "hidden", "optional", "all-optional"],
)
@pytest.mark.parametrize("move", ["look", "put 0", "spoil json"])
def test_a_document_is_not_written_to_where_a_put_may_have_what_get_hides(
    move: str, wanted: dict[str, str], known: frozenset[str] | None, written: bool
) -> None:
    """It could not be put back: a PUT without the pepper wipes it, and the one that we make up is another."""
    settings = Settings()
    with serve(Student(settings)) as server, context(server.url, "versioned") as made:
        bodies = {("PUT", "/versioned/"): Wanted(wanted, known, frozenset(wanted))}
        made.shared.survey = Survey(None, None, bodies)
        done(made, "play", "move-1", move=move)
    assert bool(settings.writes) == written
    assert settings.stored.get("pepper") == (None if written else "precious")


def played(made: Any, *moves: str) -> list[str]:
    """A history for each move, one after another; the statuses of their steps."""
    return [done(bind(made, {}), "play", "move-1", move=move).status for move in moves]


@pytest.mark.parametrize("status", [500, 503, 409, 403])
def test_one_bad_moment_does_not_switch_writes_off(status: int) -> None:
    settings = Settings()
    settings.refusing = [status]
    with serve(Student(settings)) as server, context(server.url, "versioned") as made:
        assert played(made, "put 0", "put 0", "put 1") == ["skipped", "done", "done"]


def test_what_is_refused_twice_is_not_asked_again() -> None:
    settings = Settings()
    settings.refusing = [500] * 9
    with serve(Student(settings)) as server, context(server.url, "versioned") as made:
        assert played(made, "put 0", "put 0", "put 0") == ["skipped"] * 3
        twice = len(settings.writes)
        assert played(made, "put 0", "look") == ["skipped", "done"]
        assert len(settings.writes) == twice


def test_a_method_that_there_is_not_is_asked_once() -> None:
    settings = Settings()
    settings.refusing = [405] * 9
    with serve(Student(settings)) as server, context(server.url, "versioned") as made:
        assert played(made, "put 0", "put 0") == ["skipped"] * 2
    assert len(settings.writes) == 1


def test_an_item_that_could_not_be_made_in_a_bad_moment_is_asked_for_again() -> None:
    asked: list[str] = []

    def refuses(method: str, path: str, *_: Any) -> Any:
        if method != "POST" or path != "/items/":
            return None
        asked.append(path)
        return reply(500, {}) if len(asked) == 1 else None

    with serve(Student(refuses)) as server, context(server.url) as made:
        assert played(made, "put 0", "put 0", "put 1") == ["skipped", "done", "done"]
    assert len(asked) == 2


def test_what_can_not_be_put_back_is_left_alone() -> None:
    """The server writes its own mark into whatever is sent, and keeps the first."""

    def marking(method: str, path: str, _headers: Mapping[str, str], body: bytes) -> Any:
        if path != "/versioned/" or method not in ("GET", "PUT"):
            return None
        if method == "PUT":
            writes.append(body)
            stored.update(json.loads(body))
            stored["owner"] = "nobody"
        return reply(200, stored)

    stored, writes = {"text": "of the user", "owner": "ada"}, list[bytes]()
    with serve(Student(marking)) as server, context(server.url, "versioned") as made:
        assert played(made, "put 0") == ["skipped"]
        tried = len(writes)
        assert played(made, "put 0", "spoil json") == ["skipped"] * 2
        assert len(writes) == tried
        assert len(made.shared.ledger.problems) == 1


def test_a_document_that_is_not_as_it_was_is_told_once() -> None:
    settings = Settings()
    with serve(Student(settings)) as server, context(server.url, "versioned") as made:
        compare(made)
        assert played(made, "put 0", "put 1") == ["done", "done"]
        compare(made)  # it is owed yet
        assert put_back_all(made) == []
        compare(made)
        assert made.shared.ledger.problems == []
        settings.stored["text"] = "lost"
        compare(made)
        compare(made)
        (says,) = made.shared.ledger.problems
    assert says == "/versioned/ is not as it was before the run: 'text' was 'of the user' and is 'lost'"
