"""The same submission gets the same verdicts: twelve servers, each judged again and again on busy cores.

`steady.py [TIMES] [NAME ...]`: TIMES runs (20 by default) of each server, with the seeds 1 to TIMES, three at
once (some wait) beside a process for each core that only burns it. The right one, each flaw of time, two
resources with one key, two workers with a cache each, a cache that ends with the ticks of the clock. The
suite starts each of them and moves its clock. The exit code is 1 where one got two sets, which are told.
"""

from __future__ import annotations

import collections
import multiprocessing
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from loaded import burn

from conformance.execute.engine import Engine
from conformance.execute.options import Options
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.servers import AppSpec
from conformance.servers.server import start

TTL: Final = 10  # seconds, for who is judged in real time after all; under 10 a cache may count whole ones
BESIDE: Final = 3
TIMES: Final = 20
_FLAWS: Final = (
    *("half-ttl", "double-ttl", "sliding-ttl", "never-expires", "no-cache-at-all", "two-caches-in-turn"),
    *("kept-twice", "old-timer", "ends-with-ticks", "shared-key"),
)
SERVERS: Final[dict[str, tuple[dict[str, str], int]]] = {
    "right": ({}, 1),
    **{name: ({"REFERENCE_FLAW": name}, 1) for name in _FLAWS},
    "two workers": ({}, 2),  # each with a cache and with data of its own
}
"""Name -> what makes it, and how many workers answer."""
Verdicts = tuple[tuple[str, str], ...]


def once(name: str, seed: int) -> Verdicts:
    """One run: node id -> verdict."""
    made, workers = SERVERS[name]
    suite, target = load(), load_target("lesson", [f"*.ttl={TTL}"])
    env = {**made, "REFERENCE_TTL": str(TTL)}
    spec = AppSpec("reference_impl.twisted.app:app", workers=workers, env=env)
    engine = Engine(Options("", suite, target, seed=seed, start=lambda: start(spec)))
    engine.start()
    engine.wait()
    engine.close()
    report = engine.report()
    # How long a hit takes is recorded only, and nothing to agree on.
    judged = [e for e in report.judged if report.about(e).requirement != "LES40"]
    return tuple((e.nodeid, e.verdict.verdict) for e in judged)


def told(name: str, found: collections.Counter[Verdicts]) -> None:
    """One line for a server, and what is not the same each time."""
    mark = "ok  " if len(found) == 1 else "MANY"
    print(f"{mark} {name}: {len(found)} set(s) of verdicts in {found.total()} runs", flush=True)
    usual = dict(found.most_common(1)[0][0])
    for verdicts, count in found.most_common()[1:]:
        for nodeid, verdict in verdicts:
            if usual.get(nodeid) != verdict:
                print(f"       {count} x {nodeid}: {verdict}, and not {usual.get(nodeid)}", flush=True)


def main(times: int, names: list[str]) -> bool:
    """Print what came of it; true where each server got one set of verdicts."""
    stop = multiprocessing.Event()
    cores = range(os.cpu_count() or 1)
    busy = [multiprocessing.Process(target=burn, args=(stop,), daemon=True) for _ in cores]
    for each in busy:
        each.start()
    began, held = time.monotonic(), True
    try:
        with ThreadPoolExecutor(BESIDE) as pool:
            seeds = range(1, times + 1)
            # All at once, so that those which wait in real time do so beside the others.
            runs = {name: [pool.submit(once, name, seed) for seed in seeds] for name in names or SERVERS}
            for name, judged in runs.items():
                found = collections.Counter(each.result() for each in judged)
                told(name, found)
                held = held and len(found) == 1
    finally:
        stop.set()
        for each in busy:
            each.join()
    print(f"{len(names or SERVERS)} servers, {times} runs each, in {time.monotonic() - began:.0f} s")
    return held


if __name__ == "__main__":
    first = sys.argv[1:2] if sys.argv[1:2] and sys.argv[1].isdigit() else []
    sys.exit(not main(int(first[0]) if first else TIMES, sys.argv[1 + len(first) :]))
