"""The whole pipeline as functions: what the command and the plugin call, and what people import.

Shell. It checks what it is given, starts an engine, and hands back a Report; it knows no option
parser, no terminal and no pytest.
"""

from __future__ import annotations

import difflib
import math
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, get_args

from conformance.clocks import CLOCKS, Clock
from conformance.errors import UsageError
from conformance.execute.engine import Engine
from conformance.execute.result import Options, Search
from conformance.execute.starting import Serving
from conformance.load.specs import load
from conformance.load.target import DEFAULT, load_target
from conformance.model import Suite, Target, Tier
from conformance.plan.lanes import plan
from conformance.report.document import Report
from conformance.report.redact import without_userinfo
from conformance.servers.hosted import Hosted
from conformance.wire.address import parse_base

__all__ = ["Progress", "conduct", "exit_code", "make_options", "run"]

TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
AUTO: Final = "auto"
_TO_COME: Final = "http://127.0.0.1"  # until the server is started
_GLANCE: Final = 0.1  # seconds between looks at the progress
_MOST_SEED: Final = 2**63


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come.

    Args:
        waits: (resource, what for, seconds still to go), the longest last.
        stop: ends the run early; the argument says why.
    """

    done: int
    total: int
    waits: tuple[tuple[str, str, float], ...]
    stop: Callable[[str], None]


def run(  # noqa: PLR0913 - each is an option of the command
    url: str = "",
    *,
    serving: Serving | None = None,
    target: str | Target = DEFAULT,
    tier: str = "lesson",
    clock: str | Callable[[], Clock] = AUTO,
    seed: int | None = None,
    overrides: Sequence[str] = (),
    selected: Collection[str] | None = None,
    allow_writes: bool = False,
    fuzz: bool = False,
    deadline: float | None = None,
    ca: str | Path | None = None,
    verify: bool = True,
    on_progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Judge the server at a base URL.

    Args:
        url: http or https, a host, perhaps a port and a path; "" where `serving` starts the server.
        serving: how to start the server under test, so that its clock can be moved.
        target: the name of a built-in target, or the path of a target file.
        tier: how far to go: lesson, core, full or strict.
        clock: "auto" moves the clock of an app that the suite starts, and waits else; "real" waits;
            "virtual" is "auto", refused where it can't be; a function that makes a clock is for those
            who hold the server's.
        seed: what the made-up values come from; None: a random one, which the report tells.
        overrides: values of the target, such as "cached-time.ttl=5".
        selected: node ids of checks, or None for all.
        allow_writes: consent to write to a server that is not on this machine.
        fuzz: search for counterexamples, too; needs the extra cache-conformance[fuzz].
        deadline: seconds that the whole run may take.
        ca: a file with the certificates of a private CA.
        verify: False takes any certificate.
        on_progress: called about ten times a second while the run goes on.

    Raises:
        ConformanceError: the specs, the target or an argument is wrong. A server that is wrong, or
            is not there at all, is no error: the report says so.
    """
    options = make_options(
        url,
        serving=serving,
        target=target,
        tier=tier,
        clock=clock,
        seed=seed,
        overrides=overrides,
        selected=selected,
        allow_writes=allow_writes,
        fuzz=fuzz,
        deadline=deadline,
        ca=ca,
        verify=verify,
    )
    return conduct(options, on_progress)


def conduct(options: Options, on_progress: Callable[[Progress], None] | None = None) -> Report:
    """Run what the options say to its end; whatever breaks it off, what was changed is put back."""
    engine = Engine(options)
    engine.start()
    try:
        while not engine.wait(_GLANCE if on_progress else None):
            if on_progress is not None:
                on_progress(_progress(engine))
    except BaseException:
        engine.cancel("the run was interrupted")
        engine.close()
        raise
    return Report.of(engine.close())


def _progress(engine: Engine) -> Progress:
    now = engine.clock.now()
    waits = [(resource, why, max(0.0, until - now)) for (resource, why), until in list(engine.waits.items())]
    return Progress(
        engine.judged_so_far, len(engine.plan.runs), tuple(sorted(waits, key=lambda w: w[2])), engine.cancel
    )


# ------------------------------------------------------------------ options


def make_options(  # noqa: PLR0913 - each is an option of the command
    url: str = "",
    *,
    serving: Serving | None = None,
    target: str | Target = DEFAULT,
    tier: str = "lesson",
    clock: str | Callable[[], Clock] = AUTO,
    seed: int | None = None,
    overrides: Sequence[str] = (),
    selected: Collection[str] | None = None,
    allow_writes: bool = False,
    fuzz: bool = False,
    deadline: float | None = None,
    ca: str | Path | None = None,
    verify: bool = True,
    suite: Suite | None = None,
    host: Callable[[], Hosted] | None = None,
) -> Options:
    """The options of a run, each checked before anything is sent; see `run`.

    `host` is a server that `serving` has begun to start already.

    Raises:
        UsageError: an argument is wrong. SpecError, TargetError: a file is.
    """
    if "@" in url.partition("://")[2].partition("/")[0]:
        # Said here, since the text about any other fault of a URL repeats it, and it holds a password.
        raise UsageError(
            f"the base URL {without_userinfo(url)!r} holds a user name or password: give credentials "
            "as a header of a target file instead"
        )
    host = host or (serving.host() if serving is not None else None)
    if host is not None and url:
        raise UsageError(
            "a base URL, and a server to be started, exclude each other: one server is judged at a time"
        )
    if host is None:
        parse_base(url)
    suite = suite or load()
    judged = target if isinstance(target, Target) else load_target(target, overrides)
    if isinstance(target, Target) and overrides:
        raise UsageError("overrides are for a target that is named; this one is given as an object")
    if seed is not None and not 0 <= seed < _MOST_SEED:
        raise UsageError(f"the seed {seed} is out of range; accepted is a whole number from 0 to 2**63 - 1")
    if deadline is not None and not (deadline > 0 and math.isfinite(deadline)):
        raise UsageError(f"the deadline {deadline} is none; accepted is a number of seconds above 0")
    return Options(
        base_url=url or _TO_COME,
        host=host,
        suite=suite,
        target=judged,
        tier=_tier(tier),
        clock=_clock(clock, serving),
        seed=secrets.randbelow(2**32) if seed is None else seed,
        selected=None if selected is None else _selected(selected, suite, judged, _tier(tier)),
        allow_writes=allow_writes,
        deadline=deadline,
        verify=_verify(ca, verify=verify),
        search=_search() if fuzz else None,
    )


def _tier(tier: str) -> Tier:
    if tier not in TIERS:
        raise UsageError(f"there is no tier {tier!r}; accepted: {', '.join(TIERS)}")
    return tier


def _clock(clock: str | Callable[[], Clock], serving: Serving | None) -> Callable[[], Clock] | None:
    """What makes the clock; None leaves it to the engine, which knows whether the server's can be moved."""
    if callable(clock):
        return clock
    if clock not in (AUTO, *CLOCKS):
        raise UsageError(f"there is no clock {clock!r}; accepted: {AUTO}, {', '.join(CLOCKS)}")
    if clock == "virtual" and (serving is None or not serving.app):
        raise UsageError(
            "the clock 'virtual' moves the server's own clock, so it only works for an app that the suite "
            "starts itself (main:app); use the clock 'real', which waits"
        )
    return None if clock in (AUTO, "virtual") else CLOCKS[clock]


def _selected(selected: Collection[str], suite: Suite, target: Target, tier: Tier) -> frozenset[str]:
    known = {run.id for run in plan(suite, target, tier).runs}
    for each in selected:
        if each not in known:
            near = difflib.get_close_matches(each, known, n=1)
            guess = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(f"the tier {tier} has no check {each!r} for the target {target.name!r}{guess}")
    return frozenset(selected)


def _verify(ca: str | Path | None, *, verify: bool) -> bool | str:
    if ca is None:
        return verify
    if not verify:
        raise UsageError("a CA to verify by, and no verification at all, exclude each other")
    if not Path(ca).is_file():
        raise UsageError(f"there is no file {str(ca)!r} with the certificates of a CA")
    return str(ca)


def _search() -> Search:
    try:
        from conformance.fuzz import search  # noqa: PLC0415 (Hypothesis takes 0.5 s, and is an extra)
    except ImportError as problem:
        raise UsageError(
            "searching for counterexamples needs Hypothesis; install it with: "
            f"pip install 'cache-conformance[fuzz]' ({problem})"
        ) from None
    return cast("Search", search.search)


# ------------------------------------------------------------------ what it comes to


def exit_code(report: Report, *, strict: bool = False) -> int:
    """The exit code of a run, as pytest's are.

    0: everything that could be judged has passed. 1: something failed, or could not be judged for
    no known cause, or nothing passed at all; with `strict` also a warning. 2: the run ended early.
    3: the suite itself failed. 5: nothing was selected.
    """
    counts = report.counts
    unexplained = any(e.verdict.outcome == "inconclusive" and not e.verdict.cause for e in report.judged)
    if not report.judged:
        return 5
    if counts["error"]:
        return 3
    if report.stopped:
        return 2
    if counts["fail"] or counts["unreachable"] or unexplained or (strict and counts["warn"]):
        return 1
    return 0 if any(e.verdict.outcome == "pass" for e in report.judged) else 1
