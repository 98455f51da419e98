"""How pytest works in this repository.

`pytest --base-url URL` judges the server at URL, and runs nothing else. Plain `pytest` runs the
project's tests, and beside them the specs against the reference, started over real HTTP on a free
port; its clock is moved rather than waited for, unless `--conformance-clock real` is given.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.execute.engine import Options
    from conformance.pytest_plugin import Subject

pytest_plugins = ["pytester"]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Switch the plugin on where the specs are asked for."""
    if not hasattr(config.option, "conformance"):
        return  # -p no:conformance
    from conformance.load.specs import specs_folder  # noqa: PLC0415 (not needed without the plugin)
    from conformance.pytest_plugin import install  # noqa: PLC0415
    from conformance.pytest_plugin.paths import touches  # noqa: PLC0415
    from conformance.pytest_plugin.settings import base_url  # noqa: PLC0415

    if base_url(config):
        config.option.conformance = True
    elif config.option.conformance or touches(config, specs_folder()):
        _find_the_reference(config)
        install(config, hosting=embedded, beside=not config.option.conformance)


def _find_the_reference(config: pytest.Config) -> None:
    """Say at once, and in a line, what is missing where the reference is what will be judged."""
    option = config.option
    of_ones_own = option.conformance_app or option.conformance_serve
    if of_ones_own or option.collectonly or hasattr(config, "workerinput"):
        return
    try:
        import reference_impl.serve  # noqa: F401, PLC0415
    except ModuleNotFoundError as missing:
        raise pytest.UsageError(
            f"the reference, which is judged where no server is named, needs {missing.name}: "
            "pip install '.[reference]', or name a server with --base-url"
        ) from None


class MovedClock:
    """The time of day, and what it was moved by."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._ahead

    def move(self, seconds: float) -> None:
        """Go forward."""
        self._ahead += seconds


@contextmanager
def embedded(options: Options, clock: str) -> Iterator[Subject]:
    """The reference, with the TTL that the target says."""
    from conformance.clocks import RealClock, VirtualClock  # noqa: PLC0415
    from conformance.pytest_plugin import Subject  # noqa: PLC0415
    from reference_impl.serve import start  # noqa: PLC0415 (FastAPI takes its time)
    from reference_impl.settings import Settings  # noqa: PLC0415

    ttl = next((r.ttl for r in options.target.resources if r.ttl is not None), Settings.ttl)
    moved = MovedClock()
    with start(Settings(ttl=ttl, clock=moved)) as running:
        yield Subject(running.url, RealClock if clock == "real" else lambda: VirtualClock(moved.move))
