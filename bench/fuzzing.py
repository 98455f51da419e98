"""The machine beside the wire: histories are explored, and the very same requests are then sent again, bare.

Its own CPU is what counts: drawing, playing, observing and weighing, beyond what the wire takes for the same
requests. Wall is told beside it, since a server that answers is most of that.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final

from measure import Figure, Spent, figure, reference, spent

from conformance.claims import CLAIMS
from conformance.execute.engine import Engine
from conformance.execute.options import Options
from conformance.execute.steps import bind, execute
from conformance.fuzz.machine import explore
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import Exchange, Record
from conformance.plan.lanes import Work
from conformance.sending.context import Context
from conformance.verbs.playing import steps_of, words_here

_HISTORIES: Final = 150
_OF: Final = "items"


def figures(*, quick: bool) -> Iterator[Figure]:
    """Moves a second, and what a request costs beyond the wire."""
    rounds = [_round(seed) for seed in range(2 if quick else 5)]
    yield figure(
        "fuzz-move-us", "a move of a history, wall", [1e6 * w.wall / m for w, _, m, _ in rounds], "us", 1250.0
    )
    ratios = [with_.wall / bare.wall for with_, bare, _, _ in rounds]
    yield figure("fuzz-wall", "    beside the same requests on the bare wire", ratios)
    own = [1e6 * (with_.cpu - bare.cpu) / n for with_, bare, _, n in rounds]
    yield figure("fuzz-own-us", "    own CPU a request, beyond the wire's", own, "us", 120.0)


def _round(seed: int) -> tuple[Spent, Spent, int, int]:
    """What exploring takes, and the same requests alone; how many moves and requests there were."""
    with reference("--ttl", "30") as url:
        engine = Engine(Options(url, load(), load_target("lesson"), seed=seed))
        engine._prepare()  # noqa: SLF001 - the survey, which every run begins with
        resource = engine.options.target.resource(_OF)
        lane = engine.wire.lane()
        context = Context(engine.shared, lane, resource, {}, random.Random(seed))  # noqa: S311
        moves, sent = 0, list[Exchange]()

        def play(history: tuple[str, ...]) -> Record:
            nonlocal moves
            record = execute(Work(f"explored@{_OF}", resource, steps_of(history), ()), bind(context, {}))
            moves += sum(step.status == "done" for step in record.steps)
            sent.extend(each for step in record.steps for each in step.exchanges)
            return record

        words = words_here(context)

        def machine() -> None:
            explore(resource, tuple(CLAIMS), words, str(seed), play, max_examples=_HISTORIES, over=bool)

        def bare() -> None:
            for each in sent:
                asked = each.request
                lane.exchange(asked.method, asked.target, asked.headers, asked.body)

        play(("put 0",))
        moves = 0
        sent.clear()
        with_ = spent(machine)
        alone = spent(bare)
        lane.close()
        engine.close()
        return with_, alone, moves, len(sent)
