"""conformance.execute.hooks: what a target wants is done once, and what was broken is mended in any case."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.hostile import serve, unused_port
from helpers.runs import on, only, quick, run
from helpers.student import HOLD, Student, reply
from msgspec import structs

import conformance
from conformance.api import exit_code
from conformance.clocks import VirtualClock
from conformance.errors import UsageError
from conformance.execute.engine import Engine
from conformance.execute.options import Options
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
    assert exit_code(report) == 2


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


@pytest.mark.parametrize(
    ("before", "resource"),
    [
        ("before: [{command: seed}]\n", ""),
        ("", ", hooks: {change: {command: seed}}"),
        ("", ", hooks: {break: POST /break, mend: {command: seed}}"),
    ],
)
def test_commands_of_a_target_need_consent(tmp_path: Path, before: str, resource: str) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(f"name: shop\n{before}resources: {{items: {{read: GET /items/{resource}}}}}\n")
    with pytest.raises(UsageError, match=r"'shop' has commands of its own run on this machine \(seed\): "):
        conformance.run(f"http://127.0.0.1:{unused_port()}", target=str(path))
    report = conformance.run(f"http://127.0.0.1:{unused_port()}", target=str(path), allow_commands=True)
    assert report.counts["unreachable"] > 0


# ---- what a run has broken

CHECK = "specs/http-cache.yaml::items::no-cache-while-down"
BENCH = {"break": Hook("POST", "/test/break"), "mend": Hook("POST", "/test/mend")}


FAILED = reply(503, None)


def listed(read: int) -> bytes:
    return reply(200, [{"id": read}], {"Cache-Control": "no-cache"})


class Broken(Student):
    """A server whose list moves with each read, and which can be broken: then it answers the list so."""

    def __init__(self, down: Callable[[int], Any], **answers: Any) -> None:
        self.reads, self.down, self.asked_while_down = 0, False, threading.Event()

        def before(_method: str, path: str, *_: Any) -> Any:
            name = path.removeprefix("/test/")
            if name != path:
                self.down = name == "break"
                return answers.get(name, reply(204, None))
            if self.down:
                self.asked_while_down.set()
                return down(self.reads)
            self.reads += 1
            return listed(self.reads)

        super().__init__(before)

    @property
    def done(self) -> list[str]:
        return [path.removeprefix("/test/") for _, path in self.asked if path.startswith("/test/")]


def breaking(url: str, **more: Any) -> Options:
    """Options for the check that breaks what stands behind the list."""
    given = quick(
        url, selected=frozenset({CHECK}), tier="strict", clock=lambda: VirtualClock(lambda _: None), **more
    )
    items = structs.replace(given.target.resource("items"), http_cache=True, hooks=BENCH)
    return replace(given, target=structs.replace(given.target, resources=(items,)))


@pytest.mark.parametrize(
    ("down", "outcome"),
    [
        (lambda _: FAILED, "pass"),
        (listed, "fail"),  # what was answered last
        (lambda read: listed(read + 1), "inconclusive"),  # the source still answers
        (lambda _: HOLD, "unreachable"),
    ],
)
def test_whatever_comes_of_it_what_was_broken_is_mended(down: Callable[[int], Any], outcome: str) -> None:
    student = Broken(down)
    with serve(student) as server:
        report = run(breaking(server.url))
    assert (on(report, "no-cache-while-down").outcome, report.problems) == (outcome, ())
    assert student.done[:2] == ["break", "mend"]
    assert student.done[-1] == "mend"


def test_a_run_that_is_broken_off_mends_what_it_has_broken() -> None:
    student = Broken(lambda _: HOLD)
    with serve(student) as server:
        engine = Engine(breaking(server.url, deadline=60.0))
        engine.start()
        assert student.asked_while_down.wait(10)
        engine.cancel("the user wants it so")
        engine.close()
    report = engine.report()
    assert (report.stopped, report.problems) == ("the user wants it so", ())
    assert student.done == ["break", "mend"]


def test_what_can_not_be_mended_is_told_and_is_nobody_s_fault() -> None:
    student = Broken(lambda _: FAILED, mend=reply(500, None))
    with serve(student) as server:
        report = run(breaking(server.url))
    assert on(report, "no-cache-while-down").outcome == "pass"
    assert report.problems == (
        "what stands behind items may still be broken: its `mend`, POST /test/mend, was answered 500",
    )
    assert student.done == ["break", "mend", "mend"]


def test_a_hook_that_fails_says_nothing_of_the_server() -> None:
    student = Broken(lambda _: FAILED, **{"break": reply(501, None)})
    with serve(student) as server:
        verdict = on(run(breaking(server.url)), "no-cache-while-down")
    says = "the hook `break` of items, POST /test/break, was answered 501"
    assert (verdict.outcome, verdict.message) == ("untestable", f"untestable: {says}")
    assert student.done == ["break", "mend"]
