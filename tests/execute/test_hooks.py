"""conformance.execute.hooks: what a target wants is done once, before and after, whatever comes of it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.hostile import serve, unused_port
from helpers.runs import only, quick, run
from helpers.student import Student, reply
from msgspec import structs

import conformance
from conformance.errors import UsageError
from conformance.model import Hook, Report
from conformance.wire.address import is_remote

RESET, CLEAN = Hook("POST", "/test/reset", {"deep": True}), Hook("DELETE", "/test")


class Hooked(Student):
    """A student's server with a route for tests."""

    def __init__(self, status: int = 204) -> None:
        self.bodies: list[bytes] = []

        def before(method: str, path: str, _headers: Any, body: bytes) -> Any:
            if not path.startswith("/test"):
                return None
            self.bodies.append(body)
            return reply(status)

        super().__init__(before)


def judge(url: str, *before: Hook, after: tuple[Hook, ...] = (), **more: Any) -> Report:
    given = quick(url, 5.0, selected=only("etag-present"))
    target = structs.replace(given.target, before=before, after=after)
    return run(replace(given, target=target, **more))


def test_they_are_done_once_around_all_that_is_asked() -> None:
    student = Hooked()
    with serve(student) as server:
        report = judge(server.url, RESET, after=(CLEAN,))
    hooked = [i for i, (_, path) in enumerate(student.asked) if path.startswith("/test")]
    assert student.asked[hooked[0]] == ("POST", "/test/reset")
    assert student.asked[-1] == ("DELETE", "/test")
    assert hooked[0] < student.asked.index(("GET", "/items/"))
    assert student.bodies == [b'{"deep": true}', b""]
    assert [e.verdict.verdict for e in report.judged] == ["pass"]
    assert report.problems == ()


def test_a_run_does_not_begin_where_what_comes_before_it_fails() -> None:
    student = Hooked(500)
    with serve(student) as server:
        report = judge(server.url, RESET, Hook("POST", "/test/never"), after=(CLEAN,))
    assert report.stopped == "`before` of the target: POST /test/reset was answered 500"
    assert ("GET", "/items/") not in student.asked
    assert ("POST", "/test/never") not in student.asked
    assert student.asked[-1] == ("DELETE", "/test")
    assert conformance.api.exit_code(report) == 2


def test_what_fails_at_the_end_is_told_and_changes_no_verdict() -> None:
    with serve(Hooked(404)) as server:
        report = judge(server.url, after=(CLEAN,))
    assert report.problems == ("`after` of the target: DELETE /test was answered 404",)
    assert [e.verdict.verdict for e in report.judged] == ["pass"]


def test_nothing_is_done_to_a_server_that_can_not_be_reached() -> None:
    report = judge(f"http://127.0.0.1:{unused_port()}", RESET, after=(CLEAN,))
    assert (report.stopped, report.problems) == ("", ())


def test_a_write_needs_the_consent_that_all_writes_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.execute.engine.is_remote", lambda _: True)
    assert not is_remote("http://127.0.0.1")
    student = Hooked()
    with serve(student) as server:
        report = judge(server.url, RESET, after=(CLEAN,))
        allowed = judge(server.url, RESET, allow_writes=True)
    assert "needs --conformance-allow-writes" in report.stopped
    assert [each for each in student.asked if each[0] != "GET"] == [("POST", "/test/reset")]
    assert allowed.stopped == ""


def python(code: str, **more: Any) -> Hook:
    return Hook(command=f'{sys.executable} -c "{code}"', **more)


@pytest.mark.processes
def test_a_command_finds_the_server_and_the_folder_of_its_file(tmp_path: Path) -> None:
    code = "import os; open('url', 'w').write(os.environ['CONFORMANCE_URL'])"
    with serve(Hooked()) as server:
        report = judge(server.url, python(code, folder=str(tmp_path)))
        assert (tmp_path / "url").read_text() == server.url
    assert report.stopped == ""


@pytest.mark.processes
@pytest.mark.parametrize(
    ("hook", "says"),
    [
        (python("raise SystemExit('no such table')"), "ended with 1: no such table"),
        (
            python("import threading; threading.Event().wait()", within=0.3),
            "has not ended within 0.3 s",
        ),
        (Hook(command="conformance-no-such-command"), "could not be started: "),
        (Hook(command="'"), "could not be started: "),
    ],
)
def test_a_command_that_fails_ends_the_run_with_a_sentence(hook: Hook, says: str) -> None:
    with serve(Hooked()) as server:
        assert says in judge(server.url, hook).stopped


def test_commands_of_a_target_need_consent(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("name: shop\nbefore: [{command: seed}]\nresources: {items: {read: GET /items/}}\n")
    with pytest.raises(UsageError, match=r"'shop' has commands of its own run on this machine \(seed\): "):
        conformance.run(f"http://127.0.0.1:{unused_port()}", target=str(path))
    report = conformance.run(f"http://127.0.0.1:{unused_port()}", target=str(path), allow_commands=True)
    assert report.counts["unreachable"] > 0
