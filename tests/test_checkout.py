"""Judging from a checkout after a plain `pip install .`: what only the extras install is not there.

Importing it is blocked in the processes that are started here, as if it had never been installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXTRAS = ("cachetools", "fastapi", "redis", "uvicorn", "hypothesis", "schemathesis")
OF_THE_REFERENCE_ALONE = ("cachetools", "redis")

BLOCK = """
import importlib.abc
import sys

class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        return None

sys.meta_path.insert(0, Blocked())
"""
PYTEST = (
    *("-m", "pytest", "-q", "-p", "pytest_base_url.plugin", "-p", "conformance.plugin"),
    *("-p", "no:cacheprovider"),
)
Checkout = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def checkout(tmp_path: Path, plain: None) -> Checkout:
    """Runs Python in the checkout, where some packages cannot be imported."""

    def run(args: Sequence[str], without: Sequence[str] = EXTRAS) -> subprocess.CompletedProcess[str]:
        folder = tmp_path / "blocking"
        folder.mkdir()
        folder.joinpath("sitecustomize.py").write_text(BLOCK.format(names=set(without)))
        path = os.pathsep.join(filter(None, (str(folder), str(ROOT), os.environ.get("PYTHONPATH"))))
        return subprocess.run(
            [sys.executable, *args],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.mark.parametrize("judging", [("--conformance",), ()], ids=["--conformance", "--base-url alone"])
def test_pytest_judges_a_url(checkout: Checkout, good: str, tiny: Path, judging: Sequence[str]) -> None:
    done = checkout([*PYTEST, *judging, "--base-url", good, "--conformance-target", str(tiny)])
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_pytest_judges_an_app_that_needs_fastapi_alone(checkout: Checkout, tiny: Path) -> None:
    app = ("--conformance-app", "reference_impl.lesson:app", "--conformance-target", str(tiny))
    done = checkout([*PYTEST, "--conformance", *app], OF_THE_REFERENCE_ALONE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_the_command_judges_a_url(checkout: Checkout, good: str, tiny: Path) -> None:
    done = checkout(["-m", "conformance", "run", good, "--target", str(tiny)])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("judging", [("--conformance",), ("specs",), ()], ids=["option", "specs", "all"])
def test_judging_the_reference_says_in_a_line_what_it_needs(
    checkout: Checkout, judging: Sequence[str]
) -> None:
    done = checkout([*PYTEST, *judging], without=["uvicorn"])
    assert (done.returncode, done.stdout) == (pytest.ExitCode.USAGE_ERROR, "")
    says = "ERROR: the reference, which is judged where no server is named, needs uvicorn: "
    assert done.stderr.strip().splitlines() == [
        f"{says}pip install '.[reference]', or name a server with --base-url"
    ]


def test_the_specs_can_be_listed_without_it(checkout: Checkout, tiny: Path) -> None:
    done = checkout([*PYTEST, "--conformance", "--collect-only", "--conformance-target", str(tiny)])
    assert done.returncode == 0, done.stdout + done.stderr
