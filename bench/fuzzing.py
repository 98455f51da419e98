"""The machine beside the wire: histories are explored, and the very same requests are then sent again, bare.

Its own CPU is what counts: drawing, playing, observing and weighing, beyond what the wire takes for the same
requests. Wall is told beside it, since a server that answers is most of that. And `st run` by its own checks,
beside the same run with all of ours.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Final

from measure import ROOT, Figure, Spent, figure, in_turns, ratios, reference, run, spent

from conformance.claims import CLAIMS
from conformance.execute.engine import Engine
from conformance.execute.options import Options
from conformance.execute.steps import bind, execute
from conformance.fuzz import CHECKS, GUARD
from conformance.fuzz.machine import explore
from conformance.load.specs import load
from conformance.load.target import load_target
from conformance.model import Exchange, Record
from conformance.plan.lanes import Work
from conformance.sending.context import Context
from conformance.verbs.playing import steps_of, words_here
from reference_impl.twisted.asgi import Answer, Asked
from reference_impl.twisted.flaws import FLAWS, Flaw
from reference_impl.twisted.serve import start
from reference_impl.twisted.twists import answering

_HISTORIES: Final = 150
_OF: Final = "items"
_THEIRS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


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
    yield from _schemathesis(rounds=2 if quick else 5)


def _schemathesis(*, rounds: int) -> Iterator[Figure]:
    """What our checks take beside those that `st run` has itself."""
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    env |= {"SCHEMATHESIS_HOOKS": "conformance.fuzz.schemathesis_checks", "PYTHONPATH": str(ROOT)}
    asked: list[int] = []

    def counted(_asked: Asked, answer: Answer) -> Answer:
        asked[-1] += 1
        return answer

    flaw = Flaw("counted", "requests are counted", answering(counted), breaks=())
    FLAWS["counted"] = flaw  # type: ignore[index]
    with start(flaw="counted") as server, TemporaryDirectory() as folder:
        words = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/openapi.json", "--seed", "1"]
        words += ["--include-method", "GET", "--max-examples", "50", "--phases", "examples,coverage,fuzzing"]

        def with_checks(*checks: str) -> Spent:
            asked.append(0)
            return run([*words, "-c", ",".join((*_THEIRS, *checks))], env=env, cwd=folder)

        pairs = in_turns(lambda: with_checks(*CHECKS, GUARD), with_checks, rounds)
    ours, theirs = max(asked), min(asked)
    yield figure("st-requests", "our checks in st run: requests, beside its own", [ours / theirs], "", 1.3)
    yield figure("st-cpu", "    CPU", ratios(pairs, "cpu"), "", 1.1)
    yield figure("st-wall", "    wall", ratios(pairs, "wall"))


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
