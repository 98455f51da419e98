"""What a refusal of a write means: what the server has in its place, and what was required of it."""

from __future__ import annotations

from dataclasses import replace as varied

import pytest
from helpers.hostile import serve
from helpers.runs import context, done, on, only, quick, run
from helpers.student import Student, reply

from conformance.clocks import VirtualClock
from conformance.load.target import load_target
from conformance.sending.survey import Survey


@pytest.mark.parametrize("allow", ["GET, PATCH, POST", ""])
def test_what_the_server_has_in_its_place_is_named(allow: str) -> None:
    student = Student(lambda method, *_: reply(405, {}, {"Allow": allow}) if method == "DELETE" else None)
    with serve(student) as server, context(server.url, "cached-time") as made:
        says = done(made, "clear").says
    near = ": you have PATCH /cache/, POST /cache/, and DELETE is asked for" if allow else ""
    assert says == f"DELETE /cache/ was answered 405{near}"


def test_what_openapi_lists_in_its_place_is_named() -> None:
    with serve(Student()) as server, context(server.url, "cached-time") as made:
        made.shared.survey = Survey(None, {"/cache": frozenset({"POST"})})
        assert done(made, "clear").says == (
            "OpenAPI lists no DELETE /cache/: you have POST /cache/, and DELETE /cache/ is asked for"
        )


def test_a_required_write_that_is_not_offered_is_a_failure() -> None:
    student = Student(lambda method, *_: reply(405, {}) if method == "POST" else None)
    with serve(student) as server:
        target = load_target("lesson", ("*.ttl=4",), ("items.create",))
        given = varied(quick(server.url, 5.0), target=target, selected=only("create-shows"))
        result = run(varied(given, clock=lambda: VirtualClock(lambda _: None)))
    verdict = on(result, "create-shows")
    assert (verdict.outcome, verdict.code) == ("fail", "declared.missing")
    assert "POST /items/ was answered 405" in verdict.message
