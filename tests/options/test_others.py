"""What is asked of a run as people expect it of a command: fields, parts, a report that is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.hostile import serve
from helpers.student import Student, reply

from conformance import cli
from reference_impl.twisted.serve import start

TARGET = """\
name: small
contract: lesson
resources:
  items: {read: GET /items/, json: array, etag: true}
"""


@pytest.fixture
def target(tmp_path: Path) -> str:
    """A target without a TTL, so that no run waits."""
    path = tmp_path / "small.yaml"
    path.write_text(TARGET)
    return str(path)


def test_a_report_that_is_printed_is_all_that_is_printed(
    target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with start() as server:
        code = cli.command(["run", server.url, "--target", target, "--format", "json"])
    out, err = capsys.readouterr()
    assert code == 0
    assert json.loads(out)["target"]["name"] == "small"
    assert "Passed: " in err


def test_a_part_can_be_asked_for_and_what_it_builds_on_is_not_shown(
    target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with start() as server:
        words = ["run", server.url, "--target", target, "--only", "if-none-match", "--skip", "inm-list*"]
        assert cli.command(words) == 0
    out = capsys.readouterr().out
    assert "A part of the tier: " in out
    assert "etag-present" not in out


def test_a_field_is_sent_along_and_shown_nowhere(
    target: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", "t0p-s3cret")
    with serve(Student()) as server:
        cli.command(
            ["run", server.url, "--target", target, "-H", "X-Key: ${TOKEN}", "-v", "--format", "json"]
        )
        assert all(b"X-Key: t0p-s3cret" in each for each in server.requests)
    out, err = capsys.readouterr()
    assert "t0p-s3cret" not in out + err


def test_a_run_that_takes_any_certificate_says_so(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    with start() as server:
        assert cli.command(["run", server.url, "--target", target, "--insecure"]) == 0
    assert "NO CERTIFICATE IS CHECKED" in capsys.readouterr().err


def test_a_server_that_is_starting_is_waited_for(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    early = iter([reply(503), reply(503)])

    def before(_method: str, path: str, *_: object) -> bytes | None:
        return next(early, None) if path == "/openapi.json" else None

    student = Student(before)
    with serve(student) as server:
        cli.command(["run", server.url, "--target", target, "--wait", "60", "--only", "etag-present"])
    assert student.asked[:3] == [("GET", "/openapi.json")] * 3
    assert "Passed: " in capsys.readouterr().out


def test_a_wait_that_is_none_is_told(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["run", "http://h", "--target", target, "--wait", "-1"]) == 2
    assert "a wait of -1.0 is none" in capsys.readouterr().err


def test_the_summary_is_a_format_too(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    with start() as server:
        assert cli.command(["run", server.url, "--target", target, "--format", "text"]) == 0
    assert capsys.readouterr().out.startswith("Passed: ")
