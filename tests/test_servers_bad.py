"""Servers that do not start, or not as they should: the first line says why, in the app's own words."""

import signal
import socket
import sys
import textwrap
import time
from pathlib import Path

import httpx
import psutil
import pytest
from apps.writing import submission, until

from conformance.servers import AppSpec, CommandSpec, ServerDied, ServerError, house, running, start

PYTHON = sys.executable
ACCEPTED = (
    "; accepted are an ASGI app (FastAPI, Starlette, Quart), a WSGI app (Flask, Django) and, "
    "with the option for a factory, a function that returns one"
)


def refused(spec: AppSpec | CommandSpec) -> ServerError:
    """Why it does not start; and nothing is left of it."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with pytest.raises(ServerError) as caught:
        start(spec).stop()
    assert {child.pid for child in psutil.Process().children(recursive=True)} == before
    return caught.value


BROKEN = {
    "missing module": (
        "import os\nimport time\nimport flusk\n",
        "main.py does not import: ModuleNotFoundError: No module named 'flusk' (main.py:3)",
    ),
    "syntax": ("app = = 3\n", "main.py does not import: SyntaxError: invalid syntax (main.py:1)"),
    "raises": (
        "def load():\n    raise ValueError('no\\nconfig\\x1b[31m')\nload()\n",
        "main.py does not import: config (main.py:2)",
    ),
    "name": (
        "app = FastAPI()\n",
        "main.py does not import: NameError: name 'FastAPI' is not defined (main.py:1)",
    ),
    "exits": ("import sys\nsys.exit(3)\n", "main.py exits while it is imported: SystemExit: 3 (main.py:2)"),
    "exits at once": (
        "import os\nos._exit(4)\n",
        "main:app: the server exited with status 4 before it was ready",
    ),
    "crashes": (
        "import os\nprint('bye: error', flush=True)\nos.kill(os.getpid(), 11)\n",
        "main:app: the server was killed by signal 11 before it was ready: bye: error",
    ),
    "no such attribute": ("x = 1\n", "main.py has no 'app' and nothing that could be an app"),
    "reads stdin": (
        "name = input('Your name? ')\n",
        "main.py does not import: EOFError: EOF when reading a line (main.py:1)",
    ),
    "a list": ("app = []\n", f"main:app is a list, not an app{ACCEPTED}"),
    "none": ("app = None\n", f"main:app is None, not an app{ACCEPTED}"),
    "a class": (
        "class Shop: pass\napp = Shop\n",
        f"main:app is the class Shop, not an app (an instance is needed: Shop(...)){ACCEPTED}",
    ),
    "a view": (
        "def app(request): return 'hello'\n",
        f"main:app is a function of (request), not an app{ACCEPTED}",
    ),
    "a factory": (
        "def app(): return None\n",
        "main:app is a function without parameters, not an app (if it makes the app, say so with the option "
        f"for a factory){ACCEPTED}",
    ),
    "an async view": (
        "async def app(): return 'hello'\n",
        "main:app is a function without parameters, not an app (if it makes the app, say so with the option "
        f"for a factory){ACCEPTED}",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_app_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    text, says = BROKEN[name]
    problem = refused(AppSpec(app_dir=submission(tmp_path, text, plain=False)))
    assert str(problem) == says


def test_the_traceback_is_the_apps_own_and_there_once(tmp_path: Path) -> None:
    submission(tmp_path, "def connect():\n    return {}['db']\n", "database.py", plain=False)
    submission(
        tmp_path,
        "import database\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    database.connect()\n",
        plain=False,
    )
    problem = refused(AppSpec(app_dir=tmp_path))
    assert str(problem) == "main.py does not import: KeyError: 'db' (database.py:2)"
    assert problem.output == textwrap.dedent(f"""\
        Traceback (most recent call last):
          File "{tmp_path}/main.py", line 3, in <module>
            1 / 0
            ~~^~~
        ZeroDivisionError: division by zero

        During handling of the above exception, another exception occurred:

        Traceback (most recent call last):
          File "{tmp_path}/main.py", line 5, in <module>
            database.connect()
          File "{tmp_path}/database.py", line 2, in connect
            return {{}}['db']
                   ~~^^^^^^
        KeyError: 'db'
        """)


NAMED = {
    "another name": (
        "application = app; del app",
        "main:app",
        "main.py has no 'app'; did you mean main:application?",
    ),
    "close": ("def make_shop(): pass", "main:make_shp", "main.py has no 'make_shp'; did you mean main:app?"),
    "a file": ("", "main.py:app", "an app is named as a module, not as a file: main:app, not main.py:app"),
    "a path": (
        "",
        "./src/main.py",
        "an app is named as a module, not as a file: src.main:app, not ./src/main.py",
    ),
    "no module": ("", "mian:app", "there is no module 'mian' in {folder}; Python files there: main.py"),
    "no package": ("", "shop.main:app", "there is no module 'shop' in {folder}; Python files there: main.py"),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_wrong_name_is_answered_with_the_right_one(tmp_path: Path, name: str) -> None:
    text, app, says = NAMED[name]
    assert str(refused(AppSpec(app, submission(tmp_path, text)))) == says.format(folder=tmp_path)


FACTORIES = {
    "fails": (
        "def make(): return os.environ['NOPE']",
        "make() in main.py fails: KeyError: 'NOPE' (main.py:{line})",
    ),
    "returns nothing": ("def make(): app", f"what make() in main.py returns is None, not an app{ACCEPTED}"),
    "async": (
        "async def make(): return app",
        "what make() in main.py returns is a coroutine, not an app (a factory has to be a plain function, not async)"
        + ACCEPTED,
    ),
    "takes something": (
        "def make(config): return app",
        "make() in main.py fails: TypeError: make() missing 1 required positional argument: 'config'",
    ),
    "no factory": ("make = 3", "make in main.py is an int, not a function that returns an app"),
    "no app": (
        "class App:\n    async def __call__(self, scope, receive, send): ...\nmake = App()",
        "main:make is an App, an app already: leave out the option for a factory",
    ),
}


@pytest.mark.parametrize("name", FACTORIES)
def test_a_factory_that_makes_none(tmp_path: Path, name: str) -> None:
    text, says = FACTORIES[name]
    submission(tmp_path, text)
    line = (tmp_path / "main.py").read_text().count("\n") + 1
    assert str(refused(AppSpec("main:make", tmp_path, factory=True))) == says.format(line=line)


def test_a_lifespan_that_fails(tmp_path: Path) -> None:
    text = """
    from contextlib import asynccontextmanager
    from starlette.applications import Starlette

    @asynccontextmanager
    async def lifespan(app):
        raise ConnectionError("no database")
        yield

    app = Starlette(lifespan=lifespan)
    """
    problem = refused(AppSpec(app_dir=submission(tmp_path, text, plain=False)))
    says = "main:app does not start: its lifespan fails: ConnectionError: no database (main.py:7)"
    assert str(problem) == says
    assert problem.output.count("ConnectionError: no database") == 1


def test_uvicorn_is_named_where_it_is_missing(tmp_path: Path) -> None:
    block = "import sys\nsys.modules['uvicorn'] = None\n"
    submission(tmp_path / "block", block, "sitecustomize.py", plain=False)
    spec = AppSpec(app_dir=submission(tmp_path), env={"PYTHONPATH": str(tmp_path / "block")})
    says = "main:app is an ASGI app, and uvicorn, which is to serve it, is not installed here: pip install uvicorn"
    assert str(refused(spec)) == says


def test_a_server_started_at_import_is_told_where(tmp_path: Path) -> None:
    text = "import uvicorn\nuvicorn.run(app, port=0)\n"
    problem = refused(AppSpec(app_dir=submission(tmp_path, text)))
    line = (tmp_path / "main.py").read_text().count("\n")
    assert str(problem).startswith(
        "main.py does not import: RuntimeError: asyncio.run() cannot be called from"
    )
    assert str(problem).endswith(f"(main.py:{line})")


def test_an_app_that_serves_elsewhere_is_never_ready(tmp_path: Path) -> None:
    text = """\
    import http.server

    def serve():
        server = http.server.HTTPServer(("127.0.0.1", 0), None)
        server.serve_forever()

    serve()
    """
    problem = refused(AppSpec(app_dir=submission(tmp_path, text, plain=False), ready_within=1.0))
    assert str(problem).startswith(
        "main:app was not ready within 1 s; it is still in serve in main.py:5: server.serve_forever(); it listens on port "
    )


def test_an_app_that_never_gets_ready_is_told_where_it_hangs(tmp_path: Path) -> None:
    text = "import time\nprint('loading')\ntime.sleep(1000)\n"
    problem = refused(AppSpec(app_dir=submission(tmp_path, text, plain=False), ready_within=0.8))
    says = "main:app was not ready within 0.8 s; it is still in <module> in main.py:3: time.sleep(1000)"
    assert (str(problem), problem.output) == (says, "loading\n")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    spec = AppSpec(app_dir=tmp_path / "nowhere")
    assert str(refused(spec)) == f"{tmp_path}/nowhere is not a folder, so no server can run there"


# ------------------------------------------------------------------ once it runs


def test_an_exit_at_the_first_request_is_told_and_a_restart_mends_it(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return os._exit(7) if path == '/die' else 'alive'")
    with start(AppSpec(app_dir=tmp_path)) as server:
        port = server.port
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url}/die")
        assert server.died(within=2) == "the server exited with status 7"
        assert not server.alive()
        with pytest.raises(httpx.ConnectError):  # at once, not after a time-out
            httpx.get(server.url)
        with pytest.raises(ServerDied, match="exited with status 7"):
            server.move(1)
        server.restart()
        assert (server.alive(), server.port, httpx.get(server.url).text) == (True, port, "alive")


def test_sys_exit_in_a_handler_ends_an_asgi_server(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): sys.exit(5)")
    with start(AppSpec(app_dir=tmp_path)) as server:
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url)
        assert server.died(within=2) == "the server exited with status 5"


def test_one_dead_worker_is_named(tmp_path: Path) -> None:
    submission(tmp_path)
    with start(AppSpec(app_dir=tmp_path, workers=2)) as server:
        psutil.Process(server.pids[1]).send_signal(signal.SIGKILL)
        assert server.died(within=2) == "worker 2 of 2 was killed by signal 9"
        assert httpx.get(server.url).text == "hello"


def test_sigterm_ignored_and_a_blocked_loop_end_all_the_same(tmp_path: Path) -> None:
    text = """
    import signal
    def handle(path):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("stuck", flush=True)
        while True:
            time.sleep(1)
    """
    server = start(AppSpec(app_dir=submission(tmp_path, text)))
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert until(lambda: "stuck" in server.output)
        begun = time.monotonic()
        server.stop()
    assert time.monotonic() - begun < 4
    assert not [pid for pid in server.pids if psutil.pid_exists(pid)]


def test_daemons_and_their_children_are_found(tmp_path: Path) -> None:
    text = """
    def handle(path):
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.environ.clear()
                os.write(writing, str(os.getpid()).encode())
                os.close(1), os.close(2)
                os.execve("/bin/sleep", ["sleep", "1000"], {})
            os._exit(0)
        os.wait()
        return os.read(reading, 100).decode()
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        daemon = int(httpx.get(server.url).text)
        assert psutil.pid_exists(daemon)
        assert server.memory() > 10_000_000
    assert until(lambda: not psutil.pid_exists(daemon))


def test_too_many_processes_end_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "_PROCESSES", 5)
    text = """
    def handle(path):
        for _ in range(8):
            if os.fork() == 0:
                time.sleep(1000)
        return "forked"
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        assert httpx.get(server.url).text in {"forked", "error"}
        assert until(lambda: server.died() is not None)
        assert server.died() in {
            "the server was ended, since it had started 9 processes",
            "the server was ended, since it had started 5 processes",
        }


def test_megabytes_of_output_are_bounded_and_block_nothing(tmp_path: Path) -> None:
    text = """
    print("the beginning")
    sys.stdout.write("x" * 5_000_000)
    def handle(path):
        sys.stderr.write("y" * 1_000_000 + "\\nthe end\\n")
        return "hello"
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        assert [httpx.get(server.url).text for _ in range(5)] == ["hello"] * 5
        assert until(lambda: server.output.endswith("the end\n"))
        assert server.output.startswith("the beginning\nxxx")
        assert len(server.output) < 70_000


def test_stdin_is_empty(tmp_path: Path) -> None:
    with start(
        AppSpec(app_dir=submission(tmp_path, "def handle(path): return [sys.stdin.read()]"))
    ) as server:
        assert httpx.get(server.url).text == "['']"


def test_memory_is_limited(tmp_path: Path) -> None:
    submission(tmp_path, "def handle(path): return len(bytearray(1 << 30))")
    with start(AppSpec(app_dir=tmp_path, memory=300 << 20)) as server:
        assert httpx.get(server.url).status_code == 500
        assert "MemoryError" in server.output


def test_files_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "_FILE", 1 << 20)
    text = """
    import tempfile
    def handle(path):
        with tempfile.TemporaryFile() as file:
            file.write(b"x" * (2 << 20))
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        assert httpx.get(server.url).status_code == 500
        assert "File too large" in server.output


def test_an_app_that_takes_the_line_to_its_clock_loses_its_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_MOVED_WITHIN", 0.3)
    text = """
    import threading, socket, stat
    def steal():
        for fd in range(3, 50):
            try:
                if stat.S_ISSOCK(os.fstat(fd).st_mode) and socket.socket(fileno=os.dup(fd)).family == socket.AF_UNIX:
                    os.write(fd, b'"not a message"\\n')
            except OSError:
                pass
    def handle(path): steal()
    """
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        assert httpx.get(server.url).text == "None"
        with pytest.raises(ServerDied, match="line by which its clock is moved"):
            server.move(10)
        assert server.alive()


def test_a_server_that_kills_its_warden_does_not_get_away(tmp_path: Path) -> None:
    text = "import signal\ndef handle(path): return os.kill(os.getppid(), signal.SIGKILL)"
    with start(AppSpec(app_dir=submission(tmp_path, text))) as server:
        httpx.get(server.url)
        assert until(lambda: not server.alive())
    assert until(lambda: not any(psutil.pid_exists(pid) for pid in server.pids))


# ------------------------------------------------------------------ commands

COMMANDS = {
    "not there": ("no-such-command --port {port}", "there is no command 'no-such-command' here"),
    "a quote": ("python 'x", "the command can't be split into words: No closing quotation"),
    "empty": ("  ", "the command is empty"),
    "exits": (f"{PYTHON} -c 'exit(3)'", f"{PYTHON}: the server exited with status 3 before it was ready"),
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
    monkeypatch.setattr(running, "_ELSEWHERE", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    problem = refused(CommandSpec(f"{PYTHON} -m http.server {port} --bind 127.0.0.1", tmp_path))
    assert str(problem).startswith(f"the server listens on port {port}, not on ")
    assert str(problem).endswith(
        ", which it was given; the command has to say {port} where its port belongs, or to read $PORT"
    )


def test_a_port_that_is_taken_is_not_judged(tmp_path: Path) -> None:
    server = start(CommandSpec(f"{PYTHON} -m http.server {{port}} --bind 127.0.0.1", tmp_path))
    server.stop()
    with socket.create_server(("127.0.0.1", server.port)), pytest.raises(ServerError, match="is taken"):
        server.restart()
    app = start(AppSpec(app_dir=submission(tmp_path)))
    app.stop()
    with socket.create_server(("127.0.0.1", app.port)), pytest.raises(ServerError, match="in use"):
        app.restart()
