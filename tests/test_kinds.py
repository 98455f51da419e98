"""The kinds of tests: what is named is there, and a quick test can start no process."""

from __future__ import annotations

import multiprocessing
import os
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
    none_of(place for place in (*kinds.PROCESSES, *kinds.SLOW) if not (tests / place).exists())


@pytest.mark.parametrize("way", WAYS)
def test_a_quick_test_starts_no_process(way: str) -> None:
    with pytest.raises(AssertionError, match="starts a process"):
        WAYS[way]()


@pytest.mark.processes
def test_any_other_may() -> None:
    subprocess.run([sys.executable, "--version"], check=True, capture_output=True)
