"""Submissions started by pytest and by the command: the options, xdist, Ctrl-C, and saved reports."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from apps.grading import shop
from apps.writing import until

from conformance.cli import command
from conformance.report.write import read
from conformance.servers import ServerError
from conformance.servers.house import House

PLUGINS = ("-p", "pytest_base_url.plugin", "-p", "conformance.plugin")
STARTED = "open(os.path.join(os.path.dirname(__file__), 'started'), 'a').write(f'{os.getpid()} ')\n"
FACTORY = "made, app = app, None\ndef create(): return made\n"
BUSY = "def before(path, asked): time.sleep(0.01)\n"  # so that no worker takes all requests of a burst
HAND_WRITTEN = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked = {name.lower(): value for name, value in self.headers.items()}
        status, body, fields = items(asked) if self.path == "/items/" else (404, b"{}", {})
        self.send_response(status)
        for field in {**fields, "Content-Type": "application/json", "Content-Length": len(body)}.items():
            self.send_header(*map(str, field))
        self.end_headers()
        self.wfile.write(body)
address = ("127.0.0.1", int(sys.argv[1] if sys.argv[1:] else os.environ["PORT"]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""
# What forges the report has left its parents, hears no SIGTERM, and is quick; it may also kill the warden,
# who is its parent then, and carry no mark.
FORGER = """
FOLDER = os.path.dirname(__file__)
FORGE = '''
import os, signal
signal.signal(signal.SIGTERM, {on_sigterm})
open("FOLDER/forger", "w").write(str(os.getpid()))
while True:
    open("FOLDER/r.json", "w").write("all passed")
'''.replace("FOLDER", FOLDER)

if os.fork() == 0:
    os.setsid()
    os.fork() or os.execve(sys.executable, [sys.executable, "-I", "-S", "-c", FORGE], {{}})
    os._exit(0)
while not os.path.exists(f"{{FOLDER}}/forger"):
    time.sleep(0.01)
"""
OBEDIENT = "signal.SIG_IGN"
REBEL = "lambda *_: os.kill(os.getppid(), signal.SIGKILL)"
KILLER = "os.kill(os.getppid(), signal.SIGKILL)\n"
TAGS = "name: tags\nresources:\n  items: {read: GET /items/, json: array, etag: true}\n"

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, plain: None) -> Run:
    """Pytest in a process of its own, in the folder of a submission that says when it starts."""
    shop(pytester.path, STARTED)

    def grade(*args: str, plugins: tuple[str, ...] = PLUGINS) -> pytest.RunResult:
        return pytester.runpytest_subprocess(*plugins, "--conformance", *args, timeout=60)

    return grade


def starts(folder: Path) -> list[int]:
    """The processes that have imported the app."""
    file = folder / "started"
    return [int(pid) for pid in file.read_text().split()] if file.exists() else []


def passed(result: pytest.RunResult) -> None:
    counts = result.parseoutcomes()
    assert set(counts) <= {"passed", "skipped", "warnings"}, counts
    assert counts["passed"] > 20
    assert result.ret == 0


def test_pytest_starts_the_app_in_the_current_folder(run: Run, pytester: pytest.Pytester) -> None:
    result = run("--conformance-app", "main:app", "--conformance-report", "r.json")
    passed(result)
    first, anew = starts(pytester.path)
    assert not psutil.pid_exists(first)
    assert not psutil.pid_exists(anew)
    result.stdout.fnmatch_lines(
        ["conformance: main:app, started here, target lesson, tier lesson, clock auto, *"]
    )
    result.stdout.fnmatch_lines(["http://127.0.0.1:*, with the server's clock moved; seed *"])
    report = json.loads((pytester.path / "r.json").read_text())
    assert (report["clock"], report["workers"], report.get("why_real", {})) == ("virtual", 1, {})


def test_pytest_starts_a_factory_of_another_folder_in_two_workers(
    run: Run, pytester: pytest.Pytester, tmp_path: Path
) -> None:
    folder = pytester.mkdir("submission")
    shop(folder, STARTED + FACTORY + BUSY)
    options = ("--conformance-app", "main:create", "--conformance-app-dir", "submission")
    result = run(*options, "--conformance-factory", "--conformance-workers", "2", "-k", "items or workers")
    counts = result.parseoutcomes()
    assert "failed" not in counts
    assert counts["passed"] > 10
    assert result.ret == 0
    assert len(starts(folder)) == 4  # two workers, and started anew at the end
    assert starts(pytester.path) == []
    result.stdout.fnmatch_lines(["*each worker has a cache of its own*"])


def test_pytest_serves_a_command(run: Run, pytester: pytest.Pytester) -> None:
    (shop(pytester.path, HAND_WRITTEN) / "main.py").rename("server.py")
    (pytester.path / "tags.yaml").write_text(TAGS)
    result = run(
        *("--conformance-serve", f"{sys.executable} server.py {{port}}"), "--conformance-target=tags.yaml"
    )
    counts = result.parseoutcomes()
    assert "failed" not in counts
    assert counts["passed"] > 10
    result.stdout.fnmatch_lines(["http://127.0.0.1:*, in real time; seed *"])
    assert starts(pytester.path) == []


def test_under_xdist_one_server_is_started_for_all(run: Run, pytester: pytest.Pytester) -> None:
    result = run("--conformance-app", "main:app", "-n", "2", plugins=(*PLUGINS, "-p", "xdist"))
    passed(result)
    assert len(starts(pytester.path)) == 2  # and once more at the end


@pytest.mark.parametrize("option", ["--collect-only", "--setup-only"])
def test_what_runs_nothing_starts_nothing(run: Run, pytester: pytest.Pytester, option: str) -> None:
    result = run("--conformance-app", "main:app", option)
    assert result.ret in (0, 1)
    assert starts(pytester.path) == []
    result.stdout.fnmatch_lines(["*ttl-ends*"])


BOTH = "exclude each other: one server is judged at a time"
WRONG = {
    "two servers": (("--conformance-app", "main:app", "--base-url", "http://127.0.0.1:1"), BOTH),
    "two ways": (("--conformance-app", "main:app", "--conformance-serve", "x"), BOTH),
    "no folder": (
        ("--conformance-app", "main:app", "--conformance-app-dir", "nowhere"),
        "there is no folder 'nowhere' to start the server in",
    ),
    "no app": (("--conformance-app", "main"), "'main' names no app; accepted is module:attribute"),
    "a factory of nothing": (("--conformance-factory",), "a factory, or a number of workers, is for an app"),
    "no workers": (
        ("--conformance-app", "main:app", "--conformance-workers", "0"),
        "0 workers are none; accepted is a number of 1 or more",
    ),
    "a clock": (
        ("--conformance-serve", "x {port}", "--conformance-clock", "virtual"),
        "the clock 'virtual' moves the server's own clock, so it only works for an app",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_are_one_sentence_and_start_nothing(
    pytester: pytest.Pytester, plain: None, name: str
) -> None:
    options, says = WRONG[name]
    shop(pytester.path, STARTED)
    result = pytester.runpytest_inprocess(*PLUGINS, "--conformance", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = [line for line in result.errlines if line]
    assert line.startswith("ERROR: ")
    assert says in line
    assert starts(pytester.path) == []


def test_an_app_that_does_not_import_is_one_failure_with_its_traceback(
    run: Run, pytester: pytest.Pytester
) -> None:
    (pytester.path / "main.py").write_text("import flusk\n")
    result = run("--conformance-app", "main:app")
    assert result.ret == 1
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["FAILED specs/*main.py do*"])
    shown = result.stdout.str()
    assert "main.py does not import: ModuleNotFoundError: No module named 'flusk' (main.py:1)" in shown
    assert shown.count("Traceback (most recent call last):") == 1
    assert "conformance/servers" not in shown


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_server(
    pytester: pytest.Pytester, plain: None, number: signal.Signals, tmp_path: Path
) -> None:
    text = (
        "def before(path, asked):\n    open(os.path.join(FOLDER, 'asked'), 'w').close()\n    time.sleep(1000)"
    )
    shop(tmp_path, f"FOLDER = {str(tmp_path)!r}\n{STARTED}{text}")
    options = [*PLUGINS, "--conformance", "--conformance-app", "main:app", "--conformance-app-dir"]
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=pytester.path,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert until((tmp_path / "asked").exists, 30)
        (pid,) = starts(tmp_path)
        assert psutil.pid_exists(pid)
        process.send_signal(number)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, output
    assert "Traceback" not in output
    assert not psutil.pid_exists(pid)


# ------------------------------------------------------------------ the command

SERVED: dict[str, tuple[str, tuple[str, ...], int]] = {
    "good": ("", (), 0),
    "flawed": ("LIFE = 60", (), 1),
    "crashes": ("def before(path, asked):\n    if path == '/cached-time/': os._exit(1)", (), 1),
    "does not import": ("import flusk", (), 1),
    "workers": (BUSY, ("--workers", "2"), 7),  # what a cache in each can't show
}


@pytest.mark.parametrize("name", SERVED)
def test_a_saved_report_is_judged_to_the_same_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    text, options, code = SERVED[name]
    report = str(tmp_path / "r.json")
    shop(tmp_path, text)
    ran: Any = ["run", "--app", "main:app", "--app-dir", str(tmp_path), "--report", report, "-v", *options]
    assert command(ran) == code
    said = capsys.readouterr().out.removesuffix(f"report: {report}\n")
    assert command(["judge", report, "-v"]) == code
    assert capsys.readouterr().out == said
    assert not [path for path in tmp_path.iterdir() if path.name not in ("main.py", "r.json")]


# ------------------------------------------------------------------ who writes the report


def unforged(folder: Path) -> None:
    """The report is ours, and whoever could forge it is dead."""
    forger = int((folder / "forger").read_text())
    assert not psutil.pid_exists(forger)
    assert read(folder / "r.json").judged


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (FORGER.format(on_sigterm=OBEDIENT), 0),
        (FORGER.format(on_sigterm=REBEL), 0),
        (FORGER.format(on_sigterm=OBEDIENT) + KILLER, 1),
    ],
    ids=["deaf to SIGTERM", "kills its warden at the end", "has killed its warden"],
)
def test_nothing_of_the_server_is_left_to_forge_the_report(tmp_path: Path, text: str, code: int) -> None:
    (shop(tmp_path, text) / "tags.yaml").write_text(TAGS)
    options = ["--app-dir", str(tmp_path), "--target", str(tmp_path / "tags.yaml")]
    assert command(["run", "--app", "main:app", *options, "--report", str(tmp_path / "r.json")]) == code
    unforged(tmp_path)


def test_nothing_of_the_server_is_left_to_forge_the_report_of_pytest(
    run: Run, pytester: pytest.Pytester
) -> None:
    (shop(pytester.path, FORGER.format(on_sigterm=OBEDIENT)) / "tags.yaml").write_text(TAGS)
    result = run(
        *("--conformance-app", "main:app", "--conformance-target", "tags.yaml"),
        *("--conformance-report", "r.json"),
    )
    assert result.ret == 0
    unforged(pytester.path)


def immortal(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a server's end is not confirmed."""
    end = House.end

    def refuses(house: House) -> None:
        end(house)
        raise ServerError("processes of the server can't be ended")

    monkeypatch.setattr(House, "end", refuses)


def test_no_report_is_written_while_the_server_may_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    immortal(monkeypatch)
    (shop(tmp_path) / "tags.yaml").write_text(TAGS)
    options = ["--app-dir", str(tmp_path), "--target", str(tmp_path / "tags.yaml")]
    assert command(["run", "--app", "main:app", *options, "--report", str(tmp_path / "r.json")]) == 3
    out, err = capsys.readouterr()
    assert (out, err.count("processes of the server can't be ended")) == ("", 1)
    assert read(tmp_path / "r.json").stopped.startswith("it has not come to its end")


def test_no_report_of_pytest_is_written_while_the_server_may_live(
    pytester: pytest.Pytester, plain: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    immortal(monkeypatch)
    (shop(pytester.path) / "tags.yaml").write_text(TAGS)
    options = ["--conformance-app", "main:app", "--conformance-target", "tags.yaml"]
    result = pytester.runpytest_inprocess(
        *PLUGINS, "--conformance", *options, "--conformance-report", "r.json"
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["conformance: no verdict is told, since processes of the server can't*"])
    result.stdout.no_fnmatch_line("Traceback*")
    assert read(pytester.path / "r.json").stopped.startswith("it has not come to its end")
