"""Explorations of one resource of an embedded server, without the run around them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.claims import CLAIMS, weigh
from conformance.clocks import VirtualClock
from conformance.execute.engine import Engine
from conformance.execute.exploring import Explored
from conformance.execute.options import Options
from conformance.execute.steps import bind, execute
from conformance.fuzz.machine import explore
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import Record, Resource
from conformance.plan.lanes import Work
from conformance.sending.context import Context
from conformance.verbs.playing import steps_of, words_here
from reference_impl.settings import Settings
from reference_impl.twisted.serve import start
from tools.matrix.clock import MovedClock

__all__ = ["Ground", "ground"]


@dataclass
class Ground:
    """A resource of a server that can be explored."""

    context: Context
    resource: Resource

    def play(self, history: tuple[str, ...]) -> Record:
        work = Work(f"explored@{self.resource.name}", self.resource, steps_of(history), ())
        return execute(work, bind(self.context, {}))

    @property
    def words(self) -> list[str]:
        return words_here(self.context)

    def explore(
        self,
        seed: str = "1",
        *,
        claims: tuple[str, ...] = tuple(CLAIMS),
        most: int = 200,
        first: bool = False,
    ) -> Explored:
        """Look for histories that break claims; with `first` only until one is found, however large."""
        found: list[str] = []

        def play(history: tuple[str, ...]) -> Record:
            record = self.play(history)
            found.extend(weigh(record.steps, self.resource).findings if first else ())
            return record

        return explore(
            self.resource, claims, self.words, seed, play, max_examples=most, over=lambda: bool(found)
        )


@contextmanager
def ground(
    resource: str = "items", *, flaw: str = "", variant: str = "", target: str = "lesson"
) -> Iterator[Ground]:
    """A resource of the embedded reference, or of one of its twins, its clock in our hands."""
    clock = MovedClock()
    with start(Settings(clock=clock, cost=0.0), flaw, variant) as server:
        options = Options(
            server.url, load(), load_target(target, []), clock=lambda: VirtualClock(clock.move), seed=1
        )
        engine = Engine(options)
        engine._prepare()  # noqa: SLF001 - the survey, which every run begins with
        of = options.target.resource(resource)
        lane = engine.wire.lane()
        with engine.clock.lane():
            try:
                yield Ground(Context(engine.shared, lane, of, {}, random.Random(1)), of)  # noqa: S311
            finally:
                lane.close()
        engine.close()
