"""`conformance fuzz`: a whole API by its OpenAPI, in a folder of its own, by GET and HEAD unless writes are
allowed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from helpers.hostile import serve
from helpers.student import Student, reply

from conformance.commands.fuzz import UNCLEAN, command, fuzz
from conformance.errors import UsageError
from conformance.fuzz import CHECKS, GUARD
from reference_impl.twisted.serve import start

pytestmark = pytest.mark.processes


def ran(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {n: v for n, v in os.environ.items() if n != "CI" and "SCHEMATHESIS" not in n}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    if hooks := env.pop("HOOKS_OF_THIS_TEST", ""):
        env["SCHEMATHESIS_HOOKS"] = hooks
    return subprocess.run(
        # As the command itself, which looks for no module in the current folder.
        [sys.executable, "-P", "-m", "conformance", "fuzz", *words],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.parametrize("configured", [True, False])
def test_it_finds_what_is_wrong_once_and_leaves_nothing_in_the_folder(
    configured: bool, tmp_path: Path
) -> None:
    if configured:
        (tmp_path / "schemathesis.toml").write_text("# nothing\n")
    with start(flaw="ignores-inm") as running:
        done = ran(tmp_path, running.url, "--seed", "1", "--fuzz-examples", "3")
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.count("Revalidation fails") == 1
    assert ("st replay" in done.stdout) is configured
    assert [each.name for each in tmp_path.iterdir()] == ["schemathesis.toml"] * configured


def test_a_run_in_which_nothing_could_be_revalidated_fails(tmp_path: Path) -> None:
    paths = {"/things": {"get": {"responses": {"200": {"description": "it"}}}}}
    document = {"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": paths}
    student = Student(lambda _method, path, *_: reply(200, document if path == "/openapi.json" else []))
    with serve(student) as server:
        done = ran(tmp_path, server.url, "--seed", "1", "--fuzz-examples", "2")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "so nothing was revalidated" in done.stdout


@pytest.mark.parametrize("named", ["my_hooks", "my_hooks.py", "sub/hooks.py", "whole"])
@pytest.mark.parametrize("by", ["config", "variable"])
def test_hooks_of_ones_own_are_found_as_without_us(
    by: str, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    for file in ("my_hooks.py", "sub/hooks.py"):
        (tmp_path / file).write_text("print('these are mine')\n")
    hooks = str(tmp_path / "my_hooks.py") if named == "whole" else named
    if by == "config":
        (tmp_path / "schemathesis.toml").write_text(f'hooks = "{hooks}"\n')
    else:
        monkeypatch.setenv("HOOKS_OF_THIS_TEST", hooks)
    before = sorted(tmp_path.rglob("*"))
    done = ran(tmp_path, "http://127.0.0.1:9")
    assert "these are mine" in done.stdout, done.stdout + done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_hooks_above_the_folder_are_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "schemathesis.toml").write_text('hooks = "../hooks.py"\n')
    done = ran(tmp_path / "here", "http://127.0.0.1:9")
    assert done.returncode == 2
    assert "hooks in schemathesis.toml is '../hooks.py'" in done.stderr
    assert "name its whole path" in done.stderr


def test_what_has_no_openapi_is_told_and_is_no_finding(tmp_path: Path) -> None:
    with start() as running:
        done = ran(tmp_path, running.url, "--openapi", "/nothing.json")
    assert done.returncode not in (0, 1) or "Schema" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("writes", "methods"), [(False, ["GET", "HEAD"]), (True, [])])
def test_only_get_and_head_are_sent_unless_writes_are_allowed(writes: bool, methods: list[str]) -> None:
    words = command("http://localhost:1/", "/o.json", writes=writes, seed=7, examples=3, config=Path("none"))
    assert [after for word, after in pairwise(words) if word == "--include-method"] == methods
    assert "http://localhost:1/o.json" in words
    assert words[words.index("--checks") + 1].split(",") == [*CHECKS, GUARD]
    assert words[words.index("--seed") + 1] == "7"


@pytest.mark.parametrize("writes", [False, True])
def test_what_openapi_does_not_declare_is_sent_only_where_writes_are_allowed(
    writes: bool, tmp_path: Path
) -> None:
    """The coverage phase of Schemathesis tries every method on every path."""
    answered = {"responses": {"200": {"description": "it"}}}
    number = {"name": "q", "in": "query", "schema": {"type": "integer"}}
    paths = {"/things": {"get": answered | {"parameters": [number]}, "post": answered}}
    document = {"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": paths}

    def answer(method: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Any:
        content = reply(200, document if path == "/openapi.json" else [], {"ETag": '"a"'})
        return content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == "HEAD" else content

    student = Student(answer)
    with serve(student) as server:
        allowed = ["--allow-writes"] if writes else []
        done = ran(tmp_path, server.url, "--seed", "1", "--fuzz-examples", "3", *allowed)
    methods = {method for method, _ in student.asked}
    assert len([path for _, path in student.asked if path.startswith("/things")]) > 3, done.stderr
    assert "GET" in methods
    assert methods <= {"GET", "HEAD"} or writes
    assert {"POST", "PUT", "DELETE", "QUERY"} <= methods or not writes


AGING = """
import json, time
ANY = {"name": "q", "in": "query", "schema": {"type": "integer"}}
PATHS = {"/minute": {"get": {"parameters": [ANY], "responses": {"200": {"description": "it"}}}}}
DOCUMENT = {"openapi": "3.1.0", "info": {"title": "Time", "version": "1"}, "paths": PATHS}

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    minute = int(time.time() // 60)
    document = scope["path"] == "/openapi.json"
    asked = dict(scope["headers"]).get(b"if-none-match")
    status = 304 if asked == b'"kept"' else 200
    headers = [(b"content-type", b"application/json")] + ([] if document else [(b"etag", b'"kept"')])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    body = json.dumps(DOCUMENT if document else {"minute": minute}).encode()
    await send({"type": "http.response.body", "body": b"" if status == 304 else body})
"""


def test_the_clock_of_an_app_is_moved_meanwhile(tmp_path: Path) -> None:
    """Its tag outlives its content: without the clock that would show after a minute."""
    (tmp_path / "aging.py").write_text(AGING)
    done = ran(tmp_path, "--app", "aging:app", "--seed", "1", "--fuzz-examples", "1000")
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'two answers with ETag: "kept" differ' in done.stdout
    assert [each.name for each in tmp_path.iterdir() if each.name != "__pycache__"] == ["aging.py"]


def test_an_app_that_does_not_start_is_told_with_why(tmp_path: Path) -> None:
    done = ran(tmp_path, "--app", "nowhere:app")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


@pytest.mark.parametrize("words", [(), ("http://127.0.0.1:9", "--app", "main:app")])
def test_one_server_is_wanted(words: tuple[str, ...], tmp_path: Path) -> None:
    done = ran(tmp_path, *words)
    assert done.returncode == 2
    assert "one of them is wanted" in done.stderr


def test_whoever_allows_writes_is_told_that_nothing_is_put_back(tmp_path: Path) -> None:
    done = ran(tmp_path, "http://127.0.0.1:9", "--allow-writes")
    assert UNCLEAN in done.stderr


@pytest.mark.parametrize(("url", "examples"), [("nowhere", 5), ("http://localhost:1", 0)])
def test_what_is_asked_wrongly_is_refused_before_anything_is_sent(url: str, examples: int) -> None:
    with pytest.raises(UsageError):
        fuzz(url, "/openapi.json", writes=False, seed=None, examples=examples)
