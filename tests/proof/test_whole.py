"""The cache of whole answers, by a target of its own: the reference passes, and so do odd but right ones."""

from __future__ import annotations

import pytest
from helpers.runs import bad, reference

from reference_impl.twisted.variants import whole

JUDGED = {
    *("hit-tells-its-age", "hit-is-as-made", "shared-lifetime-counts", "lifetime-ends-with-entry"),
    *("no-store-is-not-kept", "private-is-not-kept", "no-cache-is-validated"),
    *("request-may-ask-for-new", "part-is-not-the-whole", "get-after-head-is-whole", "stale-is-renewed"),
    "head-leaves-the-entry",
}
FORGETS = {"head-leaves-the-entry"}  # a SHOULD: what is dropped is made anew


@pytest.mark.parametrize("name", ["", *(each.name for each in whole.VARIANTS)])
def test_the_cache_of_whole_answers_passes_all_that_can_be_asked_of_it(name: str) -> None:
    with reference(variant=name) as server:
        result = server.judge(tier="strict", target="whole")
    assert bad(result, "fail", "error", "unreachable", "inconclusive", "blocked") == {}
    warned = {e.id for e in result.judged if e.verdict.verdict == "warn"}
    assert warned == (FORGETS if name == "whole-forgetting" else set())
    passed = {e.id for e in result.judged if e.verdict.outcome == "pass"}
    assert JUDGED - passed == warned
    assert not result.problems
