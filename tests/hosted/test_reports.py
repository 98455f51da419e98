"""Reports as a server finds them that is judged: withheld before it starts, and still so where it ends us."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.judging import Judge
from helpers.sheets import ENV
from helpers.sinks import SINKS

from conformance import cli
from conformance.report.formats import FORMATS
from conformance.report.write import read

NAMES = [name for name in FORMATS if name != "httplint"]  # which needs a package of its own
# What a submission does as soon as it runs: here it keeps what it finds, and ends.
LOOKS = "import shutil; shutil.copytree('results', 'seen'); raise SystemExit(3)"
# Here it ends whoever has started it.
KILLS = """
import psutil
for each in psutil.Process().parents():
    if "run" in each.cmdline() and any("conformance" in word for word in each.cmdline()):
        each.kill()
"""


def submission(folder: Path, code: str) -> list[str]:
    """The options that start it."""
    (folder / "results").mkdir()
    (folder / "server.py").write_text(code)
    return ["--serve", f"{sys.executable} server.py", "--app-dir", str(folder)]


def everything(folder: Path) -> list[str]:
    """The options that write every format, and where."""
    return [word for name in NAMES for word in ("--report", f"{name}:{folder / 'results' / name}")]


@pytest.fixture(autouse=True)
def of_a_classroom(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)


def stand_withheld(folder: Path) -> None:
    """Each is valid, and none is a grade, a pass or nothing."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert found.keys() == {*NAMES}
    for name, document in found.items():
        SINKS[name](document)
    assert json.loads(found["prairielearn"])["gradable"] is False
    assert "score" not in json.loads(found["gradescope"])
    assert json.loads(found["classroom50"])["max-score"] == 0
    assert read(folder / "json").stopped.startswith("it has not come to its end")
    assert b"not judged" in found["badge"]


def test_before_the_server_starts_each_report_is_withheld(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.command(["run", *submission(tmp_path, LOOKS), *everything(tmp_path)]) == 1
    stand_withheld(tmp_path / "seen")
    assert read(tmp_path / "results" / "json").stopped == ""
    assert "report: " in capsys.readouterr().out


def test_a_server_that_kills_the_run_leaves_withheld_reports(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "conformance", "run", *submission(tmp_path, KILLS)]
    ended = subprocess.run([*command, *everything(tmp_path)], capture_output=True, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    stand_withheld(tmp_path / "results")


def test_in_pytest_each_report_is_withheld_before_the_server_starts(
    judge: Judge, pytester: pytest.Pytester
) -> None:
    submission(pytester.path, LOOKS)
    reports = [f"--conformance-report={name}:results/{name}" for name in NAMES]
    result = judge(*reports, f"--conformance-serve={sys.executable} server.py")
    assert result.ret == 1
    stand_withheld(pytester.path / "seen")
    assert read(pytester.path / "results" / "json").stopped == ""
    result.stdout.fnmatch_lines(["report: *results/junit"])


def test_in_pytest_a_report_may_be_printed(judge: Judge, pytester: pytest.Pytester) -> None:
    submission(pytester.path, LOOKS)
    result = judge(
        "--conformance-report=github-annotations:-", f"--conformance-serve={sys.executable} server.py"
    )
    result.stdout.fnmatch_lines(
        ["::notice title=HTTP caching::Failed: the server did not start.%0ANot isolated"]
    )


def test_a_report_may_be_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = submission(tmp_path, "raise SystemExit(3)")
    assert cli.command(["run", *options, "--report", "github-annotations:-"]) == 1
    out = capsys.readouterr().out.splitlines()
    assert "::notice title=HTTP caching::Failed: the server did not start.%0ANot isolated" in out
    assert not [line for line in out if line.startswith("report: ")]
