"""Starting and stopping servers: what is promised, and that nothing is left behind."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import cast

import httpx
import psutil
import pytest
from apps.writing import submission, until

from conformance.servers import AppSpec, ServerError, start
from conformance.servers.channel import Channel, Closed
from conformance.servers.environment import scrubbed, spoken_of, told, withheld
from conformance.servers.house import House
from conformance.servers.life import Life
from conformance.servers.output import Output, one_line, telling_line
from conformance.servers.warden import descendants

PYTHON = sys.executable


def descriptors() -> int:
    """How many we hold."""
    return psutil.Process().num_fds()


def test_it_is_asked_on_a_socket_that_was_made_for_it_in_all_its_lives(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return os.getpid()")
    with socket.create_server(("127.0.0.1", 0)) as made:
        with start(AppSpec(app_dir=tmp_path, listening=made, ready_within=10)) as server:
            assert server.port == made.getsockname()[1]
            first = httpx.get(server.url).text
            server.restart()
            assert httpx.get(server.url).text != first
        assert made.fileno() > 0, "it stays the caller's"
        with pytest.raises(ServerError, match="one that is given is for one worker"):
            start(AppSpec(app_dir=tmp_path, listening=made, workers=2))


def test_stop_leaves_nothing(tmp_path: Path) -> None:
    submission(tmp_path, "import tempfile\ndef handle(path): return tempfile.mkdtemp()")
    before, children = descriptors(), set(psutil.Process().children(recursive=True))
    with start(AppSpec(app_dir=tmp_path, workers=2)) as server:
        made = Path(httpx.get(server.url).text)
        assert made.is_dir()
        assert all(psutil.pid_exists(pid) for pid in server.pids)
    server.stop()
    assert not [pid for pid in server.pids if psutil.pid_exists(pid)]
    assert set(psutil.Process().children(recursive=True)) <= children
    assert not made.parent.exists()
    assert server.died() == "the server was stopped"
    assert [path.name for path in tmp_path.iterdir()] == ["main.py"]
    assert descriptors() == before


def test_a_restart_is_cold_and_on_the_same_port(tmp_path: Path) -> None:
    submission(tmp_path, "seen = []\ndef handle(path): return seen.append(1) or len(seen), time.time()")
    with start(AppSpec(app_dir=tmp_path)) as server:
        url, pids = server.url, server.pids
        server.move(5000)
        httpx.get(url)
        count, wall = httpx.get(url).text[1:-1].split(", ")
        assert count == "2"
        server.restart()
        again, later = httpx.get(url).text[1:-1].split(", ")
        assert (again, server.url, server.pids == pids) == ("1", url, False)
        assert 0 < float(later) - float(wall) < 60  # its clock does not go back


def test_memory_is_measured_from_outside(tmp_path: Path) -> None:
    submission(tmp_path, "kept = []\ndef handle(path): kept.append(os.urandom(30_000_000))")
    with start(AppSpec(app_dir=tmp_path)) as server:
        before = server.memory()
        httpx.get(server.url)
        assert 25_000_000 < server.memory() - before < 50_000_000


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)", "sys.exit(1)", "signal.pause()"])
def test_the_server_ends_with_the_suite_however_that_ends(tmp_path: Path, end: str) -> None:
    submission(tmp_path, "import tempfile\ndef handle(path): return tempfile.gettempdir()")
    program = f"""
    import os, signal, sys, urllib.request
    from pathlib import Path
    from conformance.servers import AppSpec, start
    server = start(AppSpec(app_dir=Path({str(tmp_path)!r})))
    print(*server.pids, urllib.request.urlopen(server.url).read().decode(), flush=True)
    {end}
    """
    with subprocess.Popen(
        [PYTHON, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as suite:
        assert suite.stdout is not None
        pid, temporary = suite.stdout.readline().split()
        if "pause" in end:
            suite.send_signal(signal.SIGINT)
    assert until(lambda: not psutil.pid_exists(int(pid)))
    assert until(lambda: not Path(temporary).exists())


def test_secrets_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "ACTIONS_RUNTIME_URL", "MY_API_KEY", "db_password", "AWS_REGION"):
        monkeypatch.setenv(name, "hidden")
    monkeypatch.setenv("CACHE_URL", "redis://:hunter2@cache")
    monkeypatch.setenv("SHOP_NAME", "kept")
    submission(tmp_path, "def handle(path): return sorted(os.environ.items())")
    with start(AppSpec(app_dir=tmp_path, env={"SECRET_KEY": "meant"})) as server:
        seen = httpx.get(server.url).text
    assert "hidden" not in seen
    assert "hunter2" not in seen
    assert "('SHOP_NAME', 'kept')" in seen
    assert "('SECRET_KEY', 'meant')" in seen
    assert "PYTEST_" not in seen


def test_no_descriptor_of_ours_is_handed_on(tmp_path: Path) -> None:
    text = """
    import subprocess
    def handle(path):
        listed = subprocess.run(["ls", "/proc/self/fd"], capture_output=True, text=True, close_fds=False)
        return listed.stdout.split()
    """
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc")
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
            assert httpx.get(server.url).text == "['0', '1', '2', '3']"  # 3 is that of ls


# ------------------------------------------------------------------ the parts


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("PATH", "/bin", True),
        ("HOME", "/home/me", True),
        ("LANG", "C.UTF-8", True),
        ("VIRTUAL_ENV", "/v", True),
        ("PYTHONPATH", "src", True),
        ("DATABASE_URL", "sqlite:///shop.db", True),
        ("DATABASE_URL", "postgres://me:pw@host/shop", False),
        ("GITHUB_ACTIONS", "true", False),
        ("Npm_Token", "x", False),
        ("SSH_AUTH_SOCK", "/run/x", False),
        ("SESSION_SECRET", "x", False),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/x.json", False),
        ("PYTEST_CURRENT_TEST", "x", False),
    ],
)
def test_what_is_scrubbed(name: str, value: str, kept: bool) -> None:
    assert scrubbed({name: value}) == ({name: value} if kept else {})
    assert scrubbed({}, {name: value}) == {name: value}
    assert withheld({name: value}) == (() if kept else (name,))
    assert withheld({name: value}, {name: value}) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KeyError: 'SHOP_KEY'", ("SHOP_KEY",)),
        ("1 validation error for Settings\nshop_key\n  Field required", ("SHOP_KEY",)),
        ("KeyError: 'SHOP_KEYS'", ()),
        ("", ()),
    ],
)
def test_a_variable_that_was_withheld_is_found_in_what_is_printed(
    text: str, expected: tuple[str, ...]
) -> None:
    assert spoken_of(["DB_KEY", "SHOP_KEY"], text) == expected


def test_what_was_withheld_is_told_with_the_option_that_passes_it_on() -> None:
    assert told(()) == ""
    assert told(["A_KEY", "B_KEY"]) == (
        "A_KEY, B_KEY were withheld from the app, as whatever may be a secret: pass on what it needs with "
        "--env A_KEY --env B_KEY (in pytest: --conformance-env)"
    )


def test_output_keeps_both_ends() -> None:
    reading, writing = os.pipe()
    output = Output(reading)
    with os.fdopen(writing, "w") as pipe:
        for number in range(30_000):
            pipe.write(f"line {number}\n")
    text = output.text(within=5)
    printed = sum(len(f"line {number}\n") for number in range(30_000))
    assert output.printed == printed
    assert output.since(printed - 11) == "line 29999\n"
    assert output.since(printed) == ""
    assert output.since(7).startswith("line 1\n")
    output.close()
    assert text.startswith("line 0\n")
    assert text.endswith("line 29999\n")
    assert "bytes ...]" in text
    assert len(text) < 66_000


def test_output_stops_though_somebody_holds_the_pipe() -> None:
    reading, writing = os.pipe()
    output = Output(reading)
    os.write(writing, b"partial \xff")
    assert until(output.text)
    output.close()
    os.close(writing)
    assert output.text() == "partial �"


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("", ""),
        ("hello\nbye\n", "bye"),
        ("Traceback\n  File\nValueError: no\n", "ValueError: no"),
        (
            "Error: Cannot find module 'express'\n    at x\n\nNode.js v20.1\n",
            "Error: Cannot find module 'express'",
        ),
        ("\x1b[31mERROR\x1b[0m:  [Errno 98] in use\nbye", "ERROR: [Errno 98] in use"),
        ("fatal " + "x" * 1000, "fatal " + "x" * 391 + "..."),
    ],
)
def test_the_telling_line(output: str, line: str) -> None:
    assert telling_line(output) == line


def test_one_line_is_printable() -> None:
    assert one_line("a\nb\x1b[2Jc\x00\t\u202ed") == "a bc d"


@pytest.mark.parametrize("said", [b"no JSON\n", b"[1]\n", b"\xff\n", b""])
def test_a_channel_is_closed_by_nonsense(said: bytes) -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(said)
    theirs.close()
    channel = Channel(ours)
    with pytest.raises(Closed):
        channel.receive(1)
    channel.close()


def test_a_ready_that_crosses_the_question_where_it_is_does_not_get_lost() -> None:
    ours, theirs = socket.socketpair()

    def runner() -> None:
        theirs.recv(100)
        theirs.sendall(b'{"ready": true}\n{"where": "load in main.py:12"}\n')

    answering = threading.Thread(target=runner)
    answering.start()
    line = Channel(ours)
    server = Life("main:app", 1, cast("House", None), [line])
    assert server.where() == ("load in main.py:12", "")
    assert line.take("failed", "ready") == {"ready": True}
    assert line.take("failed", "ready") is None
    answering.join()
    theirs.close()
    line.close()


def test_a_channel_does_not_listen_for_ever_to_who_never_says_what_is_asked() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(b"".join(b'{"kind%d": 1}\n' % number for number in range(100)))
    channel = Channel(ours)
    assert channel.take("ready") is None
    assert channel.take("kind0") == {"kind0": 1}
    channel.close()
    theirs.close()


def test_descendants_are_all_below() -> None:
    with subprocess.Popen(["/bin/sh", "-c", "sleep 100 & sleep 100"], start_new_session=True) as shell:
        assert until(lambda: len(descendants(shell.pid)) == 2)
        assert {shell.pid, *descendants(shell.pid)} <= set(descendants(os.getpid()))
        os.killpg(shell.pid, signal.SIGKILL)


def test_windows_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ServerError, match="start it yourself and pass its URL"):
        start(AppSpec())
