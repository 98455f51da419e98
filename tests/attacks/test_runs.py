"""Attacks on a whole run: on its report, on what it prints, on how long it takes, on what it imports."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from apps.writing import submission
from helpers.attacks import ATTACKS, held, submission_of

import conformance
from conformance import cli
from conformance.options.run import Serving
from conformance.report.document import decode

ROOT = Path(conformance.__file__).parents[1]
FORGED = 'import os\nos.write(2, b"SHADOWED\\n")\nos._exit(0)\n'
SHADOWS = (
    *("json.py", "typing.py", "typer.py", "h11.py", "msgspec.py", "psutil.py", "yaml.py", "pytest.py"),
    *("conftest.py", "sitecustomize.py", "usercustomize.py", "conformance.py", "warden.py", "copying.py"),
)


def test_the_report_is_written_once_nobody_is_left_to_forge_it(
    level: str, tmp_path: Path, open_folder: Path
) -> None:
    report = open_folder / "report.json"
    (submission_of(tmp_path, "after") / "prey.txt").write_text(str(report))
    words = ["run", "--app", "main:app", "--app-dir", str(tmp_path), "--isolate", level]
    assert cli.command([*words, "--report", str(report)]) == 1
    told = json.loads(report.read_text())
    assert held("after", level, shut=told["isolation"] == level)


LISTS = """
import json
async def app(scope, receive, send):
    if scope["type"] == "http":
        body = json.dumps(sorted(os.listdir())).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
"""


@pytest.mark.parametrize("door", ["command", "pytest"])
def test_what_a_run_reads_and_writes_is_not_in_the_folder_of_an_isolated_server(
    level: str, door: str, tmp_path: Path
) -> None:
    submission(tmp_path, LISTS)
    target = tmp_path / "mine.yaml"
    target.write_text("name: mine\nresources:\n  items: {read: GET /, json: array, etag: true}\n")
    (tmp_path / "checks").mkdir()
    (tmp_path / "week.yaml").write_text("name: x\ntarget: mine.yaml\npoints: {total: 40}\n")
    report, badge = tmp_path / "report.json", tmp_path / "badge.svg"
    words = ["--app", "main:app", "--app-dir", str(tmp_path), "--isolate", level]
    words += ["--report", str(report), "--report", str(badge)]
    if door == "command":
        cli.command(["run", *words, "--assignment", str(tmp_path / "week.yaml")])
    else:
        words += ["--target", str(target)]
        named = [each.replace("--", "--conformance-", 1) for each in words]
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--conformance", *named]
        subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    judged = decode(report.read_bytes(), "it")
    seen = {name for each in judged.bodies.values() for name in json.loads(each.text)}
    ours = {"report.json", "badge.svg", "mine.yaml", *(["week.yaml"] if door == "command" else [])}
    assert seen & ours == (ours if level == "none" else set())
    assert {"main.py", "checks"} <= seen


def test_what_a_server_prints_is_shown_and_not_obeyed(
    level: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    submission_of(tmp_path, "output")
    code = cli.command(["run", "--app", "main:app", "--app-dir", str(tmp_path), "--isolate", level])
    shown = "".join(capfd.readouterr())
    obeyed = [line for line in shown.splitlines() if line.startswith(("::", "##[", "46 pass"))]
    assert "forged" in shown
    assert held("output", level, shut=code == 1 and obeyed == [] and not set(shown) & set("\x1b\x07\r"))


def test_nothing_in_the_folder_takes_the_place_of_what_judges(level: str, tmp_path: Path) -> None:
    submission_of(tmp_path, "secrets")
    for name in SHADOWS:
        (tmp_path / name).write_text(FORGED)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --help\n")
    (tmp_path / "pyvenv.cfg").write_text("home = /nowhere\n")
    paths = os.pathsep.join([str(ROOT), *(each for each in sys.path if each.endswith("-packages"))])
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "conformance", "run", "--app", "main:app", "--isolate", level],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    judged = ran.returncode == 1 and "judged as 'lesson', tier lesson" in ran.stdout
    assert held("shadows", level, shut=judged and not ran.stderr.startswith("SHADOWED"))


def test_an_answer_without_end_ends_with_the_run(level: str, tmp_path: Path) -> None:
    assert held("endless", level, shut=_ends("endless", level, tmp_path))


def test_an_answer_of_a_byte_at_a_time_ends_with_the_run(level: str, tmp_path: Path) -> None:
    assert held("drip", level, shut=_ends("drip", level, tmp_path))


def _ends(app: str, level: str, folder: Path) -> bool:
    """Whether the run ends by itself, which a test that hangs would not, and nothing has passed."""
    shutil.copy(ATTACKS / "apps" / f"{app}.py", folder / "main.py")
    serving = Serving(app="main:app", app_dir=folder, isolate=level)
    report = conformance.run(serving=serving, deadline=2)
    return bool(report.stopped) and not report.counts.get("pass")
