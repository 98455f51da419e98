"""Moves of a history against the reference: what each sends, what it leaves out, and what it puts back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from helpers.exploring import Ground, ground
from helpers.hostile import serve
from helpers.runs import context, done
from helpers.student import Student, reply

from conformance.claims import weigh
from conformance.content.openapi import Wanted
from conformance.model import Record
from conformance.sending.survey import Survey
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


@pytest.mark.parametrize(
    ("wanted", "written"),
    [({"text": "a"}, True), ({"text": "a", "pepper": "made up"}, False)],
    ids=["shown", "hidden"],
)
@pytest.mark.parametrize("move", ["look", "put 0", "spoil json"])
def test_a_document_is_not_written_to_where_a_put_wants_what_get_hides(
    move: str, wanted: dict[str, str], written: bool
) -> None:
    """It could not be put back: the pepper that a PUT has to bring along is one that we have made up."""
    stored = {"text": "of the user", "pepper": "precious"}

    def settings(method: str, path: str, _headers: Mapping[str, str], body: bytes) -> Any:
        if path != "/versioned/" or method not in ("GET", "PUT"):
            return None
        if method == "PUT":
            try:
                stored.update(json.loads(body))
            except ValueError:
                return reply(400, {"detail": "no JSON"})
        return reply(200, {"text": stored["text"]})

    student = Student(settings)
    with serve(student) as server, context(server.url, "versioned") as made:
        bodies = {("PUT", "/versioned/"): Wanted(wanted, None, frozenset(wanted))}
        made.shared.survey = Survey(None, None, bodies)
        done(made, "play", "move-1", move=move)
    assert {method for method, _ in student.asked} == ({"GET", "PUT"} if written else {"GET"})
    assert stored["pepper"] == "precious"
