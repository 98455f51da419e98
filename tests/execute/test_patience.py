"""conformance.execute.patience: how long a run may take."""

from __future__ import annotations

import pytest
from helpers.records import resource, target, timed
from helpers.runs import SUITE

from conformance.execute.options import Options
from conformance.execute.patience import allowance
from conformance.model import Resource


@pytest.mark.parametrize(
    ("resources", "seconds"),
    [
        ((resource(),), 60),
        ((resource(), timed(ttl=30)), 300),
        ((timed(ttl=30, stale=10.0),), 380),
        ((timed(ttl=30, http_cache=True),), 480),
    ],
)
def test_a_run_may_take_so_many_lives_and_a_minute(resources: tuple[Resource, ...], seconds: float) -> None:
    assert allowance(Options("http://localhost", SUITE, target(*resources))) == seconds


def test_whoever_wants_less_says_so() -> None:
    assert allowance(Options("http://localhost", SUITE, target(timed()), deadline=5.0)) == 5
