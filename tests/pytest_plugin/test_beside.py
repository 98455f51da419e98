"""The plugin beside others: xdist in each of its modes, what else is installed, this repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.judging import Judge, Serve, others

from conformance.report.write import read

ROOT = Path(__file__).parents[2]
INM = "specs/if-none-match.yaml::items::inm-current-is-304"


def outcomes(path: str) -> dict[str, str]:
    return {e.nodeid: e.verdict.verdict for e in read(path).entries}


@pytest.fixture(scope="module")
def alone(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Filled by the first test that runs without xdist."""
    del serve, tmp_path_factory
    return {}


@pytest.mark.parametrize(
    ("dist", "workers"),
    [
        ("load", 4),
        ("loadfile", 2),
        *(pytest.param(way, 2, marks=pytest.mark.slow) for way in ("loadscope", "loadgroup", "worksteal")),
    ],
)
def test_xdist_gives_the_same_verdicts(
    judge: Judge, serve: Serve, alone: dict[str, str], dist: str, workers: int
) -> None:
    url = serve("ignores-inm")
    some = ("specs/if-none-match.yaml", "specs/contract.yaml", "specs/server-cache.yaml")
    if not alone:
        judge(*some, "--conformance-report=a.json", "-q", url=url)
        alone.update(outcomes("a.json"))

    result = judge(
        *some, "--conformance-report=b.json", f"-n{workers}", f"--dist={dist}", url=url, plugins=("xdist",)
    )

    assert outcomes("b.json") == alone
    verdicts = list(alone.values())
    counts = result.parseoutcomes()
    assert counts["failed"] == verdicts.count("fail") > 0
    untold = verdicts.count("deselected") + verdicts.count("not-applicable")
    assert sum(counts.values()) == len(verdicts) - untold
    result.stdout.fnmatch_lines([f"FAILED {INM} - 200, not st*"])
    assert str(result.stdout).count("= conformance =") == 1


def test_xdist_each_asks_once(judge: Judge, good: str) -> None:
    """Every worker reports every item, and the server is judged once."""
    result = judge(
        *("--dist=each", "--tx=2*popen", "-k", "inm-current", "--conformance-report=r.json"),
        url=good,
        plugins=("xdist",),
    )

    result.assert_outcomes(passed=2)
    assert outcomes("r.json")[INM] == "pass"


def test_a_file_of_ones_own_that_does_not_import_is_told_as_pytest_tells_it(
    pytester: pytest.Pytester, judge: Judge, good: str
) -> None:
    pytester.makepyfile("import nothing_of_that_name")
    result = judge(".", url=good)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["ERROR *.py*"])
    assert "AttributeError" not in str(result.stdout) + str(result.stderr)


def test_beside_all_that_is_installed(
    pytester: pytest.Pytester, tiny: Path, good: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Playwright, Schemathesis, Hypothesis, time-outs, xdist and base-url, loaded as a user has them."""
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    pytester.makepyfile(
        """
        import schemathesis

        def test_mine(base_url, page_is_not_asked_for=None):
            assert base_url.startswith("http://127.0.0.1")
        """
    )
    result = pytester.runpytest_subprocess(
        *("--conformance", "--base-url", good, "--verify-base-url", "--timeout=60"),
        *("-k", "inm-current or mine"),
        *("--conformance-target", str(tiny), ".", "specs"),
    )

    result.assert_outcomes(passed=2, deselected=others("inm-current-is-304"))
    for name in ("playwright", "xdist", "timeout", "base-url", "schemathesis", "cache-conformance"):
        result.stdout.fnmatch_lines([f"plugins: *{name}-*"])


@pytest.mark.parametrize("mode", ["alone", "xdist"])
def test_strict_configuration_and_warnings_as_errors(
    judge: Judge, good: str, pytester: pytest.Pytester, mode: str
) -> None:
    pytester.makepyprojecttoml(
        """
        [tool.pytest.ini_options]
        addopts = ["--strict-markers", "--strict-config"]
        filterwarnings = ["error"]
        xfail_strict = true
        """
    )
    side, plugins = (("-n2",), ("xdist",)) if mode == "xdist" else ((), ())

    result = judge("-W", "error", *side, url=good, plugins=plugins)

    assert result.ret == 0
    assert set(result.parseoutcomes()) == {"passed", "skipped"}


@pytest.mark.usefixtures("plain")
def test_a_blocked_plugin_is_no_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_mine(): pass")
    plugins = ("-p", "pytest_base_url.plugin", "-p", "no:conformance.plugin")

    pytester.runpytest_subprocess(*plugins).assert_outcomes(passed=1)
    assert pytester.runpytest_subprocess(*plugins, "--conformance").ret == pytest.ExitCode.USAGE_ERROR


# ------------------------------------------------------------------ in this repository


def in_the_repository(*args: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
    plugins = ("-p", "pytest_base_url.plugin", "-p", "conformance.plugin", "-p", "no:cacheprovider")
    env = {k: v for k, v in os.environ.items() if k not in ("PYTEST_BASE_URL", "PYTEST_ADDOPTS")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *args],
        cwd=ROOT / folder,
        env={**env, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def ids(result: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in result.stdout.splitlines() if "::" in line]


def test_in_the_repository_a_url_means_the_specs_and_nothing_else() -> None:
    found = ids(in_the_repository("--collect-only", "-q", "--base-url=http://127.0.0.1:1"))

    assert INM in found
    assert all(line.startswith("specs/") for line in found)


def test_in_the_repository_plain_pytest_runs_tests_and_specs() -> None:
    found = ids(in_the_repository("--collect-only", "-q", "tests/pytest_plugin/test_parts.py", "specs"))

    assert {line.split("/")[0] for line in found} == {"tests", "specs"}


def test_in_the_repository_the_specs_are_held_against_the_reference() -> None:
    """One file of them: all are beside these tests, wherever they run."""
    result = in_the_repository("specs/server-cache.yaml")

    assert result.returncode == 0, result.stdout
    assert "conformance: reference_impl.app:app, started here" in result.stdout
    assert "with the server's clock moved" in result.stdout
    assert not re.search(r"\d failed", result.stdout)


def test_in_the_repository_a_test_file_alone_starts_no_server() -> None:
    result = in_the_repository("tests/pytest_plugin/test_parts.py", "-k", "no_such_test")

    assert "conformance:" not in result.stdout
    assert result.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
