"""The tier `lesson` in real time: cold and warm, at a TTL of 4 s and of 30 s; and the memory that it takes.

With --quick only the TTL of 4 s.
"""

from __future__ import annotations

import itertools
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Final

from measure import ROOT, Figure, compiled, figure, reference, spent

# The peak is of this program alone: what getrusage tells begins with that of whoever started it.
_RUN: Final = """
import re, sys
from conformance.commands.running import run
report = run(sys.argv[1], overrides=[f"*.ttl={sys.argv[2]}"])
assert not any(report.counts.get(name) for name in ("fail", "error", "unreachable")), report.counts
print(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1])
"""

_LIVES: Final = 2.1
"""One, a third of the second (a cache that ends by the clock's ticks), half of one after the clear."""
_APART: Final = 15.0  # seconds: margins, what passes for equal text to be no chance, all that comes before


def figures(*, quick: bool) -> Iterator[Figure]:
    """In lives of a TTL, a second off; and mebibytes."""
    peaks = []
    env = compiled()
    for ttl, warm in itertools.product((4,) if quick else (4, 30), (False, True)):
        took, peak = _one(ttl, env, warm=warm)
        peaks.append(peak)
        how = "warm" if warm else "cold"
        says = f"the lesson in real time, TTL {ttl} s, {how}"
        yield figure(f"tier-{ttl}-{how}-s", says, [took], "s", _LIVES * ttl + _APART)
    yield figure("peak-mib", "    peak memory", peaks, "MiB", 60.0)


def _one(ttl: int, env: dict[str, str], *, warm: bool) -> tuple[float, float]:
    """Judge a fresh reference, its cache cold or warm: seconds and mebibytes."""
    with reference("--ttl", str(ttl)) as url:
        if warm:
            for path in ("cached-time", "reports"):
                urllib.request.urlopen(f"{url}/{path}/").read()  # noqa: S310 - our own server
        found: list[str] = []

        def judge() -> None:
            command = [sys.executable, "-c", _RUN, url, str(ttl)]
            out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=env)
            found.append(out.stdout)

        took = spent(judge).wall
    return took, int(found[0]) / 1024
