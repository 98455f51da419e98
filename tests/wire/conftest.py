"""A wire that is closed when the test is over, and one request over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from helpers.hostile import Script, serve
from helpers.wires import Ticks, Wires

from conformance.model import Exchange
from conformance.wire import Limits, Wire


@pytest.fixture
def wires() -> Iterator[Wires]:
    """Makes wires to a URL; their deadline is so long that no load on the machine reaches it."""
    made: list[Wire] = []

    def make(url: str, limits: Limits | None = None, **options: bool | str) -> Wire:
        wire = Wire(url, Ticks(), limits=limits or Limits(), **options)  # type: ignore[arg-type]
        made.append(wire)
        return wire

    yield make
    for each in made:
        each.close()


@pytest.fixture
def ask(wires: Wires) -> Callable[..., Exchange]:
    """Send one request to a server of that script."""

    def go(script: Script, method: str = "GET", limits: Limits | None = None) -> Exchange:
        with serve(script) as server:
            return wires(server.url, limits).lane().exchange(method, "/")

    return go
