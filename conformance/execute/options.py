"""What a run is asked to do, as a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from conformance.clocks import Clock
from conformance.execute.exploring import Explore, Save
from conformance.model import Json, Record, Run, ServerKind, Suite, Target, Tier, Verdict
from conformance.wire import Limits

if TYPE_CHECKING:
    from conformance.servers.server import Server


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is to do.

    Args:
        deadline: seconds that the whole run may take; None: eight TTLs and a minute; see `patience.py`.
        selected: run ids, or None for all.
        allow_writes: consent to write to a server that is not on loopback.
        clock: makes the clock; None: moved time where the server's clock is in our hands, else real.
        restarts: whether an app that we start may be started anew, once all else is done.
        start: starts the server under test; its URL takes the place of `base_url`. server: as what.
        starts: how a person would start it.
        search: looks for a counterexample to a check's `forall`, or None for the examples alone.
        explore: looks for histories that break a claim, where `search` is given.
        save: called with what was found, the run and the record that shows it; or None.
        searched_by: what draws the values, with its version; "" where nothing is searched.
        values: how many values one search draws, about, where nobody says how many all may draw.
        fuzz_time: seconds that all searches together may take.
        fuzz_examples: how many values all searches together draw, or None: `values` for each.
        secrets: what the server was told and nobody else is to read.
        isolation: the level by which a server that `start` starts is isolated; "" where there is none.
        wait: seconds for which a server that is starting may be silent.
        user_agent: what requests say of who asks; "": the name and version of the suite.
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
    server: ServerKind = "url"
    starts: str = ""
    restarts: bool = True
    explore: Explore | None = None
    save: Save | None = None
    searched_by: str = ""
    values: int = 50
    fuzz_time: float = 300.0
    fuzz_examples: int | None = None
    secrets: tuple[str, ...] = ()
    isolation: str = ""
    user_agent: str = ""
    wait: float = 0.0

    def consent(self, *, remote: bool) -> str:
        """Why writes are permitted, or "" where they are not."""
        if not remote:
            return "the server is on this machine"
        return "--conformance-allow-writes" if self.allow_writes else ""

    @property
    def about(self) -> Mapping[str, Any]:
        """What the report says of them, as it stands here."""
        return {name: getattr(self, name) for name in ("server", "starts", "isolation", "seed")}


Attempt = Callable[[Mapping[str, Json]], tuple[Verdict, Record]]


class BrokenOffError(Exception):
    """A fault of ours has ended a search; `found` is what it had found by then, which stands."""

    def __init__(self, says: str, found: tuple[Verdict, Record]) -> None:
        super().__init__(says)
        self.found = found


class Search(Protocol):
    """Looks for a counterexample to a run."""

    def __call__(
        self, run: Run, seed: int, attempt: Attempt, /, *, max_examples: int, over: Callable[[], bool]
    ) -> tuple[Verdict, Record] | None:
        """What it has found, or None; it draws so many values, and ends once it is `over`.

        Raises:
            BrokenOffError: a fault of ours has ended it, after it had found something.
        """
