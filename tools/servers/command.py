"""`python -m tools.servers`: real servers, one after the other, held against what is known of them.

python -m tools.servers             all that can be installed
python -m tools.servers NAME...     these
python -m tools.servers --write     writes down what is new, without a reason, which stays red until one is
                                    given; forgets what is gone; writes docs/servers.md
python -m tools.servers --times 3   each so often: the same every time, or red
python -m tools.servers --pin       asks the registries what the packages take, and pins that; judges nothing
"""

from __future__ import annotations

import argparse
import collections
import signal
import sys
import time
from collections.abc import Sequence
from typing import Final

from conformance.errors import ConformanceError
from conformance.load.specs import load
from conformance.model import Suite
from conformance.servers.errors import ServerError
from tools.servers.expecting import compared, expected, known, problems, rewritten, write_expected
from tools.servers.getting import NotHere, get
from tools.servers.judging import Outcome, judge
from tools.servers.page import PAGE, made, read_results, write_results
from tools.servers.pinning import pin
from tools.servers.table import Row, chosen, rows

__all__ = ["main"]

_LONG: Final = 400  # characters of a sentence


def main(argv: Sequence[str] | None = None) -> int:
    """Do it; returns the exit status: 1 where something is new, gone or without a reason."""
    given = _arguments(argv)
    # Whoever ends this by SIGTERM has its servers ended, too, as by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        table, suite = rows(), load()
        wanted = chosen(given.names, table)
        if given.pin:
            pin(table.values())
            return 0
        red, judged = [], {}
        for row in wanted:
            outcome, bad = _one(row, suite, given.times, write=given.write)
            red += bad
            if outcome is not None:
                judged[row.name] = outcome
    except (ValueError, NotHere, ConformanceError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; all that was started has ended\n")
        return 130
    if given.write:
        results = {name: each for name, each in (read_results() | judged).items() if name in table}
        write_results(results)
        PAGE.write_text(made(suite), "utf-8")
    absent = len(wanted) - len(judged)
    _say(f"{len(judged)} servers judged, {absent} not; {len(red)} not as expected")
    return 1 if red or not judged else 0


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m tools.servers",
        description="Judges real servers, and holds them against what is known of them.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="a server of servers.yaml; all by default")
    parser.add_argument(
        "--write", action="store_true", help="write down what is new and what is gone, and the page"
    )
    parser.add_argument("--times", type=int, default=1, metavar="N", help="judge each so often")
    parser.add_argument("--pin", action="store_true", help="pin what the packages take, and judge nothing")
    given = parser.parse_args(argv)
    if given.times < 1:
        parser.error(f"{given.times} times is never")
    return given


def _one(row: Row, suite: Suite, times: int, *, write: bool) -> tuple[Outcome | None, list[str]]:
    """Judge one server so often; what came of it, and what is not as it should be."""
    begun = time.monotonic()
    try:
        got = get(row)
    except NotHere as reason:
        _say(f"----  {row.name}: not installed: {reason}")
        return None, []
    try:
        outcomes = [judge(row, got) for _ in range(times)]
    except ServerError as problem:
        _say(f"RED   {row.name} {got.version}: {problem}")
        return None, [f"{row.name}: {problem}"]
    outcome = outcomes[0]
    new, gone = compared(row, known(row), outcome.findings)
    bad = [f"{each.resource}::{each.check} is new: {each.verdict}: {each.says[:_LONG]}" for each in new]
    bad += [f"{resource}::{check} is expected to fail, and does not" for check, resource in gone]
    if write:
        write_expected(row.name, rewritten(row, expected(row.name), new, gone, suite))
    bad += problems(row, known(row), suite)
    bad += _unsteady(outcomes)
    counts = {name: sum(t.get(name, 0) for t in outcome.topics.values()) for name in ("pass", "fail", "warn")}
    what = ", ".join(f"{count} {name}" for name, count in counts.items())
    mark = "RED   " if bad else "ok    "
    _say(f"{mark}{row.name} {outcome.version}: {what}; {time.monotonic() - begun:.1f} s; {outcome.report}")
    for line in bad:
        _say(f"        {line}")
    return outcome, bad


def _unsteady(outcomes: Sequence[Outcome]) -> list[str]:
    """What is not the same each time."""
    seen = collections.Counter(
        f"{each.resource}::{each.check}: {each.verdict}" for outcome in outcomes for each in outcome.findings
    )
    of = len(outcomes)
    return [f"{what} in {count} of {of} runs" for what, count in sorted(seen.items()) if count < of]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
