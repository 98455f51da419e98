"""conformance.matchers.due: what RFC 9110 13.2.2 calls for, known from a plain answer."""

from __future__ import annotations

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange, resource

from conformance.model import StepRecord

DATE, LATER = "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:49:37 GMT"
EARLIER = "Sat, 05 Nov 1994 08:49:37 GMT"
PLAIN = done("plain", exchange(etag='"a"', headers=[("Last-Modified", DATE), ("Date", LATER)]))
WEAK = done("plain", exchange(etag='W/"a"'))
GONE = done("plain", exchange(404))


def asked(status: int, *sent: tuple[str, str], method: str = "GET") -> StepRecord:
    """A request with these fields, and how it was answered."""
    return done("a", exchange(status, sent=sent, method=method))


def by_cache(status: int, *sent: tuple[str, str]) -> StepRecord:
    """The same, answered by a cache."""
    return done("a", exchange(status, headers=[("Age", "0")], sent=sent))


NEITHER = asked(304, ("If-Match", "nobodys"), ("If-None-Match", '"a"'))
EXAMPLES = [
    holds("due", {"after": "plain"}, PLAIN, asked(304, ("If-None-Match", 'W/"a"'))),
    holds("due", {"after": "plain"}, PLAIN, asked(200, ("If-None-Match", '"b"'))),
    holds("due", {"after": "plain"}, WEAK, asked(412, ("If-Match", 'W/"a"'))),
    holds("due", {"after": "plain"}, GONE, asked(404, ("If-Match", "*"))),
    holds("due", {"after": "plain"}, PLAIN, asked(304, ("If-None-Match", "*"), method="HEAD")),
    fails(
        "due",
        {"after": "plain"},
        PLAIN,
        asked(200, ("If-None-Match", '"a"')),
        says=('304 Not Modified (If-None-Match names the current "a")', "200"),
    ),
    fails(
        "due",
        {"after": "plain"},
        PLAIN,
        asked(412, ("If-None-Match", '"b"')),
        says=("the ordinary answer, 200 (no precondition stands against it)", "412"),
    ),
    # A SHOULD is told as what is expected; what breaks no MUST is a warning.
    fails(
        "due",
        {"after": "plain"},
        PLAIN,
        asked(200, ("If-Modified-Since", DATE)),
        says=("304 Not Modified (not modified since If-Modified-Since)", "200"),
    ),
    fails(
        "due",
        {"after": "plain"},
        PLAIN,
        asked(412, ("If-Modified-Since", DATE)),
        says=("304 Not Modified or the ordinary answer, 200 (not modified since If-Modified-Since)", "412"),
    ),
    # An Age tells that a cache has answered, which may ignore what only an origin needs.
    holds("due", {"after": "plain"}, PLAIN, by_cache(200, ("If-Match", '"b"'))),
    holds("due", {"after": "plain"}, PLAIN, by_cache(200, ("If-Unmodified-Since", EARLIER))),
    holds("due", {"after": "plain"}, PLAIN, by_cache(412, ("If-Match", '"b"'))),
    holds("due", {"after": "plain"}, PLAIN, by_cache(200, ("If-Match", '"b"'), ("Range", "bytes=0-4"))),
    fails(
        "due",
        {"after": "plain"},
        PLAIN,
        by_cache(200, ("If-Modified-Since", DATE)),
        says=("304 Not Modified (not modified since If-Modified-Since)", "200"),
    ),
    holds("due", {"after": "plain"}, PLAIN, by_cache(206, ("If-Match", '"b"'), ("Range", "bytes=0-4"))),
    holds("due", {"after": "plain"}, PLAIN, by_cache(304, ("If-Match", '"b"'), ("If-None-Match", '"a"'))),
    # A 304 of a cache need not have one.
    holds("due", {"after": "plain"}, PLAIN, NEITHER, on=resource(http_cache=True)),
    fails(
        "due",
        {"after": "plain"},
        PLAIN,
        NEITHER,
        says=("400 or 412 Precondition Failed (If-Match is no list of entity tags)", "304"),
    ),
    fails(
        "due",
        {"after": "plain"},
        PLAIN,
        by_cache(200, ("If-None-Match", '"a"')),
        says=('304 Not Modified (If-None-Match names the current "a")', "200"),
    ),
    fails("due", {"after": "plain"}, asked(200), says=("a plain answer to go by", "none")),
]


@each(EXAMPLES)
def test_an_answer_is_what_the_preconditions_call_for(example: Example) -> None:
    example.check()


def test_what_breaks_a_should_alone_is_a_warning_at_most() -> None:
    should, must = EXAMPLES[7].finding(), EXAMPLES[8].finding()
    assert should is not None
    assert must is not None
    assert (should.at_most, must.at_most) == ("SHOULD", None)
