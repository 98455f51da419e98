"""conformance.verbs.making: an item of ours is created, known by its id, and removed again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import context, done, effect_of, put_back_all
from helpers.student import Refusing, Student, reply

from conformance.sending.survey import survey


def _answer_without_id(student: Student, fields: Mapping[str, str], document: Any) -> None:
    def before(method: str, _path: str, _headers: Any, body: bytes) -> bytes | None:
        if method != "POST":
            return None
        student.items.append({**json.loads(body), "id": 9})
        return reply(201, document, fields)

    student._before = before  # noqa: SLF001 - a test's own server


def test_only_what_was_created_is_removed() -> None:
    student = Student()
    with serve(student) as server, context(server.url) as within:
        made = done(within, "create", "made")
        assert effect_of(made).id == 4
        assert within.shared.ledger.open == ("/items/4",)
        assert done(within, "remove").status == "done"
        assert not within.shared.ledger.open
    assert [(m, p) for m, p in student.asked if m == "DELETE"] == [("DELETE", "/items/4")]


def test_nothing_is_removed_that_was_not_created() -> None:
    student = Student()
    with serve(student) as server, context(server.url) as within:
        assert done(within, "remove").status == "not-offered"
        done(within, "change")
        assert done(within, "remove").status == "not-offered"
    assert "DELETE" not in [m for m, _ in student.asked]


@pytest.mark.parametrize(
    ("fields", "document"),
    [
        ({"Location": "/items/9"}, None),
        ({"Location": "http://x/items/9/"}, {}),
        ({}, {"detail": "created"}),
        ({}, None),
        ({"Location": "/items/1"}, {"id": 1}),  # an id that was there before is no new one
    ],
)
def test_the_new_id_is_found(fields: Mapping[str, str], document: Any) -> None:
    student = Student()
    _answer_without_id(student, fields, document)
    with serve(student) as server, context(server.url) as within:
        assert effect_of(done(within, "create")).id == 9


def test_an_id_that_was_there_before_is_never_removed() -> None:
    """A server that answers a create with an item that it had already must not lose that one."""
    student = Student(lambda method, *_: reply(201, {"id": 1, "name": "Pen"}) if method == "POST" else None)
    with serve(student) as server, context(server.url) as within:
        assert effect_of(done(within, "create")).id is None
        assert done(within, "remove").status == "not-offered"
        says = "could not remove what POST /items/ has created: its id is not to be seen"
        assert put_back_all(within) == [says]
    assert len(student.items) == 3


def test_an_id_of_the_clients_own_choice() -> None:
    refusing = Refusing(lambda _m, sent, _h: reply(422, {}) if "id" not in sent else None)
    with serve(Student(refusing)) as server, context(server.url) as within:
        assert done(within, "create").status == "done"
    assert refusing.bodies[-1][1]["id"] > 1000  # the next one may be there, on another page


@pytest.mark.parametrize(
    ("taken", "form"),
    [
        ("sku-1", r"sku-\d{6}"),
        ("A7/b", r"A\d{6}/b"),
        ("pen", r"made-[a-z0-9]{4}"),
        (
            "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
            r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}",
        ),
    ],
)
def test_an_id_that_the_client_has_to_choose_is_a_new_one_in_the_form_of_those_that_there_are(
    taken: str, form: str
) -> None:
    """Modelled on an item that is there, it would be refused as taken (409)."""
    schema = {"type": "object", "properties": {"sku": {}, "name": {}}, "required": ["sku", "name"]}
    operation = {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}
    sent: list[Any] = []

    def before(method: str, path: str, _headers: Any, body: bytes) -> bytes | None:
        if path == "/openapi.json":
            return reply(200, {"paths": {"/items/": operation}})
        if method == "GET":
            return reply(200, [{"sku": taken, "name": "Pen"}])
        sent.append(json.loads(body)["sku"])
        return reply(409 if sent[-1] == taken else 201, json.loads(body))

    with serve(Student(before)) as server, context(server.url) as within:
        within.shared.survey = survey(within.lane, within.shared.target, "")
        effect = effect_of(done(within, "create"))
    assert effect.id == sent[0]
    assert re.fullmatch(form, sent[0])


def test_what_the_schema_names_first_is_no_id_where_items_begin_with_theirs() -> None:
    schema = {"type": "object", "properties": {"isbn": {}, "name": {}}, "required": ["isbn", "name"]}
    operation = {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}
    sent: list[Any] = []

    def before(method: str, path: str, _headers: Any, body: bytes) -> bytes | None:
        if path == "/openapi.json":
            return reply(200, {"paths": {"/items/": operation}})
        if method == "GET":
            return reply(200, [{"bookId": "b-1", "name": "Emma", "isbn": "978"}])
        sent.append(json.loads(body)["isbn"])
        return reply(201, {"bookId": "b-2", **json.loads(body)})

    with serve(Student(before)) as server, context(server.url) as within:
        within.shared.survey = survey(within.lane, within.shared.target, "")
        assert effect_of(done(within, "create")).id == "b-2"
    assert sent == ["978"]


def test_what_is_refused_as_taken_is_tried_otherwise() -> None:
    answers = iter([409])

    def before(method: str, *_: Any) -> bytes | None:
        return (
            reply(next(answers), {"detail": "taken"}) if method == "POST" and len(student.asked) < 3 else None
        )

    student = Student(before)
    with serve(student) as server, context(server.url) as within:
        assert effect_of(done(within, "create")).id == 4


def test_an_empty_list_shows_nothing_to_model_a_new_item_on() -> None:
    student = Student()
    student.items = []
    with serve(student) as server, context(server.url) as within:
        assert done(within, "create").status == "not-offered"
    assert student.asked == [("GET", "/items/")]


def test_the_id_of_a_job_is_not_the_items() -> None:
    def later(method: str, path: str, _headers: Any, body: bytes) -> Any:
        if (method, path) != ("POST", "/items/"):
            return None
        student.items.append({**json.loads(body), "id": 41})
        return reply(202, {"job_id": "j-1", "status": "queued"}, {"Location": "/jobs/17"})

    student = Student(later)
    with serve(student) as server, context(server.url) as made:
        assert effect_of(done(made, "create")).id == 41


def test_an_id_that_nobody_tells_is_found_by_our_value_later() -> None:
    """The list is late: the item is on it once it is to be removed."""
    shown = [{"id": 1, "name": "Pen"}]

    def late(method: str, path: str, _headers: Any, body: bytes) -> Any:
        if (method, path) == ("POST", "/items/"):
            student.items.append({**json.loads(body), "id": 7})
            return reply(201, {"message": "created"})
        return reply(200, shown) if (method, path) == ("GET", "/items/") else None

    student = Student(late)
    with serve(student) as server, context(server.url) as made:
        assert effect_of(done(made, "create")).id is None
        shown[:] = student.items
        assert put_back_all(made) == []
    assert 7 not in [i["id"] for i in student.items]
