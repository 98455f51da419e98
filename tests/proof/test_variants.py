"""Servers that are odd but correct fail nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from helpers.runs import bad, reference

from conformance.model import Report
from reference_impl.twisted.variants import VARIANTS

WARNED = {"no-slash": {"path-answers-itself"}}
LONG = ("slow", "in-drops", "single-connection")  # they take their time, so they begin first


def _variant(name: str) -> Report:
    with reference(variant=name) as server:
        before = server.state()
        result = server.judge(tier="strict")
        assert server.state() == before
    return result


@pytest.fixture(scope="module", autouse=True)
def beside() -> Iterator[Mapping[str, Future[Report]]]:
    """Runs that mostly wait, side by side with the tests that do not."""
    with ThreadPoolExecutor(len(LONG)) as pool:
        yield {name: pool.submit(_variant, name) for name in LONG}


@pytest.mark.parametrize("name", sorted(VARIANTS, key=LONG.__contains__))
def test_a_variant_fails_nothing(name: str, beside: Mapping[str, Future[Report]]) -> None:
    result = beside[name].result() if name in LONG else _variant(name)
    assert bad(result, "fail", "error", "unreachable", "inconclusive") == {}
    warned = {e.id for e in result.judged if e.verdict.verdict == "warn"}
    assert warned == WARNED.get(name, set())
    assert not result.problems


def test_the_reference_passes_all_that_can_be_asked_of_it() -> None:
    with reference() as server:
        result = server.judge(tier="strict")
    assert {e.verdict.verdict for e in result.judged} == {"pass", "info", "not-applicable", "untestable"}
    untestable = {e.id for e in result.judged if e.verdict.verdict == "untestable"}
    assert untestable == {"memory-is-bounded", "tag-outlives-restart"}
