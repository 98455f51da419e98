"""conformance.commands.watch: judged at each save, and of each what has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.hostile import serve
from helpers.student import Student, reply

from conformance import cli
from conformance.commands.watch import Watching, syntax_error
from conformance.errors import UsageError
from conformance.options.run import Asked, Serving

TARGET = """\
name: small
contract: lesson
resources:
  items: {read: GET /items/, json: array, etag: true}
"""


class Calm:
    """Nobody saves anything."""

    def __bool__(self) -> bool:
        return False

    def __iter__(self) -> Iterator[frozenset[Path]]:
        return iter(())


class Restless(Calm):
    """Somebody saves all the time."""

    def __bool__(self) -> bool:
        return True


class Changing(Student):
    """Ignores If-None-Match, or does not, as it is told."""

    def __init__(self) -> None:
        self.ignores = False
        super().__init__(lambda *_: None)

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:  # type: ignore[override]
        kept = {name: value for name, value in headers.items() if not self.ignores or name != "if-none-match"}
        return super()._answer(method, path, kept, body)


@pytest.fixture
def target(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(TARGET)
    return str(path)


def without_times(lines: list[str]) -> list[str]:
    return [re.sub(r"^\d\d:\d\d:\d\d | \(\d+\.\d s\)$", "", line) for line in lines]


def test_what_broke_and_what_was_mended_is_told_and_nothing_else(target: str, tmp_path: Path) -> None:
    saved, lines = [tmp_path / "main.py"], list[str]()
    saved[0].write_text("app = 1\n")
    student = Changing()
    with serve(student) as server:
        watching = Watching(Asked(server.url, target=target, seed=1), None, Calm(), lines.append)
        watching.begin()
        first, lines[:] = without_times(lines), []
        watching.again(saved)
        same, lines[:] = without_times(lines), []
        student.ignores = True
        watching.again(saved)
        broken, lines[:] = without_times(lines), []
        student.ignores = False
        asked = len(student.asked)
        watching.again(saved)
        mended, again = without_times(lines), student.asked[asked:]

    assert first[0] == "watching; Ctrl-C ends it"
    (line,) = same
    assert line.startswith("nothing has changed: ")
    assert broken[0] == "main.py"
    assert broken[1].startswith("  fails      If-None-Match with the current ETag is answered 304 (items)")
    assert not any("holds now" in line for line in broken)
    assert mended[1].startswith("  holds now  If-None-Match with the current ETag is answered 304 (items)")
    assert not any("fails" in line for line in mended)
    assert again  # it was judged again


def test_a_syntax_error_is_one_line_and_nothing_is_started(target: str, tmp_path: Path) -> None:
    path, lines = tmp_path / "main.py", list[str]()
    path.write_text("x = 1\ndef (\n")
    spec = Serving(app="main:app", app_dir=tmp_path).spec()
    Watching(Asked(target=target, serving=Serving(app="main:app")), spec, Calm(), lines.append).again([path])
    (line,) = without_times(lines)
    assert line.startswith("main.py:2: invalid syntax")


def test_a_target_that_is_being_written_is_one_line(target: str) -> None:
    lines = list[str]()
    with serve(Student()) as server:
        watching = Watching(Asked(server.url, target=target), None, Calm(), lines.append)
        Path(target).write_text("name: [")
        watching.again([Path(target)])
    (line,) = lines
    assert "small.yaml" in line


def test_a_run_ends_with_the_next_save_and_is_not_counted(target: str) -> None:
    lines = list[str]()
    with serve(Student(lambda *_: reply(200, []))) as server:
        watching = Watching(Asked(server.url, target=target), None, Restless(), lines.append)
        watching.again([Path("main.py")])
    assert lines == []


@pytest.mark.parametrize("text", ["x = 1\n", ""])
def test_what_is_right_is_no_syntax_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "main.py"
    path.write_text(text)
    assert syntax_error(path) == ""
    assert syntax_error(tmp_path / "gone.py") == ""
    assert syntax_error(tmp_path / "main.js") == ""


def test_an_option_that_is_wrong_is_told_before_anything_starts(target: str) -> None:
    with pytest.raises(UsageError, match="there is no tier 'nope'"):
        Watching(Asked("http://h", target=target, tier="nope"), None, Calm())


APP = """\
def app(environ, start):
    start("200 OK", [("ETag", '"a"'), ("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"[]"]
"""


@pytest.mark.processes
def test_an_app_that_does_not_start_is_one_line_and_judged_once_it_does(target: str, tmp_path: Path) -> None:
    main, lines = tmp_path / "main.py", list[str]()
    main.write_text("import nosuchmodule\n")
    serving = Serving(app="main:app", app_dir=tmp_path)
    asked = Asked(target=target, serving=serving, no_restart=True, only=["inm-current-is-304"])
    watching = Watching(asked, serving.spec(), Calm(), lines.append)
    watching.begin()
    assert len(lines) == 2
    assert "nosuchmodule" in lines[1]
    lines.clear()
    main.write_text(APP)
    watching.again([main])
    assert without_times(lines)[1].startswith("  fails      If-None-Match with the current ETag")


def test_without_a_server_there_is_nothing_to_watch(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["watch"]) == 2
    assert "there is nothing to watch: give --app main:app" in capsys.readouterr().err
