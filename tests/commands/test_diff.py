"""`conformance diff`, and `--baseline`: what got worse fails, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.embedded import judged, judging
from helpers.judging import Serve

from conformance import cli
from conformance.commands.diff import Way
from conformance.report.changed import WAYS
from conformance.report.write import write

SMALL = """\
name: small
contract: lesson
resources:
  items: {read: GET /items/, json: array, etag: true}
"""
INM = "specs/if-none-match.yaml::items::inm-current-is-304"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the reports of a good and of a worse run."""
    monkeypatch.chdir(tmp_path)
    write(judged(), "good.json")
    write(judged("ignores-inm"), "bad.json")
    return tmp_path


def test_what_got_worse_is_told_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["diff", "good.json", "bad.json"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("as before.")
    assert f"  {INM}: pass -> fail" in lines


def test_what_got_better_does_not_fail(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["diff", "bad.json", "good.json"]) == 0
    assert "Better: " in capsys.readouterr().out


def test_it_is_told_to_programs_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.command(["diff", "good.json", "bad.json", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert INM in [each["nodeid"] for each in found["worse"]]
    assert cli.command(["diff", "good.json", "good.json", "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("# HTTP caching: Nothing got better or worse")


def test_every_way_to_show_it_can_be_asked_for() -> None:
    assert [each.value for each in Way] == list(WAYS)


@pytest.mark.parametrize("words", [["nowhere.json", "good.json"], ["good.json", "nowhere.json"]])
def test_a_report_that_is_not_there_is_one_sentence(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.command(["diff", *words]) == 2
    assert "'nowhere.json' can't be read" in capsys.readouterr().err


@pytest.mark.parametrize(("flaw", "code"), [("", 1), ("ignores-inm", 0)])
def test_a_run_fails_on_what_got_worse_since_its_baseline(
    flaw: str, code: int, serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("small.yaml").write_text(SMALL)
    write(judging(flaw, target="small.yaml"), "before.json")
    words = ["run", serve("ignores-inm"), "--target", "small.yaml", "--baseline", "before.json"]
    assert cli.command(words) == code
    assert "Since the baseline before.json:" in capsys.readouterr().out


def test_a_baseline_that_cannot_be_read_is_said_before_anything_is_sent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.command(["run", "http://127.0.0.1:1", "--baseline", "nowhere.json"]) == 2
    out, err = capsys.readouterr()
    assert (out, "'nowhere.json' can't be read" in err) == ("", True)


def test_a_saved_run_is_held_against_a_baseline_too() -> None:
    assert cli.command(["judge", "bad.json", "--baseline", "bad.json"]) == 0
    assert cli.command(["judge", "bad.json", "--baseline", "good.json"]) == 1
