"""conformance.matchers.request: the method of a request, and whether it has a condition."""

from __future__ import annotations

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange

CONDITIONAL = done("a", exchange(412, sent=[("Accept", "*/*"), ("If-Unmodified-Since", "x")]))
PLAIN = done("a", exchange(412, sent=[("Accept", "*/*"), ("Modified", "if-match")]))

EXAMPLES = [
    holds("method", "PUT", done("a", exchange(method="PUT"))),
    holds("method", ["PUT", "GET"], done("a", exchange())),
    fails("method", ["PUT", "PATCH"], done("a", exchange()), says=("the method PUT or PATCH", "GET")),
    holds("conditional", True, CONDITIONAL),
    fails("conditional", True, PLAIN, says=("a request with a condition", "none")),
]


@each(EXAMPLES)
def test_a_request_is_looked_at(example: Example) -> None:
    example.check()
