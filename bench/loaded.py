"""Real waiting on a loaded machine: with all cores kept busy, the same verdicts every time.

N runs (50, or the first argument) against the reference and the flaws half-ttl, double-ttl and
sliding-ttl, at a TTL of 4 s: the checks of one resource's timeline.
"""

from __future__ import annotations

import collections
import multiprocessing
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from measure import reference

from conformance.execute.engine import Engine
from conformance.execute.options import Options
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.plan.lanes import plan

TTL: Final = 4
FLAWS: Final = ("", "half-ttl", "double-ttl", "sliding-ttl")
BESIDE: Final = 17


def burn(stop: object) -> None:
    """Keep a core busy until told to stop."""
    while not stop.is_set():  # type: ignore[attr-defined]
        sum(range(10_000))


def once(flaw: str) -> tuple[tuple[str, str], ...]:
    """One run against a fresh server: check id -> verdict."""
    suite, target = load(), load_target("lesson", [f"*.ttl={TTL}"])
    runs = plan(suite, target, "lesson").runs
    wanted = frozenset(r.id for r in runs if "server-cache.yaml::cached-time" in r.id and r.check.on)
    with reference("--ttl", str(TTL), flaw=flaw) as url:
        engine = Engine(Options(url, suite, target, selected=wanted))
        engine.start()
        engine.wait()
        engine.close()
        report = engine.report()
    # How long a hit takes is recorded only, and nothing to agree on.
    judged = [e for e in report.judged if report.about(e).requirement != "LES40"]
    return tuple((e.id, e.verdict.verdict) for e in judged)


def main(times: int = 50) -> bool:
    """Print what came of it; true where each server got one set of verdicts."""
    stop = multiprocessing.Event()
    busy = [
        multiprocessing.Process(target=burn, args=(stop,), daemon=True) for _ in range(os.cpu_count() or 1)
    ]
    for each in busy:
        each.start()
    held = True
    try:
        for flaw in FLAWS:
            with ThreadPoolExecutor(BESIDE) as pool:
                found = collections.Counter(pool.map(once, [flaw] * times))
            name = f"{times} runs on busy cores, {flaw or 'the reference'}"
            print(
                f"{'ok  ' if len(found) == 1 else 'OVER'} {name}: {len(found)} set(s) of verdicts", flush=True
            )
            if len(found) > 1:
                held = False
                for verdicts, count in found.most_common():
                    print(count, verdicts)
    finally:
        stop.set()
        for each in busy:
            each.join()
    return held


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
