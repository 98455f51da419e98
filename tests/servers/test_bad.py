"""Servers that do not start, or not as they should: the first line says why, in the app's own words."""

import re
import sys
import textwrap
from pathlib import Path

import pytest
from apps.writing import refused, submission

from conformance.servers import AppSpec, life

ACCEPTED = (
    "; accepted are an ASGI app (FastAPI, Starlette, Quart), a WSGI app (Flask, Django) and, "
    "with --factory (in pytest: --conformance-factory), a function that returns one"
)

A_COROUTINE = "a coroutine, not an app (a factory has to be a plain function, not async)"
NO_PARAMETERS = (
    f"main:app is a function without parameters, not an app (if it makes the app: --factory){ACCEPTED}"
)


BROKEN = {
    "missing module": (
        "import os\nimport time\nimport flusk\n",
        (
            "main.py does not import: ModuleNotFoundError: No module named 'flusk' (main.py:3); if it is no "
            f"file of yours, install it where the suite is: {sys.executable} -m pip install flusk"
        ),
    ),
    "syntax": ("app = = 3\n", "main.py does not import: SyntaxError: invalid syntax (main.py:1)"),
    "raises": (
        "def load():\n    raise ValueError('no\\nconfig\\x1b[31m')\nload()\n",
        "main.py does not import: ValueError: no config (main.py:2)",
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
        NO_PARAMETERS,
    ),
    "an async view": (
        "async def app(): return 'hello'\n",
        NO_PARAMETERS,
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
    lines = [line for line in problem.output.splitlines() if line.strip("~^ ")]
    assert (
        lines
        == textwrap.dedent(f"""\
        Traceback (most recent call last):
          File "{tmp_path}/main.py", line 3, in <module>
            1 / 0
        ZeroDivisionError: division by zero
        During handling of the above exception, another exception occurred:
        Traceback (most recent call last):
          File "{tmp_path}/main.py", line 5, in <module>
            database.connect()
          File "{tmp_path}/database.py", line 2, in connect
            return {{}}['db']
        KeyError: 'db'
        """).splitlines()
    )


NAMED = {
    "another name": (
        "application = app; del app",
        "main:app",
        "main.py has no 'app'; did you mean main:application?",
    ),
    "close": (
        "def make_shop(): pass",
        "main:make_shp",
        "main.py has no 'make_shp'; did you mean main:make_shop (with --factory)?",
    ),
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
        f"what make() in main.py returns is {A_COROUTINE}{ACCEPTED}",
    ),
    "takes something": (
        "def make(config): return app",
        "make() in main.py fails: TypeError: make() missing 1 required positional argument: 'config'",
    ),
    "no factory": ("make = 3", "make in main.py is an int, not a function that returns an app"),
    "no app": (
        "class App:\n    async def __call__(self, scope, receive, send): ...\nmake = App()",
        "main:make is an App, an app already: leave out --factory",
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
    says = "uvicorn, which is to serve it, is not installed here: pip install uvicorn"
    assert str(refused(spec)) == f"main:app is an ASGI app, and {says}"


def test_a_server_started_at_import_is_told_where(tmp_path: Path) -> None:
    text = "import uvicorn\nuvicorn.run(app, port=0)\n"
    problem = refused(AppSpec(app_dir=submission(tmp_path, text)))
    line = (tmp_path / "main.py").read_text().count("\n")
    assert str(problem).startswith("main.py does not import: RuntimeError: ")
    assert str(problem).endswith(f" (main.py:{line}); a server is started only under `if __name__ == ...`")


def test_an_app_that_serves_elsewhere_is_never_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "_ELSEWHERE", 0.6)  # so that not the whole time has to pass
    text = """\
    import http.server

    def serve():
        server = http.server.HTTPServer(("127.0.0.1", 0), None)
        server.serve_forever()

    serve()
    """
    problem = refused(AppSpec(app_dir=submission(tmp_path, text, plain=False)))
    assert re.fullmatch(
        r"main:app was not ready within [\d.]+ s; it is still in serve in main.py:5: server.serve_forever\(\)"
        r"; it listens on port \d+ itself: a server is started only under `if __name__ == ...`",
        str(problem),
    )


def test_an_app_that_never_gets_ready_is_told_where_it_hangs(tmp_path: Path) -> None:
    text = "import time\nprint('loading')\ntime.sleep(1000)\n"
    problem = refused(AppSpec(app_dir=submission(tmp_path, text, plain=False), ready_within=0.8))
    assert re.fullmatch(
        r"main:app was not ready within 0.\d+ s; it is still in <module> in main.py:3: time.sleep\(1000\)",
        str(problem),
    )
    assert problem.output == "loading\n"


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    spec = AppSpec(app_dir=tmp_path / "nowhere")
    assert str(refused(spec)) == f"{tmp_path}/nowhere is not a folder, so no server can run there"
