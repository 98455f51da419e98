"""conformance.matchers.ranges: which bytes a 206 holds, how it tells them, whether they were asked for."""

from __future__ import annotations

import hashlib
from typing import Any

from helpers.matching import Example, each, fails, holds
from helpers.records import done, exchange

from conformance.content.slices import slices
from conformance.model import Slices, StepRecord

WHOLE = b"0123456789"
PLAIN = done("plain", exchange(body=WHOLE))
OFFERED = done("plain", exchange(body=WHOLE, headers=[("Accept-Ranges", "none, Bytes")]))
NONE = done("plain", exchange(body=WHOLE, headers=[("Accept-Ranges", "none")]))
MULTIPART = "multipart/byteranges; boundary=b"


def partial(
    asked: str, told: str | None, body: bytes, *, media: str | None = None, whole: bytes | None = WHOLE
) -> StepRecord:
    """A 206 to a Range, with this Content-Range, as it is known once it has come."""
    fields = [] if told is None else [("Content-Range", told)]
    typed = [] if media is None else [("Content-Type", media)]
    found = slices((*fields, *typed), body, whole)
    return done("a", exchange(206, body, headers=fields, media=media, sent=[("Range", asked)], slices=found))


def several(asked: str, *told: tuple[str | None, bytes]) -> StepRecord:
    """The same in parts, each with its Content-Range."""
    body = b""
    for range_, content in told:
        head = "" if range_ is None else f"Content-Range: {range_}\r\n"
        body += f"--b\r\n{head}\r\n".encode() + content + b"\r\n"
    return partial(asked, None, body + b"--b--", media=MULTIPART)


def answered(status: int, asked: str, body: bytes = WHOLE, **more: Any) -> StepRecord:
    """Another answer to a Range."""
    return done("a", exchange(status, body, sent=[("Range", asked)], **more))


FIVE = partial("bytes=0-4", "bytes 0-4/10", b"01234")
ENDS = several("bytes=0-1,-1", ("bytes 0-1/10", b"01"), ("bytes 9-9/10", b"9"))
OF = {"of": "plain"}
ASKED = {"asked-of": "plain"}

EXAMPLES = [
    # whether ranges are served at all
    holds("range", "served", OFFERED),
    holds("range", "served", FIVE, PLAIN),
    fails("range", "served", NONE, says=("ranges that are served (Accept-Ranges: bytes, or a 206)", "none")),
    holds("range", "unserved", NONE),
    fails("range", "unserved", OFFERED, says=("a resource without ranges", "one of which they are served")),
    # the form of a 206
    holds("range", "single", FIVE),
    fails(
        "range",
        "single",
        ENDS,
        says=("a single part", f"206 with the Content-Type {MULTIPART}"),
    ),
    fails("range", "single", answered(200, "bytes=0-4"), says=("a single part", "status 200")),
    holds("range", "several", ENDS),
    fails("range", "several", FIVE, says=("multipart/byteranges", "206 with the Content-Type none")),
    holds("range", "readable", ENDS),
    fails(
        "range",
        "readable",
        partial("bytes=0-1,-1", None, b"019"),
        says=("multipart/byteranges, or a Content-Range", "Content-Type: none"),
    ),
    fails(
        "range",
        "readable",
        partial("bytes=0-1,-1", None, b"--c--", media=MULTIPART),
        says=(
            "a body in parts",
            "one that can't be read: the boundary of its Content-Type does not stand in it",
        ),
    ),
    holds("range", "length", FIVE),
    holds("range", "length", partial("bytes=0-4", "nonsense", b"01234")),
    fails(
        "range",
        "length",
        partial("bytes=0-4", "bytes 0-4/10", WHOLE),
        says=("5 bytes (bytes 0-4/10)", "10 bytes"),
    ),
    # which bytes it holds
    holds("range", OF, PLAIN, FIVE),
    holds("range", OF, PLAIN, ENDS),
    holds("range", OF, PLAIN, answered(200, "bytes=0-4", b"another")),
    fails(
        "range",
        OF,
        PLAIN,
        partial("bytes=0-4", "bytes 0-4/10", b"12345"),
        says=("bytes 0 to 4 of the 10", "5 others"),
    ),
    fails(
        "range",
        OF,
        PLAIN,
        partial("bytes=0-4", "bytes 8-12/13", b"89abc"),
        says=("bytes 8 to 12 of the 10", "5 that it does not have"),
    ),
    fails(
        "range",
        OF,
        PLAIN,
        partial("bytes=0-4", "bytes 4-0/10", b"01234"),
        says=("a Content-Range that says which bytes there are", "Content-Range: bytes 4-0/10"),
    ),
    fails(
        "range",
        OF,
        PLAIN,
        partial("bytes=0-4", None, b"01234"),
        says=("a Content-Range that says which bytes there are", "Content-Range: none"),
    ),
    fails(
        "range",
        OF,
        PLAIN,
        several("bytes=0-1,-1", ("bytes 0-1/10", b"01"), (None, b"9")),
        says=("a Content-Range that says which bytes there are", "none that is valid in part 2"),
    ),
    fails(
        "range",
        OF,
        PLAIN,
        partial("bytes=0-4", "bytes 0-4/10", b"01234", whole=None),
        says=("the whole to compare with (plain)", "another body"),
    ),
    fails("range", OF, FIVE, says=("an answer to compare with (plain)", "none")),
    # whether they were asked for
    holds("range", ASKED, PLAIN, FIVE),
    holds("range", ASKED, PLAIN, ENDS),
    holds("range", ASKED, PLAIN, answered(200, "bytes=0-4")),
    holds("range", ASKED, PLAIN, partial("bytes=0-99", "bytes 0-9/10", WHOLE)),
    holds("range", ASKED, PLAIN, partial("bytes=-3", "bytes 7-9/10", b"789")),
    # Neighbours may come as one.
    holds("range", ASKED, PLAIN, partial("bytes=0-1,3-4", "bytes 0-4/10", b"01234")),
    holds("range", ASKED, PLAIN, answered(404, "bytes=0-4")),
    fails("range", ASKED, FIVE, says=("an answer to compare with (plain)", "none")),
    fails(
        "range",
        ASKED,
        PLAIN,
        answered(200, "bytes=0-4", b"01234"),
        says=("the whole, 10 bytes as before", "5 bytes, which are not"),
    ),
    fails(
        "range",
        ASKED,
        PLAIN,
        partial("bytes=-3", "bytes 0-3/10", b"0123"),
        says=("bytes 7-9 of the 10", "bytes 0-3"),
    ),
    fails(
        "range",
        ASKED,
        PLAIN,
        several("bytes=0-0,-1", ("bytes 0-0/10", b"0"), ("bytes 5-5/10", b"5")),
        says=("bytes 0-0, 9-9 of the 10", "bytes 5-5"),
    ),
    fails(
        "range",
        ASKED,
        PLAIN,
        partial("bytes=5-", "bytes 5-8/10", b"5678"),
        says=("all of the bytes 5-9", "bytes 5-8"),
    ),
    # how long the whole is
    holds("range", ASKED, PLAIN, answered(416, "bytes=10-")),
    holds("range", ASKED, PLAIN, answered(416, "bytes=10-", headers=[("Content-Range", "bytes */10")])),
    fails(
        "range",
        ASKED,
        PLAIN,
        answered(416, "bytes=10-", headers=[("Content-Range", "bytes */0")]),
        says=("Content-Range: bytes */10", "bytes */0"),
    ),
    fails(
        "range",
        ASKED,
        PLAIN,
        answered(416, "bytes=10-", headers=[("Content-Range", "bytes 0-9/10")]),
        says=("Content-Range: bytes */10", "bytes 0-9/10"),
    ),
    # their order
    holds("range", "in-order", ENDS),
    holds("range", "in-order", several("bytes=-1,0-1", ("bytes 9-9/10", b"9"), ("bytes 0-1/10", b"01"))),
    holds(
        "range",
        "in-order",
        several("bytes=5-6,0-1,2-3", ("bytes 5-6/10", b"56"), ("bytes 0-3/10", b"0123")),
    ),
    fails(
        "range",
        "in-order",
        several("bytes=-1,0-1", ("bytes 0-1/10", b"01"), ("bytes 9-9/10", b"9")),
        says=("parts in the order 9-9, 0-1", "0-1, 9-9"),
    ),
]


@each(EXAMPLES)
def test_a_range_is_served_as_it_was_asked_for(example: Example) -> None:
    example.check()


def test_some_of_what_was_asked_for_is_a_warning_at_most() -> None:
    less = next(e for e in EXAMPLES if e.says == ("all of the bytes 5-9", "bytes 5-8")).finding()
    other = next(e for e in EXAMPLES if e.says == ("bytes 7-9 of the 10", "bytes 0-3")).finding()
    assert less is not None
    assert other is not None
    assert (less.at_most, other.at_most) == ("SHOULD", None)


def test_what_is_judged_is_the_digests_and_no_body() -> None:
    held = slices((("Content-Range", "bytes 0-4/10"),), b"01234", WHOLE)
    digest = hashlib.sha256(b"01234").hexdigest()[:16]
    (only,) = held.slices
    assert (only.first, only.last, only.whole, only.length) == (0, 4, 10, 5)
    assert (only.digest, only.due, held.of) == (digest, digest, hashlib.sha256(WHOLE).hexdigest()[:16])


def test_an_empty_part_and_an_empty_whole_are_no_riddle() -> None:
    assert slices((("Content-Range", "bytes 0-0/1"),), b"", b"").slices[0].due == ""
    assert slices((), b"", None) == Slices(slices((), b"", None).slices)
