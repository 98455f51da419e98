"""conformance.matchers.field: any field of an answer."""

from __future__ import annotations

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange

from conformance.model import StepRecord


def having(*fields: tuple[str, str], status: int = 200, body: bytes = b"[]") -> StepRecord:
    """A step that was answered once, with these fields."""
    return done("a", exchange(status, body, headers=fields))


DATE, LATER = "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:39 GMT"
PLAIN = done("plain", exchange(headers=[("Vary", "Accept"), ("Content-Length", "2")]))
BEFORE = done("before", exchange(headers=[("Date", DATE)]))
UNMEASURED = done("plain", exchange(body=b"[1]"))

EXAMPLES = [
    # ---- present, absent, once
    holds("field", {"present": ["vary"]}, having(("Vary", "Accept"))),
    fails("field", {"present": ["Date", "Vary"]}, having(("Date", "")), says=("a field Vary", "none")),
    holds("field", {"absent": ["Pragma"]}, having(("Date", DATE))),
    fails("field", {"absent": ["pragma"]}, having(("Pragma", "x")), says=("no field pragma", "pragma: x")),
    holds("field", {"once": ["Age"]}, having(("Age", "1"), ("Date", DATE))),
    fails(
        "field",
        {"once": ["Age"]},
        having(("Age", "1"), ("age", "2")),
        says=("Age once at most", "2 lines: 1, 2"),
    ),
    fails("field", {"once": ["Age"]}, done("a", exchange(None)), says=("an answer", "no answer within 10 s")),
    # ---- valid
    holds("field", {"valid": {"ETag": "entity-tag"}}, having()),
    holds("field", {"valid": {"ETag": "entity-tag"}}, having(("ETag", 'W/"a"'))),
    fails(
        "field",
        {"valid": {"Date": "imf-fixdate", "ETag": "entity-tag"}},
        having(("Date", DATE), ("ETag", "a")),
        says=('ETag as one entity tag, such as "a1b2" or W/"a1b2"', "ETag: a"),
    ),
    # ---- not-later
    holds("field", {"not-later": {"Last-Modified": "Date"}}, having(("Date", DATE), ("Last-Modified", DATE))),
    holds(
        "field", {"not-later": {"Last-Modified": "Date"}}, having(("Date", "never"), ("Last-Modified", DATE))
    ),
    fails(
        "field",
        {"not-later": {"Last-Modified": "Date"}},
        having(("Date", DATE), ("Last-Modified", LATER)),
        says=(f"Last-Modified not later than Date ({DATE})", f"Last-Modified: {LATER}"),
    ),
    # ---- later-than
    holds("field", {"later-than": {"Date": "before"}}, BEFORE, having(("Date", LATER))),
    fails(
        "field",
        {"later-than": {"Date": "before"}},
        BEFORE,
        having(("Date", DATE)),
        says=(f"Date later than {DATE}", f"Date: {DATE}"),
    ),
    fails(
        "field",
        {"later-than": {"Date": "before"}},
        having(("Date", DATE)),
        says=("a Date to compare with", "none"),
    ),
    # ---- beside the ordinary answer
    holds("field", {"as-plain": ["Vary", "Expires"]}, PLAIN, having(("Vary", "x"))),
    fails(
        "field",
        {"as-plain": ["Vary"]},
        PLAIN,
        having(),
        says=("Vary, which the ordinary answer has (Accept)", "none"),
    ),
    fails("field", {"as-plain": ["Vary"]}, having(), says=("an ordinary answer to compare with", "none")),
    holds("field", {"like-plain": ["Content-Length"]}, PLAIN, having()),
    holds("field", {"like-plain": ["Content-Length"]}, PLAIN, having(("Content-Length", "2"))),
    holds("field", {"like-plain": ["Content-Length"]}, UNMEASURED, having(("Content-Length", "3"))),
    fails(
        "field",
        {"like-plain": ["Content-Length"]},
        PLAIN,
        having(("Content-Length", "0")),
        says=("Content-Length as in the ordinary answer (2), or none", "Content-Length: 0"),
    ),
    fails(
        "field",
        {"like-plain": ["Vary"]},
        UNMEASURED,
        having(("Vary", "x")),
        says=("Vary as in the ordinary answer (none), or none", "Vary: x"),
    ),
    holds("field", {"in-plain": ["Expires", "Vary"]}, PLAIN, having()),
    fails(
        "field",
        {"in-plain": ["Expires"]},
        PLAIN,
        having(),
        says=("an ordinary answer with Expires", "none"),
    ),
    fails(
        "field",
        {"in-plain": ["Vary"]},
        PLAIN,
        says=("an ordinary answer with Vary", "no other answer"),
    ),
    # ---- its own path
    holds("field", {"own-path": ["Content-Location"]}, having(("Content-Location", "http://x/items/"))),
    holds("field", {"own-path": ["Content-Location"]}, having(("Content-Location", "."))),
    fails(
        "field",
        {"own-path": ["Content-Location"]},
        having(("Content-Location", "/items/1")),
        says=("Content-Location: /items/", "Content-Location: /items/1"),
    ),
    fails("field", {"own-path": ["Content-Location"]}, having(), says=("Content-Location: /items/", "none")),
]


@each(EXAMPLES)
def test_each_form_finds_what_does_not_hold(example: Example) -> None:
    example.check()
