"""Servers that are odd but correct fail nothing; and real time tells what a moved clock tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from runs import bad, on, options, reference, run

from conformance.result import Result
from reference_impl.variants import VARIANTS

WARNED = {"no-slash": {"path-answers-itself"}}
LONG = ("slow", "in-drops", "single-connection")  # they take their time, so they begin first
REAL = {
    "": set(),
    "half-ttl": {"hit-until-ttl"},
    "double-ttl": {"ttl-ends"},
    "sliding-ttl": {"reads-do-not-prolong"},
}
"""What fails in real time."""


def _variant(name: str) -> Result:
    with reference(variant=name) as server:
        before = server.state()
        result = server.judge()
        assert server.state() == before
    return result


def _real(flaw: str) -> Result:
    with reference(ttl=4.0, flaw=flaw) as server:
        return run(options(server.url, overrides=("*.ttl=4",)))


@pytest.fixture(scope="module", autouse=True)
def beside() -> Iterator[Mapping[str, Future[Result]]]:
    """Runs that mostly wait, side by side with the tests that do not."""
    with ThreadPoolExecutor(len(LONG) + len(REAL)) as pool:
        waiting = {name: pool.submit(_real, name) for name in REAL}
        yield waiting | {name: pool.submit(_variant, name) for name in LONG}


@pytest.mark.parametrize("name", sorted(VARIANTS, key=LONG.__contains__))
def test_a_variant_fails_nothing(name: str, beside: Mapping[str, Future[Result]]) -> None:
    result = beside[name].result() if name in LONG else _variant(name)
    assert bad(result, "fail", "error", "unreachable", "inconclusive") == {}
    warned = {e.run.check.id for e in result.judged if e.verdict.verdict == "warn"}
    assert warned == WARNED.get(name, set())
    assert not result.problems


def test_the_reference_passes_all_that_can_be_asked_of_it() -> None:
    with reference() as server:
        result = server.judge()
    assert {e.verdict.verdict for e in result.judged} == {"pass", "info", "not-applicable", "untestable"}
    untestable = {e.run.check.id for e in result.judged if e.verdict.verdict == "untestable"}
    assert untestable == {"memory-is-bounded", "workers-agree"}


@pytest.mark.parametrize("flaw", REAL)
def test_real_time_tells_what_a_moved_clock_tells(flaw: str, beside: Mapping[str, Future[Result]]) -> None:
    result = beside[flaw].result()
    failed = {e.run.check.id for e in result.judged if e.verdict.verdict == "fail"}
    assert failed == REAL[flaw]
    assert bad(result, "error", "unreachable") == {}
    assert result.clock == "real"


def test_real_time_is_one_ttl_where_the_server_is_right(beside: Mapping[str, Future[Result]]) -> None:
    result = beside[""].result()
    assert on(result, "ttl-ends", "cached-time").outcome == "pass"
    assert 4.0 < result.seconds < 2 * 4  # a warm cache, or a second timeline, would take two
