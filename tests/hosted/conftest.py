"""What holds for every test that starts servers."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest
from apps.grading import children
from apps.writing import until


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After each test there is no process more than before."""
    before = children()
    yield
    assert until(lambda: children() <= before), f"left: {[told(pid) for pid in children() - before]}"


def told(pid: int) -> str:
    """A process as one that has failed a test is to be known by."""
    try:
        process = psutil.Process(pid)
        return f"{pid} {process.status()} of {process.ppid()}: {' '.join(process.cmdline())[:200]}"
    except psutil.Error:
        return f"{pid}, gone by now"
