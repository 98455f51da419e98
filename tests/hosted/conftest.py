"""What holds for every test that starts servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from apps.grading import children
from apps.writing import until


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """After each test there is no process more than before."""
    before = children()
    yield
    assert until(lambda: children() <= before)
