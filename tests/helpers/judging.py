"""Names for what the fixtures of conftest.py hand out."""

import re
from collections.abc import Callable

import pytest

from conformance.load.folder import specs_folder

Judge = Callable[..., pytest.RunResult]
Collect = Callable[..., list[str]]
Serve = Callable[[str], str]


def others(*asked_for: str) -> int:
    """How many checks of the lesson a plain run has besides those that are asked for.

    Read off the files: pytest runs within pytest here, and what it imports of ours has to be its own.
    """
    files = (path.read_text("utf-8") for path in specs_folder().glob("*.yaml"))
    checks = [each for text in files for each in re.split(r"^  - id: ", text, flags=re.MULTILINE)[1:]]
    plain = [
        each for each in checks if "\n    explore: " not in each
    ]  # of which only a search makes something
    return sum("\n    tier: lesson\n" in each for each in plain) - len(asked_for)
