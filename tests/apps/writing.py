"""Little submissions, written where a test wants them. The plain ones import nothing, so they start fast."""

import os
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from conformance.servers import AppSpec, CommandSpec, ServerError, start

# `handle(path)` is what a test adds; it returns the text of the answer.
PLAIN = """
import os, sys, time

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    try:
        status, body = 200, str(handle(scope["path"])).encode()
    except Exception as problem:
        print(type(problem).__name__, problem, file=sys.stderr)
        status, body = 500, b"error"
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

def handle(path):
    return "hello"
"""


def submission(folder: Path, text: str = "", name: str = "main.py", *, plain: bool = True) -> Path:
    """Write an app: the plain one, and what is different; the folder is returned."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text((PLAIN if plain else "") + textwrap.dedent(text))
    return folder


def until(happens: Callable[[], object], within: float = 5.0) -> bool:
    """Whether something comes true in time; looked at often, and no longer than that."""
    deadline = time.monotonic() + within
    while not happens():
        if time.monotonic() > deadline:
            return False
        os.sched_yield()
    return True


def refused(spec: AppSpec | CommandSpec) -> ServerError:
    """Why it does not start; and nothing is left of it."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with pytest.raises(ServerError) as caught:
        start(spec).stop()
    assert {child.pid for child in psutil.Process().children(recursive=True)} == before
    return caught.value
