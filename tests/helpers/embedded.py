"""Whole runs against the embedded reference, its clock moved: they take no time, and are made once each."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import conformance
from conformance.clocks import VirtualClock
from conformance.model import Report
from helpers.hostile import unused_port
from reference_impl.settings import Settings
from reference_impl.twisted.serve import start
from tools.matrix.clock import MovedClock

__all__ = ["dead_port", "judged", "judging", "stopped"]


def judging(flaw: str = "", **options: Any) -> Report:
    """A run against the reference or its twin with a flaw; the options are those of `conformance.run`."""
    moved = MovedClock()
    with start(Settings(clock=moved, cost=0.0), flaw) as server:
        return conformance.run(
            server.url, **{"clock": lambda: VirtualClock(moved.move), "seed": 1, **options}
        )


@functools.cache
def judged(flaw: str = "") -> Report:
    """The same, made once."""
    return judging(flaw)


@functools.cache
def dead_port() -> Report:
    """A run against a port on which nothing listens."""
    return conformance.run(f"http://127.0.0.1:{unused_port()}", seed=1)


@functools.cache
def stopped() -> Report:
    """A run that is stopped as soon as it waits for a TTL, which it does in real time."""

    def on_progress(progress: Any) -> None:
        if progress.waits:
            progress.stop("enough is known")

    with start(Settings(cost=0.0)) as server:
        return conformance.run(server.url, seed=1, on_progress=on_progress)


Made = Callable[[], Report]
