"""conformance.verbs.refusing: what the server has to refuse is sent, and undone where it was taken."""

from __future__ import annotations

import json

import pytest
from helpers.hostile import serve
from helpers.runs import context, done, reference
from helpers.student import Student, reply


def test_malformed_json_is_refused() -> None:
    with reference() as server, context(server.url) as within:
        record = done(within, "refuse")
    assert (record.status, record.exchanges[0].status) == ("done", 400)
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(record.exchanges[0].request.body)


@pytest.mark.parametrize(("status", "offered"), [(422, "done"), (405, "not-offered"), (200, "not-offered")])
def test_what_is_taken_was_not_refused(status: int, offered: str) -> None:
    student = Student(lambda method, *_: reply(status, {}) if method == "PUT" else None)
    with serve(student) as server, context(server.url) as within:
        assert done(within, "refuse").status == offered
