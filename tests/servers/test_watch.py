"""What else than the moved clock may tell an app the time, as its own process sees it."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
from apps.grading import shop

from conformance.servers import AppSpec, CommandSpec, start

HARMLESS = {
    "plain": "",
    "a pool that waits for work": """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(1)
def before(path, asked):
    pool.submit(len, path).result()
""",
    "code that is read late": "def before(path, asked):\n    import colorsys, this\n",
    "a file that is read at the start": "source = open(__file__).read()",
}
CLOCKS = {
    "a file": ("def before(path, asked):\n    open(os.devnull).close()", "a file was opened"),
    "a file written at the start": ("open('log', 'w').write('started')", "a file was opened"),
    "a socket": (
        "import socket\npair = socket.create_connection(('127.0.0.1', int(os.environ['PORT'])))",
        "socket.connect was seen",
    ),
    "another process": (
        "import subprocess\ndef before(path, asked):\n    subprocess.run([sys.executable, '-c', ''])",
        "was seen",
    ),
    "SQLite": ("import sqlite3", "_sqlite3 is loaded"),
    "C": ("import ctypes", "_ctypes is loaded"),
    "a thread": (
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
        "a thread of the app's is running",
    ),
    "the loop's time": (
        "def before(path, asked):\n    asyncio.get_running_loop().time()",
        "the event loop's clock was asked",
    ),
    "a scheduler": ("import sched\nplan = sched.scheduler()", "a scheduler waits in real time"),
    "an alarm": ("signal.signal(signal.SIGALRM, lambda *_: None)", "an alarm is set"),
}


def told(folder: Path, text: str, workers: int = 1) -> str:
    """What is said of an app that has answered."""
    with start(AppSpec(app_dir=shop(folder, text), workers=workers)) as server:
        for _ in range(2):
            urllib.request.urlopen(f"{server.url}/items/").read()  # noqa: S310 - a server of ours
        return server.other_clocks()


@pytest.mark.parametrize("name", HARMLESS)
def test_what_every_app_does_tells_of_no_other_clock(tmp_path: Path, name: str) -> None:
    assert told(tmp_path, HARMLESS[name]) == ""


@pytest.mark.parametrize("name", CLOCKS)
def test_what_may_be_another_clock_is_told(tmp_path: Path, name: str) -> None:
    text, says = CLOCKS[name]
    assert says in told(tmp_path, text)


def test_all_workers_are_asked(tmp_path: Path) -> None:
    assert told(tmp_path, "import sqlite3", workers=2) == "_sqlite3 is loaded"


def test_of_a_command_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "serve.py").write_text(
        "import http.server, sys\n"
        "class Handler(http.server.SimpleHTTPRequestHandler):\n    log_message = lambda *_: None\n"
        "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()\n"
    )
    with start(CommandSpec("python serve.py {port}", tmp_path)) as server:
        assert server.other_clocks() == "it is no app of Python"
