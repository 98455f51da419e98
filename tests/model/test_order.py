"""conformance.model.order: what a run comes after, and what it counts as."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from helpers.records import check, resource, run

from conformance.model import Level, Run, Tier
from conformance.model.order import level_at, needed_by, prerequisites


@pytest.mark.parametrize(
    ("levels", "tier", "expected"),
    [
        ({"lesson": "SHOULD"}, "lesson", "SHOULD"),
        ({"lesson": "SHOULD"}, "strict", "SHOULD"),
        ({"lesson": "SHOULD", "core": "MUST"}, "lesson", "SHOULD"),
        ({"lesson": "SHOULD", "core": "MUST"}, "core", "MUST"),
        ({"lesson": "SHOULD", "core": "MUST"}, "full", "MUST"),
        ({"core": "MUST", "lesson": "SHOULD", "strict": "MAY"}, "full", "MUST"),
        ({"core": "MUST", "lesson": "SHOULD", "strict": "MAY"}, "strict", "MAY"),
    ],
)
def test_the_last_level_on_the_way_up_to_the_tier_counts(
    levels: Mapping[Tier, Level], tier: Tier, expected: Level
) -> None:
    assert level_at(check(level=levels), tier) == expected


FIRST, SECOND = check("first"), check("second", after=("first", "other"))
HERE, THERE = resource("here"), resource("there")
RUNS = (
    run(FIRST, HERE),
    run(FIRST, THERE),
    run(SECOND, HERE),
    Run("specs/by-hand.yaml::none::first", FIRST, None, ""),
)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (RUNS[2], [RUNS[0]]),
        (RUNS[0], []),
        (Run("specs/by-hand.yaml::none::second", SECOND, None, ""), []),
    ],
)
def test_a_run_comes_after_runs_on_its_own_resource(of: Run, expected: list[Run]) -> None:
    assert list(prerequisites(of, RUNS)) == expected


@pytest.mark.parametrize(
    ("needs", "without", "expected"),
    [
        (("read",), (), "the target declares no resource with read"),
        (("ttl", "hit"), (), "the target declares no resource with ttl, hit"),
        (("etag",), ("ttl", "policy"), "the target declares no resource with etag and without ttl, policy"),
    ],
)
def test_why_no_resource_fits_is_said(
    needs: tuple[str, ...], without: tuple[str, ...], expected: str
) -> None:
    assert needed_by(check(needs=needs, without=without)) == expected
