"""Names for what the fixtures of conftest.py hand out."""

from collections.abc import Callable

import pytest

Judge = Callable[..., pytest.RunResult]
Collect = Callable[..., list[str]]
Serve = Callable[[str], str]
