"""Servers that are odd but correct fail nothing; and what is judged in real time, is judged as by a moved clock."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from embedded import bad, on, options, reference, run

from conformance.result import Result
from reference_impl.variants import VARIANTS

WARNED = {"no-slash": {"path-answers-itself"}}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_fails_nothing(name: str) -> None:
    with reference(variant=name) as server:
        before = server.state() if name not in ("gzip-with-vary",) else None
        result = server.judge()
        assert before is None or server.state() == before
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


@pytest.fixture(scope="module")
def real() -> Mapping[str, Result]:
    """Four servers with a TTL of four seconds, judged side by side while time passes."""

    def judge(flaw: str) -> tuple[str, Result]:
        with reference(ttl=4.0, flaw=flaw) as server:
            return flaw, run(options(server.url, overrides=("*.ttl=4",)))

    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(judge, ("", "half-ttl", "double-ttl", "sliding-ttl")))


@pytest.mark.parametrize(
    ("flaw", "fails"),
    [
        ("", set()),
        ("half-ttl", {"hit-until-ttl"}),
        ("double-ttl", {"ttl-ends"}),
        ("sliding-ttl", {"reads-do-not-prolong"}),
    ],
)
def test_real_time_tells_what_a_moved_clock_tells(
    flaw: str, fails: set[str], real: Mapping[str, Result]
) -> None:
    result = real[flaw]
    failed = {e.run.check.id for e in result.judged if e.verdict.verdict == "fail"}
    assert failed == fails
    assert bad(result, "error", "unreachable") == {}
    assert result.clock == "real"


def test_real_time_is_one_ttl_where_the_server_is_right(real: Mapping[str, Result]) -> None:
    assert on(real[""], "ttl-ends", "cached-time").outcome == "pass"
    assert 4.0 < real[""].seconds < 1.1 * 4 + 1 + 2  # two more for a machine that runs four at once
