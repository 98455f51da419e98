"""The files that a course copies into its CI: their shell as it runs there, against any submission."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from apps.grading import shop
from helpers.rules import none_of
from helpers.sinks import SINKS, commands

ROOT: Final = Path(__file__).parents[1]
ACTION: Final = yaml.safe_load((ROOT / "ci/github/action.yml").read_text("utf-8"))
JOB: Final = yaml.safe_load((ROOT / "ci/gitlab/grade.yml").read_text("utf-8"))[".conformance"]
PAGE: Final = (ROOT / "docs/ci.md").read_text("utf-8")
NOTHING: Final = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})
"""
PLANTED: Final = (
    "import os, pathlib\npathlib.Path(os.environ['PLANTED']).write_text('it ran')\nraise SystemExit(0)\n"
)


def step(name: str) -> Mapping[str, Any]:
    """A step of the action."""
    return next(each for each in ACTION["runs"]["steps"] if each.get("name") == name)


class Runner:
    """A machine of a CI service, as far as our files see it.

    Attributes:
        work: where the submission lies.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.work = folder / "work"
        for each in (self.work, folder / "bin", folder / "temp", folder / "action"):
            each.mkdir()
        command = folder / "bin" / "conformance"
        command.write_text(
            f"#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -c "
            "'from conformance.cli import main; main()' \"$@\"\n"
        )
        command.chmod(0o755)
        self.planted = folder / "planted"
        self.summary, self.outputs = folder / "summary.md", folder / "outputs"
        self.summary.write_text("before\n")
        self.outputs.touch()

    def bash(self, script: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run a script as the services do: bash, which ends at the first command that fails."""
        found = f"{self._folder / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        bash = shutil.which("bash")
        assert bash is not None
        return subprocess.run(
            [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.work,
            env={"PATH": found, "HOME": str(self._folder), "PLANTED": str(self.planted), **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def github(self, **inputs: str) -> subprocess.CompletedProcess[str]:
        """The step that grades."""
        given = {name: each["default"] for name, each in ACTION["inputs"].items()} | inputs
        env = {"GITHUB_WORKSPACE": str(self.work), "RUNNER_TEMP": str(self._folder / "temp")}
        env |= {"GITHUB_STEP_SUMMARY": str(self.summary), "GITHUB_OUTPUT": str(self.outputs)}
        for name, value in step("Grade")["env"].items():
            match = re.fullmatch(r"\$\{\{ (inputs|github)\.([a-z_-]+) \}\}", value)
            assert match, value
            env[name] = given[match[2]] if match[1] == "inputs" else str(self._folder / "action")
        return self.bash(step("Grade")["run"], **env)

    def gitlab(self, **variables: str) -> subprocess.CompletedProcess[str]:
        """The script of the job."""
        env = {"CI_PROJECT_DIR": str(self.work), **JOB["variables"], **variables}
        return self.bash("\n".join(JOB["script"]), **env)

    @property
    def told(self) -> dict[str, str]:
        """The outputs of the step."""
        return dict(line.split("=", 1) for line in self.outputs.read_text().splitlines())


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """One with an empty workspace."""
    return Runner(tmp_path)


def hostile(folder: Path) -> None:
    """A submission that offers nothing, and brings along what would be loaded in our stead."""
    shop(folder, NOTHING, plain=False)
    for name in (
        "json.py",
        "conftest.py",
        "sitecustomize.py",
        "usercustomize.py",
        "conformance.py",
        "pip.py",
    ):
        (folder / name).write_text(PLANTED)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (folder / "report.html").write_text("full marks")


def test_a_good_submission_is_graded_on_github(runner: Runner) -> None:
    shop(runner.work)
    made = runner.github()
    assert made.returncode == 0, made.stdout + made.stderr
    assert {**runner.told, "page": ""} == {"status": "graded", "points": "100", "of": "100", "page": ""}
    assert "100 of 100 points" in Path(runner.told["page"]).read_text("utf-8")
    assert runner.summary.read_text("utf-8").startswith("before\n# HTTP caching: 100 of 100 points")
    # The log is between two lines that switch commands off and on; after it there are those of ours alone.
    match = re.search(r"(?s)^::stop-commands::(\w{32})\n(.*)^::\1::\n(.*)\Z", made.stdout, re.MULTILINE)
    assert match
    assert "Grade: 100 of 100 points (lesson)." in match[2]
    assert [kind for kind, *_ in commands(match[3].encode())] == ["notice"]


def test_a_submission_that_brings_its_own_modules_is_graded_by_what_it_serves(runner: Runner) -> None:
    hostile(runner.work)
    made = runner.github()
    assert made.returncode == 1, made.stdout + made.stderr
    assert (runner.told["status"], runner.told["points"]) == ("graded", "0")
    assert not runner.planted.exists()


def test_a_step_can_be_green_wherever_a_grade_stands(runner: Runner) -> None:
    shop(runner.work, NOTHING, plain=False)
    made = runner.github(**{"fail-on": "no-grade", "reports": "junit:more.xml\nbadge:badge.svg"})
    assert made.returncode == 0, made.stdout + made.stderr
    page = Path(runner.told["page"])
    assert all((page.parent / name).exists() for name in ("more.xml", "badge.svg"))


def test_without_a_grade_no_step_is_green(runner: Runner) -> None:
    for fail_on in ("no-grade", "failures"):
        made = runner.github(**{"assignment": "nowhere.frozen.json", "fail-on": fail_on})
        assert made.returncode == 2
        assert "nowhere.frozen.json" in made.stdout
        assert (runner.told["status"], runner.told["points"]) == ("none", "")


def test_a_good_submission_is_graded_on_gitlab(runner: Runner) -> None:
    shop(runner.work)
    made = runner.gitlab()
    assert made.returncode == 0, made.stdout + made.stderr
    document = (runner.work / JOB["artifacts"]["reports"]["junit"]).read_bytes()
    SINKS["junit"](document)
    assert b"<failure" not in document
    names = {path.name for path in (runner.work / JOB["artifacts"]["paths"][0]).iterdir()}
    assert names == {"junit.xml", "report.html", "report.md"}


def test_a_submission_that_brings_its_own_modules_is_graded_on_gitlab_too(runner: Runner) -> None:
    hostile(runner.work)
    made = runner.gitlab()
    assert made.returncode == 1, made.stdout + made.stderr
    assert "Grade: 0 of 100 points (lesson)." in made.stdout
    assert not runner.planted.exists()


def test_nothing_that_a_submission_says_stands_in_a_script() -> None:
    """A value in a script, and not in its environment, would be run."""
    none_of(each["run"] for each in ACTION["runs"]["steps"] if "${{" in each.get("run", ""))


def test_what_is_installed_is_what_the_course_names(runner: Runner) -> None:
    """No requirements.txt of the submission, and nothing from its folder."""
    tool = '#!/bin/sh\npwd\necho "$0" "$@" | sed \'s,.*/,,\'\n'
    for name in ("python", "sudo", "bwrap", "apt-get"):
        path = runner.work.parent / "bin" / name
        path.write_text(tool)
        path.chmod(0o755)
    hostile(runner.work)
    (runner.work / "requirements.txt").write_text("evil\n")
    temp = str(runner.work.parent / "temp")
    told = "python -I -m pip install --quiet --disable-pip-version-check suite==1 a b"
    made = runner.bash(step("Install the suite")["run"], RUNNER_TEMP=temp, SUITE="suite==1", PACKAGES="a b")
    assert made.stdout.splitlines() == [temp, told]
    env = {"CONFORMANCE_SUITE": "suite==1", "CONFORMANCE_PACKAGES": "a b"}
    made = runner.bash("\n".join(JOB["before_script"]), **env)
    assert made.stdout.splitlines()[:2] == ["/", told]


def test_the_page_has_each_input_and_each_variable() -> None:
    table = PAGE.partition("| input |")[2].partition("\n\n")[0]
    named = {
        name
        for cell in re.findall(r"(?m)^\| (`[^|]*) \|", table)
        for name in re.findall(r"`([a-z-]+)`", cell)
    }
    assert named == set(ACTION["inputs"])
    assert set(re.findall(r"CONFORMANCE_\w+", PAGE)) <= set(JOB["variables"])
    assert set(re.findall(r"`(status|points|of)`", PAGE)) <= set(ACTION["outputs"])


def test_the_examples_of_the_page_are_yaml() -> None:
    for text in re.findall(r"(?s)```yaml\n(.*?)```", PAGE):
        assert isinstance(yaml.safe_load(text), dict)


def test_actions_of_others_are_named_by_their_commit() -> None:
    used = [each["uses"] for each in ACTION["runs"]["steps"] if "uses" in each]
    none_of(each for each in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each))
