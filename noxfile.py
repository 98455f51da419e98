"""What has to hold of a release: built, installed in empty environments, and run (`make release`).

Nothing here tests the suite itself (`make test` does), and nothing is published. What this machine has no
interpreter for is skipped, and nox's last lines say so.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Final

import nox

ROOT: Final = Path(__file__).parent
PROJECT: Final = nox.project.load_toml(ROOT / "pyproject.toml")
# Those that the classifiers promise, and the next, which none may promise before it was seen here.
PYTHONS: Final = (*nox.project.python_versions(PROJECT), "3.14")
PYTESTS: Final = ("8.4", "9.2")
DIST: Final = ROOT / "dist"
# What is installed is run from elsewhere, so that nothing of this tree is taken in its stead.
JUDGED: Final = "reference_impl.lesson:app"
COMPILED: Final = """\
import sys, conformance
from conformance.load.specs import load
load()
assert "site-packages" in conformance.__file__, conformance.__file__
assert "yaml" not in sys.modules, "the wheel's compiled specs are not what its code reads"
"""
# Of each dependency that has a lower bound one use at least; what they are for stands in CONTRIBUTING.md.
OF_DEPENDENCIES: Final = (
    # distributed
    "tests/classroom/test_cluster.py::test_a_worker_that_is_killed_half_way_costs_nobody_a_result",
    "tests/classroom/test_page.py",  # jinja2, markupsafe
    "tests/clients/test_cache.py",  # hishel, httpx
    "tests/commands/test_fuzz.py",  # schemathesis
    "tests/commands/test_watch.py",  # watchfiles, rich, typer
    "tests/fuzz/test_driving.py",  # hypothesis
    "tests/fields/test_valid.py",  # http-sf
    "tests/load/test_compiled.py",  # msgspec, jsonschema, pyyaml
    "tests/options/test_completing.py",  # typer
    "tests/reference_impl/test_app.py",  # fastapi, uvicorn
    "tests/reference_impl/test_backends.py",  # cachetools, redis (where there is one)
    "tests/servers/test_clock.py",  # time-machine, psutil
)
BESIDE: Final = ("pytest-timeout", "pytest-xdist", "junitparser")  # of our tests
# For users: neither dev nor docs, and httplint is pinned.
EXTRAS: Final = tuple(
    extra for extra in PROJECT["project"]["optional-dependencies"] if extra not in ("dev", "docs", "httplint")
)
_BOUND: Final = re.compile(r"([\w-]+)(?:\[\w+\])?>=([\w.]+)")

nox.needs_version = ">=2024.10.9"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # also in CI: the last lines name what was skipped
nox.options.default_venv_backend = "virtualenv"
if "PYENV_ROOT" in os.environ and "PYENV_VERSION" not in os.environ:
    # pyenv has all of them on PATH, and lets none start but the one that is switched on.
    made = (each.name for each in (Path(os.environ["PYENV_ROOT"]) / "versions").glob("3.*"))
    os.environ["PYENV_VERSION"] = ":".join(sorted(made))


@nox.session
def build(session: nox.Session) -> None:
    """An sdist, and of that a wheel, in dist/; they hold what git holds, and nothing else."""
    session.install("build", *PROJECT["build-system"]["requires"])
    shutil.rmtree(DIST, ignore_errors=True)
    session.run("python", "-m", "build", "--no-isolation", "--outdir", str(DIST), silent=True)
    session.run("python", "-m", "tools.built", str(DIST))


@nox.session(python=PYTHONS, requires=["build"])
def installed(session: nox.Session) -> None:
    """The wheel in an empty environment: the command and the plugin, against the reference."""
    wheel = f"{_wheel()}[reference]"
    session.chdir(session.create_tmp())
    session.env["PYTHONPATH"] = None
    for pytest in PYTESTS:
        session.install(wheel, f"pytest~={pytest}.0")
        session.run("pip", "check", silent=True)
        plain = ("-q", "--color=no", "-p", "no:cacheprovider", "-W", "error")
        session.run("pytest", "--conformance", "--conformance-app", JUDGED, *plain, silent=True)
    session.run("python", "-c", COMPILED)
    session.run("conformance", "run", "--app", JUDGED, "--no-restart", silent=True)


@nox.session(python=PYTHONS[0], requires=["build"])
def lowest(session: nox.Session) -> None:
    """Each dependency as old as pyproject.toml allows, in one environment, and tests that use them."""
    optional = PROJECT["project"]["optional-dependencies"]
    declared = [*PROJECT["project"]["dependencies"], *(each for extra in EXTRAS for each in optional[extra])]
    bounds = [match.groups() for each in declared if (match := _BOUND.match(each))]
    constraints = Path(session.create_tmp()) / "lowest.txt"
    constraints.write_text("".join(f"{name}=={version}\n" for name, version in bounds))
    # Binaries alone: a version that is there only as a source is one that most can't install.
    wheel = f"{_wheel()}[{','.join(EXTRAS)}]"
    session.install("--only-binary=:all:", f"--constraint={constraints}", wheel, *BESIDE)
    session.run("pip", "check", silent=True)
    # Old dependencies warn of what they use of new ones, which is nothing that a user could mend.
    relaxed = ("-W", "default::DeprecationWarning", "-W", "default::PendingDeprecationWarning")
    session.env["PYTHONPATH"] = None
    session.run("python", "-m", "pytest", "-q", "-n", "2", *relaxed, *(session.posargs or OF_DEPENDENCIES))


def _wheel() -> Path:
    """The wheel that was built last."""
    (made,) = DIST.glob("*.whl")
    return made
