"""`make bench`: every figure against its budget and against the last committed one, in a table.

`--quick` takes fewer rounds and leaves out what waits for a long TTL; `--write` puts what was found into
figures.json, to be committed; NAME... measures only these files of bench/. The exit code is 1 where a budget
is not held. Ratios compare within one run, and processor time is preferred to that of the wall, so that a
busy machine or another one tells nearly the same.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from measure import ROOT, Figure

FILES: Final = (
    *("exchange", "hosted", "plugin", "collecting", "starting", "isolating", "reporting", "tier", "classes"),
    "fuzzing",
)
COMMITTED: Final = Path(__file__).parent / "figures.json"


def moved(found: Figure, last: Mapping[str, float] | None) -> str:
    """By how much a figure has moved, where that is more than its noise, then and now; else ""."""
    if last is None:
        return "new"
    by = found.value - last["value"]
    if abs(by) <= max(found.noise, last["noise"]):
        return ""
    return f"{'WORSE' if by > 0 else 'better'} by {abs(by):.3g}"


def line(found: Figure, last: Mapping[str, float] | None) -> str:
    """One row of the table."""
    value = f"{found.value:.3g} {found.unit}"
    budget = "" if found.budget is None else f"{found.budget:g}"
    before = "" if last is None else f"{last['value']:.3g}"
    mark = "    " if found.budget is None else "ok  " if found.held else "OVER"
    return f"{mark} {found.says:<62} {value:>11} {budget:>7} {before:>7}  {moved(found, last)}".rstrip()


def measured(names: list[str], *, quick: bool) -> Iterator[Figure]:
    """All figures, as they come."""
    for name in names:
        yield from importlib.import_module(name).figures(quick=quick)


def write(figures: list[Figure], before: Mapping[str, Any]) -> None:
    """Commit what was found to the file; figures that were not measured stay."""
    date = subprocess.run(
        ["git", "log", "-1", "--format=%cs"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    made = {
        each.key: {
            "value": float(f"{each.value:.4g}"),
            "noise": float(f"{each.noise:.2g}"),
            "unit": each.unit,
        }
        for each in figures
    }
    kept = {**before.get("figures", {}), **made}
    document = {
        "commit": date,
        "python": platform.python_version(),
        "load": round(os.getloadavg()[2], 1),  # of the machine, over the last 15 minutes
        "figures": dict(sorted(kept.items())),
    }
    COMMITTED.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


def main() -> int:
    """Measure and tell; 1 where a budget was not held."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FILES)}; all by default")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no long TTL")
    parser.add_argument("--write", action="store_true", help="put what was found into figures.json")
    asked = parser.parse_args()
    unknown = set(asked.names) - set(FILES)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}; accepted: {', '.join(FILES)}")
    before = json.loads(COMMITTED.read_text("utf-8")) if COMMITTED.exists() else {}
    print(
        f"last: {before.get('commit', 'never')}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    )
    print(f"{'':4} {'':<62} {'found':>11} {'budget':>7} {'last':>7}")
    figures = []
    for each in measured(asked.names or list(FILES), quick=asked.quick):
        print(line(each, before.get("figures", {}).get(each.key)), flush=True)
        figures.append(each)
    if asked.write:
        write(figures, before)
    return 0 if all(each.held for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
