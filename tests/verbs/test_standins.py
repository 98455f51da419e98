"""conformance.verbs.standins: paths that are absent, that redirect, or that need a login."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from helpers.hostile import serve
from helpers.records import resource
from helpers.runs import context, done
from helpers.student import Student, reply
from msgspec.structs import replace

from conformance.sending.context import Context


def asked_for(of: str, student: Student, **more: object) -> tuple[str, int | None]:
    """The path at which a stand-in was read, and how it was answered."""
    with serve(student) as server, context(server.url) as made:
        made.resource = replace(made.resource, **more)
        (exchange,) = done(made, "read", of=of).exchanges
        return exchange.request.path, exchange.status


@pytest.mark.parametrize(
    ("of", "named", "path"),
    [
        ("absent", {}, "/items/1000006"),
        ("absent", {"item": None}, "/nobody-has-this"),
        ("absent", {"absent": "/gone"}, "/gone"),
        ("redirecting", {}, "/items"),
        ("redirecting", {"read": "/items"}, "/items/"),
        ("redirecting", {"redirecting": "/old"}, "/old"),
        ("protected", {"protected": "/account"}, "/account"),
    ],
)
def test_a_stand_in_is_named_or_guessed(of: str, named: dict[str, str | None], path: str) -> None:
    assert asked_for(of, Student(), **named)[0] == path


def test_of_items_whose_ids_are_words_none_has_the_word_of_ours() -> None:
    student = Student(lambda *_: reply(200, [{"id": "a", "name": "Pen"}]))
    assert asked_for("absent", student)[0] == "/items/nobody-has-this"


def test_a_redirect_by_the_slash_is_not_followed_where_it_is_what_is_asked_for() -> None:
    def redirecting(_: str, path: str, *__: object) -> bytes | None:
        return reply(307, fields={"Location": "/items/"}) if path == "/items" else None

    student = Student(redirecting)
    assert asked_for("redirecting", student) == ("/items", 307)
    assert student.asked == [("GET", "/items")]


def test_what_is_protected_is_asked_for_without_the_login_of_the_target() -> None:
    logins: list[str | None] = []

    def closed(_: str, path: str, headers: Mapping[str, str], *__: object) -> bytes | None:
        logins.append(headers.get("authorization"))
        return reply(401)

    assert asked_for("protected", Student(closed), headers=(("Authorization", "x"),), protected="/a") == (
        "/a",
        401,
    )
    assert logins == [None]


def test_where_there_is_no_way_to_it_it_is_not_offered() -> None:
    def record(made: Context) -> str:
        return done(made, "read", of="redirecting").status

    with serve(Student()) as server, context(server.url) as made:
        made.resource = resource(read="/")
        assert record(made) == "not-offered"


def test_nothing_stands_in_for_a_resource_that_is_not_offered() -> None:
    student = Student(lambda *_: reply(404, {}))
    with serve(student) as server, context(server.url) as made:
        made.resource = replace(made.resource, ask=True)
        record = done(made, "read", of="absent")
    assert (record.status, record.says) == ("not-offered", "GET /items/ was answered 404")
