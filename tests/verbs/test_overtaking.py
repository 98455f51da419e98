"""conformance.verbs.overtaking: a change comes while the resource is being read, and is put back like any."""

from __future__ import annotations

from typing import Any

from helpers.hostile import serve
from helpers.runs import context, done, put_back_all, reference
from helpers.student import Student, reply


def test_the_change_before_is_sent_once_more_so_that_the_read_finds_no_entry() -> None:
    sent: list[bytes] = []

    def keep(method: str, _path: str, _headers: Any, body: bytes) -> Any:
        if method == "PUT":
            sent.append(body)
        return reply(405, {}) if method == "POST" else None  # so that an item of the user's is changed

    student = Student(keep)
    with serve(student) as server, context(server.url) as made, made.shared.clock.lane():
        record = done(made, "overtake", at=0.5)
        cold, warm, again, last = sent
        assert (again, len({cold, warm, last})) == (cold, 3)
        assert record.exchanges[-1].request.body == last
        assert made.eve is None
        assert put_back_all(made) == []
    assert [item["name"] for item in student.items] == ["Pen", "Cup", "Hat"]


def test_it_is_a_change_like_any_other() -> None:
    with reference() as server, context(server.url) as made, made.shared.clock.lane():
        record = done(made, "overtake", at=0.5)
        assert (record.status, record.effect and record.effect.kind) == ("done", "change")


def test_where_nothing_is_changed_nothing_is_overtaken() -> None:
    student = Student(lambda method, *_: reply(405, {}) if method in {"PUT", "PATCH", "POST"} else None)
    with serve(student) as server, context(server.url) as made, made.shared.clock.lane():
        assert done(made, "overtake", at=0.5).status == "not-offered"
