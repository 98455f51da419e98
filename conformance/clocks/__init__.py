"""How a run passes time: one file for each clock, and this table.

    base.py       what every clock is
    real.py       a wait takes as long as it says
    virtual.py    a wait costs nothing: the server's clock is in our hands

To add one: a file with a class of the shape of `base.Clock`, and a line in CLOCKS; the contract
test in tests/clocks/ then runs it, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from conformance.clocks.base import Clock
from conformance.clocks.real import RealClock
from conformance.clocks.virtual import VirtualClock

__all__ = ["CLOCKS", "Clock", "RealClock", "VirtualClock"]

CLOCKS: Final[Mapping[str, Callable[..., Clock]]] = {"real": RealClock, "virtual": VirtualClock}
