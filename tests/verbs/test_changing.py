"""conformance.verbs.changing: to what an item is changed, so that a change is to be seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from helpers.hostile import serve
from helpers.runs import context, done
from helpers.student import Student, reply
from msgspec.structs import replace


class Cutting:
    """A server that keeps so many letters of each text; it answers with what it has stored."""

    def __init__(self, letters: int) -> None:
        self._letters = letters
        self.student = Student(self)
        self.student.items = [{"id": 1, "name": "Laptop"}, {"id": 2, "name": "Mouse"}]

    def __call__(self, method: str, path: str, _headers: Mapping[str, str], body: bytes) -> Any:
        if (method, path) == ("GET", "/items/1"):
            return reply(200, self.student.items[0])
        if (method, path) != ("PUT", "/items/1"):
            return None
        self.student.items[0] = {"id": 1, "name": json.loads(body)["name"][: self._letters]}
        return reply(200, self.student.items[0])


def test_what_cuts_texts_off_gets_one_that_is_no_longer_than_the_old() -> None:
    """All that was new of the first stood behind the letters that are kept."""
    cutting = Cutting(6)
    with serve(cutting.student) as server, context(server.url) as made:
        kinds = {k: w for k, w in made.resource.writes.items() if k != "create"}
        made.resource = replace(made.resource, writes=kinds)
        record = done(made, "change")
        name = cutting.student.items[0]["name"]
        assert (len(name), name[4:], name != "Laptop") == (6, "op", True)
        assert record.effect is not None
        assert (record.effect.ignored, record.effect.after) == (False, name)
        done(made, "restore")
        assert made.shared.ledger.problems == []
    assert cutting.student.items[0]["name"] == "Laptop"
