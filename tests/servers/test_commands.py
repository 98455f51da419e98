"""Commands of any language as servers: their port, their failures in their own words."""

import socket
import sys
from pathlib import Path

import httpx
import psutil
import pytest
from apps.writing import refused, submission

from conformance.servers import AppSpec, CommandSpec, ServerError, life, start
from conformance.servers.isolation import quarters_of

PYTHON = sys.executable
HTTP_SERVER = f"{PYTHON} -m http.server --bind 127.0.0.1"
FOREGROUND = "a server has to stay in the foreground"


def test_a_command_gets_its_port_by_name_or_by_environment(tmp_path: Path) -> None:
    children = set(psutil.Process().children(recursive=True))
    (tmp_path / "file.txt").write_text("served")
    with start(CommandSpec(f"{HTTP_SERVER} {{port}}", tmp_path)) as server:
        assert httpx.get(f"{server.url}/file.txt").text == "served"
        assert (server.moves, server.died(), len(server.pids)) == (False, None, 1)
        server.move(10)
        server.restart()
        assert httpx.get(f"{server.url}/file.txt").text == "served"
    (tmp_path / "serve.py").write_text(
        "import http.server, os\n"
        "address = ('127.0.0.1', int(os.environ['PORT']))\n"
        "http.server.HTTPServer(address, http.server.SimpleHTTPRequestHandler).serve_forever()\n"
    )
    with start(CommandSpec(f"{PYTHON} serve.py", tmp_path)) as server:
        assert httpx.get(f"{server.url}/file.txt").text == "served"
    assert set(psutil.Process().children(recursive=True)) <= children


def test_a_commands_death_is_told(tmp_path: Path) -> None:
    with start(CommandSpec(f"{HTTP_SERVER} {{port}}", tmp_path)) as server:
        psutil.Process(server.pids[0]).kill()
        assert server.died(within=2) == "the server was killed by signal 9"


COMMANDS = {
    "not there": ("no-such-command --port {port}", "there is no command 'no-such-command' here"),
    "a quote": ("python 'x", "the command can't be split into words: No closing quotation"),
    "empty": ("  ", "the command is empty"),
    "exits": (f"{PYTHON} -c 'exit(3)'", f"{PYTHON}: the server exited with status 3 before it was ready"),
    "is content": (
        f"{PYTHON} -c pass",
        f"{PYTHON}: the server exited with status 0 before it was ready; {FOREGROUND}",
    ),
    "tells": (
        f"{PYTHON} -c \"raise KeyError('PORT')\"",
        f"{PYTHON}: the server exited with status 1 before it was ready: KeyError: 'PORT'",
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_does_not_serve(tmp_path: Path, name: str) -> None:
    command, says = COMMANDS[name]
    assert str(refused(CommandSpec(command, tmp_path))) == says


def test_a_command_that_never_listens(tmp_path: Path) -> None:
    command = f"{PYTHON} -u -c \"import time; print('compiling'); time.sleep(1000)\""
    problem = refused(CommandSpec(command, tmp_path, ready_within=0.5))
    assert str(problem).startswith(f"{PYTHON} did not listen on port ")
    assert str(problem).endswith(" within 0.5 s; the last it printed: compiling")


def test_a_command_that_listens_elsewhere_is_told_the_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "_ELSEWHERE", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    problem = refused(CommandSpec(f"{PYTHON} -m http.server {port} --bind 127.0.0.1", tmp_path))
    assert str(problem).startswith(f"the server listens on port {port}, not on ")
    assert str(problem).endswith(
        ", which it was given; the command has to say {port} where its port belongs, or to read $PORT"
    )


def test_a_command_that_names_its_port_may_listen_on_another_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "_ELSEWHERE", 0.05)
    (tmp_path / "serve.py").write_text(
        "import http.server, socket, sys, time\n"
        "manager = socket.create_server(('127.0.0.1', 0))\n"
        "time.sleep(0.5)  # compiles\n"
        "address = ('127.0.0.1', int(sys.argv[1]))\n"
        "http.server.HTTPServer(address, http.server.SimpleHTTPRequestHandler).serve_forever()\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    spec = CommandSpec(f"{PYTHON} serve.py {port}", tmp_path)
    begun = life.launch_command(spec, quarters_of(spec), port)
    try:
        assert begun.port == port
    finally:
        begun.stop()


def test_a_port_that_is_taken_is_not_judged(tmp_path: Path) -> None:
    server = start(CommandSpec(f"{PYTHON} -m http.server {{port}} --bind 127.0.0.1", tmp_path))
    server.stop()
    with socket.create_server(("127.0.0.1", server.port)), pytest.raises(ServerError, match="is taken"):
        server.restart()
    app = start(AppSpec(app_dir=submission(tmp_path)))
    app.stop()
    with socket.create_server(("127.0.0.1", app.port)), pytest.raises(ServerError, match="in use"):
        app.restart()
