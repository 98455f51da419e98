"""Submissions side by side: who waits holds no place, and who does not end is ended."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.classes import GOOD, Class

from conformance.classroom import pool
from conformance.classroom.one import Graded, Order
from conformance.classroom.packing import pack_folder
from conformance.classroom.pool import Lost, Pool, Task
from conformance.commands.grade import Marking, order_of
from conformance.execute.progress import Progress


@pytest.fixture
def order(tmp_path: Path) -> Order:
    Class(tmp_path, {"ada": GOOD})
    return order_of(Marking(assignment=str(tmp_path / "week.yaml")), "none")


def bytes_of(text: str, tmp_path: Path) -> bytes:
    (tmp_path / "submissions/ada/main.py").write_text(text)
    return pack_folder(tmp_path / "submissions/ada").encode()


def test_one_that_does_not_end_is_ended_and_the_others_have_their_results(
    order: Order, tmp_path: Path
) -> None:
    hangs, good = (bytes_of(text, tmp_path) for text in ("import time\ntime.sleep(1000)\n", GOOD))
    tasks: Iterator[Task[str]] = iter([Task("hangs", hangs, "", 3.0), Task("good", good, "", 300.0)])
    made: Pool[str] = Pool(2)
    found = dict(made.graded(order, tasks, lambda: True))
    assert isinstance(found["good"], Graded)
    assert found["hangs"] == Lost("its process did not end within 3 s")


def test_what_breaks_in_a_process_is_told_and_costs_that_one_alone(order: Order, tmp_path: Path) -> None:
    good = bytes_of(GOOD, tmp_path)
    tasks: Iterator[Task[str]] = iter([Task("bad", b"\xff", "", 300.0), Task("good", good, "", 300.0)])
    made: Pool[str] = Pool(1)
    found = dict(made.graded(order, tasks, lambda: True))
    assert isinstance(found["good"], Graded)
    assert isinstance(found["bad"], Lost)
    assert found["bad"].why.startswith("the suite is at fault: ")


def test_it_ends_where_nobody_wants_it_any_more(order: Order, tmp_path: Path) -> None:
    good = bytes_of(GOOD, tmp_path)
    made: Pool[str] = Pool(1)
    assert list(made.graded(order, iter([Task("good", good, "", 300.0)]), lambda: False)) == []
    assert made.at_work == []


def test_a_wait_has_a_name_and_a_start_is_none_before_it_takes_long() -> None:
    def progress(total: int, seconds: float) -> Progress:
        return Progress(0, total, (("cached-time", "the end of its TTL", seconds),), lambda _: None)

    waits_for: Any = pool.waits_for
    assert waits_for(progress(10, 5.0), 0.0) == "the end of its TTL"
    assert waits_for(progress(10, 0.5), 100.0) == ""
    assert waits_for(progress(0, 5.0), 1.0) == ""
    assert waits_for(progress(0, 5.0), 5.0) == "the end of its TTL"


def test_a_folder_that_can_not_hold_a_socket_is_named(tmp_path: Path) -> None:
    class_ = Class(tmp_path, {"ada": GOOD})
    (long := tmp_path / ("x" * 100)).mkdir()
    command = [sys.executable, "-m", "conformance", *class_.words, "--app", "main:app"]
    env = {**os.environ, "TMPDIR": str(long)}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert ended.returncode == 2
    assert re.search("xxx', can't hold a socket: .*; set TMPDIR to one with a short path", ended.stderr)
