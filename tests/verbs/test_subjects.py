"""Whose data is changed: an item of ours where there is one, else one that was read whole and is put back."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace as varied
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from helpers.hostile import serve
from helpers.rules import none_of
from helpers.runs import context, done, effect_of, on, only, quick, run
from helpers.student import Student, reply
from msgspec.structs import replace

from conformance.clocks import VirtualClock
from conformance.content.openapi import Wanted
from conformance.load.target import load_target
from conformance.model import Resource
from conformance.sending.context import Context
from conformance.sending.survey import Survey
from conformance.verbs.subjects import prepare

if TYPE_CHECKING:
    from conformance.servers.server import Server

Before = Callable[[str, str, Mapping[str, str], bytes], Any]


@contextmanager
def within(
    student: Student, *, without: tuple[str, ...] = ("create",), ask: bool = True
) -> Iterator[Context]:
    """The surroundings of a step on a server that offers not all writes."""
    with serve(student) as server, context(server.url) as made:
        made.resource = _offering(made.resource, without, ask=ask)
        yield made


def _offering(resource: Resource, without: tuple[str, ...], *, ask: bool) -> Resource:
    writes = {k: replace(w, ask=ask) for k, w in resource.writes.items() if k not in without}
    return replace(resource, writes=writes)


class Summary:
    """A list that shows a part of each item, and a PUT that takes the whole item's place."""

    def __init__(self, *, route: bool = True) -> None:
        self.route = route
        self.student = Student(self)
        for each in self.student.items:
            each["hidden"] = "precious"

    def __call__(self, method: str, path: str, _headers: Mapping[str, str], body: bytes) -> Any:
        items = self.student.items
        if (method, path) == ("GET", "/items/"):
            return reply(200, [{"id": i["id"], "name": i["name"]} for i in items])
        if path != "/items/1" or method not in ("GET", "PUT", "PATCH"):
            return None
        if method == "GET":
            return None if self.route else reply(405, {})
        sent = json.loads(body)
        items[0] = (items[0] if method == "PATCH" else {"id": 1, "hidden": ""}) | sent
        return reply(200, items[0])


def restored(made: Context) -> None:
    done(made, "restore")
    assert made.shared.ledger.problems == []


def test_an_item_is_read_at_its_own_route_and_put_back_whole() -> None:
    summary = Summary()
    before = dict(summary.student.items[0])
    with within(summary.student) as made:
        assert done(made, "change").status == "done"
        assert summary.student.items[0]["hidden"] == "precious"
        restored(made)
    assert summary.student.items[0] == before
    assert ("PUT", "/items/1") in summary.student.asked


def test_without_a_route_of_its_own_it_is_changed_by_patch_alone() -> None:
    summary = Summary(route=False)
    before = dict(summary.student.items[0])
    with within(summary.student) as made:
        assert done(made, "change").status == "done"
        restored(made)
    assert summary.student.items[0] == before
    assert "PUT" not in {method for method, _ in summary.student.asked}


def _no_route_and_no_patch(method: str, path: str, *_: Any) -> Any:
    return reply(405, {}) if path != "/items/" and method in ("GET", "PATCH") else None


def puts(student: Student) -> list[str]:
    return [path for method, path in student.asked if method == "PUT"]


def is_nobodys(path: str) -> bool:
    """Not that of the item after the last that is shown, either: there may be more pages than one."""
    return int(path.removeprefix("/items/")) > 1000


def test_where_nothing_shows_the_whole_no_put_is_sent() -> None:
    student = Student(_no_route_and_no_patch)
    with within(student) as made:
        record = done(made, "change")
    assert record.status == "untestable"
    assert "no route shows the whole of one" in record.says
    none_of(path for path in puts(student) if not is_nobodys(path))
    assert [i["name"] for i in student.items] == ["Pen", "Cup", "Hat"]


def test_openapi_may_tell_that_the_list_shows_all_that_a_put_has() -> None:
    student = Student(_no_route_and_no_patch)
    known = frozenset({"name", "note"})
    with within(student) as made:
        bodies = {("PUT", "/items/{id}"): Wanted({"name": "somebodys"}, known, known)}
        made.shared.survey = Survey(None, None, bodies)
        assert done(made, "change").status == "done"


@pytest.mark.parametrize("status", [400, 404, 405, 409, 415, 422, 429])
def test_a_declared_put_is_asked_of_nobodys_item_and_a_refusal_may_be_that_items(status: int) -> None:
    def refuse(method: str, path: str, *_: Any) -> Any:
        refusal = {"detail": "the field 'reason' is required for every update"}
        return reply(status, refusal) if method == "PUT" else _no_route_and_no_patch(method, path)

    student = Student(refuse)
    with within(student, ask=False) as made:
        record = done(made, "change")
    assert record.status == "untestable"
    if status == 422:
        assert record.says.startswith(f"PUT {puts(student)[0]} was answered 422: ")
        assert "the field 'reason' is required for every update" in record.says
    assert puts(student)
    none_of(path for path in puts(student) if not is_nobodys(path))


@pytest.mark.parametrize("listed", [True, False], ids=["in OpenAPI", "by its answers alone"])
def test_a_declared_put_is_missing_where_no_route_leads_to_an_item(listed: bool) -> None:
    def nowhere(_method: str, path: str, *_: Any) -> Any:
        return reply(404, {}) if path != "/items/" else None

    with within(Student(nowhere), ask=False) as made:
        made.shared.survey = Survey(None, {"/items/": frozenset({"GET"})} if listed else None, {})
        assert done(made, "change").status == "missing"
        assert done(made, "refuse").status == "missing"


def test_a_declared_put_that_wants_a_login_says_how_to_log_in() -> None:
    def bar(method: str, path: str, *_: Any) -> Any:
        return reply(401, {}) if method == "PUT" else _no_route_and_no_patch(method, path)

    with within(Student(bar), ask=False) as made:
        record = done(made, "change")
    assert record.status == "refused"
    assert "it wants a login" in record.says


def test_broken_json_is_not_sent_to_an_item_that_could_not_be_put_back() -> None:
    student = Student(_no_route_and_no_patch)
    with within(student) as made:
        record = done(made, "refuse")
    assert record.status == "untestable"
    assert "no route shows the whole of one" in record.says
    assert {method for method, _ in student.asked} == {"GET"}


@pytest.mark.parametrize(("status", "condemned"), [(404, True), (405, True), (429, False), (503, False)])
def test_an_items_route_that_fails_once_is_asked_again(status: int, condemned: bool) -> None:
    failures = [reply(status, {})]

    def fail(method: str, path: str, *_: Any) -> Any:
        return failures.pop() if (method, path) == ("GET", "/items/1") and failures else None

    student = Student(fail)
    with within(student) as made:
        done(made, "change")
        done(made, "change")
        assert ("items item" in made.shared.lacking) is condemned
    assert student.asked.count(("GET", "/items/1")) == (1 if condemned else 2)


def test_a_hidden_field_that_a_put_wants_is_not_overwritten() -> None:
    student = Student()
    with within(student) as made:
        bodies = {("PUT", "/items/{id}"): Wanted({"reason": "somebodys"}, None, frozenset({"reason"}))}
        made.shared.survey = Survey(None, None, bodies)
        assert done(made, "change").status == "done"
    assert {method for method, _ in student.asked} == {"GET", "PATCH"}


def test_what_is_another_than_before_is_told() -> None:
    """A server that wipes a field at each write, whatever it is sent."""

    def wipe(method: str, path: str, _headers: Any, body: bytes) -> Any:
        if method == "PUT" and path == "/items/1":
            student.items[0] = {**json.loads(body), "note": ""}
            return reply(200, {})
        return None

    student = Student(wipe)
    with within(student) as made:
        done(made, "change")
        done(made, "restore")
        assert len(made.shared.ledger.problems) == 1
        assert made.shared.ledger.problems[0].startswith(
            "/items/1 is not as it was before the run: 'note' was 'This is item number 1"
        )


def test_what_moves_with_every_write_is_no_difference() -> None:
    def count(method: str, path: str, _headers: Any, body: bytes) -> Any:
        if method == "PUT" and path == "/items/1":
            student.items[0] = {**json.loads(body), "version": len(student.asked), "updated_at": "now"}
            return reply(200, student.items[0])
        return None

    student = Student(count)
    with within(student) as made:
        done(made, "change")
        restored(made)


# ------------------------------------------------------------------ items of our own


def test_one_item_is_created_for_all_changes_and_removed_at_the_end() -> None:
    student = Student()
    with serve(student) as server:
        given = quick(server.url, 5.0, selected=only("change-shows", "etag-changes-with-content"))
        result = run(varied(given, clock=lambda: VirtualClock(lambda _: None)))
    assert on(result, "change-shows").outcome == on(result, "etag-changes-with-content").outcome == "pass"
    assert [i["name"] for i in student.items] == ["Pen", "Cup", "Hat"]
    writes = [(m, p) for m, p in student.asked if m != "GET"]
    assert writes[0] == ("POST", "/items/")
    assert writes[-1] == ("DELETE", "/items/4")
    assert {p for m, p in writes if m == "PUT"} == {"/items/4"}
    assert [m for m, _ in writes].count("POST") == 1


def test_an_item_of_ours_whose_change_fails_is_kept_to_the_end() -> None:
    """Its removal is what the ledger owes: put back in mid-run, the user's items would be next."""
    student = Student(lambda method, *_: reply(500, {}) if method == "PUT" else None)
    with serve(student) as server:
        given = quick(server.url, 5.0, selected=only("change-shows", "etag-changes-with-content"))
        run(varied(given, clock=lambda: VirtualClock(lambda _: None)))
    assert {p for m, p in student.asked if m == "PUT"} == {"/items/4"}
    assert [(m, p) for m, p in student.asked if m in ("POST", "DELETE")] == [
        ("POST", "/items/"),
        ("DELETE", "/items/4"),
    ]


def test_an_item_of_ours_that_took_broken_json_is_put_back() -> None:
    def careless(method: str, path: str, _headers: Any, body: bytes) -> Any:
        if (method, path) == ("PUT", "/items/4") and b"}" not in body:
            student.items[3] = {"id": 4, "name": ""}
            return reply(200, student.items[3])
        return None

    student = Student(careless)
    with within(student, without=()) as made:
        prepare(made)
        before = dict(student.items[3])
        assert done(made, "refuse").status == "not-offered"
    assert student.items[3] == before


def test_an_item_of_ours_that_went_with_the_process_is_created_anew() -> None:
    student = Student()
    life = SimpleNamespace(starts=1, workers=1)
    with within(student, without=()) as made:
        made.shared.server = cast("Server", life)
        prepare(made)
        del student.items[3:]  # the data is in memory
        life.starts = 2
        assert effect_of(done(made, "change")).path == "/items/4"
    assert student.asked.count(("POST", "/items/")) == 2
    assert [i["name"] for i in student.items[:3]] == ["Pen", "Cup", "Hat"]


def _no_delete(method: str, *_: Any) -> Any:
    return reply(405, {}, {"Allow": "GET"}) if method == "DELETE" else None


def test_where_nothing_can_be_removed_one_item_is_left_and_told() -> None:
    student = Student(_no_delete)
    with serve(student) as server:
        target = load_target("lesson", ("*.ttl=4",))
        given = varied(quick(server.url, 5.0), target=target, clock=lambda: VirtualClock(lambda _: None))
        result = run(given)
    assert len(student.items) == 4
    assert [i["name"] for i in student.items[:3]] == ["Pen", "Cup", "Hat"]
    assert on(result, "create-shows").outcome == on(result, "change-shows").outcome == "pass"
    assert on(result, "etag-changes-with-create").outcome == "not-applicable"
    assert result.problems == (
        "could not remove /items/4, which the suite has created: DELETE /items/4 gave 405",
    )


@pytest.mark.parametrize("lacking", ["create", "remove"])
def test_none_is_created_where_that_or_its_removal_is_not_offered(lacking: str) -> None:
    student = Student()
    with within(student, without=(lacking,)) as made:
        prepare(made)
        assert made.shared.own == {}
    assert student.asked == []


def test_an_item_of_ours_that_the_list_does_not_show_is_no_subject() -> None:
    """A list of three items at most."""

    def three(method: str, path: str, *_: Any) -> Any:
        return reply(200, student.items[:3]) if (method, path) == ("GET", "/items/") else None

    student = Student(three)
    with within(student, without=()) as made:
        prepare(made)
        assert effect_of(done(made, "change")).path == "/items/1"
        restored(made)


# ------------------------------------------------------------------ what is created


def test_required_fields_are_filled_from_openapi() -> None:
    def refuse(method: str, _path: str, _headers: Any, body: bytes) -> Any:
        return reply(422, {}) if method == "POST" and "reason" not in json.loads(body) else None

    wanted = Wanted({"name": "somebodys", "reason": "because"}, None, frozenset({"name", "reason"}))
    student = Student(refuse)
    with serve(student) as server, context(server.url) as made:
        made.shared.survey = Survey(None, None, {("POST", "/items/"): wanted})
        assert done(made, "create").status == "done"
    assert student.items[-1]["reason"] == "because"


def test_an_empty_list_is_filled_from_openapi() -> None:
    student = Student(lambda method, *_: reply(201, {"id": 9, "name": "x"}) if method == "POST" else None)
    student.items = []
    wanted = Wanted({"name": "somebodys"}, frozenset({"name"}), frozenset({"name"}))
    with serve(student) as server, context(server.url) as made:
        made.shared.survey = Survey(None, None, {("POST", "/items/"): wanted})
        assert effect_of(done(made, "create")).id == 9


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_view_that_answers_every_method_as_get_offers_no_write(method: str) -> None:
    def ignore(asked: str, path: str, *_: Any) -> Any:
        if asked not in ("POST", "PUT"):
            return None
        return reply(200, student.items if path == "/items/" else student.items[0])

    student = Student(ignore)
    with within(student, without=("create",) if method == "PUT" else ()) as made:
        record = done(made, "create" if method == "POST" else "change")
    assert record.status == "not-offered"
    assert "as GET is" in record.says


def test_an_item_that_only_its_mark_has_told_is_known_by_its_id_from_then_on() -> None:
    """Created later (202), it shows no id; and once it is changed, nothing has the mark any more."""
    waiting: list[dict[str, Any]] = []
    looks = itertools.count(1)

    def later(method: str, path: str, _headers: Mapping[str, str], body: bytes) -> Any:
        if (method, path) == ("POST", "/items/"):
            waiting.append({**json.loads(body), "id": 9})
            return reply(202, {})
        if (method, path) == ("GET", "/items/") and waiting and next(looks) > 1:
            student.items.append(waiting.pop())
        return None

    student = Student(later)
    with within(student, without=()) as made:
        prepare(made)
        assert made.shared.own["items"].id is None
        assert done(made, "change").status == "done"
        own = made.shared.own["items"]
        undo = made.shared.ledger.get(own.key)
    assert undo is not None and (own.id, undo.path, undo.mark) == (9, "/items/9", None)  # noqa: PT018
