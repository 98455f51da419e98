"""conformance.matchers.request: what was asked: the method, the path, the fields, whether on a condition."""

from __future__ import annotations

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange

CONDITIONAL = done("a", exchange(412, sent=[("Accept", "*/*"), ("If-Unmodified-Since", "x")]))
PLAIN = done("a", exchange(412, sent=[("Accept", "*/*"), ("Modified", "if-match")]))
BEFORE, HERE = done("before", exchange()), done("a", exchange())
PARTIAL = done("a", exchange(206, sent=[("Range", "bytes=0-4")]))

EXAMPLES = [
    holds("method", "PUT", done("a", exchange(method="PUT"))),
    holds("method", ["PUT", "GET"], done("a", exchange())),
    fails("method", ["PUT", "PATCH"], done("a", exchange()), says=("the method PUT or PATCH", "GET")),
    holds("method", "GET", HERE),
    holds("method", ["PUT", "DELETE"], done("a", exchange(method="DELETE"))),
    fails("method", ["PUT", "DELETE"], HERE, says=("the method PUT or DELETE", "GET")),
    holds("path", {"same-as": "before"}, BEFORE, HERE),
    fails(
        "path",
        {"same-as": "before"},
        BEFORE,
        done("a", exchange(path="/other")),
        says=("the path that was asked for before (/items/)", "/other"),
    ),
    fails("path", {"same-as": "before"}, HERE, says=("a request to compare with", "none")),
    holds("sent", {"with": ["Range"], "without": ["If-Range"]}, PARTIAL),
    fails("sent", {"with": ["If-Range"]}, PARTIAL, says=("a request with If-Range", "one without")),
    fails("sent", {"without": ["Range"]}, PARTIAL, says=("a request without Range", "one with it")),
    holds("conditional", True, CONDITIONAL),
    fails("conditional", True, PLAIN, says=("a request with a condition", "none")),
]


@each(EXAMPLES)
def test_a_request_is_looked_at(example: Example) -> None:
    example.check()
