"""Real time, with a TTL of four seconds: what a moved clock tells, and the lesson's own code on four servers.

Each run mostly waits, so they run side by side, and nothing else beside them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from helpers.hostile import unused_port
from helpers.runs import bad, fetch, on, options, reference, run

from conformance.model import Report

APP = "reference_impl.twisted.app:app"
STARTING = 30.0  # seconds; two processors start two dozen processes
ENDING = 10.0
AT_ONCE = 8
FLAWS = ("lesson-sample", "lesson-merged")
WARNS = {
    "lesson-sample": {"etag-quoted", "cache-control-present"},
    "lesson-merged": {"etag-quoted", "not-modified-repeats-cache-control"},
}


def _uvicorn(http: str) -> Callable[[int, int], Sequence[str]]:
    return lambda port, workers: (
        *("uvicorn", APP, "--port", str(port), "--http", http, "--workers", str(workers)),
        *("--log-level", "critical"),
    )


SERVERS: Mapping[str, Callable[[int, int], Sequence[str]]] = {
    "uvicorn-h11": _uvicorn("h11"),
    "uvicorn-httptools": _uvicorn("httptools"),
    "hypercorn": lambda port, workers: ("hypercorn", APP, "-b", f"127.0.0.1:{port}", "-w", str(workers)),
    "granian": lambda port, workers: (
        *("granian", "--interface", "asgi", APP, "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(workers)),
    ),
}
OF_TTL: Mapping[str, set[str]] = {
    "": set(),
    "half-ttl": {"hit-until-ttl"},
    "double-ttl": {"ttl-ends"},
    "sliding-ttl": {"reads-do-not-prolong"},
    "flag-by-age": {"hit-within-ttl"},
}
"""What fails of the reference, and of some flaws."""
CASES = tuple(product(FLAWS, SERVERS, (1, 2)))


@contextmanager
def _running(flaw: str, server: str, workers: int) -> Iterator[str]:
    """The URL of a server of its own processes, begun and not yet waited for."""
    port = unused_port()
    name, *args = SERVERS[server](port, workers)
    command = [str(Path(sysconfig.get_path("scripts"), name)), *args]
    env = os.environ | {"REFERENCE_FLAW": flaw, "REFERENCE_TTL": "4"}
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=env, start_new_session=True, stdout=quiet, stderr=quiet) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(ENDING)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)


def _wait_for(url: str) -> None:
    """Until a request is answered."""
    port = int(url.rpartition(":")[2])
    deadline = time.monotonic() + STARTING
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.05)  # nobody tells when a foreign server listens
        else:
            fetch(url, "/items/")
            return


def _judge(url: str) -> Report:
    return run(options(url, overrides=("*.ttl=4",)))


def _judge_reference(flaw: str) -> Report:
    """Once more where the machine was too busy to tell, which the suite says itself."""
    for _ in range(2):
        with reference(ttl=4.0, flaw=flaw) as server:
            result = _judge(server.url)
        if not any(e.verdict.cause.startswith("the answers came too late") for e in result.judged):
            break
    return result


@pytest.fixture(scope="module")
def results() -> Mapping[Any, Report]:
    """All cases, some at once; those of a batch begin when its servers answer."""
    found: dict[Any, Report] = {}
    with ThreadPoolExecutor(AT_ONCE + len(OF_TTL)) as pool:
        for begin in range(0, len(CASES), AT_ONCE):
            batch = CASES[begin : begin + AT_ONCE]
            with ExitStack() as running:
                urls = [running.enter_context(_running(*case)) for case in batch]
                list(pool.map(_wait_for, urls))
                beside = () if begin else tuple(OF_TTL)  # they take as long as two batches
                judging = pool.map(_judge_reference, beside)
                found |= zip(batch, pool.map(_judge, urls), strict=True)
            found |= zip(beside, judging, strict=True)
    return found


@pytest.mark.parametrize("flaw", OF_TTL)
def test_real_time_tells_what_a_moved_clock_tells(flaw: str, results: Mapping[Any, Report]) -> None:
    result = results[flaw]
    failed = {e.id for e in result.judged if e.verdict.verdict == "fail"}
    assert failed == OF_TTL[flaw]
    assert bad(result, "error", "unreachable") == {}
    assert result.clock == "real"


def test_the_reference_passes_in_real_time(results: Mapping[Any, Report]) -> None:
    assert on(results[""], "ttl-ends", "cached-time").outcome == "pass"
    assert bad(results[""], "warn", "inconclusive") == {}


@pytest.mark.skipif(sys.platform == "win32", reason="sessions of processes are POSIX")
@pytest.mark.parametrize(("flaw", "server", "workers"), CASES)
def test_the_lessons_code_gets_nothing_worse_than_warnings(
    flaw: str, server: str, workers: int, results: Mapping[Any, Report]
) -> None:
    result = results[flaw, server, workers]
    assert bad(result, "fail", "error", "unreachable") == {}
    warned = {e.id for e in result.judged if e.verdict.verdict == "warn"}
    assert warned - {"workers-agree"} == WARNS[flaw]
    doubted = {e.verdict.cause for e in result.judged if e.verdict.outcome == "inconclusive"}
    if workers == 1:
        assert doubted == set()
        assert "workers-agree" not in warned
    else:
        assert doubted <= {"several workers each have a cache of their own"}
