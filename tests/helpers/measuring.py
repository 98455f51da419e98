"""Which lines the quick tests reach, in whatever run has MEASURED set: measured while one of them runs.

The others are not measured and cost nothing more, nor are the processes that they start. So one run in CI
tells both that all tests pass and what the quick ones reach. It takes workers, as `make` starts them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from coverage import Coverage

__all__ = ["Measure"]

MEASURED: Final = "MEASURED"


class Measure:
    """Measures from here on, what is imported before the first test included; where nobody asked, nothing."""

    def __init__(self) -> None:
        self._coverage: Coverage | None = None
        self._on = False
        # Taken out, so that no pytest that a test starts measures itself.
        if "PYTEST_XDIST_WORKER" in os.environ and os.environ.pop(MEASURED, ""):
            from coverage import Coverage  # noqa: PLC0415 - only an extra installs it

            self._coverage = Coverage()
            self._turn(on=True)

    @contextmanager
    def of(self, *, quick: bool) -> Iterator[None]:
        """While a test runs, its fixtures included."""
        self._turn(on=quick)
        yield

    def save(self) -> None:
        """At the end, to be combined with what the other workers have measured."""
        self._turn(on=False)
        if self._coverage is not None:
            self._coverage.save()

    def _turn(self, *, on: bool) -> None:
        if self._coverage is None or on is self._on:
            return
        self._on = on
        (self._coverage.start if on else self._coverage.stop)()
