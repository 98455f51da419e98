"""`write`: an item of ours alone, sent once as written, with what was seen before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.runs import context, done, put_back_all, reference
from helpers.student import Student, reply

from conformance.model import MISSING, StepRecord
from conformance.sending.context import Context

OTHER = {"If-Match": '"x"'}


@contextmanager
def within(student: Student) -> Iterator[Context]:
    with serve(student) as server, context(server.url) as made:
        yield made


def looks(made: Context, name: str = "write") -> list[tuple[str, int | None]]:
    """What was asked in a step and beside it."""
    found = [made.steps.get(each) for each in (f"before {name}", name, f"after {name}")]
    return [(e.request.method, e.status) for record in found if record for e in record.exchanges]


def test_a_write_stands_between_two_looks_at_an_item_of_ours() -> None:
    with reference() as server, context(server.url) as made:
        before = server.state()
        record = done(made, "write", headers={"If-Match": "{plain.etag}"})
        assert looks(made) == [("GET", 200), ("PUT", 200), ("GET", 200)]
        sent = record.exchanges[0].request
        assert ("If-Match", '"x"') not in sent.headers
        assert record.effect is not None
        assert json.loads(sent.body)["name"] == record.effect.after
        assert record.exchanges[0].request.path == "/items/4"
        assert (put_back_all(made), made.shared.ledger.open) == ([], ())
        assert server.state() == before


def test_what_is_refused_is_sent_once_and_not_mended() -> None:
    """A 412 is no reason to send it again with the right tag: that is what is to be seen."""
    with reference() as server, context(server.url) as made:
        record = done(made, "write", headers=OTHER)
        assert [e.status for e in record.exchanges] == [412]
        assert looks(made)[-1] == ("GET", 200)
        assert (put_back_all(made), made.shared.ledger.open) == ([], ())


STAGES: list[tuple[dict[str, Any], str]] = [
    ({"item": "changed"}, "GET 200, PUT 200, GET 200, PUT 200, GET 200"),
    ({"item": "removed", "method": "PUT"}, "GET 200, GET 404, PUT 201, GET 200"),
    ({"item": "removed", "method": "DELETE"}, "GET 200, GET 404, DELETE 404, GET 404"),
    ({"method": "DELETE"}, "GET 200, DELETE 204, GET 404"),
    ({"method": "POST", "headers": {"If-None-Match": '"x"'}}, "GET 200, POST 201, GET 200"),
]


@pytest.mark.parametrize(("args", "expected"), STAGES)
def test_the_state_before_is_brought_about_and_nothing_is_left(
    args: Mapping[str, Any], expected: str
) -> None:
    with reference() as server, context(server.url) as made:
        before = server.state()
        assert done(made, "write", **args).status == "done"
        assert ", ".join(f"{method} {status}" for method, status in looks(made)) == expected
        assert (put_back_all(made), made.shared.ledger.open) == ([], ())
        assert server.state() == before


@pytest.mark.parametrize(("args", "_"), STAGES)
def test_what_is_gone_is_not_put_back(args: Mapping[str, Any], _: str) -> None:
    """A PUT of what it was before would create it anew, and nobody would remove it."""
    with reference() as _server, context(_server.url) as made:
        done(made, "write", "first", method="PUT", headers=OTHER)
        record = done(made, "write", **args)
        gone = {path for path in made.undos if made.send("GET", path).status == 404}
        assert (record.status, gone) == ("done", set())


def test_the_same_again_is_what_was_sent_before() -> None:
    with reference(variant="normalised-names") as server, context(server.url) as made:
        once, again = done(made, "write", "once"), done(made, "write", "again", body="same")
        assert once.exchanges[0].request.body == again.exchanges[0].request.body
        assert again.effect is not None
        assert again.effect.before == again.effect.after is not MISSING


# ------------------------------------------------------------------ the user's data


def _refusing(*methods: str, status: int = 405) -> Student:
    return Student(lambda method, *_: reply(status, {}) if method in methods else None)


@pytest.mark.parametrize("refused", ["POST", "DELETE"])
@pytest.mark.parametrize("args", [{}, {"method": "DELETE"}, {"item": "removed"}, {"method": "POST"}])
def test_where_no_item_of_ours_is_to_be_had_nothing_is_written(refused: str, args: Mapping[str, Any]) -> None:
    student = _refusing(refused)
    with within(student) as made:
        first = [dict(each) for each in student.items]
        record = done(made, "write", headers=OTHER, **args)
        assert record.status in ("not-offered", "refused", "done")
        touched = {path for method, path in student.asked if method in ("PUT", "PATCH", "DELETE")}
        assert not touched & {f"/items/{each['id']}" for each in first}
        assert student.items[:3] == first


def test_a_target_without_a_removal_is_not_written_to() -> None:
    student = Student()
    with within(student) as made:
        writes = {kind: write for kind, write in made.resource.writes.items() if kind != "remove"}
        made.resource = type(made.resource)(**{**_fields(made.resource), "writes": writes})
        assert done(made, "write", headers=OTHER).says == "the target declares no remove"
    assert student.asked == []


def _fields(resource: Any) -> dict[str, Any]:
    return {name: getattr(resource, name) for name in resource.__struct_fields__}


def test_without_consent_nothing_is_sent() -> None:
    student = Student()
    with within(student) as made:
        made.shared.consent = ""
        assert {done(made, do, do).status for do in ("write", "compete")} == {"not-asked"}
    assert student.asked == []


def test_an_item_that_went_with_an_earlier_life_is_made_anew() -> None:
    student = Student()
    with within(student) as made:
        assert done(made, "write", "one").status == "done"
        student.items = student.items[:3]
        made.shared.server = SimpleNamespace(starts=1, workers=1, moves=False, where=lambda: ("", ""))  # type: ignore[assignment]
        assert done(made, "write", "other").status == "done"
    assert ("POST", "/items/") in student.asked[-12:]


# ------------------------------------------------------------------ what can show nothing


def ends(student: Student, **args: Any) -> StepRecord:
    with within(student) as made:
        return done(made, "write", **args)


def test_a_server_that_stores_nothing_shows_nothing_of_conditions() -> None:
    student = Student(lambda method, *_: reply(204) if method in ("PUT", "PATCH") else None)
    record = ends(student, headers=OTHER)
    assert record.status == "not-offered"
    assert record.says.endswith("does not show what was written")


def test_a_put_that_creates_nothing_shows_nothing_of_conditions() -> None:
    record = ends(Student(), method="PUT", item="removed", headers={"If-Match": "*"})
    assert (record.status, record.says) == (
        "not-offered",
        "a PUT creates nothing here: PUT /items/4 was answered 404",
    )


def test_an_item_without_a_tag_has_none_to_send() -> None:
    record = ends(Student(), headers={"If-Match": "{plain.etag}"})
    assert (record.status, record.says) == ("not-offered", "GET /items/4 has no ETag")


def test_a_patch_that_is_not_offered_is_no_lack_of_the_change() -> None:
    student = _refusing("PATCH")
    with within(student) as made:
        assert done(made, "write", "one", method="PATCH", headers=OTHER).status == "not-offered"
        assert done(made, "write", "other", headers=OTHER).status == "done"


def test_a_server_that_wants_a_condition_gets_one_or_is_not_asked() -> None:
    with reference(variant="needs-if-match") as server, context(server.url) as made:
        before = server.state()
        right = done(made, "write", "right", headers={"If-Match": "{plain.etag}"})
        assert (right.status, right.exchanges[0].status) == ("done", 200)
        without = done(made, "write", "without")
        assert (without.status, without.exchanges[0].status) == ("done", 200)
        beside = done(made, "write", "beside", headers={"If-None-Match": '"x"'})
        assert (beside.status, beside.exchanges[0].status) == ("done", 200)
        silenced = done(made, "write", "silenced", headers={"If-Unmodified-Since": "{plain.lm - 1 day}"})
        assert (silenced.status, "wants a condition" in silenced.says) == ("not-offered", True)
        gone = done(made, "write", "gone", method="PUT", item="removed")
        assert (gone.status, "wants a condition" in gone.says) == ("not-offered", True)
        bare = done(made, "write", "bare", bare=True)
        assert (bare.status, bare.exchanges[0].status) == ("done", 428)
        deleted = done(made, "write", "deleted", method="DELETE")
        assert (deleted.status, deleted.exchanges[0].status) == ("done", 204)
        assert (put_back_all(made), made.shared.ledger.open) == ([], ())
        assert server.state() == before


def test_a_body_that_moves_by_itself_is_looked_at_again() -> None:
    student = Student()
    number = iter(range(1000))

    def moving(method: str, path: str, *_: Any) -> Any:
        mine = next((each for each in student.items if path == f"/items/{each['id']}"), None)
        return reply(200, {**mine, "seen": next(number)}) if method == "GET" and mine else None

    student._before = moving  # noqa: SLF001 - a test's own server
    with within(student) as made:
        made.shared.clock = _Still()  # type: ignore[assignment]
        done(made, "write", headers=OTHER, body="same")
        assert len(made.steps["after write"].exchanges) == 2


class _Still:
    """A clock that is there at once."""

    moves = False

    def now(self) -> float:
        return 0.0

    def wait_until(self, *_: Any) -> bool:
        return True
