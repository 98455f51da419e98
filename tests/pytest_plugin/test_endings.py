"""However a session ends: nobody waits, and what was changed is put back."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.hanging import FIRST, Hanging, hanging
from helpers.judging import Judge, Serve

from conformance.report.write import read

SIDES = [(), ("-p", "xdist", "-n2")]


@pytest.fixture
def stuck() -> Iterator[tuple[str, type[Hanging]]]:
    """A server in the middle of a change."""
    server, handler = hanging()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler
    handler.back.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("side", SIDES, ids=["alone", "xdist"])
@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_puts_back_what_was_changed(
    tiny: Path,
    stuck: tuple[str, type[Hanging]],
    side: tuple[str, ...],
    number: signal.Signals,
    tmp_path: Path,
) -> None:
    url, handler = stuck
    plugins = ("-p", "pytest_base_url.plugin", "-p", "conformance.plugin")
    command = [sys.executable, "-m", "pytest", *plugins, *side]
    command += ["--conformance", "--conformance-target", str(tiny), "--base-url", url, "-k", "change-shows"]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert handler.hung.wait(30)
        process.send_signal(number)
        output, _ = process.communicate(timeout=30)

    assert process.returncode == pytest.ExitCode.INTERRUPTED, output
    assert handler.back.is_set()
    assert handler.item["name"] == FIRST
    assert "Traceback" not in output
    assert "The run ended early" in output


@pytest.mark.parametrize("side", SIDES, ids=["alone", "xdist"])
def test_x_ends_the_lanes(judge: Judge, serve: Serve, side: tuple[str, ...]) -> None:
    """A TTL of 30 s is in the plan; nobody waits for it: what would have to has no record."""
    result = judge(
        *("-x", "--conformance-report=r.json", *side[2:]),
        url=serve("ignores-inm"),
        target="lesson",
        plugins=side[1:2],
    )

    assert result.ret in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert result.parseoutcomes()["failed"] == 1
    report = read("r.json")
    outcomes = {e.id: e.verdict.outcome for e in report.entries}
    assert outcomes["ttl-ends"] == "deselected"
    assert {report.record(e) for e in report.entries if e.id == "ttl-ends"} == {None}
    assert report.stopped == "stopping after 1 failures"


def test_a_worker_that_dies_leaves_nobody_waiting(judge: Judge, good: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        deadly="""
        import os
        def pytest_runtest_call(item):
            if item.name == "inm-current-is-304":
                os._exit(1)
        """
    )
    result = judge("-n2", url=good, plugins=("xdist", "deadly"))

    counts = result.parseoutcomes()
    assert counts["failed"] == 1
    assert counts["passed"] > 10
    result.stdout.fnmatch_lines(
        ["*worker * crashed while running 'specs/if-none-match.yaml::items::inm-current*"]
    )


def test_a_fault_of_ours_is_an_error_and_no_failure(
    judge: Judge, good: str, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(
        """
        import conformance.execute.engine
        def broken(*args): raise RuntimeError("boom")
        conformance.execute.engine.surveyed = broken
        """
    )
    result = judge(".", "specs/if-none-match.yaml", url=good)

    counts = result.parseoutcomes()
    assert set(counts) <= {"errors", "skipped"}
    assert result.ret == 3
    result.stdout.fnmatch_lines(["ERROR specs/if-none-match.yaml::* - the suite is at *"])
    result.stdout.no_fnmatch_line("*Traceback*")
