"""The proof: every flaw of the reference against the checks, as docs/matrix.md and flaws.json.

`python -m tools.matrix` runs them all and writes both files; `--check` only says whether they are
stale. tests/test_flaws.py holds the project to the same runs. Nothing here waits: the servers are
embedded and their clocks are moved, a share of them in each of as many processes as there are
cores; only what takes several workers runs in real time, beside the others.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from conformance.clocks import RealClock, VirtualClock
from conformance.execute.engine import Engine
from conformance.execute.result import Options, Result
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import TIERS, Check, Suite, Tier
from conformance.servers import AppSpec
from conformance.servers import start as start_server
from reference_impl.settings import Settings
from reference_impl.twisted.flaws import FLAWS, Flaw
from reference_impl.twisted.serve import start
from tools.dealer import dealt

__all__ = ["MovedClock", "checks", "failing", "json_text", "markdown", "measure", "rows", "runnable"]

ROOT: Final = Path(__file__).parent.parent
MATRIX: Final = ROOT / "docs" / "matrix.md"
FLAWS_OF_CHECKS: Final = ROOT / "conformance" / "load" / "flaws.json"

# Seen only where several processes answer; in real time, since a clock can be moved in one process only.
WORKERS: Final = ("python-hash-etag", "etag-per-worker", "per-worker-cache")
# Of a server with several workers only this is about the flaw: without Redis, workers disagree anyway.
WORKERS_ROWS: Final = ("LES02", "LES38")
TARGETS: Final = {"key-without-place": "reference", "unbounded-cache": "reference"}
STANDING: Final = ("timestamp-etag",)  # where the second must not turn by chance
TIMED: Final = ("slow-hit",)  # what a busy machine blurs: run alone, and again until it is seen
STARTED: Final = ("unbounded-cache",)  # seen only where the suite has started the server, and measures it
_BESIDE: Final = 3  # runs at once in each process: each waits for its server now and then
_TRIES: Final = 3
_TTL: Final = 4  # seconds, where they pass
_NEARLY: Final = 0.9  # of a second: the first move turns it, however small

Outcomes = Mapping[str, str]  # run id -> outcome


class MovedClock:
    """The time of day, and what it was moved by; `standing`: it goes on only when it is moved."""

    def __init__(self, *, standing: bool = False) -> None:
        self._ahead = 0.0
        self._stands_at = int(time.time()) + _NEARLY if standing else None

    def __call__(self) -> float:
        """Seconds since 1970."""
        return (time.time() if self._stands_at is None else self._stands_at) + self._ahead

    def move(self, seconds: float) -> None:
        """Go forward."""
        self._ahead += seconds


# ------------------------------------------------------------------ which


def checks(suite: Suite) -> tuple[Check, ...]:
    """All checks of the specs, in their order."""
    return tuple(check for file in suite.files for check in file.checks)


def rows(check: Check) -> frozenset[str]:
    """The rows of the register that a check cites."""
    return frozenset({check.requirement.id, *(each.id for each in check.also)})


def of_lesson(flaw: Flaw) -> bool:
    """Whether the flaw breaks a row of the lesson."""
    return any(row.startswith("LES") for row in flaw.breaks)


def runnable(suite: Suite) -> tuple[str, ...]:
    """The flaws that the specs may catch: what they break is a row of the lesson, or cited by a check."""
    cited = frozenset[str]().union(*map(rows, checks(suite)))
    return tuple(name for name, flaw in FLAWS.items() if of_lesson(flaw) or cited & set(flaw.breaks))


def _tier(flaw: Flaw, suite: Suite) -> Tier:
    """Flaws of the lesson are shown to the lesson's tier; others to the highest that there is."""
    if of_lesson(flaw):
        return "lesson"
    return max((check.tier for check in checks(suite)), key=TIERS.index)


# ------------------------------------------------------------------ runs


def measure(names: Iterable[str]) -> dict[str, Outcomes]:
    """Run each of these flaws once."""
    wanted = tuple(names)
    moved = [name for name in wanted if name not in (*WORKERS, *TIMED, *STARTED)]
    processes = os.cpu_count() or 1
    shares = [share for n in range(processes) if (share := moved[n::processes])]
    with (
        ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool,
        ThreadPoolExecutor(len(WORKERS)) as beside,
    ):
        running = [pool.submit(_share, share) for share in shares]
        waited = [beside.submit(_with_workers, name) for name in WORKERS if name in wanted]
        found = dict(pair for done in running for pair in done.result()) | dict(w.result() for w in waited)
    found |= dict(_alone(name) for name in TIMED if name in wanted)
    found |= dict(_started(name) for name in STARTED if name in wanted)
    return {name: found[name] for name in wanted}


def _alone(name: str) -> tuple[str, Outcomes]:
    for _ in range(_TRIES):
        outcomes = _moved(name)[1]
        if failing(name, outcomes, load()):
            break
    return name, outcomes


def _share(names: Sequence[str]) -> list[tuple[str, Outcomes]]:
    with ThreadPoolExecutor(_BESIDE) as pool:
        return list(pool.map(_moved, names))


def _moved(name: str) -> tuple[str, Outcomes]:
    suite = load()
    clock = MovedClock(standing=name in STANDING)
    with start(Settings(clock=clock, cost=0.0), name) as server:
        options = Options(
            server.url,
            suite,
            load_target(TARGETS.get(name, "lesson")),
            tier=_tier(FLAWS[name], suite),
            clock=lambda: VirtualClock(clock.move),
        )
        return name, _outcomes(_ended(options))


def _with_workers(name: str) -> tuple[str, Outcomes]:
    with dealt({"REFERENCE_FLAW": name, "REFERENCE_TTL": str(_TTL)}) as url:
        result = _ended(Options(url, load(), load_target("lesson", [f"*.ttl={_TTL}"]), clock=RealClock))
    about = {each.run.id for each in result.judged if rows(each.run.check) & set(WORKERS_ROWS)}
    return name, {id_: outcome for id_, outcome in _outcomes(result).items() if id_ in about}


def _started(name: str) -> tuple[str, Outcomes]:
    spec = AppSpec("reference_impl.twisted.app:app", env={"REFERENCE_FLAW": name})
    return name, _outcomes(
        _ended(Options("", load(), load_target(TARGETS[name]), host=lambda: start_server(spec)))
    )


def _ended(options: Options) -> Result:
    engine = Engine(options)
    engine.start()
    engine.wait()
    return engine.close()


def _outcomes(result: Result) -> Outcomes:
    return {each.run.id: each.verdict.outcome for each in result.judged}


# ------------------------------------------------------------------ what they show


def failing(name: str, outcomes: Outcomes, suite: Suite) -> tuple[str, ...]:
    """The ids of the checks that failed, those first that cite what the flaw breaks, in its order.

    A check that compares two times may fail on a busy machine: it counts where the flaw is about it.
    """
    breaks = FLAWS[name].breaks
    failed = {id_.rpartition("::")[2] for id_, outcome in outcomes.items() if outcome == "fail"}
    shown = [
        check
        for check in checks(suite)
        if check.id in failed and (not _by_time(check) or rows(check) & set(breaks))
    ]
    shown.sort(key=lambda check: _rank(check, breaks))
    return tuple(check.id for check in shown)


def _rank(check: Check, breaks: Sequence[str]) -> int:
    return min((breaks.index(row) for row in rows(check) if row in breaks), default=len(breaks))


def _by_time(check: Check) -> bool:
    return any("time" in wanted for each in check.expects for wanted in each.values())


def caught_by(found: Mapping[str, Outcomes], suite: Suite) -> dict[str, list[str]]:
    """Check id -> the flaws under which it failed, those first whose row it is."""
    failed = {name: failing(name, outcomes, suite) for name, outcomes in found.items()}
    table: dict[str, list[str]] = {}
    for check in checks(suite):
        names = [name for name, ids in failed.items() if check.id in ids]
        table[check.id] = sorted(names, key=lambda name: not rows(check) & set(FLAWS[name].breaks))
    return table


def json_text(found: Mapping[str, Outcomes], suite: Suite) -> str:
    """The text of flaws.json: which flaws `conformance explain` says that a check catches."""
    return json.dumps(caught_by(found, suite), indent=1) + "\n"


def markdown(found: Mapping[str, Outcomes], suite: Suite) -> str:
    """The text of docs/matrix.md."""
    table = caught_by(found, suite)
    lines = [
        "# Checks and flaws",
        "",
        "Each check of the suite fails on at least one flawed server, and each flawed server is caught.",
        "A flaw is the reference with one deliberate defect: `python -m reference_impl.twisted --flaw NAME`.",
        "Generated by `python -m tools.matrix`, which runs them all; the tests fail where this is stale.",
        "",
        "## Each check, with the flaws that it catches",
        "",
        "| check | tier | row | catches |",
        "|---|---|---|---|",
    ]
    for check in checks(suite):
        names = ", ".join(f"`{name}`" for name in table[check.id]) or "none yet"
        lines.append(f"| `{check.id}` | {check.tier} | {check.requirement.id} | {names} |")
    lines += [
        "",
        "## Each flaw, with the checks that fail",
        "",
        "Those first that are about the row it breaks. Others fail, too, where they can't hold any more;",
        "what only follows from a check that failed is blocked, and not listed.",
        "",
        "| flaw | what is wrong | breaks | fails |",
        "|---|---|---|---|",
    ]
    for name in found:
        ids = failing(name, found[name], suite)
        if ids:
            lines.append(f"{_row(FLAWS[name])} {', '.join(f'`{id_}`' for id_ in ids)} |")
    lines += [
        "",
        "## Flaws of the tiers to come",
        "",
        "Nothing looks for them yet.",
        "",
        "| flaw | what is wrong | breaks |",
        "|---|---|---|",
    ]
    lines += [
        _row(flaw)
        for name, flaw in FLAWS.items()
        if not (name in found and failing(name, found[name], suite))
    ]
    return "\n".join(lines) + "\n"


def _row(flaw: Flaw) -> str:
    says = flaw.says.replace("|", "\\|")
    return f"| `{flaw.name}` | {says} | {', '.join(flaw.breaks)} |"


def main(argv: Sequence[str] | None = None) -> int:
    """Write both files, or say that they are stale."""
    parser = argparse.ArgumentParser("python -m tools.matrix", description="Checks x flaws, by running them.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    given = parser.parse_args(argv)
    suite = load()
    found = measure(runnable(suite))
    stale = False
    for path, text in ((MATRIX, markdown(found, suite)), (FLAWS_OF_CHECKS, json_text(found, suite))):
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        stale = True
        if given.check:
            sys.stdout.write(f"{path.relative_to(ROOT)} is stale: run python -m tools.matrix\n")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ROOT)} is written\n")
    return 1 if stale and given.check else 0


if __name__ == "__main__":
    sys.exit(main())
