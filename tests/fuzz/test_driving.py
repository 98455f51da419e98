"""How Hypothesis is driven: alike everywhere, in no folder of anybody's, and imported by nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def python(code: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.processes
def test_the_package_and_its_table_import_neither_hypothesis_nor_schemathesis(tmp_path: Path) -> None:
    code = """
import sys
import conformance.execute.engine, conformance.fuzz, conformance.language.strategies
print({'hypothesis', 'schemathesis'} & sys.modules.keys())
"""
    ran = python(code, tmp_path)

    assert (ran.stdout, ran.stderr) == ("set()\n", "")


@pytest.mark.processes
def test_it_works_outside_of_pytest_with_warnings_as_errors(tmp_path: Path) -> None:
    code = """
from conformance.fuzz.search import search
from conformance.load.specs import load
from conformance.model import Exchange, Record, Request, StepRecord, Verdict
from conformance.plan.lanes import plan
from conformance.load.target import load_target
run = next(r for r in plan(load(), load_target("lesson", []), "lesson").runs if r.check.id == "etag-repeats")
EXCHANGE = Exchange(Request("GET", "/", ()), None, None, 0, 0)
def attempt(bound):
    outcome = "fail" if bound["times"] > 4 else "pass"
    step = StepRecord("reads", "write", "done", "", (EXCHANGE,))
    return Verdict(outcome, outcome, "it fails"), Record("", (step,), bound)
print(search(run, 0, attempt)[0].message)
"""
    ran = python(code, tmp_path)

    assert (ran.stdout, ran.stderr) == ("it fails; smallest counterexample: times=5\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.processes
def test_two_folders_and_continuous_integration_see_the_same_search(tmp_path: Path) -> None:
    """What a project's own sources hold, and CI=true, change no draw; and nobody gets a folder."""
    code = """
import sys
sys.path.insert(0, ".")
import theirs
from conformance.fuzz.search import search
from conformance.load.specs import load
from conformance.model import Exchange, Record, Request, StepRecord, Verdict
from conformance.plan.lanes import plan
from conformance.load.target import load_target
EXCHANGE = Exchange(Request("GET", "/", ()), None, None, 0, 0)
def attempt(bound):
    print(bound)
    step = StepRecord("reads", "write", "done", "", (EXCHANGE,))
    return Verdict("pass", "pass", ""), Record("", (step,), bound)
for run in plan(load(), load_target("lesson", []), "full").runs:
    if run.check.forall:
        search(run, 7, attempt)
"""
    said = []
    for name, source, env in (
        ("one", "A = 7", {}),
        ("other", "B = [12, 424242, 'a tag', 3.5]", {"CI": "true"}),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "theirs.py").write_text(source)
        command = [sys.executable, "-B", "-c", code]
        ran = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=True, env=os.environ | env
        )
        said.append(ran.stdout)
        assert [each.name for each in folder.iterdir()] == ["theirs.py"]
    assert said[0] == said[1]
    assert said[0].count("\n") > 100
