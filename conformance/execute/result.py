"""What a run is asked to do, and what came of it, as records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.clocks import Clock
from conformance.model import Json, Record, Run, Suite, Target, Tier, Verdict
from conformance.wire import Limits

if TYPE_CHECKING:
    from conformance.servers.server import Server


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is to do.

    Args:
        deadline: seconds that the whole run may take; None: six TTLs and a minute.
        selected: run ids, or None for all.
        allow_writes: consent to write to a server that is not on loopback.
        clock: makes the clock; None: moved time where the server's clock is in our hands, else real.
        start: starts the server under test; its URL takes the place of `base_url`.
        search: looks for a counterexample to a check's `forall`, or None for the examples alone.
    """

    base_url: str
    suite: Suite
    target: Target
    tier: Tier = "lesson"
    clock: Callable[[], Clock] | None = None
    seed: int = 0
    selected: frozenset[str] | None = None
    allow_writes: bool = False
    deadline: float | None = None
    limits: Limits = field(default_factory=Limits)
    verify: bool | str = True
    search: Search | None = None
    start: Callable[[], Server] | None = None


Attempt = Callable[[Mapping[str, Json]], tuple[Verdict, Record]]
Search = Callable[[Run, int, Attempt], tuple[Verdict, Record] | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A run with its verdict.

    Args:
        record: what the verdict rests on; None: nothing was sent for it.
        order: when it was judged, counted from 0: a verdict may look at those before it.
    """

    run: Run
    verdict: Verdict
    record: Record | None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a whole run.

    Args:
        judged: every run of the plan, in the order of the specs.
        deselected: runs of the tier that were not asked for.
        problems: what could not be put back, as sentences.
        stopped: why the run ended early, or "".
        base_url: where the server was; "" for one that did not start.
        workers: how many of its workers the suite has started.
        output: what the server has printed last, where the suite has started it and it failed.
        why_real: resource -> why it was judged in real time although the clock could be moved.
    """

    options: Options
    judged: tuple[Judged, ...]
    deselected: tuple[Run, ...]
    clock: str
    started: str
    seconds: float
    problems: tuple[str, ...]
    stopped: str
    remote: bool
    why_real: Mapping[str, str] = field(default_factory=dict)
    output: str = ""
    base_url: str = ""
    workers: int | None = None
