"""The parts of the plugin that need no pytest session."""

from __future__ import annotations

import dataclasses
import json
import socket
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conformance.execute.progress import Progress
from conformance.model import Verdict
from conformance.pytest_plugin.answers import Answer, in_brief, kind_of
from conformance.pytest_plugin.bridge import GONE, Bridge, Worker
from conformance.pytest_plugin.waiting import Waiting


@pytest.mark.parametrize(
    ("verdict", "cause", "kind"),
    [
        ("pass", "", "pass"),
        ("info", "", "pass"),
        ("warn", "", "pass"),
        ("fail", "", "fail"),
        ("blocked", "x", "skip"),
        ("not-applicable", "", "skip"),
        ("untestable", "", "skip"),
        ("inconclusive", "a rate limit", "skip"),
        ("inconclusive", "", "error"),
        ("unreachable", "", "skip"),
        ("error", "", "error"),
        ("deselected", "", "error"),
        ("unheard-of", "", "error"),
    ],
)
def test_each_verdict_has_its_outcome(verdict: Any, cause: str, kind: str) -> None:
    assert kind_of(Verdict("pass", verdict, "", cause=cause), strict=False, tells=False) == kind


def test_strict_fails_warnings_and_one_item_tells_of_all_that_got_no_answer() -> None:
    assert kind_of(Verdict("fail", "warn", ""), strict=True, tells=False) == "fail"
    assert kind_of(Verdict("unreachable", "unreachable", ""), strict=False, tells=True) == "fail"


def test_in_brief_what_was_found_comes_first() -> None:
    told = in_brief(Verdict("fail", "fail", "a sentence", expected="status 304", actual="200 \x1b[31m"))
    assert told == "200 \\x1b[31m, not status 304"
    assert in_brief(Verdict("unreachable", "unreachable", "nobody answers")) == ""


# ------------------------------------------------------------------ the bridge


def asked(worker: Worker, run_id: str) -> Answer:
    return worker._ask(run_id)  # noqa: SLF001


def test_a_worker_gets_its_answers() -> None:
    bridge = Bridge(lambda run_id: Answer("pass", run_id, "pass"), cast("Any", None))
    worker = Worker(bridge.address)

    assert [asked(worker, each).text for each in ("a", "ü::b\n", "a")] == ["a", "ü::b\n", "a"]

    worker.pytest_unconfigure()
    bridge.close()
    bridge.close()


def test_who_has_no_token_gets_no_answer() -> None:
    bridge = Bridge(lambda run_id: Answer("pass", run_id, "pass"), cast("Any", None))

    assert asked(Worker({**bridge.address, "token": "guessed"}), "a") == Answer("error", GONE, "error")
    bridge.close()


def test_a_controller_that_is_gone_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]

    answer = asked(Worker({"port": port, "token": ""}), "a")

    assert answer.kind == "error"
    assert answer.text.startswith(GONE)


def test_a_worker_that_was_told_nothing_says_so() -> None:
    assert asked(Worker(None), "a").kind == "error"


def test_answers_cross_as_json() -> None:
    answer = Answer("fail", "line\nline", "fail")

    assert Answer(**json.loads(json.dumps(dataclasses.asdict(answer)))) == answer


# ------------------------------------------------------------------ waiting


class Reporter:
    """A terminal reporter that keeps what it is told."""

    def __init__(self, *, isatty: bool) -> None:
        self.isatty = isatty
        self.written: list[str] = []

    def ensure_newline(self) -> None:
        self.written.append("\n")

    def write_line(self, line: str) -> None:
        self.written.append(line)

    def rewrite(self, line: str, **_: bool) -> None:
        self.written.append(f"\r{line}")


class Times:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def progress(*waits: tuple[str, str, float]) -> Progress:
    return Progress(3, 9, waits, lambda _: None)


def waiting(reporter: Reporter, times: Times, verbosity: int = 0) -> Waiting:
    config = SimpleNamespace(
        pluginmanager=SimpleNamespace(getplugin=lambda _: reporter), get_verbosity=lambda: verbosity
    )
    return Waiting(cast("Any", config), clock=times)


BUSY = progress(
    ("items", "a moment", 0.5), ("cached-time", "its TTL to end", 28.0), ("reports", "its TTL to end", 28.0)
)
LINE = "conformance: 3 of 9 checks judged, 28 s more for its TTL to end (cached-time, reports)"


def test_a_log_gets_one_line_for_each_wait() -> None:
    reporter, times = Reporter(isatty=False), Times()
    shown = waiting(reporter, times)
    for times.now in (0.0, 0.5, 1.0, 1.5, 2.0):
        shown.show(BUSY)
    shown.done()

    assert reporter.written == [LINE]


def test_a_terminal_gets_a_line_that_goes_away() -> None:
    reporter, times = Reporter(isatty=True), Times()
    shown = waiting(reporter, times)
    for times.now in (0.0, 1.0, 1.5):
        shown.show(BUSY)
    shown.done()

    assert [w.rstrip() for w in reporter.written] == ["", *[f"\r{LINE[:79]}"] * 2, "", ""]


def test_quiet_means_no_line() -> None:
    reporter, times = Reporter(isatty=True), Times()
    shown = waiting(reporter, times, verbosity=-1)
    for times.now in (0.0, 2.0):
        shown.show(BUSY)
    shown.done()

    assert reporter.written == []
