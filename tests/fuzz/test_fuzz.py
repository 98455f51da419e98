"""Searches of whole servers: what no example shows is found, and nothing on the reference."""

import re
from ast import literal_eval
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from helpers.fuzzing import DEFECTS, SUITE, TARGET, judged, run_of

from conformance.execute.engine import Engine
from conformance.execute.options import Attempt, Options
from conformance.fuzz import search as module
from conformance.fuzz.search import Found, search
from conformance.load.target import load_target
from conformance.model import Json, Run
from conformance.plan.lanes import plan
from reference_impl.serve import start

TAGS = run_of("inm-other-is-200")


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_that_no_example_shows_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judged(monkeypatch, name, None).outcome == "pass"

    found = judged(monkeypatch, name, search)

    assert found.outcome == "fail"
    assert "; counterexample: " in found.message


@pytest.mark.parametrize(("name", "writes"), [("hash-of-lower-case", 2), ("version-starts-again", 6)])
def test_a_defect_is_found_without_the_known_traps_and_shrunk(
    name: str, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "corners", lambda _forall: ())

    found = judged(monkeypatch, name, partial(search, max_examples=200))

    _, named, texts = found.message.rpartition("; smallest counterexample: texts=")
    assert named, found.message
    assert len(literal_eval(texts)) == writes


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("name", ["positions-are-text", "two-digits-of-a-position"])
def test_a_defect_is_found_at_three_seeds_without_the_known_traps(
    name: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "corners", lambda _forall: ())
    assert judged(monkeypatch, name, search, number).outcome == "fail"


@pytest.mark.parametrize(("target", "of"), [("lesson", ""), ("reference", "joined-keys|any-choice")])
def test_the_reference_has_no_counterexample(target: str, of: str) -> None:
    aim = load_target(target, [])
    runs = (run for run in plan(SUITE, aim, "full").runs if run.check.forall)
    chosen = frozenset(run.id for run in runs if re.search(of, run.id))
    with start() as running:
        engine = Engine(Options(running.url, SUITE, aim, tier="full", selected=chosen, search=search))
        engine.start()
        engine.wait()
        engine.close()
        judged = engine.report().judged

    # What is kept for a while has neither ranges nor dates there, and the lesson no keys of two parts.
    not_so = re.compile("::(cached-time|reports)::any-(range|date)-is-|::none::")
    expected = {each: "not-applicable" if not_so.search(each) else "pass" for each in chosen}
    assert {each.nodeid: each.verdict.outcome for each in judged} == expected


def test_a_run_that_is_cancelled_ends_its_search() -> None:
    attempts = []

    def cancelling(run: Run, seed: int, attempt: Attempt, /, **more: Any) -> Found | None:
        def counted(bound: Mapping[str, Json]) -> Found:
            attempts.append(bound)
            if len(attempts) == 5:
                engine.cancel("enough")
            return attempt(bound)

        return search(run, seed, counted, **more)

    with start() as running:
        chosen = frozenset({TAGS.id})
        engine = Engine(Options(running.url, SUITE, TARGET, tier="full", selected=chosen, search=cancelling))
        engine.start()
        assert engine.wait(10)
        engine.close()

    assert len(attempts) == 5
