"""README and docs/: every command that a page shows is one, and some pages are done as they are read.

A block after "`main.py`:" is that file, or takes the place of what has the same name there. What begins with
"$ " is typed, and the lines below it are what is printed, in that order, or how its lines begin; "..." stands
for what is left out, and numbers may be others. What names the reader's own files finds some (`reader`).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from helpers.rules import none_of
from helpers.shown import Saved, Typed, merged, read

from conformance.cli import app
from conformance.options.run import PLUGIN, Asked, Serving, Telling, options

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
}
Judged = Callable[[list[str]], str | None]


# ---------------------------------------------------------------- every command


def ours(words: list[str]) -> str | None:
    """What the command says to its words, without being run."""
    top: Any = typer.main.get_command(app)
    if words[0].startswith("-"):
        known = [name for each in top.params for name in each.opts]
        return None if words[0] in known else f"no such option: {words[0]}"
    if words[0] not in top.commands:
        return f"no such command: {words[0]}"
    try:
        top.commands[words[0]].make_context(words[0], list(words[1:]))
    except Exception as problem:  # noqa: BLE001 - of click, which typer may bring along
        return str(problem)
    return None


def of_pytest(words: list[str]) -> str | None:
    known = {each.flag(PLUGIN) for each in options(Asked, Serving, Telling)}
    return next(
        (word for word in words if word.startswith(PLUGIN) and word.partition("=")[0] not in known), None
    )


def of_pip(words: list[str]) -> str | None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    asked = re.findall(r"\[([\w,]+)\]", " ".join(words))
    return next((each for names in asked for each in names.split(",") if each not in extras), None)


def of_make(words: list[str]) -> str | None:
    known = re.findall(r"(?m)^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"))
    return next((word for word in words if "=" not in word and word not in known), None)


def of_python(words: list[str]) -> str | None:
    return None if words[0] != "-m" or find_spec(words[1]) else words[1]


def of_others(_words: list[str]) -> None:
    return None


COMMANDS: Final[dict[str, Judged]] = {
    "conformance": ours,
    "pytest": of_pytest,
    "pip": of_pip,
    "make": of_make,
    "python": of_python,
    "export": of_others,
    "dask": of_others,
    "st": of_others,  # of Schemathesis
}


def wrong(typed: Typed) -> str | None:
    """Why this is no command, if so."""
    words = typed.words
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    judged = COMMANDS.get(words[0])
    return "who is that?" if judged is None else judged(words[1:])


def test_every_command_that_a_page_shows_is_one() -> None:
    shown = [(page, each) for page, text in PAGES.items() for each in read(text) if isinstance(each, Typed)]
    assert len(shown) > 60
    none_of(f"{page}: {each.line}: {why}" for page, each in shown if (why := wrong(each)))


@pytest.mark.parametrize(
    "line",
    [
        "conformance run --no-such",
        "conformance judge-all",
        "conformance --nothing",
        "pytest --conformance-nothing=1",
        "pip install 'cache-conformance[nothing]'",
        "make nothing",
        "python -m nothing",
        "nothing",
    ],
)
def test_what_is_no_command_is_seen(line: str) -> None:
    assert wrong(Typed(line))


# ---------------------------------------------------------------- pages that are done as they are read


@contextmanager
def private(folder: Path) -> Iterator[tuple[str, str]]:
    """The reference behind a private CA, a login and a prefix; where it is on a page, and in truth."""
    from helpers.private import serve  # noqa: PLC0415 (it needs uvicorn)

    with serve(folder / "ca.pem", token="s3cret", prefix="/api") as port:  # noqa: S106 - as the page has it
        yield "localhost:8443", f"127.0.0.1:{port}"


def nobody(_folder: Path) -> AbstractContextManager[tuple[str, str]]:
    return nullcontext(("", ""))


TARGET: Final = """\
name: small
resources:
  items: {read: GET /items/, json: array, etag: true, item: "GET /items/{id}"}
"""
APP: Final = """\
from reference_impl.app import build
from reference_impl.settings import Settings

app = build(Settings())
"""
CONFIGURED: Final = """\
[tool.conformance]
target = "small.yaml"
[tool.pytest.ini_options]
conformance_target = "small.yaml"
"""


@contextmanager
def reader(folder: Path) -> Iterator[tuple[str, str]]:
    """Who has an app, a server that runs, a target without a TTL, and reports of runs before."""
    from reference_impl.serve import start  # noqa: PLC0415 (it needs uvicorn)

    (folder / "results").mkdir()
    files = {"main.py": APP, "small.yaml": TARGET, "pyproject.toml": CONFIGURED}
    for name, text in files.items():
        (folder / name).write_text(text)
    with start() as running:
        real = running.url.removeprefix("http://")
        reports = "--report old.json --report new.json --report accepted.json"
        do(Typed(f"conformance run {running.url} {reports}"), folder, "", real)
        yield "localhost:8000", real


@contextmanager
def pipeline(folder: Path) -> Iterator[tuple[str, str]]:
    """Who has a target file besides."""
    with reader(folder) as where:
        (folder / "target.yaml").write_text(TARGET)
        yield where


@contextmanager
def instructor(folder: Path) -> Iterator[tuple[str, str]]:
    """Who has a submission that offers all of the lesson."""
    (folder / "main.py").write_text(APP)
    yield "", ""


NOT_HERE: Final = {"watch", "grade", "--install-completion"}
"""What does not end, wants a sandbox, or changes the reader's shell: each has tests of its own."""
DONE: Final[dict[str, Callable[[Path], AbstractContextManager[tuple[str, str]]]]] = {
    "README.md": reader,
    "docs/tutorial.md": nobody,
    "docs/reaching.md": private,
    "docs/ci.md": pipeline,
    "docs/own-checks.md": reader,
    "docs/reports.md": reader,
    "docs/grading.md": instructor,
}
SOONEST: Final = "docs/tutorial.md"  # the others are for `.ci/run`
RUN: Final = {
    "conformance": ["-m", "conformance"],
    "pytest": ["-m", "pytest", "-p", "pytest_base_url.plugin", "-p", "conformance.plugin"],
}


def do(typed: Typed, folder: Path, called: str, real: str) -> None:
    """Type it, and hold what is printed against what is shown."""
    name, *words = typed.words
    if name not in RUN or "..." in words or words[0] in NOT_HERE:
        return
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    plain = {"NO_COLOR": "1", "COLUMNS": "100", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "TOKEN": "s3cret"}
    done = subprocess.run(
        [sys.executable, *RUN[name], *(word.replace(called, real) if called else word for word in words)],
        cwd=folder,
        env=os.environ | plain | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    output = done.stdout + done.stderr
    output = output.replace(real, called) if called else output
    assert done.returncode == typed.exits, f"$ {typed.line}\n{output}"
    assert typed.missing(output) is None, f"$ {typed.line}\n{output}"


@pytest.mark.processes
@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=[] if each == SOONEST else pytest.mark.slow) for each in DONE]
)
def test_a_page_does_what_it_shows(name: str, tmp_path: Path) -> None:
    if name == "docs/reaching.md" and shutil.which("openssl") is None:
        pytest.skip("there is no openssl command here to make a certificate with")
    with DONE[name](tmp_path) as (called, real):
        for each in read(PAGES[name]):
            if isinstance(each, Saved):
                file = tmp_path / each.name
                file.write_text(merged(file.read_text(), each.source) if file.exists() else each.source)
            else:
                do(each, tmp_path, called, real)
