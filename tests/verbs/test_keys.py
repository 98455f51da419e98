"""conformance.verbs.keys: a key that nobody has asked for is another each time, and no plain read."""

from __future__ import annotations

from helpers.hostile import serve
from helpers.runs import context, done
from helpers.student import Student, reply
from msgspec import structs

from conformance.verbs.keys import keyed


def test_a_new_key_is_another_each_time_and_no_plain_read() -> None:
    student = Student(lambda *_: reply(200, []))
    with serve(student) as server, context(server.url) as made:
        records = [done(made, "read", name, of="new-key") for name in ("one", "two")]
        assert made.seen is None
    assert [(each.status, each.other) for each in records] == [("done", "items")] * 2
    first, second = (path for _, path in student.asked)
    assert first != second
    assert all(path.startswith("/items/?key=") for path in (first, second))


def test_a_key_stands_where_the_target_says_or_in_the_query() -> None:
    with serve(Student()) as server, context(server.url) as made:
        assert keyed(made, "k") == "/items/?key=k"
        made.resource = structs.replace(made.resource, read="/items/?page=1")
        assert keyed(made, "k") == "/items/?page=1&key=k"
        made.resource = structs.replace(made.resource, keys="/rates/{key}")
        assert keyed(made, "k") == "/rates/k"
        made.resource = structs.replace(made.resource, keys="/rates/{key}?on={more}")
        assert keyed(made, "k:", "1&2") == "/rates/k%3A?on=1%262"
