"""Tells that it is being judged, and by what clock."""

import sys
import time
from types import BuiltinFunctionType


def attack() -> list[str]:
    signs = {
        "a module": "conformance.servers.runner" in sys.modules,
        "the clock": not isinstance(time.monotonic, BuiltinFunctionType),
    }
    return [sign for sign, seen in signs.items() if seen]
