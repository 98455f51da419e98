"""Writes: how an unknown item is changed, what counts as not offered, and what is left behind: nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import context, done, effect_of, reference
from helpers.student import HOLD, Refusing, Student, reply
from msgspec.structs import replace

from conformance.sending.survey import Survey
from conformance.verbs.writes import put_back


def change(refuse: Any, **args: Any) -> tuple[Any, Refusing, Student]:
    """What comes of a change, where the server refuses as it likes."""
    refusing = Refusing(refuse)
    student = Student(refusing)
    with serve(student) as server, context(server.url) as within:
        record = done(within, "change", **args)
    return record, refusing, student


def accept(*_: Any) -> None:
    return None


# PATCH of an item that no route shows, PUT of broken JSON to one that is not there: is there such a PUT?
ASKED = {
    "nothing is routed there": (404, 404, "not-offered"),
    "no write is taken": (405, 405, "not-offered"),
    "it is not implemented": (501, 501, "not-offered"),
    "it is read before it is routed": (404, 400, "untestable"),
    "its model is held against it": (405, 422, "untestable"),
    "the item is looked for first": (405, 404, "untestable"),
    "it wants a login": (405, 401, "refused"),
}


@pytest.mark.parametrize(("patched", "put", "expected"), ASKED.values(), ids=ASKED)
def test_whether_a_put_that_might_wipe_something_is_offered_is_asked_without_sending_one(
    patched: int, put: int, expected: str
) -> None:
    """A server without the route has nothing that could not be tested."""

    def answer(method: str, path: str, *_: Any) -> Any:
        if method == "GET" and path != "/items/":
            return reply(404)
        return reply(patched if method == "PATCH" else put) if method != "GET" else None

    student = Student(answer)
    with serve(student) as server, context(server.url) as within:
        record = done(within, "change")
    assert record.status == expected
    sent = [path for method, path in student.asked if method == "PUT"]
    assert not {f"/items/{item['id']}" for item in student.items} & {*sent}


# ------------------------------------------------------------------ how to change what nobody has described


def test_an_item_is_sent_back_with_one_field_changed() -> None:
    record, refusing, student = change(accept)
    assert record.status == "done"
    method, sent, _ = refusing.bodies[0]
    assert (method, len(refusing.bodies)) == ("PUT", 1)
    assert sent == student.items[0]
    assert sent["name"].startswith("Pen ~")
    assert effect_of(record).before == "Pen"
    assert effect_of(record).after == sent["name"]
    assert effect_of(record).echoed is True


def test_a_value_that_is_asked_for_is_sent() -> None:
    record, refusing, _ = change(accept, to="Ink")
    assert refusing.bodies[0][1]["name"] == record.effect.after == "Ink"


@pytest.mark.parametrize("status", [400, 422])
def test_the_next_field_is_tried(status: int) -> None:
    record, refusing, student = change(
        lambda _m, sent, _h: reply(status, {}) if sent["name"] != "Pen" else None
    )
    assert effect_of(record).field == "note"
    assert [m for m, *_ in refusing.bodies] == ["PUT", "PUT"]
    assert student.items[0]["name"] == "Pen"


def test_then_without_the_id() -> None:
    record, refusing, _ = change(lambda _m, sent, _h: reply(422, {}) if "id" in sent else None)
    assert record.status == "done"
    assert [("id" in sent) for _, sent, _ in refusing.bodies] == [True, True, False]


def test_then_as_a_patch_of_one_field() -> None:
    record, refusing, _ = change(lambda method, _s, _h: reply(422, {}) if method == "PUT" else None)
    assert record.status == "done"
    method, sent, _ = refusing.bodies[-1]
    assert (method, list(sent)) == ("PATCH", ["name"])
    assert [m for m, *_ in refusing.bodies] == ["PUT"] * 4 + ["PATCH"]


@pytest.mark.parametrize("status", [428, 412])
def test_with_if_match_where_a_condition_is_wanted(status: int) -> None:
    def refuse(_method: str, _sent: Any, headers: Mapping[str, str]) -> bytes | None:
        return None if headers.get("if-match") == '"7"' else reply(status, {})

    refusing = Refusing(refuse)

    def tagged(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        if (method, path) == ("GET", "/items/1"):
            return reply(200, student.items[0], {"ETag": '"7"'})
        return refusing(method, path, headers, body)

    student = Student(tagged)
    with serve(student) as server, context(server.url) as within:
        assert done(within, "change").status == "done"
        assert done(within, "restore").exchanges[0].status == 200
    assert [m for _, _, m in refusing.bodies] == [None, '"7"', None, '"7"']


@pytest.mark.parametrize("variant", ["needs-if-match", "uuid-ids", "envelope", "newest-first"])
def test_odd_but_correct_servers_are_written_to_all_the_same(variant: str) -> None:
    with reference(variant=variant) as server, context(server.url) as within:
        before = server.state()
        assert done(within, "change").status == "done"
        assert server.state() != before
        done(within, "restore")
        assert server.state() == before
        assert not within.shared.ledger.open


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_route_that_is_missing_is_not_offered_with_the_reason(status: int) -> None:
    record, refusing, _ = change(lambda *_: reply(status, {}))
    assert (record.status, record.effect) == ("not-offered", None)
    assert record.says == f"PUT /items/1 was answered {status}"
    assert len(refusing.bodies) == {404: 1}.get(status, 2)


@pytest.mark.parametrize("status", [400, 415, 422, 409])
def test_what_is_refused_is_told_with_the_servers_own_words(status: int) -> None:
    """The request that the target declares, and not the PATCH that was tried after it."""
    record, refusing, _ = change(lambda *_: reply(status, {"detail": "the field 'reason' is required"}))
    assert (record.status, record.effect) == ("refused", None)
    words = ': {"detail": "the field \'reason\' is required"}' if status != 409 else ""
    assert record.says == f"PUT /items/1 was answered {status}{words}"
    assert len(refusing.bodies) == (1 if status == 409 else 6)


@pytest.mark.parametrize("status", [401, 403])
def test_a_write_that_wants_a_login_is_refused_with_how_to_log_in(status: int) -> None:
    record, _, _ = change(lambda *_: reply(status, {}))
    assert record.status == "refused"
    assert record.says.startswith(f"PUT /items/1 was answered {status}: it wants a login")


def test_a_rate_limit_says_nothing_of_what_is_offered() -> None:
    record, _, _ = change(lambda *_: reply(429, {}))
    assert record.status == "failed"


def test_what_was_not_offered_once_is_not_asked_again() -> None:
    refusing = Refusing(lambda *_: reply(405, {}))
    with serve(Student(refusing)) as server, context(server.url) as within:
        first, second = done(within, "change", "first"), done(within, "change", "second")
    assert (first.status, second.status) == ("not-offered", "not-offered")
    assert first.says == second.says
    assert [method for method, *_ in refusing.bodies] == ["PUT", "PATCH"]


def test_a_crash_is_the_servers() -> None:
    record, _, _ = change(lambda *_: reply(500, {}))
    assert record.status == "failed"


def test_openapi_is_asked_first() -> None:
    student = Student()
    with serve(student) as server, context(server.url) as within:
        within.shared.survey = Survey(None, {"/items": frozenset({"GET"})})
        assert done(within, "change").says == "OpenAPI lists no PUT /items/{id}"
        assert done(within, "create").says == "OpenAPI lists no POST /items/"
    assert student.asked == []


def test_without_consent_nothing_is_sent() -> None:
    student = Student()
    with serve(student) as server, context(server.url) as within, context(server.url, "cached-time") as other:
        for each in (within, other):
            each.shared.consent = ""
        for do in ("change", "create", "refuse"):
            assert done(within, do).status == "not-asked"
        assert done(other, "clear").status == "not-asked"
    assert student.asked == []


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([], "the list shows no item with an id"),
        ([{"name": "Pen"}], "the list shows no item with an id"),
        ([7, "x", None], "the list shows no item with an id"),
        ([{"id": 1, "ok": True, "at": "2024-02-29"}], "the item has no field that we dare to change"),
    ],
)
def test_a_list_that_shows_nothing_to_change(items: Any, says: str) -> None:
    student = Student()
    student.items = items
    with serve(student) as server, context(server.url) as within:
        assert done(within, "change").says == says


def test_a_declared_write_that_is_missing_is_a_failure() -> None:
    student = Student(lambda method, *_: reply(405, {}) if method == "PUT" else None)
    with serve(student) as server, context(server.url) as within:
        declared = {kind: replace(write, ask=False) for kind, write in within.resource.writes.items()}
        within.resource = replace(within.resource, writes=declared)
        assert done(within, "change").status == "missing"


# ------------------------------------------------------------------ what is put back


def test_a_history_is_put_back_to_its_beginning() -> None:
    with reference() as server, context(server.url) as within:
        before = server.state()
        assert len(done(within, "history", texts=["a", "b", "a"]).exchanges) == 4
        assert server.state() != before
        done(within, "restore")
        assert server.state() == before


def test_a_write_without_an_answer_is_owed_all_the_same() -> None:
    """The server has done it, and then it fell silent."""

    def silent(method: str, _path: str, _headers: Any, body: bytes) -> Any:
        if method == "PUT" and b"~" in body:
            student.items[0] = json.loads(body)
            return HOLD
        return None

    student = Student(silent)
    with serve(student) as server, context(server.url, deadline=1) as within:
        record = done(within, "change")
        assert record.status == "failed"
        assert student.items[0]["name"] != "Pen"
        assert within.shared.ledger.open == ("/items/1",)
        assert effect_of(record).key == "/items/1"
        within.shared.ledger.put_back(("/items/1",), lambda undo: put_back(within, undo))
    assert student.items[0]["name"] == "Pen"


def test_a_refused_change_owes_nothing() -> None:
    with serve(Student(Refusing(lambda *_: reply(405, {})))) as server, context(server.url) as within:
        done(within, "change")
        assert within.shared.ledger.open == ()


def test_what_cannot_be_put_back_is_said() -> None:
    def once(method: str, _path: str, _headers: Any, body: bytes) -> bytes | None:
        return reply(500, {}) if method == "PUT" and b"~" not in body else None

    with serve(Student(once)) as server, context(server.url) as within:
        done(within, "change")
        done(within, "restore")
        assert within.shared.ledger.problems == [
            "could not put 'name' of /items/1 back to 'Pen': PUT /items/1 gave 500"
        ]
