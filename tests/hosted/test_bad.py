"""Submissions that no server should be: a clear verdict each, in bounded time, and nothing left behind."""

from __future__ import annotations

import re
import socket
import sys
from pathlib import Path

import pytest
from apps.grading import bad, failed, grade, on, shop

from conformance.api import exit_code
from conformance.clocks import RealClock
from conformance.errors import TargetError
from conformance.model import Report
from conformance.report.text import summary_lines
from conformance.servers import AppSpec, CommandSpec, life
from conformance.servers.isolation import base
from conformance.wire import Limits

OF_TTL = ("miss-says-so", "hit-within-ttl", "hit-until-ttl", "ttl-ends", "reads-do-not-prolong")
OF_TAGS = ("etag-present", "etag-quoted", "etag-repeats", "inm-current-is-304", "inm-other-is-200")
HTTP_SERVER = f"{sys.executable} -m http.server --bind 127.0.0.1"
CRASHED = "the server crashed on GET"


def only_message(report: Report) -> str:
    """The one sentence that all checks have, of a server that was never judged."""
    assert exit_code(report) == 1
    assert {e.verdict.outcome for e in report.judged} == {"unreachable"}
    (says,) = {e.verdict.message for e in report.judged}
    assert not report.records
    lines = "\n".join(summary_lines(report))
    assert lines.count(says) == 1
    return says


def passes(report: Report) -> None:
    """No check has anything to say, and real time was not needed."""
    assert (bad(report), failed(report)) == ({}, set())
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert (exit_code(report), report.clock, dict(report.why_real)) == (0, "virtual", {})


# ------------------------------------------------------------------ what never serves


def test_an_app_that_does_not_import_is_told_by_its_own_traceback_once(tmp_path: Path) -> None:
    shop(tmp_path, "import time\n\ndef load():\n    import flusk\n\nload()\n", plain=False)
    report = grade(tmp_path)
    assert only_message(report) == (
        "main.py does not import: ModuleNotFoundError: No module named 'flusk' (main.py:4); if it is no "
        f"file of yours, install it where the suite is: {sys.executable} -m pip install flusk"
    )
    assert report.base_url == ""
    lines = report.output.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "ModuleNotFoundError: No module named 'flusk'"
    assert report.output.count("Traceback") == 1
    assert "conformance" not in report.output.replace(str(tmp_path), "")
    shown = "\n".join(summary_lines(report))
    assert shown.count("Traceback (most recent call last):") == 1
    assert shown.startswith(
        "Failed: the server did not start.\n  main.py does not import: ModuleNotFoundError"
    )


NEVER = {
    "no app": ("app = []", "main:app", r"main:app is a list, not an app; accepted are an ASGI app .*"),
    "no such attribute": (
        "shop = app; del app",
        "main:app",
        r"main.py has no 'app'; did you mean main:shop\?",
    ),
    "no such module": (
        "",
        "mian:app",
        r"there is no module 'mian' in .*; Python files there: main.py",
    ),
    "reads stdin": ("input()", "main:app", r"main.py does not import: EOFError: .* \(main.py:\d+\)"),
    "ends": (
        "os._exit(9)",
        "main:app",
        r"main:app: the server exited with status 9 before it was ready",
    ),
    "never ready": (
        "time.sleep(1000)",
        "main:app",
        r"main:app was not ready within [\d.]+ s; it is still in <module> in main.py:\d+: time.sleep\(1000\)",
    ),
}


@pytest.mark.parametrize("name", NEVER)
def test_what_never_serves_is_one_sentence(tmp_path: Path, name: str) -> None:
    text, app, says = NEVER[name]
    spec = AppSpec(app, shop(tmp_path, text), ready_within=1.0 if name == "never ready" else 20.0)
    assert re.fullmatch(says, only_message(grade(spec)))


def test_an_exit_at_the_first_request_is_one_sentence(tmp_path: Path) -> None:
    report = grade(shop(tmp_path, "def before(path, asked):\n    print('bye', flush=True)\n    os._exit(3)"))
    assert only_message(report) == (
        "the server crashed at the first request: the server exited with status 3"
    )
    assert report.output == "bye\n"


# ------------------------------------------------------------------ what dies, or hangs, now and then


def test_a_route_that_kills_the_server_is_to_blame_and_no_other(tmp_path: Path) -> None:
    text = """
    def before(path, asked):
        if path == "/cached-time/":
            print("no time", file=sys.stderr, flush=True)
            os._exit(3)
    """
    report = grade(shop(tmp_path, text))
    (says,) = bad(report).values()
    assert set(bad(report)) == {"specs/contract.yaml::cached-time::members-present"}
    # What it printed comes by another way than the news of its end, and may be late on a busy machine.
    assert says.removesuffix("; its last words: no time)").removesuffix(")") == (
        f"{CRASHED} /cached-time/ (the server exited with status 3"
    )
    assert {on(report, check, "items").outcome for check in OF_TAGS} == {"pass"}
    assert {on(report, check).outcome for check in OF_TTL} == {"blocked"}
    assert on(report, "members-present").mend.startswith("find what ends your program when it gets GET /ca")
    assert (exit_code(report), report.stopped) == (1, "")


def test_a_list_that_kills_the_server_leaves_the_cache_its_verdicts(tmp_path: Path) -> None:
    report = grade(shop(tmp_path, "def before(path, asked):\n    if path == '/items/': os._exit(3)"))
    assert set(bad(report).values()) == {f"{CRASHED} /items/ (the server exited with status 3)"}
    assert on(report, "etag-present", "items").outcome == "unreachable"
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert (report.clock, dict(report.why_real)) == ("virtual", {})


def test_a_condition_that_kills_the_server_costs_the_checks_with_it(tmp_path: Path) -> None:
    text = "def before(path, asked):\n    if path == '/items/' and 'if-none-match' in asked: os._exit(3)"
    report = grade(shop(tmp_path, text))
    assert on(report, "inm-current-is-304", "items").message.startswith(
        f"{CRASHED} /items/ with If-None-Match: "
    )
    assert on(report, "etag-present", "items").outcome == "pass"
    assert on(report, "etag-repeats", "items").outcome == "pass"
    assert {on(report, check).outcome for check in OF_TTL} == {"pass"}
    assert bad(report, "unreachable") == {}


def test_a_hit_that_kills_the_server_is_told_and_the_list_is_judged(tmp_path: Path) -> None:
    text = """
    def before(path, asked):
        if path == "/cached-time/" and kept:
            os.abort()
    """
    report = grade(shop(tmp_path, text))
    assert set(bad(report).values()) == {f"{CRASHED} /cached-time/ (the server was killed by signal 6)"}
    assert {e.resource for e in report.judged if e.nodeid in bad(report)} == {"cached-time"}
    assert {on(report, check, "items").outcome for check in OF_TAGS} == {"pass"}


def test_a_server_that_dies_once_in_the_middle_of_a_ttl_costs_nobody_a_verdict(tmp_path: Path) -> None:
    text = """
    def before(path, asked):
        if path == "/cached-time/" and kept and now() - kept["time"][0] > 20 and not os.path.exists("died"):
            open("died", "w").close()
            os._exit(1)
    """
    report = grade(shop(tmp_path, text))
    assert (tmp_path / "died").exists()
    passes(report)


def test_a_server_that_dies_a_moment_after_each_answer_is_started_a_bounded_number_of_times(
    tmp_path: Path,
) -> None:
    text = f"""
    import threading
    with open({str(tmp_path / "lives")!r}, "a") as file:
        file.write("life ")
    def before(path, asked):
        if path == "/items/":
            threading.Timer(0.01, os._exit, [4]).start()
    """
    report = grade(shop(tmp_path, text))
    assert "fail" not in {e.verdict.verdict for e in report.judged}
    assert 1 < len((tmp_path / "lives").read_text().split()) <= 13  # twelve, and a fresh start


def test_a_blocked_event_loop_is_told_by_its_line_and_the_others_are_judged(tmp_path: Path) -> None:
    text = f"""
    def before(path, asked):
        if path == '/cached-time/':
            with open({str(tmp_path / "asked")!r}, "a") as file:
                file.write("once ")
            time.sleep(1000)
    """
    report = grade(shop(tmp_path, text), options={"limits": Limits(deadline=2)})
    (wrong,) = bad(report).items()
    assert wrong[0] == "specs/contract.yaml::cached-time::members-present"
    assert re.fullmatch(
        r"the server hangs on GET /cached-time/ \(in before in main.py:\d+: time.sleep\(1000\); "
        r"it answers nobody meanwhile, and had to be ended\)",
        wrong[1],
    )
    assert {on(report, check, "items").outcome for check in OF_TAGS} == {"pass"}
    assert {on(report, check).outcome for check in OF_TTL} == {"blocked"}
    assert (tmp_path / "asked").read_text() == "once "


# ------------------------------------------------------------------ what is odd, and served all the same

ODD = {
    "forks a child": "if os.fork() == 0:\n    time.sleep(1000)\n",
    "forks a daemon": "if os.fork() == 0:\n    os.setsid()\n    time.sleep(1000)\n",
    "ignores SIGTERM": "def before(path, asked): signal.signal(signal.SIGTERM, signal.SIG_IGN)\n",
    "prints megabytes": "print('x' * 3_000_000)\n"
    "def before(path, asked): sys.stderr.write('y' * 200_000 + chr(10))\n",
    "prints no text": "def before(path, asked): os.write(1, bytes(range(256)))\n",
    "reads stdin": "def before(path, asked): assert sys.stdin.read() == ''\n",
    "threads that stay": "import threading\n"
    "for _ in range(20): threading.Thread(target=time.sleep, args=[1000]).start()\n",
    "moves by hand": "real = time.time\ntime.time = lambda: real()\n",
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_judged_as_any(tmp_path: Path, name: str) -> None:
    report = grade(shop(tmp_path, ODD[name]))
    passes(report)
    assert max(len(record.log) for record in report.records.values()) <= 4000


def test_an_app_that_forks_without_end_is_ended_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "_PROCESSES", 60)
    text = "def before(path, asked):\n    if os.fork() == 0:\n        time.sleep(1000)"
    report = grade(shop(tmp_path, text), only="memory-is-bounded")
    says = on(report, "memory-is-bounded").message
    assert re.fullmatch(
        r"the server crashed on GET /cached-time/\S+\.\.\. "
        r"\(the server was ended, since it had started \d+ processes.*\)",
        says,
    )


# ------------------------------------------------------------------ commands


def test_a_command_that_serves_something_else_is_told_what_is_missing(tmp_path: Path) -> None:
    report = grade(CommandSpec(f"{HTTP_SERVER} {{port}}", tmp_path))
    assert on(report, "etag-present", "items").message.startswith("the route GET /items/ is missing: ")
    assert (report.clock, report.workers, exit_code(report)) == ("real", None, 1)
    assert bad(report, "fail") == {}


def test_a_command_on_another_port_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "_ELSEWHERE", 0.4)  # so that not the whole time has to pass
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    says = only_message(grade(CommandSpec(f"{HTTP_SERVER} {port}", tmp_path)))
    assert re.fullmatch(
        rf"the server listens on port {port}, not on \d+, which it was given; the command has to say "
        r"\{port\} where its port belongs, or to read \$PORT",
        says,
    )


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("no-such-program --port {port}", "there is no command 'no-such-program' here"),
        (
            f"{sys.executable} -c \"print('Error: no database'); exit(2)\"",
            f"{sys.executable}: the server exited with status 2 before it was ready: Error: no database",
        ),
    ],
)
def test_a_command_that_does_not_serve_is_told(tmp_path: Path, command: str, says: str) -> None:
    assert only_message(grade(CommandSpec(command, tmp_path))) == says


def test_a_ttl_too_short_for_real_time_leaves_no_server(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="too short for real time"):
        grade(shop(tmp_path), ttl=2, options={"clock": RealClock})
