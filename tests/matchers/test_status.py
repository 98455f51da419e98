"""conformance.matchers.status: codes, and classes of codes."""

from __future__ import annotations

import pytest
from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange

EXAMPLES = [
    # ---- status
    holds("status", 200, done("a", exchange(200))),
    holds("status", "2xx", done("a", exchange(204))),
    holds("status", [404, 410], done("a", exchange(410))),
    holds("status", ["4xx", 200], done("a", exchange(200), exchange(422))),
    holds("status", "3xx", done("a", exchange(304))),
    fails("status", "3xx", done("a", exchange(200)), says=("status 3xx", "200")),
    fails("status", ["2xx", "4xx"], done("a", exchange(500)), says=("status 2xx or 4xx", "500")),
    fails("status", 200, done("a", exchange(404)), says=("status 200", "404")),
    fails("status", 200, done("a", exchange(), exchange(500)), says=("status 200", "500"), index=1),
    fails("status", "2xx", done("a", exchange(304)), says=("status 2xx", "304")),
    fails("status", [404, 410], done("a", exchange(200)), says=("status 404 or 410", "200")),
    fails("status", 200, done("a", exchange(None)), says=("an answer", "no answer within 10 s")),
    fails(
        "status", 200, done("a", says="the route is not there"), says=("an answer", "the route is not there")
    ),
    fails("status", 200, done("a"), says=("an answer", "none: nothing was asked")),
]


@each(EXAMPLES)
def test_an_example_is_judged_as_it_says(example: Example) -> None:
    example.check()


@pytest.mark.parametrize("status", [199, 299, 300, 99])
def test_a_class_is_the_hundred_alone(status: int) -> None:
    found = holds("status", "2xx", done("a", exchange(status))).finding()
    assert (found is None) == (200 <= status < 300)
