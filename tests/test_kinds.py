"""The kinds of tests: what is named is there, a quick one starts no process, none leaves this machine."""

from __future__ import annotations

import multiprocessing
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import kinds
from helpers.rules import none_of

WAYS: dict[str, Callable[[], object]] = {
    "subprocess": lambda: subprocess.run([sys.executable, "--version"], check=True),
    "fork": os.fork,
    "a shell": lambda: os.system("true"),  # noqa: S605, S607 - it is refused
    "multiprocessing": lambda: multiprocessing.get_context("spawn").Process(target=print).start(),
}


def test_what_is_named_is_there() -> None:
    tests = Path(__file__).parent
    none_of(place for places, _ in kinds.KINDS for place in places if not (tests / place).exists())


@pytest.mark.parametrize("way", WAYS)
def test_a_quick_test_starts_no_process(way: str) -> None:
    with pytest.raises(AssertionError, match="starts a process"):
        WAYS[way]()


@pytest.mark.processes
def test_any_other_may() -> None:
    subprocess.run([sys.executable, "--version"], check=True, capture_output=True)


@pytest.mark.parametrize("host", ["example.org", "localhost.example.org", "no-such-host.invalid"])
def test_no_test_asks_for_the_address_of_a_name(host: str) -> None:
    with pytest.raises(AssertionError, match="beyond this machine"):
        socket.getaddrinfo(host, 80)


def test_no_test_reaches_another_machine() -> None:
    with socket.socket() as sock, pytest.raises(AssertionError, match="beyond this machine"):
        sock.connect(("192.0.2.1", 9))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "api.localhost", b"localhost", "", None]
)
def test_this_machine_is_asked(host: object) -> None:
    assert kinds.is_here(host)


def test_a_test_that_hangs_is_ended(request: pytest.FixtureRequest) -> None:
    mark = request.node.get_closest_marker("timeout")
    assert mark is not None
    assert mark.args == (kinds.HANGS,)


def test_no_test_is_about_how_long_a_run_takes_on_this_machine() -> None:
    """A benchmark may be; a test says what is waited for, and is ended where it hangs (`kinds.HANGS`)."""
    takes = re.compile(r"\.(?:seconds|duration) <|(?:perf_counter|monotonic)\(\) - \w+ <")
    none_of(
        f"{path.name}:{number}: {line.strip()}"
        for path in Path(__file__).parent.rglob("test_*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if takes.search(line) and path != Path(__file__)
    )


def test_files_that_start_processes_come_first_and_quick_ones_last(pytester: pytest.Pytester) -> None:
    text = "import pytest\n{}def test_it(): pass\ndef test_more(): pass\n"
    kinds_of = {"test_a": "", "test_b": "@pytest.mark.runs\n", "test_c": "@pytest.mark.processes\n"}
    pytester.makepyfile(**{file: text.format(mark) for file, mark in kinds_of.items()})
    items, _ = pytester.inline_genitems()
    kinds.order(items)
    assert [item.path.stem for item in items] == ["test_c"] * 2 + ["test_b"] * 2 + ["test_a"] * 2
