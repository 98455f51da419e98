"""The tier `lesson` in real time: cold and warm, at a TTL of 4 s and of 30 s; and the memory that it takes.

With --quick only the TTL of 4 s.
"""

from __future__ import annotations

import subprocess
import sys
import urllib.request

from measure import reference, row, seconds

_RUN = """
import resource, sys
from conformance.api import run
report = run(sys.argv[1], overrides=[f"*.ttl={sys.argv[2]}"])
print(sum(report.counts[name] for name in ("fail", "error", "unreachable")),
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def one(ttl: int, *, warm: bool) -> bool:
    """Judge a fresh reference, its cache cold or warm."""
    with reference("--ttl", str(ttl)) as url:
        if warm:
            for path in ("cached-time", "reports"):
                urllib.request.urlopen(f"{url}/{path}/").read()  # noqa: S310 - our own server
        found: list[str] = []

        def judge() -> None:
            command = [sys.executable, "-c", _RUN, url, str(ttl)]
            found.append(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)

        took = seconds(judge)
    fails, kibibytes = map(int, found[0].split())
    budget = (2.2 if warm else 1.1) * ttl + 1
    name = f"the tier lesson, TTL {ttl} s, {'warm' if warm else 'cold'}, {fails} fails"
    held = row(name, f"{took:.2f} s", f"{budget:.1f} s", held=took <= budget and fails == 0)
    mebibytes = kibibytes / 1024
    return row("    peak memory", f"{mebibytes:.0f} MiB", "150 MiB", held=mebibytes <= 150) and held  # noqa: PLR2004


def main(*, quick: bool = False) -> bool:
    """Print all; true where every budget is held."""
    held = [one(ttl, warm=warm) for ttl in ((4,) if quick else (4, 30)) for warm in (False, True)]
    return all(held)


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
