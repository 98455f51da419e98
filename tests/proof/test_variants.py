"""Servers that are odd but correct fail nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from helpers.runs import SUITE, bad, reference

from conformance.load.target import load_target
from conformance.model import Report
from conformance.plan.lanes import plan
from reference_impl.twisted.variants import VARIANTS

WARNED = {"no-slash": {"path-answers-itself"}}
LONG = ("slow", "in-drops", "single-connection")  # they take their time, so they begin first
RUNS = plan(SUITE, load_target("lesson"), "strict").runs
BEYOND = frozenset(run.id for run in RUNS if run.check.tier != "lesson" or run.check.alone)
LESSON = frozenset(run.id for run in RUNS) - BEYOND


def _variant(name: str, selected: frozenset[str]) -> Report:
    with reference(variant=name) as server:
        before = server.state()
        result = server.judge(tier="strict", selected=selected)
        assert server.state() == before
    assert bad(result, "fail", "error", "unreachable", "inconclusive") == {}
    assert not result.problems
    return result


def _usual(name: str) -> Report:
    return _variant(name, LESSON)


def _beyond(name: str) -> Report:
    return _variant(name, BEYOND)


@pytest.fixture(scope="module")
def beside() -> Iterator[Mapping[str, Future[Report]]]:
    """Runs that mostly wait, side by side with the tests that do not."""
    with ThreadPoolExecutor(len(LONG)) as pool:
        yield {name: pool.submit(_usual, name) for name in LONG}


@pytest.fixture(scope="module")
def beyond_beside() -> Iterator[Mapping[str, Future[Report]]]:
    """The same of the slow tests."""
    with ThreadPoolExecutor(len(LONG)) as pool:
        yield {name: pool.submit(_beyond, name) for name in LONG}


@pytest.mark.parametrize("name", sorted(VARIANTS, key=LONG.__contains__))
def test_a_variant_fails_nothing(name: str, beside: Mapping[str, Future[Report]]) -> None:
    result = beside[name].result() if name in LONG else _usual(name)
    warned = {e.id for e in result.judged if e.verdict.verdict == "warn"}
    assert warned == WARNED.get(name, set())


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(VARIANTS, key=LONG.__contains__))
def test_a_variant_fails_nothing_of_what_takes_long(
    name: str, beyond_beside: Mapping[str, Future[Report]]
) -> None:
    result = beyond_beside[name].result() if name in LONG else _beyond(name)
    assert {e.nodeid for e in result.judged} == BEYOND
    assert {e.id for e in result.judged if e.verdict.verdict == "warn"} == set()


def test_the_reference_passes_all_that_can_be_asked_of_it() -> None:
    with reference() as server:
        result = server.judge(tier="strict")
    assert {e.verdict.verdict for e in result.judged} == {"pass", "info", "not-applicable", "untestable"}
    untestable = {e.id for e in result.judged if e.verdict.verdict == "untestable"}
    assert untestable == {"memory-is-bounded", "tag-outlives-restart", "tag-is-not-given-again"}
