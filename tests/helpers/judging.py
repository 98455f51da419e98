"""Names for what the fixtures of conftest.py hand out."""

from collections.abc import Callable

import pytest

from conformance.load.specs import load

Judge = Callable[..., pytest.RunResult]
Collect = Callable[..., list[str]]
Serve = Callable[[str], str]


def others(*asked_for: str) -> int:
    """How many checks of the lesson there are besides those that are asked for."""
    checks = [check for file in load().files for check in file.checks if check.tier == "lesson"]
    return len(checks) - len(asked_for)
